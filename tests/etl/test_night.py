"""What is done once a night, and what a failure leaves of it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from data.night import NightRules
from data.settings import Settings
from data.source_rules import SourceRule
from etl.model import LoadStopped, SourceError
from etl.people.retention import Forgotten
from etl.upkeep.night import Night
from etl.upkeep.reconcile import Reconciled
from etl.upkeep.upkeep import Upkeep

EVENING = datetime(2026, 6, 1, 12, tzinfo=UTC)  # 20:00 in Shanghai
HALF_PAST_THREE = datetime(2026, 6, 1, 19, 30, tzinfo=UTC)


class Recorder(Upkeep):
    """Notes what is asked of it; sources named in `broken` fail."""

    def __init__(self, broken: dict[str, Exception]) -> None:
        self.done: list[str] = []
        self.broken = broken

    def reconcile(self, source_id: str, allow_mass: bool = False) -> Reconciled:
        self.done.append(f"{source_id}{' mass' if allow_mass else ''}")
        if source_id in self.broken:
            raise self.broken[source_id]
        return Reconciled(0, 0, 0, 0, 0)

    def forget(self, keep_days: int) -> Forgotten:
        self.done.append(f"forget {keep_days}")
        return Forgotten(0, 0)


class Bell:
    """Remembers when it is to ring."""

    def __init__(self) -> None:
        self.rings: list[datetime] = []
        self.works: list[Callable[[], object]] = []
        self.beside_all: list[str] = []

    def at(self, name: str, instant: datetime, work: Callable[[], object]) -> None:
        self.rings.append(instant)
        self.works.append(work)

    def beside(self, name: str, work: Callable[[], object]) -> None:
        self.beside_all.append(name)
        work()


def _source(name: str, kind: str = "sql") -> SourceRule:
    places = {"sql": {"url": "sqlite:///x"}, "file": {"path": "x"}, "jira": {"user": "me"}}
    place = places.get(kind, {}) | ({} if kind in ("sql", "file") else {"url": "https://x.example", "token": "t"})
    return SourceRule.model_validate({"id": name, "name": name, "kind": kind, "mapping": Path("m.yaml"), **place})


DATABASES = (_source("one"), _source("files", "file"), _source("two"))


class House:
    """A night over two databases and a folder of files, or other sources."""

    def __init__(
        self, rules: NightRules | None = None, sources: tuple[SourceRule, ...] = DATABASES, **broken: Exception
    ) -> None:
        self.upkeep, self.bell = Recorder(broken), Bell()
        self.told: list[tuple[str, str]] = []
        self.night = Night(
            Settings(sources=sources, night=rules or NightRules()),
            self.upkeep,
            self.bell,
            lambda: EVENING,
            lambda source, error: self.told.append((source, str(error))),
        )


def test_the_bell_rings_on_the_clock_of_the_desk() -> None:
    house = House()
    house.night.await_next()
    assert house.bell.rings == [HALF_PAST_THREE]
    assert house.upkeep.done == []


def test_every_database_is_reconciled_and_old_rejects_are_emptied() -> None:
    house = House()
    house.night.work()
    assert house.upkeep.done == ["one", "two", "forget 90"]
    assert house.bell.rings == [HALF_PAST_THREE]


def test_a_source_that_fails_is_told_and_the_rest_is_done() -> None:
    house = House(one=SourceError("no way in", permanent=False))
    house.night.work()
    assert house.upkeep.done == ["one", "two", "forget 90"]
    assert house.told == [("one", "no way in")]
    assert len(house.bell.rings) == 1


def test_a_monitor_that_stops_has_no_next_night() -> None:
    house = House(one=LoadStopped("stopping"))
    house.night.work()
    assert (house.upkeep.done, house.bell.rings, house.told) == (["one"], [], [])


def test_nothing_is_done_that_is_not_wanted() -> None:
    house = House(NightRules(reconcile=False, keep_rejects_days=None))
    house.night.work()
    assert house.upkeep.done == []


def test_a_line_of_cron_that_never_comes_is_refused() -> None:
    with pytest.raises(ValidationError):
        NightRules(cron="0 0 31 2 *")


def test_systems_over_the_web_are_asked_too_unless_they_tell_by_themselves() -> None:
    kinds = ("zendesk", "freshdesk", "jira", "chatwoot", "intercom")
    house = House(NightRules(keep_rejects_days=None), tuple(_source(kind, kind) for kind in kinds))
    house.night.work()
    assert house.upkeep.done == ["jira", "chatwoot", "intercom"]


def test_a_night_is_worked_beside_so_that_a_stop_need_not_wait_for_an_answer() -> None:
    house = House()
    house.night.await_next()
    house.bell.works[0]()
    assert house.bell.beside_all == ["nightly upkeep"]
    assert house.upkeep.done[:2] == ["one", "two"]


def test_a_fault_of_the_program_ends_one_night_and_not_all() -> None:
    house = House(one=KeyError("fault"))
    with pytest.raises(KeyError):
        house.night.work()
    assert house.bell.rings == [HALF_PAST_THREE]
