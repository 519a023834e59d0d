"""Issue chains by hand (semantics 4.14; golden FCR cases at fact level)."""

from typing import Any

import pytest

from tests.metrics.world import END, World, at


def contacts(*cases: tuple[str, str | None], **desk: Any) -> World:
    """Return a world where customer 1 has cases 1, 2, ... (created, resolved) of category x."""
    world = World(**desk)
    for key, (created, resolved) in enumerate(cases, start=1):
        world.ticket(key, created, customer_key=1, category="x")
        if resolved is not None:
            world.status(key, resolved, "resolved")
    world.refresh()
    return world


def chains(world: World) -> list[tuple[Any, ...]]:
    return world.rows("SELECT case_key, chain_key, chain_position FROM fact_case ORDER BY case_key")


def test_a_customer_who_comes_back_spoils_the_issue() -> None:
    world = contacts(("10 10:00", "10 10:06"), ("12 10:00", "12 10:06"))
    assert chains(world) == [(1, 1, 1), (2, 1, 2)]
    assert world.rows("SELECT chain_key, case_key, resolved_at, n_cases, is_success, matures_at FROM fact_issue") == [
        (1, 1, at("10 10:06"), 2, False, at("17 10:06"))
    ]


def test_one_contact_is_a_success() -> None:
    world = contacts(("10 09:00", "10 10:00"))
    assert world.rows("SELECT n_cases, is_success FROM fact_issue") == [(1, True)]


def test_a_chain_of_three_is_one_issue() -> None:
    world = contacts(("10 09:00", "10 10:00"), ("14 09:00", "14 10:00"), ("20 09:00", "20 10:00"))
    assert world.rows("SELECT n_cases, is_success FROM fact_issue") == [(3, False)]


@pytest.mark.parametrize(("created", "n_chains"), [("17 10:00", 1), ("17 10:00:00.000001", 2)])
def test_seven_days_are_inclusive(created: str, n_chains: int) -> None:
    world = contacts(("10 09:00", "10 10:00"), (created, None))
    assert len({chain for _, chain, _ in chains(world)}) == n_chains


def test_a_case_joins_a_predecessor_that_is_still_open() -> None:
    world = contacts(("2025-01-10 09:00", None), ("2025-03-10 09:00", None))
    assert chains(world) == [(1, 1, 1), (2, 1, 2)]
    assert world.rows("FROM fact_issue") == []  # attributed to a first resolution that never came


def test_a_predecessor_resolved_later_is_joined() -> None:
    world = contacts(("2025-01-10 09:00", "2025-04-10 09:00"), ("2025-03-10 09:00", None))
    assert chains(world) == [(1, 1, 1), (2, 1, 2)]


def test_another_category_is_another_issue() -> None:
    world = World()
    for key, category in ((1, "x"), (2, "y"), (3, None), (4, None)):
        world.ticket(key, f"10 0{key}:00", customer_key=1, category=category)
    world.refresh()
    assert chains(world) == [(1, 1, 1), (2, 2, 1), (3, 3, 1), (4, 3, 2)]


def test_nobody_is_not_one_customer() -> None:
    world = World()
    world.ticket(1, category="x")
    world.ticket(2, category="x")
    world.refresh()
    assert chains(world) == [(1, None, None), (2, None, None)]


@pytest.mark.parametrize(("reopened", "success"), [("17 10:00", False), ("17 10:00:01", True)])
def test_a_reopen_within_the_days_spoils_the_issue(reopened: str, success: bool) -> None:
    world = World()
    world.ticket(1, customer_key=1)
    world.status(1, "10 10:00", "resolved")
    world.status(1, reopened, "open")
    world.refresh()
    assert world.rows("SELECT is_success FROM fact_issue") == [(success,)]


def test_the_days_are_a_setting() -> None:
    world = contacts(("10 09:00", "10 10:00"), ("12 11:00", None), repeat_days=2)
    assert chains(world) == [(1, 1, 1), (2, 2, 1)]


def test_a_late_case_in_between_renumbers_its_neighbours() -> None:
    world = contacts(("10 09:00", "10 10:00"), ("22 09:00", "22 10:00"))
    for other in range(10, 30):
        world.ticket(other)
    world.refresh()
    assert chains(world)[:2] == [(1, 1, 1), (2, 2, 1)]
    world.ticket(3, "16 09:00", customer_key=1, category="x")
    world.status(3, "16 10:00", "resolved")
    world.refresh(END)
    assert chains(world)[:3] == [(1, 1, 1), (2, 1, 3), (3, 1, 2)]
    assert world.rows("SELECT chain_key, n_cases FROM fact_issue") == [(1, 3)]
