"""One batch at work: plan, reader, where the rows of tickets stand, and how keys are spelled."""

from dataclasses import dataclass
from dataclasses import field as dataclass_field

import duckdb

from data.keys import key_sql, space
from etl.mapping import Field, Mapping, TableMapping
from etl.normalize.slots import Form, Plan, Slot
from etl.normalize.sqltext import literal
from etl.normalize.typed import TYPED, Reader

CUSTOMER_STREAM, SURVEY_STREAM = 63, 62
FOLDED = "kw_folded"


@dataclass
class Work:
    """What the parts of normalize share about one batch; `folded` names the rows that won their key."""

    con: duckdb.DuckDBPyConnection
    mapping: Mapping
    table: TableMapping
    plan: Plan
    reader: Reader
    source_no: int
    salt: str
    slots: dict[str, Slot]
    folded: str = TYPED
    constants: dict[str, str] = dataclass_field(default_factory=dict)

    def add(self, path: str, field: Field | None, form: Form, every_row: bool = False, guard: str = "") -> None:
        """Lay out the slot of a field under its path; nothing for a field that is not mapped."""
        if field is None:
            return
        constant = constant_value(field, form)
        if constant is not None:
            self.constants[path] = constant
            return
        self.slots[path] = self.plan.slot(path, field, form, every_row, self.slots.get(guard))

    @property
    def name(self) -> str:
        """Return the table name as a SQL literal."""
        return literal(self.table.name)

    def value(self, path: str, sql_type: str = "VARCHAR") -> str:
        """Return the value column of a mapped field, a typed NULL for one that is not mapped."""
        slot = self.slots.get(path)
        return slot.value if slot else self.constants.get(path, f"NULL::{sql_type}")

    def ticket_key(self, id_sql: str) -> str:
        """Return SQL for the key of a ticket id of this source."""
        return key_sql(space(self.source_no), id_sql)

    def customer_key(self, id_sql: str) -> str:
        """Return SQL for the key of a customer id: salted, so that a phone number cannot be read from it."""
        return key_sql(space(self.source_no, CUSTOMER_STREAM), f"({literal(self.salt + '|')} || {id_sql})")

    def survey_key(self, id_sql: str) -> str:
        """Return SQL for the key of a survey answer."""
        return key_sql(space(self.source_no, SURVEY_STREAM), id_sql)

    def agent_key(self, id_sql: str) -> str:
        """Return SQL for the key of an agent id; never the key of a survey answer."""
        return key_sql(space(self.source_no, SURVEY_STREAM), f"('agent|' || {id_sql})")

    def article_key(self, id_sql: str) -> str:
        """Return SQL for the key of a knowledge article; NULL stays NULL."""
        return key_sql(space(self.source_no, SURVEY_STREAM), f"('article|' || {id_sql})")

    def revision_key(self, article_sql: str, id_sql: str) -> str:
        """Return SQL for the key of a revision of an article."""
        return key_sql(space(self.source_no, SURVEY_STREAM), f"('revision|' || {article_sql} || '|' || {id_sql})")

    def document(self, section: str, fields: dict[str, Field]) -> str:
        """Return SQL for the JSON object of a section of declared fields, NULL without any."""
        if not fields:
            return "NULL::JSON"
        pairs = [f"{literal(name)}, {self._member(f'{section}.{name}')}" for name in fields]
        return f"json_object({', '.join(pairs)})"

    def _member(self, path: str) -> str:
        slot = self.slots.get(path)
        if slot is not None and slot.form.kind == "instant":
            return f"strftime(timezone('UTC', {slot.value}), '%Y-%m-%dT%H:%M:%S.%fZ')"
        return self.value(path)

    def insert(self, table: str, columns: dict[str, str], rows: str, tail: str = "") -> None:
        """Append to a staging table; `columns` maps its columns to SQL over `rows` AS t."""
        names, values = ", ".join(f'"{name}"' for name in columns), ", ".join(columns.values())
        self.con.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {rows} t {tail}")


def constant_value(field: Field, form: Form) -> str | None:
    """Return SQL for a field that is the same in every row, None for any other."""
    if field.constant is None or field.equals is not None or field.values or field.aliases:
        return None
    if form.kind in ("text", "closed"):
        return f"{literal(field.constant)}::VARCHAR"
    return field.constant if form.kind == "boolean" and field.constant in ("true", "false") else None
