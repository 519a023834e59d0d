"""The one door to figures: questions in, readings out; each scan runs once for all who share it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

import duckdb

from metrics.age import ages
from metrics.backlog import Part, average_instants, levels, snapshot_agg, stock_instants
from metrics.catalog import metric_of
from metrics.kinds.stock import FirstStock
from metrics.members import Members
from metrics.metric import Figure, Need, Solver
from metrics.model import DataState, Desk, Question, Reading, Window
from metrics.pace import paces
from metrics.periods import DAY, buckets, local_day
from metrics.reading import reading
from metrics.scan import Ground, Plan
from metrics.stock_days import days_within

Answers = dict[Question, tuple[Reading, ...]]


def measure(
    con: duckdb.DuckDBPyConnection,
    desk: Desk,
    questions: Iterable[Question],
    as_of: datetime | None,
    members: Members | None = None,
) -> Answers:
    """Return the readings of each question: one, or one per bucket (missing ones filled), member, or both.

    as_of     the watermark the facts stand at; None = nothing loaded
    members   labels of the current data_version, when the caller keeps them
    Raises ValueError for an unknown metric, a cohort by creation of rows that know none, or a grain on an unbounded
    window in another zone.
    """
    ground = Ground(con, desk, as_of, members or Members())
    asked = {question: bounded(ground, question) for question in dict.fromkeys(map(_askable, questions))}
    by_solver: dict[Solver, list[Question]] = {"scan": [], "backlog": [], "age": [], "pace": [], "days": []}
    for question in dict.fromkeys(asked.values()):
        by_solver[metric_of(question.metric).kind.solver].append(question)
    answers = _scans(ground, by_solver["scan"]) | _stocks(ground, by_solver["backlog"])
    answers |= {question: ages(ground, metric_of(question.metric), question) for question in by_solver["age"]}
    answers |= {question: paces(ground, metric_of(question.metric), question) for question in by_solver["pace"]}
    answers |= {question: days_within(ground, metric_of(question.metric), question) for question in by_solver["days"]}
    return {question: _as_asked(question, answers[inner]) for question, inner in asked.items()}


def _askable(question: Question) -> Question:
    if question.basis == "created" and not metric_of(question.metric).anchor.has_creation:
        raise ValueError(f"{question.metric} has no cohort by creation; ask it with basis 'event'")
    return question


def bounded(ground: Ground, question: Question) -> Question:
    """Return the question with an unbounded window cut to the rows there are, when buckets are asked for."""
    window = question.window
    if question.grain is None or (window.start and window.end):
        return question
    metric = metric_of(question.metric)
    needs = metric.kind.needs(metric, question, ground.desk)
    anchor = next((need.anchor for need in needs if not need.timeless), metric.anchor)
    column = "created_at" if question.basis == "created" else anchor.instant
    text = f"SELECT min({column}), max({column}) FROM {anchor.table}"
    params = {"as_of": ground.as_of} if "$as_of" in text else {}
    first, last = ground.con.execute(text, params).fetchall()[0]
    start = window.start or (local_day(first, window.tz) if first else None)
    end = window.end or (local_day(last, window.tz) + DAY if last else None)
    if start is None or end is None or start >= end:
        start = end = None
    return replace(question, window=Window(start, end, window.tz))


def _as_asked(question: Question, readings: tuple[Reading, ...]) -> tuple[Reading, ...]:
    if not readings or readings[0].question == question:
        return readings
    return tuple(replace(one, question=question) for one in readings)


def _scans(ground: Ground, questions: Sequence[Question]) -> Answers:
    plan = Plan()
    needs: dict[Question, tuple[Need, ...]] = {}
    for question in questions:
        metric = metric_of(question.metric)
        needs[question] = metric.kind.needs(metric, question, ground.desk)
        plan.want(question, needs[question])
    plan.run(ground)
    return {question: _readings(ground, plan, question, needs[question]) for question in questions}


def _readings(ground: Ground, plan: Plan, question: Question, needs: Sequence[Need]) -> tuple[Reading, ...]:
    metric = metric_of(question.metric)
    found = [(plan.groups(question, need), need.timeless) for need in needs]
    members = sorted({member or "" for groups, _ in found for _, member in groups}) if question.split else [None]
    steps = _buckets(question)
    readings = []
    for member in members:
        for bucket in steps:
            groups = [part.get((None if timeless else bucket, member), ()) for part, timeless in found]
            figure = metric.kind.finish(metric, question, ground.desk, groups)
            readings.append(reading(question, metric, figure, ground.as_of, (bucket, member)))
    return tuple(readings)


def _buckets(question: Question) -> list[str | None]:
    """Return the labels of all steps of the window, those without rows too."""
    if question.grain is None:
        return [None]
    if question.window.start is None:
        return []
    return [step.label for step in buckets(question.window, question.grain)]


def _stocks(ground: Ground, questions: Sequence[Question]) -> Answers:
    """Return the stock questions' readings; questions of one slice and split share their levels."""
    if ground.as_of is None:
        return {question: (Reading(question, None, 0, DataState.EMPTY, None),) for question in questions}
    wanted: dict[Part, list[datetime]] = {}
    for question in questions:
        instants = [instant for _, instant in stock_instants(question, ground.as_of) if instant is not None]
        instants += average_instants(question, ground.as_of)
        wanted.setdefault(_part(question), []).extend(instants)
    found = {part: levels(ground, part, instants) for part, instants in wanted.items()}
    return {
        question: tuple(_stock_readings(ground.as_of, question, found[_part(question)])) for question in questions
    }


def _part(question: Question) -> Part:
    kind = metric_of(question.metric).kind
    return Part(question.slice, question.split, isinstance(kind, FirstStock))


def _stock_readings(
    as_of: datetime, question: Question, found: dict[datetime, dict[str | None, int]]
) -> Iterable[Reading]:
    metric = metric_of(question.metric)
    days = average_instants(question, as_of)
    members = sorted({member or "" for one in found.values() for member in one}) if question.split else [None]
    for member in members:
        for bucket, instant in stock_instants(question, as_of):
            if instant is None:
                yield reading(question, metric, Figure(None, 0, state=DataState.EMPTY), as_of, (bucket, member))
                continue
            level = found[instant].get(member, 0)
            over_days = snapshot_agg([found[day].get(member, 0) for day in days])
            parts = (("avg", over_days["avg"]), ("max", over_days["max"])) if days else ()
            figure = Figure(float(level), level, parts, state=DataState.FRESH)
            yield reading(question, metric, figure, as_of, (bucket, member))
