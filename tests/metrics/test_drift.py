"""Changed columns, with the KPIs that hang on them."""

from metrics.drift import changes
from tests.metrics.world import DESK, World, at


def note(found: World, column: str, what: str, fields: list[str], **more: object) -> None:
    values = {"source_id": "desk", "table_name": "cases", "is_stopping": False, "found_at": at("20 10:00"), **more}
    found.insert("drift", column_name=column, what=what, fields=fields, **values)


def test_a_change_tells_the_kpis_and_splits_that_hang_on_it() -> None:
    found = World(DESK)
    note(found, "source", "retyped", ["ticket.channel"], detail="integer before, text now; it gave ticket.channel")
    (one,) = changes(found.con)
    assert (one.types, one.dimensions) == (("integer", "text"), ("channel",))
    assert one.kpis and all(title["zh-CN"] for title in one.kpis)


def test_what_stops_a_source_comes_first_and_what_nothing_hangs_on_last() -> None:
    found = World(DESK)
    note(found, "colour", "new", [])
    note(found, "tags", "dropped", ["ticket.tags"])
    note(found, "id", "dropped", ["ticket.id"], is_stopping=True)
    assert [(one.column, one.is_stopping) for one in changes(found.con)] == [
        ("id", True),
        ("tags", False),
        ("colour", False),
    ]


def test_a_column_that_no_kpi_reads_costs_nothing() -> None:
    found = World(DESK)
    note(found, "colour", "new", [])
    (one,) = changes(found.con)
    assert (one.types, one.kpis, one.dimensions) == (None, (), ())


def test_a_column_that_is_gone_may_have_a_new_name() -> None:
    found = World(DESK)
    note(found, "Q7", "dropped", ["survey.overall"], detail="it gave survey.overall. Was it renamed to 'Q 7'?")
    assert [(one.renamed, one.is_essential) for one in changes(found.con)] == [("Q 7", False)]


def test_without_an_id_nothing_loads() -> None:
    found = World(DESK)
    note(found, "id", "dropped", ["ticket.id"], is_stopping=True)
    assert [one.is_essential for one in changes(found.con)] == [True]


def test_what_is_resolved_is_not_told_again() -> None:
    found = World(DESK)
    note(found, "colour", "new", [], resolved_at=at("20 11:00"))
    assert changes(found.con) == ()
