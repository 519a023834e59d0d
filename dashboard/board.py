"""Asks everything a page shows in one go, so that no two tiles of it can disagree."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from dashboard import spans
from dashboard.absent import with_absent
from dashboard.access import visible, visible_days, visible_parts
from dashboard.dates import is_past
from dashboard.model import Answer, Answers, Site, Subject
from dashboard.view import View
from metrics.catalog import HEADLINES
from metrics.model import DataState, Question, Reading, Unit, Verdict, Window

FLOWS = ("volume",)  # sums over time: compared over full days only
MATURING = ("fcr",)  # known only after the desk's repeat_days
ASKED_OF_SOME = ("csi", "csat")  # those who answer are not those who were served (semantics 4.0, 8.9)
LEADS_BELOW = 300  # semantics 4.1, 8.3: a mean of fewer cases says little, the quantiles lead


@dataclass(frozen=True)
class Scope:
    """What a page asks for.

    trend_days  days of the daily line, at least; it always contains the period
    teams       whether each KPI is also asked per team
    parameter   of the KPIs that take one, such as hours
    """

    metrics: Sequence[str] = HEADLINES
    trend_days: int = 28
    teams: bool = False
    parameter: str | None = None


@dataclass(frozen=True)
class Board:
    """Everything one page shows of one instant.

    day     the day the data end on; reader: the day it is for whoever reads
    mark    changes whenever the page would look different; what the pulse is compared with
    """

    view: View
    window: Window
    before: Window
    day: date
    reader: date
    as_of: datetime | None
    mark: str
    answers: Mapping[str, Answer]

    @property
    def past(self) -> bool:
        """Return whether the data ended before yesterday, so that "this week" is the data's and not the reader's."""
        return self.as_of is not None and is_past(self.day, self.reader)

    @property
    def state(self) -> DataState:
        """Return the worst data state of all tiles."""
        order = (DataState.ERROR, DataState.STALE)
        states = {answer.current.state for answer in self.answers.values()}
        return next((state for state in order if state in states), DataState.FRESH)


@dataclass(frozen=True)
class _Spell:
    """The days a KPI is asked for, the days it can be judged for, and the two that may be compared."""

    asked: Window
    shown: Window
    fair: tuple[Window, Window] | None


@dataclass(frozen=True)
class _Plan:
    """The questions of one KPI."""

    spell: _Spell
    current: Question
    change: tuple[Question, Question] | None
    trend: Question | None
    teams: Question | None
    response: Question | None

    def questions(self) -> Iterable[Question]:
        yield self.current
        yield from self.change or ()
        yield from (one for one in (self.trend, self.teams, self.response) if one)


def mark_of(version: int, sources: Mapping[str, DataState]) -> str:
    """Return the token that moves when numbers or source states do: a source going stale must repaint too."""
    return f"{version}." + ".".join(f"{name}-{state}" for name, state in sorted(sources.items()))


def board(answers: Answers, view: View, scope: Scope, site: Site, now: datetime) -> Board:
    """Return everything a page shows for the view, asked as one batch."""
    pulse = answers.pulse()
    day = spans.today(pulse.as_of, now, site.tz)
    if pulse.as_of is None and pulse.version > 0:
        window = before = spans.everything(site.tz)
        spells = dict.fromkeys(scope.metrics, _Spell(window, window, None))
    else:
        window = spans.window(view, day, site.tz)
        before = spans.previous(view, window)
        spells = {name: _spell(name, window, before, day, site.repeat_days) for name in scope.metrics}
    plans = {name: _plan(answers.subject(name), view, scope, spell) for name, spell in spells.items()}
    found = answers.ask([question for plan in plans.values() for question in plan.questions()])
    told = {name: _answer(answers, plan, found, pulse.as_of) for name, plan in plans.items()}
    told = _with_medians(answers, plans, told)
    told = with_absent(answers, told, site.tz) if pulse.version else told  # before the first load nothing is known
    reader = now.astimezone(ZoneInfo(site.tz)).date()
    return Board(view, window, before, day, reader, pulse.as_of, mark_of(pulse.version, pulse.sources), told)


def _spell(metric: str, window: Window, before: Window, day: date, wait_days: float) -> _Spell:
    shown, then = spans.matured(window, before, wait_days, day) if metric in MATURING else (window, before)
    fair = spans.full_days(window, before, day) if metric in FLOWS else (shown, then)
    return _Spell(window, shown, fair)


def _plan(subject: Subject, view: View, scope: Scope, spell: _Spell) -> _Plan:
    current = Question(subject.name, spell.shown, view.slice, clock=view.clock, parameter=scope.parameter)
    # Cases of a period are a census; only their change has an interval (semantics 8.1).
    held = replace(current, with_interval=True)
    change = spell.fair and (replace(held, window=spell.fair[0]), replace(held, window=spell.fair[1]))
    is_dated = spell.asked.start is not None
    return _Plan(
        spell,
        current,
        change,
        replace(current, window=spans.trailing(spell.asked, scope.trend_days), grain="day") if is_dated else None,
        replace(current, split="team") if scope.teams else None,
        replace(current, metric="response_rate", parameter=None) if subject.name in ASKED_OF_SOME else None,
    )


def _answer(
    answers: Answers, plan: _Plan, found: Mapping[Question, tuple[Reading, ...]], as_of: datetime | None
) -> Answer:
    subject = answers.subject(plan.current.metric)
    current = visible(_single(found, plan.current, as_of), subject)
    now, then = (visible(_single(found, question, as_of), subject) for question in plan.change or (plan.current,) * 2)
    members = visible_parts(found.get(plan.teams, ()), subject) if plan.teams else ()
    told = [plan.current.window, *(question.window for question in plan.change or ())]
    trend = visible_days(found.get(plan.trend, ()), subject, told) if plan.trend else ()
    return Answer(
        subject,
        current,
        fair(answers.verdict(current), current, subject),
        then if plan.change else None,
        now,
        tuple(_ripe(reading) for reading in trend),
        tuple((reading, fair(answers.verdict(reading), reading, subject)) for reading in members),
        spans.is_partial(plan.current.window, as_of),
        plan.spell.shown != plan.spell.asked,
        response=_single(found, plan.response, as_of) if plan.response else None,
    )


def _with_medians(answers: Answers, plans: Mapping[str, _Plan], told: Mapping[str, Answer]) -> dict[str, Answer]:
    """Return the answers; what leads with its median has both medians of its change, intervals too (8.4, 8.12)."""
    asked = {
        name: tuple(replace(one, quantile=0.5) for one in plan.change)
        for name, plan in plans.items()
        if plan.change and leads_with_median(told[name])
    }
    found = answers.ask([one for pair in asked.values() for one in pair]) if asked else {}
    medians = {name: tuple(found[one][0] for one in pair) for name, pair in asked.items()}
    return {
        name: replace(answer, medians=(medians[name][0], medians[name][1]) if name in medians else None)
        for name, answer in told.items()
    }


def leads_with_median(answer: Answer) -> bool:
    """Return whether the figure of the tile is the median: a duration of few cases (semantics 4.1)."""
    reading = answer.current
    return is_duration(answer.subject) and reading.n < LEADS_BELOW and reading.part("p50") is not None


def _ripe(reading: Reading) -> Reading:
    """Return a day without its value while most of its issues are still being watched (semantics 8.11)."""
    waiting = reading.part("immature")
    return replace(reading, value=None) if waiting and waiting > reading.n else reading


def _single(found: Mapping[Question, tuple[Reading, ...]], question: Question, as_of: datetime | None) -> Reading:
    readings = found.get(question, ())
    return readings[0] if readings else Reading(question, None, 0, DataState.ERROR, as_of)


def fair(verdict: Verdict, reading: Reading, subject: Subject) -> Verdict:
    """Return the verdict, without level where a count of a part would be held against the goal of the whole.

    A team's 60 open tickets are not "on target" because the desk may have 350; counts add up, goals do not.
    """
    asked = {dimension for dimension, _ in reading.question.slice.by} | ({reading.question.split} - {None})
    meant = {dimension for dimension, _ in verdict.target.slice.by} if verdict.target else set()
    if subject.unit is not Unit.COUNT or asked <= meant:
        return verdict
    return replace(verdict, level=None, target=None, attainment=None, met=None)


def is_duration(subject: Subject) -> bool:
    """Return whether the KPI is a duration, which leads with p50 and p90 when n is small (semantics 4.1)."""
    return subject.unit in (Unit.MINUTES, Unit.HOURS)
