"""The one door to the numbers for everything that shows them: measured once per version, then remembered."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeVar

import duckdb

from data.warehouse import Warehouse, data_version, watermark
from metrics import facts, ledger, sources
from metrics.annotations import carried
from metrics.catalog import metric_of
from metrics.defects import Finding, findings
from metrics.definition import example, with_sql
from metrics.drill import cases, drill
from metrics.facts import fingerprint
from metrics.losses import Loss, losses
from metrics.measure import measure
from metrics.members import Members
from metrics.metric import Metric
from metrics.model import NONE_LABEL, Annotation, Case, Desk, Pulse, Question, Reading, Slice, Target, Verdict, Window
from metrics.parameters import Fault, fault
from metrics.periods import local_day
from metrics.scan import Ground
from metrics.verdict import judge, target_for

Key = tuple[Question, int, datetime | None]
Readings = tuple[Reading, ...]
Seen = TypeVar("Seen")
MAX_KEPT = 20_000  # questions; a page of eight KPIs asks about thirty


class Answers:
    """Thread-safe; equal questions in flight are measured once (single flight), results are kept per version.

    cursor    gives the calling thread a cursor of its own in the warehouse
    clock     the instant against which sources are fresh or stale
    """

    def __init__(
        self,
        cursor: Callable[[], duckdb.DuckDBPyConnection],
        desk: Desk,
        targets: Sequence[Target],
        clock: Callable[[], datetime],
        max_kept: int = MAX_KEPT,
    ) -> None:
        self._cursor, self.desk, self.targets, self._clock = cursor, desk, tuple(targets), clock
        self._max_kept = max_kept
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, Future[Readings]] = OrderedDict()
        self._members: tuple[int, Members] = (-1, Members())
        self._losses: tuple[int, tuple[Loss, ...]] | None = None
        self._ledger: tuple[tuple[int, str], ledger.Ledger] | None = None
        self._pulse: Pulse | None = None
        self._empty: Warehouse | None = None

    def ask(self, questions: Iterable[Question]) -> dict[Question, Readings]:
        """Return the readings of every question at the current version, as `measure` gives them."""
        asked = list(dict.fromkeys(questions))
        with self._snapshot() as con:
            version, as_of = data_version(con), watermark(con)
            futures, mine = self._claim(asked, version, as_of)
            if mine:
                self._answer(con, (version, as_of), mine)
        return {question: future.result() for question, future in futures.items()}

    @contextmanager
    def _snapshot(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a cursor inside one transaction, so that version and figures belong together.

        As long as the facts are not whole, it is one in an empty warehouse: half of them would be wrong figures.
        """
        with _moment(self._cursor()) as con:
            if fingerprint.is_made(con):
                yield con
                return
        with _moment(self._blank().cursor()) as con:
            yield con

    def _blank(self) -> Warehouse:
        with self._lock:
            if self._empty is None:
                self._empty = Warehouse(None)
                facts.create(self._empty.cursor(), self.desk)
            return self._empty

    def _claim(
        self, asked: Sequence[Question], version: int, as_of: datetime | None
    ) -> tuple[dict[Question, Future[Readings]], dict[Question, Future[Readings]]]:
        """Return the futures of all questions, and those that this thread has to answer."""
        futures, mine = {}, {}
        with self._lock:
            for question in asked:
                key = (question, version, as_of)
                found = self._kept.get(key)
                if found is None:
                    found = mine[question] = self._kept[key] = Future()
                self._kept.move_to_end(key)
                futures[question] = found
            self._forget(version)
        return futures, mine

    def _forget(self, version: int) -> None:
        """Drop what is over the limit, the longest unused first; unfinished work stays."""
        for key in list(self._kept)[: max(0, len(self._kept) - self._max_kept)]:
            if self._kept[key].done():
                del self._kept[key]
        if self._members[0] < version:
            self._members = (version, Members())

    def _answer(
        self,
        con: duckdb.DuckDBPyConnection,
        moment: tuple[int, datetime | None],
        mine: dict[Question, Future[Readings]],
    ) -> None:
        version, as_of = moment
        try:
            found = measure(con, self.desk, mine, as_of, self._labels(version))
        except BaseException as error:
            with self._lock:
                for question, future in mine.items():
                    self._kept.pop((question, version, as_of), None)
                    future.set_exception(error)
            raise
        for question, future in mine.items():
            future.set_result(found[question])

    def _labels(self, version: int) -> Members:
        """Return the members kept for a version; those of a version already left are read again."""
        kept, members = self._members
        return members if kept == version else Members()

    def verdict(self, reading: Reading) -> Verdict:
        """Return the reading held against the target that fits it, and the state of the data behind it."""
        states = (self._pulse or self.pulse()).sources.values()
        target = target_for(reading, self.targets)
        return judge(reading, target, self.subject(reading.question.metric).better, sources.worst(states))

    def pulse(self) -> Pulse:
        """Return version, watermark and source states as of now."""
        con = self._cursor()
        try:
            self._pulse = sources.pulse(con, self._clock())
        finally:
            con.close()
        return self._pulse

    def subject(self, metric: str) -> Metric:
        """Return the KPI of that name; ValueError names the known ones."""
        return metric_of(metric)

    def fault(self, metric: str, parameter: str | None) -> Fault | None:
        """Return what is wrong with a KPI's name or parameter; None when it can be asked."""
        return fault(metric, parameter, self.desk)

    def members(self, dimension: str) -> list[str]:
        """Return the labels of a dimension in text order, the missing value last."""
        with self._snapshot() as con:
            labels = self._labels(data_version(con)).labels(con, dimension).values()
        return sorted(one for one in labels if one != NONE_LABEL) + [NONE_LABEL] * (NONE_LABEL in labels)

    def definition(self, metric: str, language: str, question: Question | None = None) -> dict[str, str]:
        """Return the definition panel by heading, with the statements that ran (semantics 1.14)."""
        found = metric_of(metric)
        with self._snapshot() as con:
            as_of = watermark(con)
            asked = question or example(found, self._last_days(as_of))
            return with_sql(con, self.desk, asked, as_of, language)

    def _last_days(self, as_of: datetime | None) -> Window:
        end = local_day(as_of or self._clock(), self.desk.tz) + timedelta(days=1)
        return Window(end - timedelta(days=28), end, self.desk.tz)

    def drill(self, question: Question, limit: int | None = None) -> list[Case]:
        """Return the cases behind a figure; limit None = all, as many as its n."""
        with self._snapshot() as con:
            return drill(con, self.desk, question, watermark(con), limit, self._labels(data_version(con)))

    def behind(self, question: Question, keep: Callable[[Reading, Iterator[Case]], Seen]) -> Seen:
        """Return what `keep` makes of a plain question's reading and all its cases, both of one snapshot (1.13)."""
        with self._snapshot() as con:
            ground = Ground(con, self.desk, watermark(con), self._labels(data_version(con)))
            (reading,) = measure(con, self.desk, [question], ground.as_of, ground.members)[question]
            return keep(reading, cases(ground, question))

    def annotations(self, window: Window, part: Slice) -> tuple[Annotation, ...]:
        """Return the events of the settings that touch a window and a slice (R-101)."""
        return carried(window, part, self.desk.annotations)

    def quality(self) -> tuple[Finding, ...]:
        """Return what each rule of data quality found: rows refused, and rows loaded with a flaw (2.4, 2.7)."""
        return self.look(lambda con, _desk, _as_of: findings(con))

    def ledger(self) -> ledger.Ledger:
        """Return what every source delivered, its last runs, and the rows that did not load (2.4)."""
        with _moment(self._cursor()) as con:
            moment, known = (data_version(con), ledger.mark(con)), self._ledger
            if known is not None and known[0] == moment:
                return ledger.later(con, self._clock(), known[1])
            self._ledger = (moment, ledger.ledger(con, self._clock()))
            return self._ledger[1]

    def ledger_mark(self) -> str:
        """Return a token that moves with every entry of the ledger."""
        with _moment(self._cursor()) as con:
            return ledger.mark(con)

    def losses(self) -> tuple[Loss, ...]:
        """Return per headline KPI what it counts and what it leaves out; measured once per version."""
        version, found = self.look(self._lost)
        self._losses = (version, found)
        return found

    def _lost(
        self, con: duckdb.DuckDBPyConnection, desk: Desk, as_of: datetime | None
    ) -> tuple[int, tuple[Loss, ...]]:
        version, kept = data_version(con), self._losses
        return kept if kept is not None and kept[0] == version else (version, losses(con, desk, as_of))

    def look(self, view: Callable[[duckdb.DuckDBPyConnection, Desk, datetime | None], Seen]) -> Seen:
        """Return what a view such as a stage table or the list at risk sees, all of it in one snapshot; not kept."""
        with self._snapshot() as con:
            return view(con, self.desk, watermark(con))


@contextmanager
def _moment(con: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield the cursor inside a transaction of its own, which sees one state of the warehouse."""
    con.execute("BEGIN")
    try:
        yield con
    finally:
        con.execute("ROLLBACK")
        con.close()
