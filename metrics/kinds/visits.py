"""Kinds that time visits: stages of a map, hand-overs, departments (semantics 4.8)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from metrics.calendar import HOUR_US
from metrics.kinds.averaging import Duration
from metrics.kinds.counting import Count, first_row, is_plain, quoted
from metrics.metric import Anchor, Figure, Metric, Need, Row
from metrics.model import DIMENSIONS, Desk, Question, Stage
from metrics.visits import HANDOVER, IN_DEPARTMENT, Pair, ended_visits, open_visits, pair_of

EVERY = "TRUE"
VISIT = ", ".join(("case_key", "created_at", *DIMENSIONS, "entered_at", "exited_at"))


@dataclass(frozen=True, slots=True)
class Visits(Duration):
    """Time of the visits that ended in the window; part `open`: those that have not ended as of now."""

    def chosen(self, question: Question, desk: Desk) -> tuple[Pair, str]:
        """Return the pair of points, and the predicate of its visits."""
        raise NotImplementedError

    def rows(self, metric: Metric, question: Question, desk: Desk) -> Anchor:
        """Return the ended visits."""
        pair, where = self.chosen(question, desk)
        return ended_visits(pair, desk, where)

    def beside(self, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return further sums that are printed with a plain figure."""
        pair, where = self.chosen(question, desk)
        return (Need(open_visits(pair, desk, where), ("count(*)",), timeless=True),)

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return the sums of a duration, behind them what is printed beside a plain figure."""
        own = replace(metric, anchor=self.rows(metric, question, desk))
        wanted = Duration.needs(self, own, question, desk)
        return (*wanted, *(self.beside(question, desk) if is_plain(question) else ()))

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the mean time with its quantiles and the open visits."""
        own = 2 if question.with_interval else 1
        figure = Duration.finish(self, metric, question, desk, groups[:own])
        if not is_plain(question):
            return figure
        return figure._replace(parts=(*figure.parts, ("open", first_row(groups[own], 1)[0])))


@dataclass(frozen=True, slots=True)
class StageVisits(Visits):
    """One stage of a map, parameter "map/stage"; part `share`: its percentage of the time of all its map's stages."""

    def chosen(self, question: Question, desk: Desk) -> tuple[Pair, str]:
        """Return the pair of the stage."""
        return pair_of_stage(stage_of(question, desk)[1]), EVERY

    def beside(self, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return the open visits, and the time spent in every stage of the map."""
        column = self.column(question)
        way = stage_of(question, desk)[0]
        times = [Need(ended_visits(pair_of_stage(stage), desk), (f"sum({column})",)) for stage in way]
        return (*Visits.beside(self, question, desk), *times)

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the mean time of the stage and its share of the total."""
        figure = Visits.finish(self, metric, question, desk, groups)
        if not is_plain(question):
            return figure
        way, stage = stage_of(question, desk)
        times = [first_row(rows, 1)[0] or 0 for rows in groups[-len(way) :]]
        share = 100.0 * times[way.index(stage)] / sum(times) if figure.n and sum(times) else None
        return figure._replace(parts=(*figure.parts, ("share", share)))


def stage_of(question: Question, desk: Desk) -> tuple[tuple[Stage, ...], Stage]:
    """Return the map and its stage that "map/stage" names; ValueError tells the known ones."""
    name, _, wanted = (question.parameter or "").partition("/")
    for stage in desk.stages.get(name, ()):
        if stage.key == wanted:
            return desk.stages[name], stage
    known = ", ".join(f"{one}/{stage.key}" for one, way in desk.stages.items() for stage in way)
    raise ValueError(f"{question.metric} needs a stage as parameter, got {question.parameter!r}; known: {known}")


def pair_of_stage(stage: Stage) -> Pair:
    """Return the pair of points that the visits of a stage lie between."""
    return pair_of(stage.start, *stage.stops)


@dataclass(frozen=True, slots=True)
class Between(Visits):
    """Visits of a pair that no stage map names."""

    pair: Pair = HANDOVER

    def chosen(self, question: Question, desk: Desk) -> tuple[Pair, str]:
        """Return the pair."""
        return self.pair, EVERY


@dataclass(frozen=True, slots=True)
class DepartmentVisits(Visits):
    """From an assignment to the parameter's department to the next action of an agent."""

    def chosen(self, question: Question, desk: Desk) -> tuple[Pair, str]:
        """Return the pair of assignment and action, for the department; ValueError without one."""
        if not question.parameter:
            raise ValueError(f"{question.metric} needs the department as parameter")
        return IN_DEPARTMENT, of_department(question.parameter)


def of_department(dept: str) -> str:
    """Return the predicate of the visits to a department."""
    return f"dept = '{quoted(dept)}'"


@dataclass(frozen=True, slots=True)
class Escalations(Count):
    """Visits to a department that waited longer than a limit, parameter "department/hours"; open ones count too."""

    def rows(self, metric: Metric, question: Question, desk: Desk) -> Anchor:
        """Return the visits over the limit, by the instant at which they passed it; ValueError: no such parameter."""
        dept, slash, hours = (question.parameter or "").rpartition("/")
        if not slash:
            raise ValueError(f"{question.metric} needs the parameter department/hours, got {question.parameter!r}")
        limit = round(float(hours) * HOUR_US)
        chosen = (IN_DEPARTMENT, desk, of_department(dept))
        visited = (f"SELECT {VISIT} FROM {rows.table}" for rows in (ended_visits(*chosen), open_visits(*chosen)))
        table = (
            f"(SELECT *, make_timestamptz(epoch_us(entered_at) + {limit}) AS late_at,"
            " epoch_us(coalesce(exited_at, $as_of::TIMESTAMPTZ)) - epoch_us(entered_at) AS waited_us"
            f" FROM ({' UNION ALL '.join(visited)}))"
        )
        return Anchor(table, "late_at", None, where=f"waited_us > {limit}")

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return the count."""
        return Count.needs(self, replace(metric, anchor=self.rows(metric, question, desk)), question, desk)

    def row_value(self, question: Question) -> str | None:
        """Return the hours waited so far."""
        return f"waited_us / {float(HOUR_US)}"
