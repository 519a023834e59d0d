"""What is kept of texts that tell who somebody is."""

from typing import Any

import pytest

from etl.mapping import parse_mapping
from etl.model import MappingError, Origin
from etl.upkeep.quarantine import Lot, redrive
from tests.etl.loading import NOW, Desk, desk

COLUMNS = ("id", "created", "agent", "note")


def _mapping(agent: str = "agent", note: str = "note", more: str = "") -> str:
    return (
        "version: 1\ntables:\n  - name: t\n    rows: ticket\n"
        f"    ticket: {{id: id, created_at: created, agent: {agent}{more}}}\n    custom: {{note: {note}}}\n"
    )


def _loaded(mapping: str, *rows: tuple[Any, ...]) -> Desk:
    at_work = desk(mapping, salt="pepper")
    at_work.load(rows or [("1", "2026-01-01", "ann@example.org", "ring 13812345678")], table="t", columns=COLUMNS)
    return at_work


def _note(at_work: Desk) -> Any:
    return at_work.all("SELECT custom ->> '$.note' FROM ticket")[0]


def _policy(name: str, column: str = "agent") -> str:
    return f"{{column: {column}, policy: {name}}}"


def test_an_agent_is_kept_and_free_text_masked_by_itself() -> None:
    at_work = _loaded(_mapping())
    assert at_work.all("SELECT agent FROM ticket") == ["ann@example.org"]
    assert _note(at_work) == "ring •••"


@pytest.mark.parametrize(
    ("policy", "expected"),
    [("keep", "ring 13812345678"), ("mask", "ring •••"), ("drop", None)],
)
def test_a_field_says_what_is_kept_of_it(policy: str, expected: str | None) -> None:
    assert _note(_loaded(_mapping(note=_policy(policy, "note")))) == expected


def test_a_hash_is_the_same_for_the_same_text_and_salt_only() -> None:
    rows = [(str(number), "2026-01-01", name, "") for number, name in enumerate(["ann", "bob", "ann"])]
    first = _loaded(_mapping(_policy("hash")), *rows).all("SELECT agent FROM ticket ORDER BY src_ticket_id")
    assert first[0] == first[2] != first[1]
    assert first[0].startswith("h:") and "ann" not in first[0]
    other = desk(_mapping(_policy("hash")), salt="salt")
    other.load(rows, table="t", columns=COLUMNS)
    assert other.all("SELECT agent FROM ticket ORDER BY src_ticket_id")[0] != first[0]


def test_the_people_of_a_hashed_field_are_hashed_as_well() -> None:
    at_work = _loaded(_mapping(_policy("hash")))
    assert at_work.all("SELECT src_id, display FROM agent") == at_work.all("SELECT agent, agent FROM ticket")


def test_no_value_stays_no_value() -> None:
    assert _loaded(_mapping(_policy("hash")), ("1", "2026-01-01", "", "")).all("SELECT agent FROM ticket") == [None]


def test_numbers_have_no_policy() -> None:
    with pytest.raises(MappingError, match="`policy` is for texts"):
        _loaded(_mapping(more=", is_spam: {column: note, policy: drop}"))


def test_two_fields_of_one_column_have_policies_of_their_own() -> None:
    at_work = _loaded(_mapping(more=", category: note"))
    assert at_work.all("SELECT category FROM ticket") == ["ring 13812345678"]
    assert _note(at_work) == "ring •••"


BAD = ("2", "soon", "ann@example.org", "ring 13812345678")
GOOD = ("1", "2026-01-01", "ann@example.org", "fine")


def test_a_rejected_row_keeps_people_as_its_fields_do() -> None:
    at_work = _loaded(_mapping(_policy("hash")), GOOD, BAD)
    payload = at_work.all("SELECT payload FROM reject")[0]
    assert "ann@" not in payload and "13812345678" not in payload
    assert at_work.all("SELECT payload ->> '$.agent' FROM reject") == at_work.all("SELECT agent FROM ticket")


def test_a_dropped_text_is_not_in_the_rejected_row_either() -> None:
    at_work = _loaded(_mapping(_policy("drop")), GOOD, BAD)
    assert at_work.all("SELECT payload ->> '$.agent' FROM reject") == [None]


def test_a_column_that_something_else_reads_whole_stays_whole() -> None:
    at_work = _loaded(_mapping(_policy("hash"), more=", team: agent"), GOOD, BAD)
    assert at_work.all("SELECT payload ->> '$.agent' FROM reject") == ["ann@example.org"]


def test_a_row_taken_up_again_is_hashed_once() -> None:
    at_work = _loaded(_mapping(_policy("hash")), GOOD, BAD)
    mended = parse_mapping(
        _mapping(_policy("hash")).replace("created_at: created", "created_at: {column: created, nulls: [soon]}")
    )
    redrive(at_work.con, Lot("desk", mended, Origin(salt="pepper", is_vouched=True)), at_work.refresh, NOW)
    assert at_work.all("SELECT count(*), count(DISTINCT agent) FROM ticket") == [(2, 1)]
