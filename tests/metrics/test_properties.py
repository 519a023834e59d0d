"""What holds in every world (semantics 1.15): lists, sums over slices, flow, time spent, clocks."""

from dataclasses import replace
from datetime import date
from math import fsum, isclose
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.catalog import CATALOG
from metrics.drill import drill
from metrics.measure import measure
from metrics.model import DIMENSIONS, Calendar, Clock, Desk, Question, Reading, Slice, Window
from tests.metrics.random_world import Loader
from tests.metrics.world import DESK, World, at

pytestmark = pytest.mark.oracle
EVER = Window(None, None)
MARCH = Window(date(2025, 3, 8), date(2025, 3, 24))
NOW = at("23 10:00")
PARAMETERS = {"dimension": "clarity", "department/minutes": "tech/10", "hours": "4", "score": "5", "tier": "lt4"}
KNOWN = [name for name, metric in CATALOG.items() if metric.parameter is None or metric.parameter in PARAMETERS]
COUNTS = ("volume", "resolve_events", "reopen_events", "survey_received", "survey_valid", "update_gaps")
MEANS = ("frt", "frt_any", "wait_total", "resolution", "first_resolution", "net_resolution", "overall_mean")
SHARES = ("reopen_rate", "sla_first_reply", "sla_resolution", "fcr", "fcr_one_touch", "repeat_share", "csat")
NIGHT = Calendar("night", "America/New_York", (((0, 240), (1205, 1440)),) * 7)
PLAIN = replace(DESK, csi_weights={"clarity": 0.5, "attitude": 0.5})
RULES = (
    PLAIN,
    replace(PLAIN, merge_clock="own", repeat_days=2.5, tz="America/New_York"),
    replace(PLAIN, calendars={**DESK.calendars, "night": NIGHT}, team_calendars={"B": "night"}, sla_clock="business"),
)
seeds = st.integers(0, 2**32)
desks = st.sampled_from(RULES)
few = settings(max_examples=5, deadline=None)


def made(seed: int, desk: Desk = PLAIN, size: int = 90) -> World:
    world, random = World(desk), Random(seed)
    Loader(world, random).batch(size)
    for _ in range(6):
        world.event(random.randrange(1, 10), f"{random.randrange(10, 22)} 11:00", "assign", random.choice("xyz"))
    world.refresh(NOW)
    return world


def ask(world: World, *questions: Question) -> list[tuple[Reading, ...]]:
    found = measure(world.con, world.desk, questions, NOW)
    return [found[question] for question in questions]


def asking(name: str, window: Window = EVER) -> Question:
    return Question(name, window, parameter=PARAMETERS.get(CATALOG[name].parameter or ""))


@given(seed=seeds, desk=desks, window=st.sampled_from((EVER, MARCH)))
@few
def test_every_list_is_as_long_as_its_figures_n(seed: int, desk: Desk, window: Window) -> None:
    world = made(seed, desk)
    asked = [replace(asking(name, window), slice=by) for name in KNOWN for by in (Slice(), Slice.of(team="A"))]
    figures = ask(world, *asked)
    for question, (figure,) in zip(asked, figures, strict=True):
        listed = drill(world.con, world.desk, question, NOW)
        assert (question.metric, len(listed)) == (question.metric, figure.n)


@given(seed=seeds, desk=desks)
@few
def test_the_mean_is_the_mean_of_the_listed_rows(seed: int, desk: Desk) -> None:
    world = made(seed, desk)
    for name in MEANS:
        listed = [case.value for case in drill(world.con, world.desk, asking(name, MARCH), NOW)]
        figure = ask(world, asking(name, MARCH))[0][0].value
        values = [value for value in listed if value is not None]
        assert len(values) == len(listed)
        assert figure is None if not values else isclose(figure or 0.0, fsum(values) / len(values), abs_tol=1e-9)


@given(seed=seeds, desk=desks, dimension=st.sampled_from(DIMENSIONS))
@few
def test_counts_and_sums_of_slices_add_up_to_the_whole(seed: int, desk: Desk, dimension: str) -> None:
    world = made(seed, desk)
    for name in (*COUNTS, *MEANS, *SHARES, "nps"):
        question = asking(name, MARCH)
        slices, (whole,) = ask(world, replace(question, split=dimension), question)
        assert (name, sum(part.n for part in slices)) == (name, whole.n)
        if name not in COUNTS and whole.value is not None:
            total = fsum(part.value * part.n for part in slices if part.value is not None)
            assert isclose(total, whole.value * whole.n, rel_tol=1e-9, abs_tol=1e-6), name


@given(seed=seeds, desk=desks)
@few
def test_the_days_add_up_to_the_window(seed: int, desk: Desk) -> None:
    world = made(seed, desk)
    for name in (*COUNTS, *MEANS, *SHARES):
        question = replace(asking(name, replace(MARCH, tz=desk.tz)))
        days, (whole,) = ask(world, replace(question, grain="day"), question)
        assert (name, sum(day.n for day in days)) == (name, whole.n)


@given(seed=seeds, desk=desks, dimension=st.sampled_from(DIMENSIONS))
@few
def test_the_backlog_changes_by_what_came_and_went_in_every_slice_on_every_day(
    seed: int, desk: Desk, dimension: str
) -> None:
    world = made(seed, desk)
    window = Window(date(2025, 3, 9), date(2025, 3, 23), desk.tz)
    names = ("backlog", "volume", "reopen_events", "resolve_events")
    answers = ask(world, *(Question(name, window, grain="day", split=dimension) for name in names))
    flow: dict[tuple[str, str | None, str | None], float] = {}
    for name, readings in zip(names, answers, strict=True):
        flow |= {(name, one.member, one.bucket): one.value or 0.0 for one in readings}
    members = {member for _, member, _ in flow}
    days = sorted({bucket or "" for _, _, bucket in flow})
    for member in members:
        level = 0.0  # the random life starts on 10 March, Shanghai
        for day in days:
            came = flow.get(("volume", member, day), 0) + flow.get(("reopen_events", member, day), 0)
            level += came - flow.get(("resolve_events", member, day), 0)
            assert (member, day, flow.get(("backlog", member, day), 0)) == (member, day, level)


@given(seed=seeds)
@few
def test_time_in_every_open_status_adds_up_to_the_open_life_of_a_case(seed: int) -> None:
    world = made(seed)
    rows = world.rows(
        "SELECT case_key, pending_us + hold_us + work_us FROM fact_resolution WHERE resolved_at IS NOT NULL"
    )
    spans = dict(
        world.rows(
            "SELECT case_key, sum(epoch_us(least(closed_at, resolved_at)) - epoch_us(opened_at))"
            " FROM fact_span JOIN fact_resolution USING (case_key)"
            " WHERE opened_at < resolved_at AND resolved_at IS NOT NULL GROUP BY case_key"
        )
    )
    for case, told in rows:
        assert (case, told) == (case, spans.get(case, 0))


@given(seed=seeds, desk=desks)
@few
def test_business_time_is_never_longer_than_elapsed_time(seed: int, desk: Desk) -> None:
    world = made(seed, desk)
    pairs = {
        "fact_case": ("frt", "wait", "any"),
        "fact_resolution": ("res", "net"),
        "fact_first_resolution": ("res", "net"),
    }
    for table, names in pairs.items():
        for name in names:
            assert world.rows(f"SELECT * FROM {table} WHERE {name}_biz_us > {name}_us") == []
            assert world.rows(f"SELECT * FROM {table} WHERE least({name}_us, {name}_biz_us) < 0") == []


@given(seed=seeds, clock=st.sampled_from(("calendar", "business")))
@few
def test_the_same_question_at_the_same_version_has_the_same_answer(seed: int, clock: Clock) -> None:
    world = made(seed)
    asked = [replace(asking(name), clock=clock, split=split) for name in KNOWN for split in (None, "team")]
    together = ask(world, *asked)
    assert [ask(world, question)[0] for question in reversed(asked)] == together[::-1]
    world.rebuild(NOW)
    assert ask(world, *asked) == together
