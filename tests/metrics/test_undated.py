"""An import without any instant has no watermark; its tickets are measured over the whole import (semantics 12.2)."""

from dataclasses import replace
from datetime import date

import pytest

from metrics import facts
from metrics.catalog import CATALOG
from metrics.definition import example
from metrics.drill import drill
from metrics.exclusions import left_out
from metrics.measure import measure
from metrics.members import Members
from metrics.model import Basis, DataState, Question, Reading, Window
from metrics.scan import Ground
from tests.metrics.world import DESK, World, at

EVER = Window(None, None)
MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))


def undated() -> World:
    world = World()
    world.ticket(1, None, given_resolution_s=7200.0)
    world.survey(1, None, overall=5.0, ticket_key=1)
    world.con.execute("BEGIN")
    facts.refresh(world.con, None, world.desk)
    world.con.execute("COMMIT")
    return world


def asked(world: World, metric: str, window: Window) -> Reading:
    question = Question(metric, window)
    (found,) = measure(world.con, world.desk, [question], None)[question]
    return found


def test_an_import_without_times_is_measured_as_a_whole() -> None:
    world = undated()
    found = {metric: asked(world, metric, EVER).value for metric in ("volume", "resolution", "overall_mean")}
    assert found == {"volume": 1.0, "resolution": 2.0, "overall_mean": 5.0}


def test_a_count_of_nothing_is_not_known_without_times() -> None:
    found = asked(undated(), "volume", MARCH)
    assert (found.value, found.n, found.state) == (None, 0, DataState.EMPTY)


def test_a_dated_ticket_becomes_visible_when_there_is_a_watermark() -> None:
    world = undated()
    world.ticket(2)
    world.con.execute("BEGIN")
    facts.refresh(world.con, None, world.desk)
    world.con.execute("COMMIT")
    assert world.rows("SELECT case_key FROM fact_case") == [(1,)]
    world.refresh()
    assert world.rows("SELECT case_key FROM fact_case ORDER BY 1") == [(1,), (2,)]


def test_facts_of_an_undated_import_are_up_to_date() -> None:
    world = undated()
    assert not facts.ensure(world.con, None, world.desk)


AS_OF = at("20 10:00")
DIMENSIONS = ("efficiency", "attitude", "clarity", "resolution", "empathy")
SURVEYED = replace(DESK, csi_weights=dict.fromkeys(DIMENSIONS, 0.2))
# Attributes of a ticket or of an answer, and the duration that was given: known without any instant (decision 11).
OF_THE_WHOLE_IMPORT = {
    *("volume", "complaints", "complaint_rate", "slow_complaint_rate", "resolution"),
    *("vendor_share", "vendor_mean", "vendor_sum"),
}


def lived(world: World, key: int, created: str | None) -> None:
    """Add a complaint with all that can happen to a ticket, and its survey."""
    world.ticket(
        key, created, type="complaint", tags=["slow_response"], customer_key=key, category="x", team="T",
        priority="P1", is_common=True, resolution_kind="resolved", solution_complete=True,
        given_resolution_s=7200.0, vendor='{"made_sla": true, "moves": 2}',
    )  # fmt: skip
    world.bot(key, "10 10:01")
    world.event(key, "10 10:02", "handoff")
    for number, (when, dept) in enumerate((("10 10:03", "D1"), ("10 10:04", "D2"))):
        world.insert(
            "ticket_event", event_key=1000 * key + number, ticket_key=key, stream=1, seq=1000 * key + number,
            occurred_at=at(when), kind="assign", new="a1", actor="a1", actor_kind="agent", dept=dept,
        )  # fmt: skip
    world.message(key, "10 10:06", "customer", None)
    world.reply(key, "10 10:07")
    for when, status in (("10 11:00", "resolved"), ("10 12:00", "open"), ("10 17:00", "closed")):
        world.status(key, when, status)
    world.event(key, "10 18:00", "followup")
    scores: dict[str, float | None] = dict.fromkeys(DIMENSIONS, 4.0)
    world.survey(key, created and "11 12:00", scores, overall=5.0, ticket_key=key, customer_key=key, nps=9)


def lived_world(*undated: int) -> World:
    world = World(SURVEYED)
    lived(world, 1, "10 10:00")
    for key in undated:
        lived(world, key, None)
    world.refresh(AS_OF)
    return world


@pytest.fixture(scope="module")
def dated() -> World:
    return lived_world()


@pytest.fixture(scope="module")
def mixed() -> World:
    return lived_world(2)


def figure(world: World, question: Question) -> tuple[float | None, int]:
    (found,) = measure(world.con, world.desk, [question], AS_OF)[question]
    return found.value, found.n


ASKED = [(name, basis) for name in CATALOG for basis in ("event", "created")[: 1 + CATALOG[name].has_cohort]]


def put(name: str, window: Window, basis: Basis) -> Question:
    """Return a question that lived tickets have an answer to."""
    vendor = {"vendor_share": "made_sla", "vendor_mean": "moves", "vendor_sum": "moves"}
    question = example(CATALOG[name], window)
    return replace(question, basis=basis, parameter=vendor.get(name, question.parameter))


def is_of_surveys(name: str) -> bool:
    return CATALOG[name].anchor.row_key == "response_key"


@pytest.mark.parametrize(("name", "basis"), ASKED)
def test_an_undated_ticket_is_in_no_figure_of_a_period(dated: World, mixed: World, name: str, basis: Basis) -> None:
    for window in (MARCH, Window(None, date(2025, 4, 1)), Window(date(2025, 3, 1), None)):
        question = put(name, window, basis)
        assert figure(mixed, question) == figure(dated, question)


@pytest.mark.parametrize(("name", "basis"), ASKED)
def test_over_the_whole_import_it_counts_where_no_instant_is_needed(
    dated: World, mixed: World, name: str, basis: Basis
) -> None:
    question = put(name, EVER, basis)
    more = figure(mixed, question)[1] - figure(dated, question)[1]
    assert more in (0, 1) if is_of_surveys(name) else more == (name in OF_THE_WHOLE_IMPORT)


@pytest.mark.parametrize(("name", "basis"), [one for one in ASKED if not is_of_surveys(one[0])])
def test_the_list_of_the_whole_import_is_as_long_as_its_figure(mixed: World, name: str, basis: Basis) -> None:
    question = put(name, EVER, basis)
    assert len(drill(mixed.con, mixed.desk, question, AS_OF)) == figure(mixed, question)[1]


@pytest.mark.parametrize(
    ("name", "window", "out"), [("volume", EVER, 0), ("volume", MARCH, 1), ("transfer_share", EVER, 1)]
)
def test_the_panel_tells_undated_tickets_only_where_they_are_left_out(
    mixed: World, name: str, window: Window, out: int
) -> None:
    ground = Ground(mixed.con, mixed.desk, AS_OF, Members())
    assert left_out(ground, Question(name, window), None)["undated"] == out
