"""Whatever the batches, refreshing touched cases gives the rows of a rebuild."""

import importlib
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.facts.refreshing import ALL
from metrics.model import Calendar
from tests.metrics.random_world import Loader
from tests.metrics.world import CN_OFFICE, DESK, World, at

TABLES = (*ALL, "merge_edge", "case_link")
NIGHT = Calendar("night", "America/New_York", (((0, 240), (1205, 1440)),) * 7)
DESKS: tuple[dict[str, Any], ...] = (
    {"sla_clock": "calendar"},
    {"sla_clock": "business", "merge_clock": "own", "on_priority_change": "from_start", "repeat_days": 2.5},
    {
        "sla_clock": "business",
        "calendars": {"cn_office": CN_OFFICE, "night": NIGHT},
        "team_calendars": {"B": "night"},
        "tier_calendars": {"P1": "night"},
        "pause_statuses": ("pending_customer", "on_hold"),
        "tz": "America/New_York",
    },
    {"calendars": {}, "calendar": None, "sla": {}, "pause_statuses": ()},
)


@pytest.fixture(autouse=True)
def never_rebuild() -> Iterator[None]:
    module = importlib.import_module("metrics.facts.refreshing")
    before = module.LARGE_SHARE
    module.LARGE_SHARE = 1e9  # type: ignore[attr-defined]
    yield
    module.LARGE_SHARE = before  # type: ignore[attr-defined]


def state(world: World) -> dict[str, list[tuple[Any, ...]]]:
    return {table: world.rows(f"SELECT * FROM {table} ORDER BY ALL") for table in TABLES}


@pytest.mark.oracle
@given(
    seed=st.integers(0, 2**32),
    desk=st.sampled_from(DESKS),
    sizes=st.lists(st.integers(1, 40), min_size=2, max_size=4),
)
@settings(max_examples=6, deadline=None)
def test_refreshing_in_batches_gives_the_rows_of_a_rebuild(seed: int, desk: dict[str, Any], sizes: list[int]) -> None:
    world = World(DESK, **desk)
    loader = Loader(world, Random(seed))
    world.ticket(1)
    for number, size in enumerate(sizes, start=1):
        loader.batch(size)
        world.refresh(at("10 00:00") + timedelta(days=3 * number, hours=5))
        refreshed = state(world)
        world.rebuild(at("10 00:00") + timedelta(days=3 * number, hours=5))
        assert refreshed == state(world)
