"""Rows and cells that cannot be used: rows set aside whole, cells counted as defects (semantics 2.7, 2.8)."""

import duckdb

from etl.model import Reject
from etl.normalize.census import Census
from etl.normalize.personal import KEEP, governed
from etl.normalize.slots import Slot
from etl.normalize.sqltext import literal
from etl.normalize.typed import TYPED, Reader

REJECTED = "kw_rejected"
NAIVE_HINT = (
    "it has no offset: name its zone in the mapping, for instance `timezone: Asia/Shanghai`,"
    " or deliver instants with an offset or Z"
)
_EXAMPLES = {
    "integer": "write a whole number",
    "number": 'write a plain number such as 12.5, or say `decimal: ","` in the table',
    "boolean": "write true or false",
    "version": "write a whole number or an ISO instant",
    "duration_s": "write seconds or h:mm:ss, not negative",
    "duration_min": "write minutes or h:mm:ss, not negative",
    "duration_h": "write hours or h:mm:ss, not negative",
}


def open_ledger(con: duckdb.DuckDBPyConnection) -> None:
    """Create the list of rows of this batch that were set aside."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE {REJECTED} (row_no BIGINT)")


def payload(reader: Reader) -> str:
    """Return SQL for a staged row as JSON keyed by the header; what tells of people stands as its fields keep it."""
    names = enumerate(reader.plan.header.names, start=1)
    pairs = [f"{literal(name)}, {_cell(reader, f'c{number}')}" for number, name in names]
    return f"json_object({', '.join(pairs)})"


def _cell(reader: Reader, column: str) -> str:
    """Return SQL for a cell: whole unless all that is read from it is kept in one and the same lesser form."""
    slots = [slot for slot in reader.plan.slots if column in slot.columns]
    is_plain = all(slot.field.column and not slot.field.aliases and not slot.field.values for slot in slots)
    policies = {slot.policy for slot in slots}
    if not slots or not is_plain or len(policies) > 1 or policies == {KEEP}:
        return f"s.{column}"
    text = reader.source_text(slots[0])
    return f"CASE WHEN {text} IS NULL THEN s.{column} ELSE {governed(text, slots[0].policy, slots[0].salt)} END"


def hint(slot: Slot) -> str:
    """Return what would do for an unusable value of a slot."""
    if slot.form.kind == "instant":
        form = slot.date_format or "iso"
        return f"write an instant of the form {form} from 1970 to 2099, or list the value under nulls"
    if slot.form.kind == "closed":
        return f"add the value to `values` of {slot.path} with one of {', '.join(slot.form.words)}"
    return f"{_EXAMPLES.get(slot.form.kind, 'write a usable value')}, or list the value under nulls"


def set_aside(reader: Reader, slot: Slot, condition: str, rule: str, remedy: str, rows: str = TYPED) -> None:
    """Put the typed rows that meet `condition` and are not yet set aside into the reject ledger."""
    con, table = reader.con, literal(reader.plan.table.name)
    picked = con.execute(
        f"CREATE OR REPLACE TEMP TABLE kw_picked AS SELECT t.row_no FROM {rows} t"
        f" WHERE ({condition}) AND t.row_no NOT IN (SELECT row_no FROM {REJECTED})"
    ).fetchone()
    if not picked or not picked[0]:
        return
    con.execute(
        f"INSERT INTO norm_reject SELECT {table}, s.row_no, {payload(reader)}, {literal(rule)},"
        f" {literal(slot.path)}, ({reader.source_text(slot)})::VARCHAR, {literal(remedy)}"
        f" FROM {reader.staged()} WHERE s.row_no IN (SELECT row_no FROM kw_picked) ORDER BY s.row_no"
    )
    con.execute(f"INSERT INTO {REJECTED} SELECT row_no FROM kw_picked")


def refuse_essentials(reader: Reader, census: Census) -> None:
    """Set aside the rows without a key or with an unusable essential value, and take them out of kw_typed."""
    bad, missing = census.bad, census.missing
    for slot in reader.plan.slots:
        if missing.get(slot.no):
            set_aside(reader, slot, _is_missing(slot), "missing_key", f"every row needs {slot.path}")
        if slot.form.essential and slot.refuses_naive and census.naive.get(slot.no):
            set_aside(reader, slot, slot.naive, "naive_time", NAIVE_HINT)
        if slot.form.essential and bad.get(slot.no):
            set_aside(reader, slot, slot.bad, slot.form.rule, hint(slot))
    if any(missing.values()) or any(bad.get(slot.no) for slot in reader.plan.slots if slot.form.essential):
        reader.con.execute(f"DELETE FROM {TYPED} WHERE row_no IN (SELECT row_no FROM {REJECTED})")


def _is_missing(slot: Slot) -> str:
    return f"t.{slot.value} IS NULL" + (f" AND NOT {slot.bad}" if slot.is_checked else "")


def note_defects(reader: Reader, folded: str, census: Census, ticket_key: str) -> None:
    """Write down unusable values of other fields and local times that clock changes make unsure."""
    for slot in reader.plan.slots:
        rows = TYPED if slot.every_row else folded
        if census.bad.get(slot.no) and not slot.form.essential and not slot.form.silent:
            _note(reader, slot, rows, slot.bad, _rule(slot), ticket_key)
        if census.flags.get(slot.no):
            _note(reader, slot, rows, f"{slot.flag} IS NOT NULL", f"t.{slot.flag}", ticket_key)


def _rule(slot: Slot) -> str:
    """Return SQL over the typed rows for what is wrong with an unusable value."""
    rule = literal(slot.form.rule)
    return f"CASE WHEN {slot.naive} THEN 'naive_time' ELSE {rule} END" if slot.refuses_naive else rule


def _told_rule(reader: Reader, slot: Slot) -> str:
    """Return SQL over the staged row and its defect t for the rule: numbers by other marks have one of their own."""
    if not slot.is_number:
        return "t.kw_rule"
    return f"CASE WHEN {slot.marks.misses(f'({reader.source_text(slot)})')} THEN 'number_marks' ELSE t.kw_rule END"


def _note(reader: Reader, slot: Slot, rows: str, condition: str, rule: str, ticket_key: str) -> None:
    told = _told_rule(reader, slot)
    picked = f"(SELECT *, {rule.removeprefix('t.')} AS kw_rule FROM {rows} WHERE {condition}) t"
    reader.con.execute(
        f"INSERT INTO norm_defect SELECT {literal(reader.plan.table.name)}, t.row_no, {ticket_key}, {told},"
        f" {literal(slot.path)}, left(({reader.source_text(slot)})::VARCHAR, 200)"
        f" FROM {reader.staged()} JOIN {picked} ON t.row_no = s.row_no"
    )


def keep_malformed(con: duckdb.DuckDBPyConnection, table: str, rejects: list[Reject]) -> None:
    """Put rows that could not be read as rows into the reject ledger."""
    if not rejects:
        return
    names = ("row_no", "rule", "field", "value", "hint")
    columns = [[getattr(reject, name) for reject in rejects] for name in names]
    payloads = [[list(reject.payload) for reject in rejects], [list(reject.payload.values()) for reject in rejects]]
    con.execute(
        "INSERT INTO norm_reject SELECT ?, row_no, to_json(map(names, texts)), rule, field, value, hint FROM"
        " (SELECT unnest(?::BIGINT[]) AS row_no, unnest(?::VARCHAR[]) AS rule, unnest(?::VARCHAR[]) AS field,"
        " unnest(?::VARCHAR[]) AS value, unnest(?::VARCHAR[]) AS hint, unnest(?::VARCHAR[][]) AS names,"
        " unnest(?::VARCHAR[][]) AS texts)",
        [table, *columns, *payloads],
    )
