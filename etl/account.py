"""What the ledger tells people: the account of a load, sources and their freshness, rows that did not load."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, tzinfo
from typing import Any

import duckdb

from etl import ledger
from etl.drift import drift_lines
from etl.mapping import Mapping
from etl.model import LoadRefused, LoadReport

EXAMPLES = 3
COLUMNS = ("run_id", "source_id", "table_name", "row_no", "rule", "field", "value", "hint", "payload")
Row = dict[str, Any]


def told(
    con: duckdb.DuckDBPyConnection, reports: Iterable[LoadReport], zone: tzinfo, mapping: Mapping | None = None
) -> Iterator[str]:
    """Yield the account and the losses of each load as it is done; of a refused one too, before its error goes on.

    zone     of the instants that are told
    mapping  names the columns of the fields that are told
    """
    try:
        for report in reports:
            yield account(report, zone)
            yield from losses(con, report, mapping)
    except LoadRefused as refusal:
        yield from losses(con, refusal.report, mapping)
        raise


def account(report: LoadReport, zone: tzinfo) -> str:
    """Return the line that accounts for every row of a load, with instants in a zone."""
    if report.run_id == 0 and report.message and not report.n_read:
        return report.message
    fates = (
        f"{report.n_new:,} new + {report.n_changed:,} changed + {report.n_same:,} same"
        f" + {report.n_rejected:,} rejected"
    )
    delivered = f", delivered up to {shown(report.watermark, zone)}" if report.watermark else ""
    note = f" ({report.message})" if report.message else ""
    return f"{report.n_read:,} rows read = {fates}{delivered}{note}"


def _latest(report: LoadReport) -> str:
    """Return SQL for the rejects of a run, or where it left none of its own, of the last run before that did."""
    named = "source_id = '" + report.source_id.replace("'", "''") + "'"
    named += f" AND run_id <= {report.run_id}" if report.run_id else ""
    return f"SELECT * FROM reject WHERE {named} AND run_id = (SELECT max(run_id) FROM reject WHERE {named})"


def losses(con: duckdb.DuckDBPyConnection, report: LoadReport, mapping: Mapping | None = None) -> Iterator[str]:
    """Yield rejects of a load by rule with their first examples, and defects by rule."""
    for rule, number in report.rejects_by_rule.items():
        yield f"  {number:,} rejected: {rule}"
        for each in ledger.refused(con, f"({_latest(report)})", rule, EXAMPLES):
            yield f"    {each.told(mapping.table(each.table).column(each.field or '') if mapping else None)}"
    for rule, number in report.defects_by_rule.items():
        yield f"  {number:,} loaded with a defect: {rule}"


def rejects(
    con: duckdb.DuckDBPyConnection, limit: int, source_id: str | None = None, rule: str | None = None
) -> list[Row]:
    """Return rows that did not load and are not resolved since, newest run first, as column -> value.

    payload is JSON text, file_name names the files that were delivered with the row, None for none.
    """
    wanted = {"source_id": source_id, "rule": rule}
    given = {name: value for name, value in wanted.items() if value is not None}
    where = "".join(f" AND j.{name} = ${name}" for name in given)
    found = con.execute(
        f"SELECT {', '.join(f'j.{name}' for name in COLUMNS)}, r.file_name FROM reject AS j"
        f" LEFT JOIN load_run AS r ON r.run_id = j.run_id WHERE j.resolved_at IS NULL{where}"
        " ORDER BY j.run_id DESC, j.table_name, j.row_no LIMIT $limit",
        {**given, "limit": limit},
    ).fetchall()
    return [dict(zip((*COLUMNS, "file_name"), row, strict=True)) for row in found]


def reject_lines(rows: list[Row]) -> Iterator[str]:
    """Yield rejected rows for people: place, rule, value, what would do, and the row as it was read."""
    for row in rows:
        yield f"run {row['run_id']} {row['source_id']} {row['rule']}: {_example(row)}"
        yield f"    {row['payload']}"


def _example(row: Row) -> str:
    value = f"{row['field']} = {row['value']!r}" if row["field"] else None
    told = "; ".join(part for part in (value, row["hint"]) if part)
    place = f"{row['table_name']} row {row['row_no']:,}" if row["row_no"] else row["table_name"]
    file = f"{row['file_name']}: " if row["file_name"] not in (None, row["table_name"]) else ""
    return f"{file}{place}: {told}" if told else f"{file}{place}"


def status(con: duckdb.DuckDBPyConnection, now: datetime, zone: tzinfo, runs: int = 10) -> Iterator[str]:
    """Yield what is known of the sources, the last loads and the rejects by rule, with instants in a zone."""
    for title, lines in (
        ("sources", _sources(con, now, zone)),
        ("last loads", _runs(con, runs, zone)),
        ("rejected rows by source and rule", _rules(con)),
        ("columns that changed", drift_lines(con)),
    ):
        yield title
        yield from lines or ["  none"]


def _sources(con: duckdb.DuckDBPyConnection, now: datetime, zone: tzinfo) -> list[str]:
    rows = con.execute(
        "SELECT source_id, kind, is_live, watermark, max_age_s FROM source ORDER BY source_no"
    ).fetchall()
    return [
        f"  {source} ({kind}, {'live' if live else 'imported'}): delivered up to {shown(until, zone)}"
        + (" STALE" if live and limit and until and now - until > timedelta(seconds=limit) else "")
        for source, kind, live, until, limit in rows
    ]


def _runs(con: duckdb.DuckDBPyConnection, limit: int, zone: tzinfo) -> list[str]:
    rows = con.execute(
        "SELECT run_id, started_at, source_id, state, n_read, n_new, n_changed, n_same, n_rejected, message"
        " FROM load_run ORDER BY run_id DESC LIMIT ?",
        [limit],
    ).fetchall()
    return [
        f"  {run} {shown(start, zone)} {source} {state}: {read:,} read = {new:,} new + {changed:,} changed"
        f" + {same:,} same + {bad:,} rejected{f' ({message})' if message else ''}"
        for run, start, source, state, read, new, changed, same, bad, message in rows
    ]


def _rules(con: duckdb.DuckDBPyConnection) -> list[str]:
    rows = con.execute(
        "SELECT source_id, rule, count(*) FROM reject WHERE resolved_at IS NULL GROUP BY ALL ORDER BY 3 DESC, 1, 2"
    ).fetchall()
    return [f"  {source} {rule}: {number:,}" for source, rule, number in rows]


def shown(instant: datetime | None, zone: tzinfo) -> str:
    """Return an instant for people, in a zone and to the second; "never" for None."""
    return instant.astimezone(zone).isoformat(sep=" ", timespec="seconds") if instant else "never"
