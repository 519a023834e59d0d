"""Kinds that time visits: stages of a map, hand-overs, departments (semantics 4.8)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from metrics.kinds.averaging import HOUR_US, Duration
from metrics.kinds.counting import Count, first_row, is_plain, quoted
from metrics.metric import Anchor, Figure, Metric, Need, Row
from metrics.model import Desk, Question, Stage
from metrics.visits import HANDOVER, IN_DEPARTMENT, Pair, pair_of, still_open, visit_rows


@dataclass(frozen=True, slots=True)
class Visits(Duration):
    """Time of the visits that ended in the window; part `open`: those that have not ended as of now."""

    def rows(self, metric: Metric, question: Question, desk: Desk) -> Anchor:
        """Return the ended visits."""
        raise NotImplementedError

    def beside(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return further sums that are printed with a plain figure."""
        return (Need(still_open(self.rows(metric, question, desk)), ("count(*)",), timeless=True),)

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return the sums of a duration, behind them what is printed beside a plain figure."""
        own = replace(metric, anchor=self.rows(metric, question, desk))
        wanted = Duration.needs(self, own, question, desk)
        return (*wanted, *(self.beside(metric, question, desk) if is_plain(question) else ()))

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

    def rows(self, metric: Metric, question: Question, desk: Desk) -> Anchor:
        """Return the visits of the stage."""
        return visit_rows(pair_of_stage(stage_of(question, desk)[1]))

    def beside(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return the open visits, and the time spent in every stage of the map."""
        column = self.column(question)
        way = stage_of(question, desk)[0]
        times = [Need(visit_rows(pair_of_stage(stage)), (f"sum({column})",)) for stage in way]
        return (*Visits.beside(self, metric, question, desk), *times)

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

    def rows(self, metric: Metric, question: Question, desk: Desk) -> Anchor:
        """Return the visits of the pair."""
        return visit_rows(self.pair)


@dataclass(frozen=True, slots=True)
class DepartmentVisits(Visits):
    """From an assignment to the parameter's department to the next action of an agent."""

    def rows(self, metric: Metric, question: Question, desk: Desk) -> Anchor:
        """Return the visits between assignment and action; ValueError without a department."""
        if not question.parameter:
            raise ValueError(f"{question.metric} needs the department as parameter")
        return department_rows(question.parameter)


def department_rows(dept: str) -> Anchor:
    """Return the visits between assignment to a department and action."""
    return visit_rows(IN_DEPARTMENT, f"dept = '{quoted(dept)}'")


@dataclass(frozen=True, slots=True)
class Escalations(Count):
    """Visits to a department that waited longer than a limit, parameter "department/hours"; open ones count too."""

    def rows(self, metric: Metric, question: Question, desk: Desk) -> Anchor:
        """Return the visits over the limit, by the instant at which they passed it; ValueError: no such parameter."""
        dept, slash, hours = (question.parameter or "").rpartition("/")
        if not slash:
            raise ValueError(f"{question.metric} needs the parameter department/hours, got {question.parameter!r}")
        limit = round(float(hours) * HOUR_US)
        visited = department_rows(dept).table
        table = (
            f"(SELECT f.*, make_timestamptz(epoch_us(f.entered_at) + {limit}) AS late_at,"
            " epoch_us(coalesce(f.exited_at, $as_of::TIMESTAMPTZ)) - epoch_us(f.entered_at) AS waited_us"
            f" FROM {visited} f)"
        )
        return Anchor(table, "late_at", None, where=f"waited_us > {limit}")

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return the count."""
        return Count.needs(self, replace(metric, anchor=self.rows(metric, question, desk)), question, desk)

    def row_value(self, question: Question) -> str | None:
        """Return the hours waited so far."""
        return f"waited_us / {float(HOUR_US)}"
