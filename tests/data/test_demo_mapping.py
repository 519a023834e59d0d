"""The demo desk comes in like any other source: its SQL and its Parquet mapping read every row."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from data.demo import Living, create, export
from data.source_rules import SourceRule
from data.warehouse import Warehouse
from etl.mapping import load_mapping
from etl.model import LoadReport, Origin
from etl.pull import intakes
from etl.pull.run import Intake, pull

MAPPINGS = Path(__file__).resolve().parents[2] / "data" / "mappings"
UNTIL = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
TICKETS = 800
SEED = 21  # a world of this size with some rows of each dirty kind
SURVEYS = "(SELECT id FROM hd_rating UNION ALL SELECT id FROM hd_invite)"
TWINS = {"ticket": "hd_case", "ticket_event": "hd_case_log", "message": "hd_post", "survey_response": SURVEYS}


@dataclass
class Monitor:
    """A warehouse that pulls the desk; `touched` tells the tickets of every refresh."""

    con: duckdb.DuckDBPyConnection
    intake: Intake
    touched: list[set[int]]

    def pull(self, now: datetime) -> list[LoadReport]:
        return list(pull(self.con, self.intake, self._refresh, now))

    def _refresh(self, con: duckdb.DuckDBPyConnection, mark: datetime | None) -> None:
        self.touched.append({row[0] for row in con.execute("SELECT ticket_key FROM touched_ticket").fetchall()})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "desk.sqlite"
    create(path, TICKETS, UNTIL, SEED)
    return path


@contextmanager
def watching(desk: Path) -> Iterator[Monitor]:
    store = Warehouse(None)
    rule = SourceRule.model_validate(
        {"id": "demo", "name": "Demo", "kind": "sql", "url": f"sqlite:///{desk}", "mapping": MAPPINGS / "demo.yaml"}
    )
    yield Monitor(store.cursor(), intakes.scheduled(rule, "salt", {}, 900), [])
    store.close()


@pytest.fixture(scope="module")
def loaded(made: Path) -> Iterator[tuple[Monitor, list[LoadReport]]]:
    with watching(made) as monitor:
        yield monitor, monitor.pull(UNTIL)


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Path:
    (tmp_path / "desk.sqlite").write_bytes(made.read_bytes())
    return tmp_path / "desk.sqlite"


@pytest.fixture
def monitor(desk: Path) -> Iterator[Monitor]:
    with watching(desk) as monitor:
        monitor.pull(UNTIL)
        yield monitor


def count(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = con.execute(sql).fetchone()
    assert row is not None
    return int(row[0])


def in_desk(desk: Path, sql: str) -> int:
    with closing(sqlite3.connect(desk)) as con:
        return int(con.execute(sql).fetchone()[0])


def accounted(reports: list[LoadReport]) -> bool:
    return all(r.n_read == r.n_new + r.n_changed + r.n_same + r.n_rejected for r in reports)


def test_the_first_pull_loads_every_row_but_the_dirty_ones(
    loaded: tuple[Monitor, list[LoadReport]], made: Path
) -> None:
    monitor, reports = loaded
    dirty = {"ticket_event": "new_value = 'in_review'", "message": "sent_at LIKE '0000%'"}
    assert accounted(reports)
    assert {rule for report in reports for rule in report.rejects_by_rule} == {"unknown_status", "unparsed_cell"}
    for table, twin in TWINS.items():
        expected = in_desk(made, f"SELECT count(*) FROM {twin} WHERE coalesce(NOT ({dirty.get(table, '0')}), 1)")
        assert count(monitor.con, f"SELECT count(*) FROM {table}") == expected


def test_each_group_of_the_desk_has_a_supervisor(loaded: tuple[Monitor, list[LoadReport]], made: Path) -> None:
    monitor, _ = loaded
    assert count(monitor.con, "SELECT count(*) FROM agent WHERE role = 'supervisor'") == in_desk(
        made, "SELECT count(*) FROM hd_group"
    )
    assert count(
        monitor.con, "SELECT count(*) FROM ticket_event JOIN agent ON actor = src_id AND role = 'supervisor'"
    )


def test_a_pull_touches_only_what_changed(monitor: Monitor, desk: Path) -> None:
    since = UNTIL + timedelta(minutes=30)
    with closing(Living(desk, SEED)) as living:
        living.advance(since)
        monitor.pull(since)
        living.advance(since + timedelta(seconds=60))
    monitor.touched.clear()
    assert accounted(monitor.pull(since + timedelta(seconds=60)))
    changed = in_desk(desk, f"SELECT count(*) FROM hd_case WHERE updated_at > {since.timestamp() * 1000}")
    assert len(set().union(*monitor.touched)) == changed > 0


def test_pulling_every_few_seconds_ends_like_pulling_once(monitor: Monitor, desk: Path) -> None:
    with closing(Living(desk, SEED)) as living:
        for step in range(1, 5):
            now = UNTIL + timedelta(seconds=100 * step)
            living.advance(now)
            assert accounted(monitor.pull(now))
    told = "SELECT {} FROM {} ORDER BY 1"
    for table, twin in (("ticket", "hd_case"), ("survey_response", SURVEYS)):
        assert count(monitor.con, told.format("count(*)", table)) == in_desk(desk, told.format("count(*)", twin))
    newest = monitor.con.execute("SELECT epoch_ms(max(occurred_at)) FROM ticket_event").fetchall()
    assert newest == [(in_desk(desk, "SELECT max(logged_at) FROM hd_case_log"),)]


def test_every_canonical_word_is_in_use(loaded: tuple[Monitor, list[LoadReport]]) -> None:
    monitor, _ = loaded
    seen = {
        column: {row[0] for row in monitor.con.execute(f"SELECT DISTINCT {column} FROM {table}").fetchall()}
        for table, column in (("ticket", "channel"), ("ticket", "type"), ("ticket_event", "kind"))
    }
    assert seen["channel"] == {"online", "phone", "email", "social", "offline", "bot"}
    assert seen["type"] == {"inquiry", "complaint", "tech", "other"}
    assert seen["kind"] == {"status", "assign", "priority", "handoff", "merge", "followup"}


def test_the_parquet_export_loads_like_the_desk(tmp_path: Path) -> None:
    rows = export(tmp_path / "files", TICKETS, UNTIL, SEED)
    store = Warehouse(None)
    con = store.cursor()
    mapping = load_mapping(MAPPINGS / "demo_files.yaml")
    files = sorted(path for path in (tmp_path / "files").iterdir() if not path.name.startswith("contacts"))
    intake = intakes.imported("demo", files, mapping, Origin("file", "Demo"))
    reports = list(pull(con, intake, lambda _con, _mark: None, UNTIL))
    assert accounted(reports)
    assert sum(report.n_read for report in reports) == sum(rows.values()) - rows["contacts"]
    assert count(con, "SELECT count(*) FROM ticket WHERE team IS NOT NULL AND created_at IS NOT NULL") == TICKETS
    assert count(con, "SELECT count(*) FROM survey_response") == rows["ratings"]
    store.close()
