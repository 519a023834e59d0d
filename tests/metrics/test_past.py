"""What was known at an earlier instant comes out as it would have then."""

from datetime import date
from pathlib import Path
from random import Random

import pytest

from data.warehouse import Warehouse
from metrics import facts
from metrics.catalog import CATALOG
from metrics.measure import measure
from metrics.model import Question, Window
from metrics.past import measure_as_of, standing
from tests.metrics.random_world import Loader
from tests.metrics.test_catalog import PARAMETERS as KNOWN_PARAMETERS
from tests.metrics.world import DESK, END, World, at

pytestmark = pytest.mark.oracle

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))
THEN = at("14 12:00")
PARAMETERS = {**KNOWN_PARAMETERS, "dimension": "a", "vendor field": "ok"}
QUESTIONS = [
    Question(name, MARCH, parameter=PARAMETERS.get(metric.parameter or ""), split=split)
    for name, metric in CATALOG.items()
    for split in (None, "team")
]


def made(seed: int) -> World:
    world = World()
    Loader(world, Random(seed)).batch(120)
    return world


@pytest.mark.parametrize("seed", range(3))
def test_the_past_comes_out_as_it_did_then(seed: int) -> None:
    now, then = made(seed), made(seed)
    now.rebuild(END)
    then.rebuild(THEN)
    assert measure_as_of(now.con, DESK, QUESTIONS, THEN) == measure(then.con, DESK, QUESTIONS, THEN)


def test_the_present_is_left_as_it_was() -> None:
    world = made(1)
    world.rebuild(END)
    before = measure(world.con, DESK, QUESTIONS, END)
    meta = world.rows("SELECT * FROM meta ORDER BY ALL")
    measure_as_of(world.con, DESK, QUESTIONS, THEN)
    assert measure(world.con, DESK, QUESTIONS, END) == before
    assert world.rows("SELECT * FROM meta ORDER BY ALL") == meta
    assert world.rows("SELECT 1 FROM duckdb_schemas() WHERE schema_name LIKE 'past%'") == []


def test_an_error_in_the_past_leaves_nothing_behind() -> None:
    world = made(1)
    world.rebuild(END)
    with pytest.raises(KeyError, match="gone"), standing(world.con, DESK, THEN):
        raise KeyError("gone")
    assert world.row("SELECT count(*) FROM duckdb_schemas() WHERE schema_name LIKE 'past%'") == (0,)
    assert world.row("SELECT current_schema()") == ("main",)


def test_a_warehouse_in_a_file_is_only_read(tmp_path: Path) -> None:
    store = Warehouse(tmp_path / "w.duckdb")
    con = store.cursor()
    facts.create(con)
    con.execute(
        "INSERT INTO ticket (ticket_key, source_no, src_ticket_id, created_at) VALUES (1, 0, '1', ?), (2, 0, '2', ?)",
        [at("10 10:00"), at("20 10:00")],
    )
    facts.rebuild(con, END, DESK)
    volume = Question("volume", MARCH)
    assert measure_as_of(store.cursor(), DESK, [volume], THEN)[volume][0].value == 1
    assert measure(con, DESK, [volume], END)[volume][0].value == 2
    store.close()
