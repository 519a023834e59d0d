"""What makes a row count as changed after an edit of the mapping or an upgrade of the program."""

from pydantic import BaseModel

from etl.ledger import mapping_hash
from etl.mapping import Mapping, parse_mapping
from etl.mapping.fields import Field
from etl.mapping.model import TableMapping, TicketFields
from etl.normalize.batch import fingerprint
from tests.etl.text_rows import ticket_mapping

PLAIN = ticket_mapping("id: number, created_at: opened")


def told(text: str) -> tuple[str, str]:
    mapping = parse_mapping(text)
    return fingerprint(mapping.tables[0], mapping), mapping_hash(mapping)


def names(model: type[BaseModel]) -> set[str]:
    return {name for name, info in model.model_fields.items() if not info.is_required()}


def test_a_field_left_at_its_default_changes_no_row() -> None:
    written_out = ticket_mapping("id: {column: number, nulls: []}, created_at: opened", head="timezone: UTC")
    assert told(written_out) == told(PLAIN)


def test_no_optional_field_of_the_grammar_is_part_of_the_fingerprint_until_it_is_set() -> None:
    mapping = parse_mapping(PLAIN)
    table = mapping.tables[0].model_dump_json(exclude_defaults=True)
    for model in (TableMapping, TicketFields, Field):
        unset = names(model) - {"ticket", "column", "created_at"}
        assert not [name for name in unset if f'"{name}":' in table]


def test_a_field_that_is_set_changes_every_row() -> None:
    assert told(ticket_mapping("id: number, created_at: opened, team: group")) != told(PLAIN)
    for head in ("timezone: Asia/Shanghai", 'nulls: ["?"]', "cleaning: {speeder: false}"):
        found = told(ticket_mapping("id: number, created_at: opened", head=head))
        assert found[0] != told(PLAIN)[0]
        assert found[1] != told(PLAIN)[1]


def test_where_the_rows_come_from_is_no_part_of_other_tables() -> None:
    both = PLAIN + "  - {name: u, rows: ticket, ticket: {id: nr}}\n"
    mapping: Mapping = parse_mapping(both)
    assert fingerprint(mapping.tables[0], mapping) == told(PLAIN)[0]
