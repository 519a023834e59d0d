"""What was known at an earlier instant, against the oracle of that instant (1.2)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from metrics.past import measure_as_of
from tests.oracle.asking import Oracle
from tests.oracle.cases import House
from tests.oracle.desk import PLAIN, desk
from tests.oracle.glance import QUESTIONS, all_differences
from tests.oracle.loading import load

pytestmark = pytest.mark.oracle
RULES = {"plain": PLAIN, "own": replace(PLAIN, merge_clock="own", repeat_days=2.5)}


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize(
    "then", [datetime(2025, 3, 12, 16, tzinfo=UTC), datetime(2025, 2, 3, 5, 7, 9, 11, tzinfo=UTC)]
)
def test_the_past_is_the_oracles(rules: str, then: datetime) -> None:
    rows = desk(20250426, 300)
    world = load(rows, RULES[rules])
    readings = measure_as_of(world.con, RULES[rules], QUESTIONS, then)
    found = all_differences(Oracle(House(rows, RULES[rules], then)), readings)
    world.con.close()
    assert not found, f"{len(found)} differences, such as\n" + "\n".join(found[:12])
