"""A warehouse of an older version gets the new tables, and its facts are made anew."""

from metrics import facts
from metrics.facts import fingerprint
from tests.metrics.world import DESK, END, World


def outgrown() -> World:
    """Return a world whose facts another version made, with a column less."""
    world = World()
    world.ticket(1)
    world.reply(1, "10 10:10")
    world.refresh()
    world.con.execute("ALTER TABLE fact_case DROP COLUMN bot_at")
    world.con.execute("UPDATE meta SET value = '1' WHERE name = 'facts_version'")
    return world


def test_tables_of_another_version_are_made_anew() -> None:
    world = outgrown()
    facts.create(world.con)
    assert world.rows("SELECT bot_at FROM fact_case") == []
    assert fingerprint.is_stale(world.con, END, DESK)
    assert facts.ensure(world.con, END, DESK)
    assert world.rows("SELECT case_key FROM fact_turn") == [(1,)]


def test_tables_from_before_versions_were_written_down_are_outgrown_too() -> None:
    world = outgrown()
    world.con.execute("DELETE FROM meta WHERE name = 'facts_version'")
    facts.create(world.con)
    assert world.rows("SELECT bot_at FROM fact_case") == []


def test_tables_of_this_version_keep_their_rows() -> None:
    world = World()
    world.ticket(1)
    world.refresh()
    facts.create(world.con)
    assert not fingerprint.is_stale(world.con, END, DESK)
    assert len(world.rows("FROM fact_case")) == 1
