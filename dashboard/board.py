"""Asks everything a page shows in one go, so that no two tiles of it can disagree."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from dashboard import spans
from dashboard.access import visible
from dashboard.model import Answer, Answers, Subject
from dashboard.view import View
from metrics.catalog import HEADLINES
from metrics.model import DataState, Question, Reading, Unit, Verdict, Window

FLOWS = ("volume",)  # sums over time: compared over full days only


@dataclass(frozen=True)
class Scope:
    """What a page asks for.

    trend_days  days of the daily line, at least; it always contains the period
    teams       whether each KPI is also asked per team
    """

    metrics: Sequence[str] = HEADLINES
    trend_days: int = 28
    teams: bool = False


@dataclass(frozen=True)
class Board:
    """Everything one page shows of one instant.

    mark    changes whenever the page would look different; what the pulse is compared with
    """

    view: View
    window: Window
    before: Window
    day: date
    as_of: datetime | None
    mark: str
    answers: Mapping[str, Answer]

    @property
    def state(self) -> DataState:
        """Return the worst data state of all tiles."""
        order = (DataState.ERROR, DataState.STALE)
        states = {answer.current.state for answer in self.answers.values()}
        return next((state for state in order if state in states), DataState.FRESH)


@dataclass(frozen=True)
class _Plan:
    """The questions of one KPI."""

    current: Question
    previous: Question
    change: tuple[Question, Question] | None
    trend: Question
    teams: Question | None

    def questions(self) -> Iterable[Question]:
        yield from (self.current, self.previous, self.trend)
        yield from self.change or ()
        if self.teams:
            yield self.teams


def mark_of(version: int, sources: Mapping[str, DataState]) -> str:
    """Return the token that moves when numbers or source states do: a source going stale must repaint too."""
    return f"{version}." + ".".join(f"{name}-{state}" for name, state in sorted(sources.items()))


def board(answers: Answers, view: View, scope: Scope, tz: str, now: datetime) -> Board:
    """Return everything a page shows for the view, asked as one batch."""
    pulse = answers.pulse()
    day = spans.today(pulse.as_of, now, tz)
    window = spans.window(view, day, tz)
    before = spans.previous(view, window)
    plans = {name: _plan(answers.subject(name), view, scope, (window, before), day) for name in scope.metrics}
    found = answers.ask([question for plan in plans.values() for question in plan.questions()])
    told = {name: _answer(answers, plan, found, pulse.as_of) for name, plan in plans.items()}
    return Board(view, window, before, day, pulse.as_of, mark_of(pulse.version, pulse.sources), told)


def _plan(subject: Subject, view: View, scope: Scope, windows: tuple[Window, Window], day: date) -> _Plan:
    window, before = windows
    current = Question(subject.name, window, view.slice, clock=view.clock)
    full = spans.full_days(window, before, day) if subject.name in FLOWS else (window, before)
    change = None if full is None else (replace(current, window=full[0]), replace(current, window=full[1]))
    return _Plan(
        current,
        replace(current, window=before),
        change,
        replace(current, window=spans.trailing(window, scope.trend_days), grain="day"),
        replace(current, split="team") if scope.teams else None,
    )


def _answer(
    answers: Answers, plan: _Plan, found: Mapping[Question, tuple[Reading, ...]], as_of: datetime | None
) -> Answer:
    subject = answers.subject(plan.current.metric)
    current = visible(_single(found, plan.current, as_of), subject)
    now, then = (visible(_single(found, question, as_of), subject) for question in plan.change or (plan.current,) * 2)
    members = tuple(visible(reading, subject) for reading in found.get(plan.teams, ())) if plan.teams else ()
    return Answer(
        subject,
        current,
        fair(answers.verdict(current), current, subject),
        then if plan.change else None,
        now,
        tuple(visible(reading, subject) for reading in found.get(plan.trend, ())),
        tuple((reading, fair(answers.verdict(reading), reading, subject)) for reading in members),
        spans.is_partial(plan.current.window, as_of),
    )


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
