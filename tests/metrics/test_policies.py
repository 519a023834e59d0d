"""Rows are shown as the mapping says: what it hides is hidden, what it keeps is shown."""

import json
from typing import Any

import pytest

from etl.mapping import parse_mapping
from metrics import ledger
from metrics.masking import HIDDEN, masked_cell, masked_row
from metrics.policies import NONE, Policies, policies
from tests.metrics.test_ledger import NOW, refuse, world

MAPPING = """
version: 1
tables:
  - name: cases
    rows: ticket
    ticket:
      id: nr
      created_at: {column: opened_by_hand, format: "%d/%m/%Y"}
      agent: Agent Name
      team: {first_of: [team, {column: group}]}
      category: {column: topic, policy: drop}
      region: {template: "{country} {city}", policy: hash}
      customer: caller_number
      product: {column: customer_product, policy: keep}
    events:
      - {kind: status, to: resolved, at: solved, by: handler}
    custom: {note: note, plan: {column: plan, policy: keep}}
"""


def known() -> Policies:
    return policies(parse_mapping(MAPPING).model_dump_json(exclude_defaults=True))


@pytest.mark.parametrize(
    ("column", "policy"),
    [
        *(("agent name", "keep"), ("handler", "keep"), ("topic", "drop"), ("city", "hash"), ("country", "hash")),
        *(("caller_number", "hash"), ("customer_product", "keep"), ("note", "mask"), ("plan", "keep")),
        *(("nr", None), ("group", None), ("not read", None)),
    ],
)
def test_a_column_has_the_policy_of_its_field(column: str, policy: str | None) -> None:
    assert known().of_column("cases", column) == policy


def test_a_field_has_the_policy_it_says() -> None:
    assert known().of_field("cases", "ticket.category") == "drop"
    assert known().of_field("cases", "events.0.by") == "keep"
    assert known().of_field("other", "ticket.category") is None


def test_of_two_readers_the_stricter_one_counts() -> None:
    twice = MAPPING.replace("plan: {column: plan, policy: keep}", "plan: {column: topic, policy: keep}")
    said = policies(parse_mapping(twice).model_dump_json(exclude_defaults=True))
    assert said.of_column("cases", "topic") == "drop"


def test_without_a_mapping_nothing_is_said() -> None:
    assert policies(None) == NONE


def test_a_row_is_shown_as_its_fields_keep_it() -> None:
    row = {
        "nr": "7",
        "Agent Name": "Wang Fang",
        "topic": "divorce",
        "caller_number": "c-17",
        "customer_product": "Basic",
        "note": "ring 13812345678",
        "plan": "ann@example.org",
        "customer_name": "Li Lei",
    }
    assert masked_row(json.dumps(row), known(), "cases") == {
        "nr": "7",
        "Agent Name": "Wang Fang",
        "topic": HIDDEN,
        "caller_number": HIDDEN,
        "customer_product": "Basic",
        "note": f"ring {HIDDEN}",
        "plan": "ann@example.org",
        "customer_name": HIDDEN,
    }


def test_a_salted_hash_names_nobody_and_is_shown() -> None:
    assert masked_cell("agent", "h:" + "0f" * 16, "hash") == "h:" + "0f" * 16


def stored(mapping: str | None) -> Any:
    found = world()
    found.con.execute("UPDATE source SET mapping = ?", [mapping])
    refuse(found, 2, 9, rule="unusable", field="ticket.category", value="divorce")
    (told,) = [one for one in ledger.ledger(found.con, NOW).refusals if one.rule == "unusable"]
    return told.examples[0].value


def test_the_ledger_follows_the_mapping_of_the_source() -> None:
    assert stored(None) == "divorce"
    assert stored(parse_mapping(MAPPING).model_dump_json(exclude_defaults=True)) == HIDDEN
