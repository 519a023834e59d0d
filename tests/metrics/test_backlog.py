"""The stock: three ways to count it agree, and the flow adds up (semantics 4.7, 1.15)."""

from datetime import date, datetime, timedelta
from random import Random

import pytest

from metrics.backlog import Part, levels
from metrics.flow import flow
from metrics.measure import measure
from metrics.members import Members
from metrics.model import Clock, Question, Slice, Window
from metrics.periods import midnight
from metrics.scan import Ground
from tests.metrics.random_world import Loader
from tests.metrics.world import END, World, at

DAYS = [date(2025, 3, 10) + timedelta(days=i) for i in range(14)]
SHANGHAI = "Asia/Shanghai"


@pytest.fixture(scope="module", params=range(3))
def ground(request: pytest.FixtureRequest) -> Ground:
    """A random world, as of June."""
    world = World()
    Loader(world, Random(request.param)).batch(150)
    world.rebuild()
    return Ground(world.con, world.desk, END, Members())


def counted(ground: Ground, instant: datetime) -> int:
    """Return the open cases by the letter of the definition."""
    text = "SELECT count(*) FROM fact_span WHERE opened_at < $x AND (closed_at IS NULL OR closed_at >= $x)"
    row = ground.con.execute(text, {"x": instant}).fetchone()
    assert row
    return int(row[0])


def total(found: dict[str | None, int]) -> int:
    return sum(found.values())


def test_days_and_spans_give_the_same_stock(ground: Ground) -> None:
    instants = [midnight(day, SHANGHAI) for day in DAYS]
    by_days = levels(ground, Part(Slice(), None), instants)
    by_agent = levels(ground, Part(Slice(), "agent"), instants)
    assert [total(by_days[one]) for one in instants] == [counted(ground, one) for one in instants]
    assert [total(by_agent[one]) for one in instants] == [counted(ground, one) for one in instants]


def test_any_instant_has_its_stock(ground: Ground) -> None:
    instants = [at("12 11:07"), at("12 16:59:59"), at("13 00:00"), at("19 23:30")]
    for split in (None, "team", "agent"):
        found = levels(ground, Part(Slice(), split), instants)
        assert [total(found[one]) for one in instants] == [counted(ground, one) for one in instants]


@pytest.mark.parametrize("part", [Slice(), Slice.of(team="A"), Slice.of(priority="P1"), Slice.of(category="x")])
@pytest.mark.parametrize("tz", [SHANGHAI, "America/New_York"])
def test_the_flow_adds_up_for_every_slice_and_day(ground: Ground, part: Slice, tz: str) -> None:
    for day in DAYS:
        found = flow(ground, Window(day, day + timedelta(days=1), tz), part)
        assert found.balanced, found


def test_the_trend_ends_where_the_period_ends(ground: Ground) -> None:
    window = Window(DAYS[0], DAYS[-1])
    asked = [Question("backlog", window), Question("backlog", window, grain="day")]
    plain, days = measure(ground.con, ground.desk, asked, END).values()
    assert plain[0].value == days[-1].value
    assert plain[0].part("max") == max(day.value or 0 for day in days)


def test_the_hours_of_a_day_lead_to_its_end(ground: Ground) -> None:
    day = Window(DAYS[2], DAYS[3])
    asked = [Question("backlog", day), Question("backlog", day, grain="hour")]
    plain, hours = measure(ground.con, ground.desk, asked, END).values()
    assert (len(hours), hours[-1].value) == (24, plain[0].value)


def test_the_flow_of_everything_is_refused(ground: Ground) -> None:
    with pytest.raises(ValueError, match="the flow needs a bounded window"):
        flow(ground, Window(None, None))


def test_an_event_at_the_instant_itself_is_not_yet_seen() -> None:
    world = World()
    world.ticket(1, "11 00:00")
    world.ticket(2, "10 09:00")
    world.status(2, "11 00:00", "resolved")
    world.refresh()
    ground = Ground(world.con, world.desk, END, Members())
    midnights = [at("11 00:00"), at("12 00:00")]
    found = levels(ground, Part(Slice(), None), midnights)
    assert [total(found[one]) for one in midnights] == [1, 1]


def test_the_age_of_what_is_open_has_bands_and_quantiles() -> None:
    world = World()
    for key, created in enumerate(("10 10:00", "11 10:00", "12 09:00", "12 11:59"), 1):
        world.ticket(key, created)
    world.refresh(at("12 12:00"))
    question = Question("backlog_age", Window(None, None))
    found = measure(world.con, world.desk, [question], at("12 12:00"))[question][0]
    assert found.n == 4
    assert found.value == pytest.approx((26 + 3) / 2)
    assert [found.part(band) for band in ("lt_4h", "h4_24", "d1_3", "d3_7", "gt_7d")] == [2, 0, 2, 0, 0]
    assert found.part("max") == 50


def test_business_age_counts_open_hours_only() -> None:
    world = World()
    world.ticket(1, "14 17:00")
    world.refresh(at("17 10:00"))
    question = Question("backlog_age", Window(None, None), clock="business")
    assert measure(world.con, world.desk, [question], at("17 10:00"))[question][0].value == 2.0


def test_an_undated_ticket_never_entered_the_stock_so_its_resolution_takes_nothing_out() -> None:
    world = World()
    world.ticket(1, None)
    world.status(1, "11 10:00", "resolved")
    world.ticket(2, "10 10:00")
    world.refresh()
    ground = Ground(world.con, world.desk, END, Members())
    instants = [at("10 09:00"), at("10 12:00"), at("11 12:00"), at("12 12:00")]
    for is_first in (False, True):
        found = levels(ground, Part(Slice(), "agent", is_first), instants)
        assert [total(found[one]) for one in instants] == [0, 1, 1, 1]


@pytest.mark.parametrize("clock", ["calendar", "business"])
@pytest.mark.parametrize("split", [None, "team"])
def test_the_ages_of_a_trend_are_those_of_its_days(ground: Ground, clock: Clock, split: str | None) -> None:
    window = Window(DAYS[0], DAYS[-1], SHANGHAI)
    trend = Question("backlog_age", window, grain="day", clock=clock, split=split)
    by_day = {
        day: Question("backlog_age", Window(None, day + timedelta(days=1), SHANGHAI), clock=clock, split=split)
        for day in DAYS[:-1]
    }
    found = measure(ground.con, ground.desk, [trend, *by_day.values()], END)
    trended = {(one.bucket, one.member): (one.value, one.n, one.parts) for one in found[trend] if one.n}
    alone = {(day.isoformat(), one.member): (one.value, one.n, one.parts) for day, question in by_day.items()
             for one in found[question] if one.n}  # fmt: skip
    assert trended == alone
    assert len(trended) > 3
