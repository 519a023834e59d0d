"""The counter: orders as they come in JSON, how they are told, and what is refused before it is begun."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest

from data.settings import Settings
from etl.model import LoadReport, MappingError, SourceError
from etl.orders.counter import OTHER_SETTINGS, Counter
from etl.orders.loading import Backfill, Import, Redrive, Run
from etl.orders.order import Order
from etl.orders.read import VERBS, NoOrder, fingerprint, order_of, sent
from etl.orders.upkeeping import Accept, Erase, Forget, Rebuild, Reconcile
from etl.premises import Premises
from etl.pull.backfill import Span
from tests.etl.ordering import REPORT, Stand

FIRST, END = date(2025, 1, 10), date(2025, 1, 20)
FILES = {"files": ["/in/t.csv"], "mapping": "/m.yaml", "source": "desk"}
ORDERS: list[Order] = [
    Import(source="desk", files=(Path("/in/a.csv"), Path("/in/b")), mapping=Path("/m.yaml"), is_replacing=True),
    Redrive(source="desk", rule="unknown_status", mapping=Path("/m.yaml"), is_vouched=True),
    Redrive(source="desk"),
    Backfill(source="desk", first=FIRST, end=END),
    Run(source="desk"),
    Reconcile(source="desk", allow_mass=True),
    Accept(source="desk", column="agent"),
    Erase(source="desk", person="ann"),
    Forget(days=3),
    Rebuild(),
]


class Upkeep:
    """Stands in for what is done to sources."""

    refuses: Exception | None = None

    def __init__(self, home: object, clock: object) -> None:
        """Do without."""

    def redrive(self, *given: object) -> LoadReport:
        return REPORT

    def backfill(self, source_id: str, span: Span) -> Any:
        if self.refuses is not None:
            raise self.refuses
        return iter([REPORT])

    def acceptable(self, source_id: str, column: str) -> list[str]:
        if self.refuses is not None:
            raise self.refuses
        return ["tickets: column 'agent' is gone"]

    def accept(self, source_id: str, column: str) -> list[str]:
        return self.acceptable(source_id, column)


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch) -> Stand:
    for room in ("counter", "loading", "upkeeping"):
        monkeypatch.setattr(f"etl.orders.{room}.Upkeep", Upkeep)
    monkeypatch.setattr(Upkeep, "refuses", None)
    return Stand()


def counter(stand: Stand) -> Counter:
    return Counter(stand.book, cast("Premises", stand), stand.hands.clock)


def test_every_verb_can_be_sent_and_read() -> None:
    assert {order.verb for order in ORDERS} == set(VERBS)
    assert [order_of(order.verb, sent(order)) for order in ORDERS] == ORDERS


@pytest.mark.parametrize(
    ("verb", "wanted", "told"),
    [
        ("import", {**FILES, "files": ["t.csv"]}, "files.0: Value error, the whole path is wanted"),
        ("import", {**FILES, "files": []}, "files: "),
        ("import", {**FILES, "mapping": None}, "mapping: "),
        ("import", {**FILES, "is_replacing": "yes"}, "is_replacing: "),
        ("import", {**FILES, "salt": "mine"}, "salt: Extra inputs are not permitted"),
        ("backfill", {"source": "desk", "first": "yesterday", "end": "2025-01-20"}, "first: "),
        ("forget", {"days": -1}, "days: "),
        ("rebuild", [], "order: "),
        ("rebuild", None, "order: "),
        ("reconcile", {}, "source: Field required"),
    ],
)
def test_what_is_no_order_is_refused_by_its_argument(verb: str, wanted: object, told: str) -> None:
    with pytest.raises(NoOrder) as refused:
        order_of(verb, wanted)
    assert str(refused.value).startswith(told)


def test_a_person_is_told_by_no_error_and_no_print() -> None:
    with pytest.raises(NoOrder) as refused:
        order_of("erase", {"source": 7, "person": ["ann@example.com"]})
    assert "ann" not in str(refused.value) and refused.value.__cause__ is None
    assert "ann" not in repr(Erase(source="desk", person="ann@example.com"))


def test_settings_that_mean_the_same_have_one_fingerprint() -> None:
    assert fingerprint(Settings()) == fingerprint(Settings(timezone="Asia/Shanghai"))
    assert fingerprint(Settings()) != fingerprint(Settings(timezone="UTC"))


def test_an_order_is_taken_and_told_with_where_to_go_on(stand: Stand) -> None:
    desk = counter(stand)
    told = desk.place("redrive", {"source": "desk"}, None)
    assert told == desk.told(1, 0) and told["since"] == stand.book.since.isoformat()
    assert [told[name] for name in ("order", "verb", "source", "state", "error")] == [
        1,
        "redrive",
        "desk",
        "done",
        None,
    ]
    assert told["lines"] == ["3 rows read = 0 new + 3 changed + 0 same + 0 rejected"] and told["next"] == 1
    assert cast("dict[str, object]", desk.told(1, 1))["lines"] == [] and desk.told(2, 0) is None


def test_who_reads_other_settings_is_told_so(stand: Stand) -> None:
    desk = counter(stand)
    told = desk.place("redrive", {"source": "desk"}, "0815")
    assert cast("list[str]", told["lines"])[0] == OTHER_SETTINGS
    same = desk.place("redrive", {"source": "desk"}, fingerprint(cast("Any", stand.settings)))
    assert OTHER_SETTINGS not in cast("list[str]", same["lines"])


def test_a_verb_there_is_none_of_is_refused(stand: Stand) -> None:
    with pytest.raises(LookupError):
        counter(stand).place("explode", {}, None)


def test_a_column_is_accepted_and_its_source_tried_again(stand: Stand) -> None:
    assert counter(stand).accept("desk", "agent") == ["tickets: column 'agent' is gone"]
    assert stand.heard == ["run desk", "ended desk"]


def test_buttons_and_addresses_place_orders(stand: Stand) -> None:
    desk = counter(stand)
    desk.redrive("desk", None)
    desk.backfill("desk", FIRST, END)
    assert stand.heard == ["loaded 3", "ended desk"] * 2


REFUSED: list[tuple[Callable[[Counter], object], str]] = [
    (lambda desk: desk.redrive("other", None), "is not in the settings"),
    (lambda desk: desk.backfill("desk", END, FIRST), "no day in it"),
    (lambda desk: desk.backfill("desk", FIRST, END), "nothing of it was loaded yet"),
    (lambda desk: desk.accept("desk", "agent"), "nothing of it was loaded yet"),
]


@pytest.mark.parametrize(("ask", "told"), REFUSED)
@pytest.mark.parametrize("kind", [MappingError, lambda text: SourceError(text, permanent=True)])
def test_what_cannot_be_is_refused_at_once(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, ask: Callable[[Counter], object], told: str, kind: Any
) -> None:
    monkeypatch.setattr(Upkeep, "refuses", kind("nothing of it was loaded yet"))
    with pytest.raises(ValueError, match=told):
        ask(counter(stand))
    assert stand.heard == []
