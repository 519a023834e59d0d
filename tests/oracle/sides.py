"""Desks to compare on, each seen by both: the product's world and the oracle."""

from dataclasses import dataclass, replace

from metrics.model import Desk, Slice
from tests.metrics.world import World
from tests.oracle.asking import Oracle
from tests.oracle.cases import House
from tests.oracle.desk import AS_OF, PLAIN, desk
from tests.oracle.loading import load

DESKS = {
    "plain": PLAIN,
    "night": replace(
        PLAIN, tz="America/New_York", sla_clock="business", merge_clock="own", on_priority_change="from_start",
        pause_statuses=("pending_customer", "on_hold"), repeat_days=2.5,
    ),
    "tiers": replace(PLAIN, sla_clock="business", tier_calendars={"P1": "always"}, csi_min_weight=1.0),
}  # fmt: skip
LOOKED_UP = (
    Slice((("custom.plan", ("(none)", "pro")), ("handler", ("human", "bot")), ("tag", ("vip", "(none)")))),
    Slice.of(tag="slow_response"),
    Slice((("issue", ("common", "(none)")), ("problem", ("bill",)))),
)
FILTER = Slice((("priority", ("P1", "P2")), ("team", ("B",))))


@dataclass
class Side:
    """One desk's rules, the product's world of it, and the oracle."""

    desk: Desk
    world: World
    oracle: Oracle


def side_of(name: str, seed: int, size: int) -> Side:
    """Return a random desk under the named rules."""
    rules, rows = DESKS[name], desk(seed, size)
    return Side(rules, load(rows, rules), Oracle(House(rows, rules, AS_OF)))
