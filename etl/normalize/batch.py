"""Normalize one batch: from text rows as the source has them to the staging tables (semantics 2)."""

from collections.abc import Callable
from collections.abc import Mapping as Lookup
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

import duckdb

from etl.mapping import Mapping, TableMapping
from etl.model import Batch, MappingError
from etl.normalize.agents import insert_agent_rows, plan_agents
from etl.normalize.articles import insert_article_rows, insert_revision_rows, plan_articles
from etl.normalize.census import Census, census_of
from etl.normalize.dates import settle_dates
from etl.normalize.header import Header
from etl.normalize.ledger import keep_malformed, note_defects, open_ledger, refuse_essentials
from etl.normalize.numbers import settle_numbers
from etl.normalize.slots import Plan
from etl.normalize.staging import create
from etl.normalize.streams import Stream, account_streams, insert_streams, plan_streams
from etl.normalize.surveys import insert_surveys, plan_surveys
from etl.normalize.tickets import account, fold, insert_tickets, key_columns, plan_tickets
from etl.normalize.typed import STAGE, TYPED, Reader
from etl.normalize.unused import drop_unused
from etl.normalize.work import Work


@dataclass(frozen=True, slots=True)
class Normalized:
    """What normalize found in one batch.

    n_read      source rows that are asked for, malformed ones included
    until       latest parsed instant (no due times), None without one
    n_rejected  source rows of which nothing loads
    owned       streams whose events or messages belong to the ticket row: replaced whole with the ticket
    n_unused    rows that no line asks for; not part of n_read
    naive       of a trial: path of a field -> instants without an offset
    unused      of a trial: what the unused rows are, in words
    """

    n_read: int
    until: datetime | None
    n_rejected: int = 0
    owned: tuple[int, ...] = ()
    n_unused: int = 0
    naive: Lookup[str, int] = field(default_factory=dict)
    unused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of the staged rows; `shown` are values of the unused ones."""

    census: Census
    n_rejected: int
    streams: list[Stream]
    n_unused: int
    shown: tuple[str, ...]


def normalize(
    con: duckdb.DuckDBPyConnection,
    batch: Batch,
    mapping: Mapping,
    source_no: int,
    salt: str,
    is_trial: bool = False,
) -> Normalized:
    """Append the rows of `batch`, read by the mapping's table of that name, to the staging tables.

    is_trial  count the instants without an offset too, for people who try a mapping

    Raises MappingError when the mapping does not fit the data: unknown table, missing column, wrong dates.
    """
    create(con)
    table = _table(mapping, batch.table)
    con.execute(f"DROP TABLE IF EXISTS {STAGE}")
    n_staged = batch.rows.stage(con, STAGE)
    malformed = list(batch.rows.malformed())
    plan = Plan(mapping, table, Header(batch.rows.columns), salt)
    reader = Reader(con, plan, fingerprint(table, mapping), is_trial, batch.is_picked)
    work = Work(con, mapping, table, plan, reader, source_no, salt, {})
    try:
        ran = _run(work)
    finally:
        _drop(con, reader)
    keep_malformed(con, table.name, malformed)
    owned = tuple(stream.number for stream in ran.streams if not stream.is_row_wise)
    naive = {slot.path: number for slot in plan.slots if (number := ran.census.naive.get(slot.no, 0))}
    return Normalized(
        n_staged - ran.n_unused + len(malformed),
        ran.census.until,
        ran.n_rejected + len(malformed),
        owned,
        ran.n_unused,
        naive,
        ran.shown,
    )


def fingerprint(table: TableMapping, mapping: Mapping) -> str:
    """Return a short text that differs when the mapping reads rows differently: such rows count as changed.

    What is left at its default does not count, so that a new option of mappings changes no row by itself.
    """
    whole = mapping.model_dump_json(include={"timezone", "nulls", "cleaning"}, exclude_defaults=True)
    told = f"{whole}|{table.model_dump_json(exclude_defaults=True)}"
    return sha256(told.encode()).hexdigest()[:16]


def _table(mapping: Mapping, name: str) -> TableMapping:
    try:
        return mapping.table(name)
    except KeyError:
        known = ", ".join(table.name for table in mapping.tables)
        raise MappingError(f"{mapping.name}: no table {name!r} in the mapping, it has {known}") from None


def _run(work: Work) -> Ran:
    plan_tickets(work)
    plan_surveys(work)
    plan_agents(work)
    plan_articles(work)
    streams = plan_streams(work)
    open_ledger(work.con)
    census = _read(work, streams)
    unused = drop_unused(work, streams)
    refuse_essentials(work.reader, census)
    n_essential = _rejected(work.con)
    if work.table.rows in ("event", "message"):
        insert_streams(work, streams)
        account_streams(work, streams)
    elif work.table.rows in ALONE:
        ALONE[work.table.rows](work)
    else:
        _insert_folded(work, streams)
    note_defects(work.reader, work.folded, census, "t.ticket_key")
    loads = work.table.rows not in ("event", "message")
    return Ran(census, n_essential if loads else _nothing_loaded(work, streams), streams, *unused)


ALONE: Lookup[str, Callable[[Work], None]] = {
    "agent": insert_agent_rows,
    "article": insert_article_rows,
    "revision": insert_revision_rows,
}


def _insert_folded(work: Work, streams: list[Stream]) -> None:
    is_survey = work.table.rows == "survey"
    key = "response_key" if is_survey else "ticket_key"
    fold(work, key)
    if not is_survey:
        insert_tickets(work)
    insert_surveys(work)
    insert_streams(work, streams)
    account(work, "survey" if is_survey else "ticket", key)


def _rejected(con: duckdb.DuckDBPyConnection) -> int:
    row = con.execute("SELECT count(*) FROM kw_rejected").fetchone()
    return int(row[0]) if row else 0


def _nothing_loaded(work: Work, streams: list[Stream]) -> int:
    """Return the number of rows set aside that gave nothing through another line either."""
    taken = " OR ".join(stream.is_valid for stream in streams)
    row = work.con.execute(
        f"SELECT count(*) FROM kw_rejected r LEFT JOIN {TYPED} t USING (row_no) WHERE NOT coalesce({taken}, false)"
    ).fetchone()
    return int(row[0]) if row else 0


def _read(work: Work, streams: list[Stream]) -> Census:
    reader = work.reader
    reader.prepare()
    census = _take(work, streams)
    # numbers and instants are tidied only when some cannot be read: full-width digits, stray blanks
    if reader.tidy([slot for slot in work.plan.slots if census.bad.get(slot.no)]):
        census = _take(work, streams)
    if reader.is_picked:
        return census
    if settle_dates(reader, census):
        census = _take(work, streams)
    settle_numbers(reader, census)
    return census


def _take(work: Work, streams: list[Stream]) -> Census:
    work.plan.share(work.reader.formats)
    work.reader.keys = key_columns(work) | {stream.is_valid: stream.validity for stream in streams}
    work.reader.read()
    return census_of(work)


def _drop(con: duckdb.DuckDBPyConnection, reader: Reader) -> None:
    reader.drop()
    found = con.execute("SELECT table_name FROM duckdb_tables() WHERE temporary AND starts_with(table_name, 'kw_')")
    for row in found.fetchall():
        con.execute(f"DROP TABLE IF EXISTS {row[0]}")
