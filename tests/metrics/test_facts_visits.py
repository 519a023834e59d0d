"""Visits in the facts: first and last instants tell what a walk finds, stepwise as at once (semantics 4.8)."""

from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from metrics.facts import fingerprint, visits
from metrics.model import Desk, Stage, stages_from
from metrics.visits import ENDED, OPEN, POINTS, UNSURE, Pair, ended_visits, is_visited, open_visits, pair_of, pairs
from tests.metrics.random_world import N_TICKETS, Loader, when
from tests.metrics.world import DESK, END, World, at

ANY_PAIRS = {
    "all": tuple(Stage(f"{i}", {"en": ""}, start, (POINTS[-i], POINTS[i])) for i, start in enumerate(POINTS))
}
DEPTS = ("sales", "tech", None)


def fill(world: World, loader: Loader, size: int) -> None:
    """Write random rows, among them assignments, some by agents, often several at once."""
    loader.batch(size)
    for _ in range(size):
        key, moment, random = loader.random.randrange(1, N_TICKETS + 1), when(loader.random), loader.random
        for _ in range(random.choice((1, 1, 2, 3))):
            world.event(key, moment, "assign", random.choice(("a1", "a2", None)), seq=random.randrange(3))
            world.con.execute(
                "UPDATE ticket_event SET dept = ?, actor = ? WHERE event_key = ?",
                [random.choice(DEPTS), random.choice(("a1", None)), world._seq],
            )
    world.con.execute("UPDATE ticket_event SET actor_kind = 'automation' WHERE event_key % 7 = 0")


def found(world: World) -> Counter[tuple[Any, ...]]:
    """Return how often each visit was found, wherever it is kept."""
    rows = world.rows("SELECT case_key, pair, dept, entered_at, exited_at, biz_us FROM fact_revisit")
    for pair in pairs(world.desk):
        if pair.is_plain:
            rows += world.rows(kept(pair, world.desk))
    return Counter(row for row in rows if row[1] != "reached")


def kept(pair: Pair, desk: Desk) -> str:
    """Return the visits of a pair that fact_case keeps, as a query."""
    dept = "f.dept" if pair.start == "department" else "NULL"
    ends = (
        (ended_visits(pair, desk), "exited_at, stage_biz_us"),
        (open_visits(pair, desk), "exited_at, NULL"),
    )
    return " UNION ALL ".join(
        f"SELECT v.case_key, '{pair.name}', {dept}, entered_at, {end} FROM {rows.table} v"
        f" JOIN fact_case f ON f.case_key = v.case_key WHERE {is_visited(pair, desk, ENDED, OPEN)}"
        for rows, end in ends
    )


@pytest.mark.oracle
@pytest.mark.parametrize("seed", range(4))
def test_what_instants_tell_is_what_a_walk_finds(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(DESK, stages={**DESK.stages, **ANY_PAIRS})
    fill(world, Loader(world, Random(seed)), 60)
    world.refresh(at("19 05:00"))
    told = found(world)
    monkeypatch.setattr(visits, "_digit", lambda pair: str(UNSURE))
    world.rebuild(at("19 05:00"))
    assert found(world) == told
    assert len(told) > 10


@pytest.mark.oracle
@pytest.mark.parametrize("seed", range(4))
def test_batches_give_the_visits_of_a_rebuild(seed: int) -> None:
    world = World(DESK)
    world.ticket(1)
    loader = Loader(world, Random(seed))
    for number in (1, 2, 3):
        fill(world, loader, 12)
        mark = at("10 00:00") + timedelta(days=3 * number)
        world.refresh(mark)
        refreshed = _state(world)
        world.rebuild(mark)
        assert _state(world) == refreshed


def _state(world: World) -> list[list[tuple[Any, ...]]]:
    return [world.rows(f"SELECT * FROM {table} ORDER BY ALL") for table in ("fact_revisit", "fact_case")]


def test_a_survey_alone_moves_the_visits_of_its_case() -> None:
    world = World(DESK)
    world.ticket(1, "10 10:00")
    world.ticket(2, "10 10:00")
    for key in (1, 2):
        world.status(key, "10 10:30", "resolved")
    world.refresh()
    world.survey(5, "10 11:00", ticket_key=1)
    world.refresh()
    out = f"SELECT case_key, exited_at FROM {ended_visits(pair_of('resolved', 'survey'), DESK).table}"
    assert world.rows(out) == [(1, at("10 11:00"))]
    world.survey(5, "10 11:00", ticket_key=2)
    world.refresh()
    assert world.rows(out) == [(2, at("10 11:00"))]


def test_other_stage_maps_make_other_facts_but_other_titles_do_not() -> None:
    way = DESK.stages["D1"]
    renamed = Desk(stages={"D1": tuple(Stage(one.key, {"en": "X"}, one.start, one.stops) for one in way)})
    same = Desk(stages={"Mine": way})
    other = Desk(stages={"D1": (*way, Stage("more", {"en": "M"}, "closed", ("followup",)))})
    assert fingerprint.of(renamed) == fingerprint.of(same)
    assert fingerprint.of(other) != fingerprint.of(same)
    assert fingerprint.of(Desk(stages=stages_from({}))) != fingerprint.of(same)


def test_more_pairs_than_there_are_bits_are_refused() -> None:
    ends = [(one, other) for one in POINTS for other in POINTS]
    way = tuple(Stage(f"{i}", {"en": ""}, "created", stops) for i, stops in enumerate(ends))
    with pytest.raises(ValueError, match="different pairs of points; at most 62"):
        pairs(Desk(stages={"all": way}))


def test_every_pair_is_worked_out_once() -> None:
    names = [pair.name for pair in pairs(DESK)]
    assert names == sorted(set(names))
    assert pair_of("resolved", "reply", "followup", "reply") == pair_of("resolved", "followup", "reply")


def test_the_visits_of_another_desk_are_worked_out_anew() -> None:
    world = World(DESK)
    world.ticket(1, "10 10:00")
    world.status(1, "10 10:30", "closed")
    world.refresh()
    pair = pair_of("closed", "followup")
    world.desk = Desk(stages={"own": (Stage("one", {"en": "One"}, "closed", ("followup",)),)})
    world.refresh(END)
    assert world.rows(f"SELECT entered_at FROM {open_visits(pair, world.desk).table}") == [(at("10 10:30"),)]


@pytest.mark.parametrize("kind", ["action", "assigned", "surveyed"])
def test_what_comes_before_everything_else_has_its_place_on_the_business_axis(kind: str) -> None:
    world = World()
    world.ticket(1, "10 10:00")
    if kind == "action":
        world.message(1, "07 10:00", "agent", "a1", is_public=False)
    elif kind == "assigned":
        world.event(1, "07 10:00", "assign", "a1")
    else:
        world.survey(1, "07 10:00", ticket_key=1)
    world.rebuild()
    assert world.case(1, f"created_pos_us - {kind}_pos_us") == 9 * 3_600_000_000
