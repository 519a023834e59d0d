"""When loads of one pull began and ended, as the ledger has it."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from etl.model import Batch, Delivery, SourceError
from etl.pull.run import FAULTS, Intake, pull
from etl.sources.text_rows import TextRows
from tests.etl.loading import COLUMNS, NOW, Desk

LOADS = 3


class Slow:
    """A source of several deliveries, each of which takes minutes; at its end it may fail."""

    def __init__(self, end: SourceError | None = None) -> None:
        self.now, self._end = NOW, end

    def clock(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    def read(self, cursor: str | None, now: datetime) -> Iterator[Delivery]:
        for number in range(LOADS):
            rows = TextRows.of(COLUMNS, [(str(number), "2026-01-02T08:00:00Z", "1", "")])
            yield Delivery("desk", [Batch("tickets", rows)], cursor=str(number))
        if self._end is not None:
            raise self._end


def pulled(desk: Desk, source: Slow) -> list[tuple[datetime, datetime]]:
    intake = Intake("desk", source, desk.mapping, desk.origin)
    with suppress(*FAULTS):
        list(pull(desk.con, intake, desk.refresh, NOW, clock=source.clock))
    return desk.con.execute("SELECT started_at, ended_at FROM load_run ORDER BY run_id").fetchall()


def test_loads_of_one_pull_end_in_the_order_they_were_made() -> None:
    times = pulled(Desk(), Slow())
    ends = [end for _, end in times]
    assert len(times) == LOADS and ends == sorted(ends)
    assert all(before <= start for (_, before), (start, _) in zip(times, times[1:], strict=False))


def test_each_load_begins_when_it_has_its_turn_not_when_the_pull_did() -> None:
    starts = [start for start, _ in pulled(Desk(), Slow())]
    assert starts == [NOW + timedelta(minutes=number) for number in (1, 2, 3)]


def test_the_ledger_does_not_keep_a_long_cursor_with_every_run() -> None:
    desk = Desk()
    for number, cursor in enumerate(("short", "long" * 300)):
        desk.load([(str(number), "2026-01-02T08:00:00Z", "1", "")], cursor=cursor)
    assert desk.con.execute("SELECT cursor FROM load_run ORDER BY run_id").fetchall() == [("short",), (None,)]
    assert desk.con.execute("SELECT cursor FROM source").fetchall() == [("long" * 300,)]


def test_a_failure_is_dated_behind_the_loads_before_it() -> None:
    times = pulled(Desk(), Slow(SourceError("no route to the host", permanent=False)))
    assert len(times) == LOADS + 1 and times[-1][0] >= times[-2][1]
