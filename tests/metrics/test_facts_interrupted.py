"""A rebuild that was interrupted outside a transaction is done again, whole."""

from random import Random
from typing import Any

import pytest

from metrics import facts
from tests.metrics.random_world import Loader
from tests.metrics.test_facts_incremental import state
from tests.metrics.world import DESK, END, World


class Interrupted(Exception):
    """What comes instead of a statement."""


class Cut:
    """A connection that fails at its nth statement."""

    def __init__(self, con: Any, last: int) -> None:
        self.con, self.left = con, last

    def __getattr__(self, name: str) -> Any:
        return getattr(self.con, name)

    def execute(self, *words: Any) -> Any:
        self.left -= 1
        if self.left < 0:
            raise Interrupted
        return self.con.execute(*words)


@pytest.fixture(scope="module")
def world() -> World:
    made = World(DESK)
    Loader(made, Random(3)).batch(60)
    made.refresh()
    return made


@pytest.mark.parametrize("last", [1, 2, 5, 12, 25, 40, 55, 70, 85, 100, 115])
def test_an_interrupted_rebuild_is_done_again_whole(world: World, last: int) -> None:
    before = state(world)
    with pytest.raises(Interrupted):
        facts.rebuild(Cut(world.con, last), END, DESK)  # type: ignore[arg-type]
    assert facts.ensure(world.con, END, DESK), "half of the facts were taken for all"
    assert state(world) == before


def test_a_load_after_it_rebuilds_too(world: World) -> None:
    before = state(world)
    with pytest.raises(Interrupted):
        facts.rebuild(Cut(world.con, 60), END, DESK)  # type: ignore[arg-type]
    world.refresh()
    assert state(world) == before
