"""A trial of a mapping: what would load, what would not and why, and what each KPI would have to go on."""

from collections.abc import Iterator
from collections.abc import Mapping as Lookup
from dataclasses import dataclass, field
from datetime import datetime

import duckdb

from etl.ledger import by_rule, refused
from etl.load.accounting import count_rejected
from etl.mapping import Mapping
from etl.mapping.fields import REFUSE
from etl.model import Delivery, MappingError, SourceError
from etl.normalize import Normalized, clear, normalize
from etl.pull.run import Fault, Intake, naming, together

Counts = Lookup[tuple[str, str], int]  # by table and path of the field
EXAMPLES = 3
MOST = 12  # values listed of a field
SOURCE_NO = 1
WIDTH = 60

FIELDS = (
    ("ticket channel", "channel", "norm_ticket"),
    ("ticket priority", "priority", "norm_ticket"),
    ("ticket type", "type", "norm_ticket"),
    ("ticket created by", "created_by", "norm_ticket"),
    ("event", "kind || coalesce(' ' || CASE WHEN kind = 'status' THEN new END, '')", "norm_event"),
    ("message author", "author_kind || CASE WHEN is_auto THEN ' automatic' ELSE '' END", "norm_message"),
)
SPANS = (
    ("created", "created_at", "norm_ticket"),
    ("events", "occurred_at", "norm_event"),
    ("messages", "occurred_at", "norm_message"),
    ("survey answers", "submitted_at", "norm_survey"),
)
REMEDIES = {
    "duplicate_id": "; the last row of an id counts. For one row per change write rows: update with fold, for one"
    " row per answer file: {gather: ...}",
    "unparsed_cell": "; the value is left out. Words and codes can be translated with `values`, or listed in `nulls`",
    "number_marks": '; the number is left out. Say how the table writes numbers, such as `decimal: ","` and'
    ' `thousands: "."`',
    "naive_time": "; it has no offset and is left out. Name its zone: `timezone: Asia/Shanghai`",
    **dict.fromkeys(
        ("unknown_channel", "unknown_priority", "unknown_type", "unknown_author_kind", "unknown_created_by"),
        "; add what is missing to `values`",
    ),
}
# KPI -> what it counts, and what the mapping could add when there is none of it.
KPIS = (
    ("volume", "tickets with a creation time", "norm_ticket WHERE created_at IS NOT NULL", "ticket.created_at"),
    (
        "frt",
        "tickets with a public reply of an agent",
        "norm_message WHERE author_kind = 'agent' AND coalesce(is_public, true) AND NOT coalesce(is_auto, false)",
        "messages with author_kind agent",
    ),
    (
        "resolution",
        "tickets resolved or closed",
        "norm_event WHERE kind = 'status' AND new IN ('resolved', 'closed')",
        "events of kind status with to: resolved",
    ),
    ("fcr", "tickets with a customer", "norm_ticket WHERE customer_key IS NOT NULL", "ticket.customer"),
    (
        "sla_first_reply",
        "tickets with a due time or a priority",
        "(SELECT ticket_key FROM norm_due WHERE what = 'first_reply'"
        " UNION SELECT ticket_key FROM norm_ticket WHERE priority IS NOT NULL)",
        "due.first_reply or ticket.priority",
    ),
    ("csat", "answers with an overall score", "norm_survey WHERE overall IS NOT NULL", "survey.overall"),
    ("csi", "answers with dimensions", "norm_answer WHERE score IS NOT NULL", "survey.dimensions"),
    ("nps", "answers with a recommendation", "norm_survey WHERE nps IS NOT NULL", "survey.nps"),
    ("response_rate", "invitations to a survey", "norm_survey WHERE offered_at IS NOT NULL", "survey.offered_at"),
)


def check(con: duckdb.DuckDBPyConnection, intake: Intake, now: datetime) -> Iterator[str]:
    """Normalize all a source has and yield the findings as lines of text; nothing is loaded or remembered.

    con has to be a cursor of its own (the staging tables are emptied). Raises SourceError and MappingError.
    """
    clear(con)
    tried, faults = Tried(), list[Fault]()
    try:
        for delivery in intake.source.read(None, now):
            if delivery.note:
                yield delivery.note
            try:
                tried.take(con, delivery, intake)
            except (SourceError, MappingError) as error:
                if delivery.file_name is None:
                    raise
                faults.append((delivery.file_name, error))
        if tried.n_files or not faults:
            yield from _findings(con, tried.n_read, intake.mapping)
            yield from tried.unused
            yield from _zones(intake.mapping, tried.naive)
            yield from _holdings(con)
        if faults:
            raise together(faults, tried.n_files)
    finally:
        clear(con)


@dataclass
class Tried:
    """What the deliveries of a trial have held so far."""

    n_files: int = 0
    n_read: int = 0
    unused: list[str] = field(default_factory=list)
    naive: dict[tuple[str, str], int] = field(default_factory=dict)

    def take(self, con: duckdb.DuckDBPyConnection, delivery: Delivery, intake: Intake) -> None:
        """Normalize a delivery; raises SourceError and MappingError."""
        if delivery.error is not None:
            raise delivery.error
        for batch in delivery.batches:
            with naming(delivery):
                found = normalize(con, batch, intake.mapping, SOURCE_NO, intake.origin.salt, is_trial=True)
            self.n_read += found.n_read
            self.unused += _unused(batch.table, found)
            for path, number in found.naive.items():
                self.naive[batch.table, path] = self.naive.get((batch.table, path), 0) + number
        self.n_files += delivery.file_name is not None


def _findings(con: duckdb.DuckDBPyConnection, n_read: int, mapping: Mapping) -> Iterator[str]:
    bad = count_rejected(con)
    yield f"{n_read:,} rows read: {n_read - bad:,} would load, {bad:,} would not"
    yield from _amounts(con)
    yield from _rejects(con, mapping)
    yield from _defects(con, mapping)


def _holdings(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    yield from _spans(con)
    yield from _values(con)
    yield "what the KPIs would have"
    for name, what, source, remedy in KPIS:
        yield _readiness(con, (name, what, source, remedy))


def _number(con: duckdb.DuckDBPyConnection, counted: str, source: str) -> int:
    row = con.execute(f"SELECT count({counted}) FROM {source}").fetchone()
    return int(row[0]) if row else 0


def _amounts(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    unanswered = "(offered_at IS NOT NULL AND submitted_at IS NULL)"
    amounts = (
        ("tickets", "DISTINCT ticket_key", "norm_ticket"),
        ("events", "DISTINCT event_key", "norm_event"),
        ("messages", "DISTINCT message_key", "norm_message"),
        ("survey answers", "DISTINCT response_key", f"norm_survey WHERE NOT {unanswered}"),
    )
    told = [f"{_number(con, counted, table):,} {name}" for name, counted, table in amounts]
    invited = _number(con, "DISTINCT response_key", "norm_survey WHERE offered_at IS NOT NULL")
    told += [f"{invited:,} invitations"] if invited else []
    agents = _number(con, "DISTINCT agent_key", "norm_agent WHERE role IS NOT NULL")
    yield "  " + ", ".join([*told, f"{agents:,} agents with a role"] if agents else told)


def _rejects(con: duckdb.DuckDBPyConnection, mapping: Mapping) -> Iterator[str]:
    for rule, number in by_rule(con, "norm_reject").items():
        yield f"  {number:,} rejected: {rule}"
        for each in refused(con, "norm_reject", rule, EXAMPLES):
            yield f"    {each.told(mapping.table(each.table).column(each.field or ''))}"


def _unused(table: str, found: Normalized) -> list[str]:
    """Return lines on rows that are read and not used; they count neither as loaded nor as rejected."""
    if not found.n_unused:
        return []
    what = f": {', '.join(found.unused)}" if found.unused else ""
    return [f"  {table}: {found.n_unused:,} more rows read and not used, no line's `only` selects them{what}"]


def _zones(mapping: Mapping, naive: Counts) -> Iterator[str]:
    """Yield which zone instants without an offset were taken in, by (table, path of the field)."""
    taken: dict[str, dict[str, int]] = {}
    for (name, path), number in naive.items():
        read = mapping.table(name).field(path)
        zone = (read.zone if read is not None else None) or mapping.timezone
        if zone != REFUSE:
            column = mapping.table(name).column(path)
            taken.setdefault(zone, {})[f"{name} {column!r}" if column else f"{name} {path}"] = number
    for zone, places in taken.items():
        shown = ", ".join(f"{place} ({number:,})" for place, number in places.items())
        yield f"  instants without an offset count as {zone}: {shown}"
        if "timezone" not in mapping.model_fields_set and zone == mapping.timezone:
            yield "    the mapping names no zone; write for instance `timezone: Asia/Shanghai`, or `timezone: refuse`"


def _defects(con: duckdb.DuckDBPyConnection, mapping: Mapping) -> Iterator[str]:
    for rule, number in by_rule(con, "norm_defect").items():
        rows = con.execute(
            "SELECT table_name, field, value, count(*), min(row_no) FROM norm_defect WHERE rule = ? GROUP BY ALL"
            " ORDER BY 4 DESC, 2, 3"
            f" LIMIT {EXAMPLES}",
            [rule],
        ).fetchall()
        yield f"  {number:,} would load with a defect: {rule}{REMEDIES.get(rule, '')}"
        for table, path, value, times, row in rows:
            column = mapping.table(table).column(path)
            what = f"column {column!r} ({path})" if column else path
            yield f"    {table}: {what} = {str(value)[:WIDTH]!r} ({times:,}), first in row {row:,}"


def _spans(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    for name, column, table in SPANS:
        row = con.execute(f"SELECT min({column}), max({column}) FROM {table}").fetchone()
        if row is not None and row[0] is not None:
            yield f"  {name}: {_shown(row[0])} to {_shown(row[1])}"


def _shown(instant: datetime) -> str:
    return instant.isoformat(sep=" ", timespec="seconds")


def _values(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    for name, expression, table in FIELDS:
        rows = con.execute(
            f"SELECT coalesce({expression}, '(none)'), count(*) FROM {table} GROUP BY 1 ORDER BY 2 DESC, 1"
        ).fetchall()
        if rows:
            more = f" and {len(rows) - MOST} more" if len(rows) > MOST else ""
            yield f"  {name}: {', '.join(f'{value} {number:,}' for value, number in rows[:MOST])}{more}"


def _readiness(con: duckdb.DuckDBPyConnection, kpi: tuple[str, str, str, str]) -> str:
    name, what, source, remedy = kpi
    key = "DISTINCT response_key" if "norm_survey" in source or "norm_answer" in source else "DISTINCT ticket_key"
    number = _number(con, key, source)
    return f"  {name}: {number:,} {what}" if number else f"  {name}: nothing; it needs {remedy}"
