"""The demo desk in SQLite: made, kept alive, resumed, read while it is written."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from data.demo import Living, create
from data.demo import walk as walking
from data.demo.desk import history
from data.demo.rhythm import World, to_ms
from data.demo.tables import TABLES

UNTIL = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)  # a Friday, 14:30 in Shanghai
SEED = 7


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "desk.sqlite"
    create(path, 300, UNTIL, SEED)
    return path


def ask(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as con:
        return con.execute(sql).fetchall()


def everything(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    return {table: ask(path, f"SELECT * FROM {table} ORDER BY id") for table in TABLES}


def advance(path: Path, end: datetime) -> int:
    with closing(Living(path, SEED)) as living:
        return living.advance(end)


def copied(desk: Path, to: Path) -> Path:
    to.write_bytes(desk.read_bytes())
    return to


def test_the_same_seed_and_end_give_the_same_desk(desk: Path, tmp_path: Path) -> None:
    create(tmp_path / "again.sqlite", 300, UNTIL, SEED)
    assert everything(tmp_path / "again.sqlite") == everything(desk)


def test_another_seed_gives_another_desk(desk: Path, tmp_path: Path) -> None:
    create(tmp_path / "other.sqlite", 300, UNTIL, SEED + 1)
    assert everything(tmp_path / "other.sqlite")["hd_case"] != everything(desk)["hd_case"]


def test_a_desk_has_exactly_the_tickets_asked_for(desk: Path) -> None:
    assert ask(desk, "SELECT count(*) FROM hd_case") == [(300,)]


def test_an_existing_desk_is_not_overwritten(desk: Path) -> None:
    with pytest.raises(FileExistsError, match="remove it"):
        create(desk, 300, UNTIL, SEED)


def test_a_naive_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        create(tmp_path / "desk.sqlite", 300, datetime(2026, 11, 20), SEED)  # noqa: DTZ001


def test_progress_ends_at_the_total(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    create(tmp_path / "desk.sqlite", 50, UNTIL, SEED, lambda done, total: told.append((done, total)))
    assert told[-1] == (50, 50)


def test_the_size_of_the_chunks_does_not_matter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, desk: Path) -> None:
    monkeypatch.setattr(walking, "CHUNK", 37)
    create(tmp_path / "chunked.sqlite", 300, UNTIL, SEED)
    assert len(list(history(World.of(300, UNTIL, SEED)))) > 5
    assert everything(tmp_path / "chunked.sqlite") == everything(desk)


def test_a_resumed_desk_equals_an_uninterrupted_one(desk: Path, tmp_path: Path) -> None:
    end = UNTIL + timedelta(hours=5)
    whole, pieces = copied(desk, tmp_path / "whole.sqlite"), copied(desk, tmp_path / "pieces.sqlite")
    advance(whole, end)
    for minutes in (0.05, 1, 17, 130, 299, 300):
        advance(pieces, UNTIL + timedelta(minutes=minutes))
    assert everything(pieces) == everything(whole)


def test_many_small_steps_equal_one_large_step(desk: Path, tmp_path: Path) -> None:
    steps, leap = copied(desk, tmp_path / "steps.sqlite"), copied(desk, tmp_path / "leap.sqlite")
    with closing(Living(steps, SEED)) as living:
        written = sum(living.advance(UNTIL + timedelta(seconds=9 * step)) for step in range(120))
    advance(leap, UNTIL + timedelta(seconds=9 * 119))
    assert written > 60
    assert everything(steps) == everything(leap)


def test_bulk_and_living_tell_the_same_story(desk: Path, tmp_path: Path) -> None:
    """A history made at once equals the same world lived through day by day."""
    path = copied(desk, tmp_path / "lived.sqlite")
    world = World.of(300, UNTIL, SEED)
    with closing(sqlite3.connect(path)) as con:
        for table in TABLES:
            con.execute(f"DELETE FROM {table}")
        con.execute("UPDATE hd_clock SET shown_until = started_at - 1")
        con.commit()
    with closing(Living(path, SEED)) as living:
        for day in range(29):
            living.advance(datetime.fromtimestamp(world.started_ms / 1000, UTC) + timedelta(days=day))
        living.advance(UNTIL)
    assert everything(path) == everything(desk)


def test_nothing_lies_in_the_future(desk: Path, tmp_path: Path) -> None:
    path = copied(desk, tmp_path / "desk.sqlite")
    for end in (UNTIL, UNTIL + timedelta(hours=2)):
        advance(path, end)
        for table, column in (("hd_case", "updated_at"), ("hd_case_log", "logged_at"), ("hd_post", "updated_at")):
            assert ask(path, f"SELECT max({column}) FROM {table}")[0][0] <= to_ms(end)
        assert ask(path, f"SELECT count(*) FROM hd_case WHERE opened_at > {to_ms(end)}") == [(0,)]


def test_going_back_in_time_writes_nothing(desk: Path, tmp_path: Path) -> None:
    path = copied(desk, tmp_path / "desk.sqlite")
    assert advance(path, UNTIL + timedelta(hours=1)) > 0
    assert advance(path, UNTIL) == 0


def test_only_what_changed_carries_a_later_change_instant(desk: Path, tmp_path: Path) -> None:
    path = copied(desk, tmp_path / "desk.sqlite")
    advance(path, UNTIL + timedelta(minutes=10))
    before = {row[0]: row for row in ask(path, "SELECT * FROM hd_case")}
    advance(path, UNTIL + timedelta(minutes=20))
    since = to_ms(UNTIL + timedelta(minutes=10))
    changed = {row[0] for row in ask(path, "SELECT * FROM hd_case") if before.get(row[0]) != row}
    assert changed == {row[0] for row in ask(path, f"SELECT id FROM hd_case WHERE updated_at > {since}")}
    assert 0 < len(changed) < 150


def test_something_happens_every_few_seconds_even_at_night(desk: Path, tmp_path: Path) -> None:
    path = copied(desk, tmp_path / "desk.sqlite")
    night = datetime(2026, 11, 20, 19, tzinfo=UTC)  # 03:00 in Shanghai
    advance(path, night)
    assert advance(path, night + timedelta(minutes=10)) > 80


def test_another_seed_is_refused(desk: Path) -> None:
    with pytest.raises(ValueError, match="made with seed 7, not 8"):
        Living(desk, 8).advance(UNTIL + timedelta(seconds=5))  # closes itself when it fails


def test_a_missing_desk_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere\.sqlite: no demo desk here"):
        Living(tmp_path / "nowhere.sqlite", SEED)


def test_two_that_advance_the_same_desk_are_told(desk: Path, tmp_path: Path) -> None:
    path = copied(desk, tmp_path / "desk.sqlite")
    with closing(Living(path, SEED)) as first, closing(Living(path, SEED)) as second:
        first.advance(UNTIL + timedelta(minutes=1))
        second.advance(UNTIL + timedelta(minutes=2))
        with pytest.raises(RuntimeError, match="another process advances"):
            first.advance(UNTIL + timedelta(minutes=3))
        assert first.advance(UNTIL + timedelta(minutes=4)) > 0


def test_a_reader_keeps_its_view_while_the_desk_goes_on(desk: Path, tmp_path: Path) -> None:
    path = copied(desk, tmp_path / "desk.sqlite")
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        before = reader.execute("SELECT count(*) FROM hd_post").fetchone()
        assert advance(path, UNTIL + timedelta(hours=1)) > 0
        assert reader.execute("SELECT count(*) FROM hd_post").fetchone() == before
        reader.execute("COMMIT")
        assert reader.execute("SELECT count(*) FROM hd_post").fetchone() > before


def test_an_unfinished_desk_leaves_no_file_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        create(tmp_path / "desk.sqlite", 50, UNTIL, SEED, stop)
    assert not (tmp_path / "desk.sqlite").exists()
    create(tmp_path / "desk.sqlite", 50, UNTIL, SEED)
    assert ask(tmp_path / "desk.sqlite", "SELECT count(*) FROM hd_case") == [(50,)]


def test_a_desk_of_before_the_invitations_gets_their_table(desk: Path, tmp_path: Path) -> None:
    path = copied(desk, tmp_path / "desk.sqlite")
    with closing(sqlite3.connect(path)) as con:
        con.execute("DROP TABLE hd_invite")
        con.commit()
    advance(path, UNTIL + timedelta(hours=2))
    assert ask(path, f"SELECT count(*) > 0, min(sent_at) > {to_ms(UNTIL)} FROM hd_invite") == [(1, 1)]
    Living(path, SEED).close()
