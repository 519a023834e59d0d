"""A desk made of formulas: same question, same answer, in six worlds; stands where metrics.Answers will stand."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from math import sin
from zlib import crc32

from dashboard.model import Seen
from dashboard.numbers import DIGITS
from metrics.annotations import carried
from metrics.catalog import metric_of
from metrics.defects import Finding
from metrics.ledger import Ledger
from metrics.losses import Loss
from metrics.model import (
    Annotation,
    Better,
    Case,
    DataState,
    Desk,
    Pulse,
    Question,
    Reading,
    Slice,
    Target,
    Text,
    Unit,
    Verdict,
    Window,
)
from metrics.parameters import Fault, fault
from metrics.verdict import judge
from tests.dashboard.fake_ledger import ledger_of, losses_of

NOON = datetime(2026, 11, 18, 6, 40, 12, tzinfo=UTC)  # Wednesday 14:40:12 in Shanghai
TEAMS = ("Billing", "技术支持", "Onboarding", "退换货组", "VIP care", "夜班组")
MEMBERS: Mapping[str, tuple[str, ...]] = {
    "team": TEAMS,
    "channel": ("online", "phone", "email", "social"),
    "type": ("inquiry", "complaint", "tech"),
    "category": ("Login", "发票", "Refund", "物流"),
    "priority": ("P1", "P2", "P3"),
}


SINGLES_DAY = Annotation(date(2026, 11, 11), date(2026, 11, 12), {"en": "Singles' Day", "zh-CN": "双十一"})


@dataclass(frozen=True, eq=False)
class FakeSubject:
    name: str
    title: Text
    unit: Unit
    better: Better
    base: float
    cases: int
    goal: float | None

    @property
    def digits(self) -> int:
        return DIGITS[self.unit]


SUBJECTS = {
    subject.name: subject
    for subject in (
        FakeSubject("frt", metric_of("frt").title, Unit.MINUTES, "lower", 18.4, 1180, 20),
        FakeSubject("resolution", metric_of("resolution").title, Unit.HOURS, "lower", 2.7, 1123, 2.5),
        FakeSubject("backlog", metric_of("backlog").title, Unit.COUNT, "lower", 486, 486, 350),
        FakeSubject("fcr", metric_of("fcr").title, Unit.PERCENT, "higher", 82.3, 894, 80),
        FakeSubject("csi", metric_of("csi").title, Unit.SCORE, "higher", 4.36, 312, 4.5),
        FakeSubject(
            "sla_first_reply",
            {"en": "SLA first reply", "zh-CN": "首次响应达标率"},
            Unit.PERCENT,
            "higher",
            93.6,
            1174,
            90,
        ),
        FakeSubject("volume", metric_of("volume").title, Unit.COUNT, "neither", 1340, 1340, None),
        FakeSubject("csat", metric_of("csat").title, Unit.PERCENT, "higher", 86.1, 312, 90),
    )
}

RESPONSE = FakeSubject("response_rate", metric_of("response_rate").title, Unit.PERCENT, "higher", 25.6, 1220, None)
ASKED = {**SUBJECTS, "response_rate": RESPONSE}


@dataclass
class FakeAnswers:
    """The six worlds: full, empty, stale, error, too_few, undated. `touch()` is a committed load."""

    world: str = "full"
    version: int = 7
    as_of: datetime = NOON - timedelta(seconds=3)
    shift: float = 0.0
    broken: bool = False
    asked: int = 0

    def touch(self, shift: float = 0.031) -> None:
        self.version += 1
        self.shift += shift
        self.as_of += timedelta(seconds=5)

    def ask(self, questions: Sequence[Question]) -> dict[Question, tuple[Reading, ...]]:
        if self.broken:
            raise RuntimeError("the warehouse is gone")
        self.asked += 1
        return {question: tuple(self._readings(question)) for question in questions}

    def verdict(self, reading: Reading) -> Verdict:
        goal = SUBJECTS[reading.question.metric].goal
        target = Target(reading.question.metric, goal) if goal is not None else None
        state = DataState.STALE if self.world == "stale" else None
        return judge(reading, target, SUBJECTS[reading.question.metric].better, state)

    def pulse(self) -> Pulse:
        state = DataState.STALE if self.world == "stale" else DataState.FRESH
        version = 0 if self.world == "empty" else self.version
        return Pulse(version, None if self.world in ("empty", "undated") else self.as_of, {"demo": state})

    def subject(self, metric: str) -> FakeSubject:
        return SUBJECTS[metric]

    def fault(self, metric: str, parameter: str | None) -> Fault | None:
        return fault(metric, parameter, Desk())

    def definition(self, metric: str, language: str, question: Question | None = None) -> dict[str, str]:
        return {
            "definition": f"{SUBJECTS[metric].title[language]} (golden)",
            "population": "Cases with a human reply",
            "start": "Created, or hand-off from the bot",
            "stop": "First public reply of an agent",
            "sql": "SELECT avg(frt_s) / 60 FROM fact_reply\nWHERE day >= $start AND day < $end",
        }

    def members(self, dimension: str) -> Sequence[str]:
        return () if self.world == "empty" else MEMBERS.get(dimension, ())

    def behind(self, question: Question, keep: Callable[[Reading, Iterator[Case]], Seen]) -> Seen:
        (reading,) = self._readings(question)
        return keep(reading, (Case(n, str(n), 0, self.as_of, self.as_of, None) for n in range(1, reading.n + 1)))

    def annotations(self, window: Window, part: Slice) -> Sequence[Annotation]:
        return carried(
            window, part, (SINGLES_DAY, replace(SINGLES_DAY, start=date(2026, 6, 18), end=date(2026, 6, 19)))
        )

    def quality(self) -> Sequence[Finding]:
        if self.world == "empty":
            return ()
        return (Finding("naive_time", {"en": "time without a zone", "zh-CN": "没有时区的时间"}, 3, 2),)

    def ledger(self) -> Ledger:
        return ledger_of(self.world, NOON, self.as_of)

    def ledger_mark(self) -> str:
        return f"{self.version}-{self.as_of:%H%M%S}"

    def losses(self) -> Sequence[Loss]:
        return losses_of(self.world)

    def _readings(self, question: Question) -> Iterator[Reading]:
        start, end = question.window.start, question.window.end
        if start is None or end is None:
            yield self._undated(question)
        elif question.grain == "day":
            for day in _days(start, end):
                yield replace(self._one(question, day, day + timedelta(days=1)), bucket=day.isoformat())
        elif question.split == "team":
            for team in self.members("team"):
                part = replace(question, slice=Slice.of(team=team), split=None)
                yield replace(self._one(part, start, end, 0.16), member=team, question=question)
        else:
            yield self._one(question, start, end)

    def _undated(self, question: Question) -> Reading:
        """Return what survey answers without instants give: scores and nothing else."""
        subject = ASKED[question.metric]
        if question.metric not in ("csi", "csat"):
            return Reading(question, 0 if subject.unit is Unit.COUNT else None, 0, DataState.FRESH, None)
        return Reading(question, subject.base, subject.cases, DataState.FRESH, None)

    def _one(self, question: Question, start: date, end: date, share: float = 1.0) -> Reading:
        state = {"empty": DataState.EMPTY, "error": DataState.ERROR, "too_few": DataState.TOO_FEW}.get(
            self.world, DataState.FRESH
        )
        if self.world in ("empty", "error"):
            return Reading(question, None, 0, state, None if self.world == "empty" else self.as_of)
        subject = ASKED[question.metric]
        days = (end - start).days
        value = sum(_level(subject, day, question.slice) for day in _days(start, end)) / days * (1 + self.shift)
        if subject.name == "volume":
            value = round(value / 7 * days * share)
        if subject.name == "backlog":
            value = round(_level(subject, end, question.slice) * share * (1 + self.shift))
        n = 3 if self.world == "too_few" else max(int(subject.cases / 7 * days * share), 1)
        if subject.unit is Unit.COUNT:
            n = int(value)
        value = (
            min(value, 99.2)
            if subject.unit is Unit.PERCENT
            else min(value, 4.9)
            if subject.unit is Unit.SCORE
            else value
        )
        gap = question.grain and subject.name in ("csi", "csat") and start.toordinal() % 17 == 3
        parts = _parts(subject, value, n)
        return Reading(question, None if gap else value, 0 if gap else n, state, self.as_of, parts=parts)


def _parts(subject: FakeSubject, value: float, n: int) -> tuple[tuple[str, float | int | None], ...]:
    if subject.unit in (Unit.MINUTES, Unit.HOURS):
        waiting = (("waiting_now", 12),) if subject.name == "frt" else ()
        return (("p50", value * 0.62), ("p90", value * 2.3), *waiting)
    return (("immature", 61),) if subject.name == "fcr" else ()


@cache
def _level(subject: FakeSubject, day: date, slice_: Slice) -> float:
    number = day.toordinal()
    noise = crc32(f"{subject.name}{number}{slice_}".encode()) / 2**32 - 0.5
    own = (crc32(f"{subject.name}{slice_}".encode()) / 2**32 - 0.5) * (0.5 if slice_.by else 0)
    narrow = 0.12 if subject.unit in (Unit.PERCENT, Unit.SCORE) else 1.0
    weekly = 0.14 * sin(number * 2 * 3.14159 / 7)
    slope = 0.0016 * (number - NOON.toordinal()) * (1 if subject.better == "higher" else -1)
    return subject.base * (1 + narrow * (weekly + 0.16 * noise + own + slope))


def _days(start: date, end: date) -> Iterator[date]:
    while start < end:
        yield start
        start += timedelta(days=1)
