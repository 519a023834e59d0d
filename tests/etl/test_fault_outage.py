"""A source that is down for long, by an emulated clock: asked less and less, delaying nobody, and back again."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from data.warehouse import watermark
from etl.model import SourceError
from etl.schedule.schedule import Outcome
from tests.etl.loading import NOW, desk, fates
from tests.etl.scheduling import DOWN, START, WELL, Stage, plan, stage

HOUR = 3600
MAPPING = """
version: 1
timezone: UTC
tables:
  - name: tickets
    query: "SELECT * FROM ticket WHERE changed >= :since ORDER BY changed, id"
    cursor: {column: changed, key: id}
    rows: ticket
    ticket: {id: id, created_at: changed}
"""


def _down_for(seconds: float) -> Stage:
    """Return a schedule of two sources a minute, of which `desk` fails in the first so many seconds."""
    seen: list[Stage] = []

    def ends(source_id: str) -> Outcome:
        at = seen[0].hands.now if seen else START
        return DOWN if source_id == "desk" and at < START + timedelta(seconds=seconds) else WELL

    seen.append(stage(plan(), plan("phone"), ends=ends))
    return seen[0]


def test_a_source_that_is_down_for_an_hour_is_asked_seldom_and_is_back_soon_after() -> None:
    at_work = _down_for(HOUR)
    at_work.hands.go(2 * HOUR)
    tries = [second for second in at_work.seconds() if second < HOUR]
    gaps = [after - before for before, after in zip(tries, tries[1:], strict=False)]
    assert gaps[:2] == [60, 60] and all(100 < gap <= 900 for gap in gaps[2:]) and len(tries) < 12
    back = next(second for second in at_work.seconds() if second >= HOUR)
    assert back - HOUR <= 15 * 60
    assert at_work.seconds()[-1] - at_work.seconds()[-2] == 60


def test_a_source_that_is_down_for_an_hour_delays_no_other() -> None:
    at_work = _down_for(HOUR)
    at_work.hands.go(HOUR)
    assert at_work.seconds("phone") == [60.0 * turn for turn in range(HOUR // 60 + 1)]


def _run(place: Path, sql: str) -> None:
    con = sqlite3.connect(place, isolation_level=None)
    con.execute(sql)
    con.close()


def test_what_came_while_a_database_was_away_is_loaded_when_it_is_back(tmp_path: Path) -> None:
    place, away = tmp_path / "desk.sqlite", tmp_path / "away.sqlite"
    _run(place, "CREATE TABLE ticket (id INTEGER PRIMARY KEY, changed TEXT)")
    _run(place, "INSERT INTO ticket VALUES (1, '2026-05-31 23:00:00')")
    at_work, url = desk(MAPPING, kind="sql", is_live=True), f"sqlite:///{place}"
    place.rename(away)
    with pytest.raises(SourceError, match="no such database file"):
        at_work.pull("sql", url)
    assert watermark(at_work.con) is None
    away.rename(place)
    assert fates(at_work.pull("sql", url)[0]) == (1, 0, 0, 0)
    place.rename(away)
    for minutes in range(0, 60, 10):
        with pytest.raises(SourceError, match="no such database file"):
            at_work.pull("sql", url, NOW + timedelta(minutes=minutes))
    assert watermark(at_work.con) == NOW
    _run(away, "INSERT INTO ticket VALUES (2, '2026-06-01 00:20:00'), (3, '2026-06-01 00:40:00')")
    away.rename(place)
    (report,) = at_work.pull("sql", url, NOW + timedelta(hours=1))
    assert (report.n_new, report.watermark) == (2, NOW + timedelta(hours=1))
    assert at_work.all("SELECT state FROM load_run ORDER BY run_id") == ["failed", "done", "failed", "done"]
