"""What came in, as the ledger of loads tells it: sources, their runs, and rows that did not load (semantics 2.4)."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile

import duckdb

from metrics.defects import UNREADABLE, rule_title, split_by, touched
from metrics.drift import Change, changes
from metrics.masking import governed, masked, masked_row
from metrics.model import DataState, Text
from metrics.policies import NONE, Policies, policies
from metrics.sources import source_states

RUNS = 40  # per source, as many as its line shows
EXAMPLES = 3  # per reason
MARK = """
SELECT count(*), max(run_id), max(ended_at), (SELECT count(*) FROM reject WHERE resolved_at IS NULL),
       (SELECT count(*) FROM drift WHERE resolved_at IS NULL) FROM load_run
"""
SOURCES = """
SELECT s.source_id, s.kind, s.max_age_s, coalesce(t.tickets, 0) FROM source AS s
LEFT JOIN (SELECT source_no, count(*) AS tickets FROM ticket GROUP BY source_no) AS t ON t.source_no = s.source_no
ORDER BY s.source_no
"""
RUN = """
SELECT source_id, run_id, started_at, coalesce(ended_at, started_at), state, message, file_name,
       coalesce(n_read, 0), coalesce(n_new, 0), coalesce(n_changed, 0), coalesce(n_same, 0), coalesce(n_rejected, 0)
FROM load_run WHERE run_id IN (SELECT unnest(max(run_id, $runs)) FROM load_run GROUP BY source_id)
ORDER BY source_id, run_id
"""
# A reason is the same rule, table and field; what differs within it are its examples.
REASON = """
SELECT j.source_id, j.rule, j.table_name, j.field, count(*), min(r.started_at),
       coalesce(max(j.seen_at), max(r.ended_at)),
       count(CASE WHEN j.payload IS NOT NULL AND coalesce(r.state, 'done') <> 'refused' THEN 1 END)
FROM reject AS j LEFT JOIN load_run AS r ON r.run_id = j.run_id
WHERE j.resolved_at IS NULL GROUP BY ALL ORDER BY count(*) DESC, j.source_id, j.rule, j.table_name, j.field
"""
EXAMPLE = """
SELECT j.source_id, j.rule, j.table_name, j.field, j.row_no, j.value, j.hint, j.payload::VARCHAR, r.file_name
FROM reject AS j LEFT JOIN load_run AS r ON r.run_id = j.run_id
WHERE j.rowid IN (
    SELECT unnest(max(rowid, $most)) FROM reject WHERE resolved_at IS NULL GROUP BY source_id, rule, table_name, field
) ORDER BY j.run_id DESC, j.row_no
"""
FLAW = """
SELECT rule, source_id, field, sum(n)::BIGINT, min(since), max(until), arg_max(example, until) FROM (
    SELECT d.rule, d.source_id, d.field, count(*) AS n, min(r.started_at) AS since, max(r.ended_at) AS until,
           any_value(d.value) AS example
    FROM defect AS d LEFT JOIN load_run AS r ON r.run_id = d.run_id GROUP BY ALL
    UNION ALL BY NAME
    SELECT f.rule, s.source_id, f.field, count(*) AS n FROM fact_defect AS f
    LEFT JOIN ticket AS t ON t.ticket_key = f.ticket_key LEFT JOIN source AS s ON s.source_no = t.source_no
    GROUP BY ALL
) GROUP BY ALL ORDER BY sum(n) DESC, rule, source_id, field
"""
Reason = tuple[str, str, str | None, str | None]  # source, rule, table, field


@dataclass(frozen=True, slots=True)
class Run:
    """One entry of the ledger: what became of every row that was read.

    state     done | refused | failed
    message   why it was refused or failed; None = nothing to tell
    """

    run_id: int
    started_at: datetime
    ended_at: datetime
    state: str
    message: str | None
    file_name: str | None
    n_read: int
    n_new: int
    n_changed: int
    n_same: int
    n_rejected: int

    @property
    def seconds(self) -> float:
        """Return how long it took."""
        return (self.ended_at - self.started_at).total_seconds()

    @property
    def rows_per_minute(self) -> float | None:
        """Return how fast rows were read; None where none were, or in no time."""
        return self.n_read * 60 / self.seconds if self.n_read and self.seconds > 0 else None


@dataclass(frozen=True)
class SourceEntry:
    """A source as the warehouse knows it.

    watermark   everything before it has been delivered; None = not known
    max_age_s   older than this is stale; None = never
    runs        the last forty, oldest first
    trouble     the last run when it was refused or failed; None = it was done
    """

    source_id: str
    name: str
    kind: str
    state: DataState
    is_live: bool
    watermark: datetime | None
    max_age_s: int | None
    tickets: int
    runs: tuple[Run, ...] = ()

    @property
    def trouble(self) -> Run | None:
        """Return the last run when it was refused or failed, else None."""
        return self.runs[-1] if self.runs and self.runs[-1].state != "done" else None

    @property
    def troubled_since(self) -> datetime | None:
        """Return the start of the first of the runs without success in a row; None when the last one was done."""
        bad = list(takewhile(lambda run: run.state != "done", reversed(self.runs)))
        return bad[-1].started_at if bad else None


@dataclass(frozen=True, slots=True)
class Example:
    """One rejected row, what may tell of a person masked; payload is column -> value as it was read.

    file  names of the files that were delivered with it; None = it came of none
    """

    row_no: int | None
    value: str | None
    hint: str | None
    payload: Mapping[str, str]
    file: str | None = None


@dataclass(frozen=True)
class Refusal:
    """Rows that did not load for one reason and are not resolved since; `since` and `until` are their runs'.

    again  how many of them can be taken up again as they are kept; the others have to be delivered again
    """

    source_id: str
    rule: str
    title: Text
    table: str | None
    field: str | None
    n: int
    since: datetime | None
    until: datetime | None
    examples: tuple[Example, ...] = ()
    again: int = 0


@dataclass(frozen=True, slots=True)
class Flaw:
    """Rows that loaded with something odd (semantics 2.7); `since` None = found by the facts, not by an import.

    kpis   titles of those that lose or misjudge cases by it
    split  dimension whose members lack cases by it; None = none
    """

    rule: str
    title: Text
    source_id: str | None
    field: str | None
    n: int
    since: datetime | None
    until: datetime | None
    example: str | None
    kpis: tuple[Text, ...] = ()
    split: str | None = None


@dataclass(frozen=True)
class Ledger:
    """All that is known of what came in, the most frequent reasons first."""

    sources: tuple[SourceEntry, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    flaws: tuple[Flaw, ...] = ()
    changes: tuple[Change, ...] = ()


def ledger(con: duckdb.DuckDBPyConnection, now: datetime) -> Ledger:
    """Return sources with their states against `now`, their runs, what did not load or is odd or has changed."""
    return Ledger(_sources(con, now), _refusals(con), _flaws(con), changes(con))


def later(con: duckdb.DuckDBPyConnection, now: datetime, known: Ledger) -> Ledger:
    """Return a ledger of the same mark and version at a later instant: only the states of sources have moved."""
    return replace(known, sources=_sources(con, now))


def mark(con: duckdb.DuckDBPyConnection) -> str:
    """Return a token that moves whenever a run is written or goes on failing, or a row or column is settled."""
    found = con.execute(MARK).fetchall()[0]
    return "-".join(str(round(one.timestamp())) if isinstance(one, datetime) else str(one) for one in found)


def _sources(con: duckdb.DuckDBPyConnection, now: datetime) -> tuple[SourceEntry, ...]:
    runs = defaultdict[str, list[Run]](list)
    for source_id, number, start, end, state, message, *rest in con.execute(RUN, {"runs": RUNS}).fetchall():
        runs[source_id].append(Run(number, start, end, state, masked(message), *rest))
    known = {source_id: rest for source_id, *rest in con.execute(SOURCES).fetchall()}
    found = []
    for one in source_states(con, now):
        kind, max_age_s, tickets = known[one.source_id]
        found.append(
            SourceEntry(
                *(one.source_id, one.name, kind or "", one.state, one.is_live, one.watermark, max_age_s, tickets),
                tuple(runs.pop(one.source_id, ())),
            )
        )
    return (*found, *(_unknown(source_id, seen) for source_id, seen in sorted(runs.items())))


def _unknown(source_id: str, runs: list[Run]) -> SourceEntry:
    """Return a source that only ever failed: the warehouse has no entry for it."""
    return SourceEntry(source_id, source_id, "", DataState.ERROR, True, None, None, 0, tuple(runs))


def _refusals(con: duckdb.DuckDBPyConnection) -> tuple[Refusal, ...]:
    examples, found = _examples(con), []
    for source_id, rule, table, field, *counted in con.execute(REASON).fetchall():
        n, since, until, whole = counted
        again = 0 if rule in UNREADABLE else whole
        few = tuple(examples[source_id, rule, table, field])
        found.append(Refusal(source_id, rule, rule_title(rule), table, field, n, since, until, few, again))
    return tuple(found)


def _examples(con: duckdb.DuckDBPyConnection) -> Mapping[Reason, list[Example]]:
    """Return a few rows of each reason, as much of them as the mapping lets be known of people."""
    said = {name: policies(text) for name, text in con.execute("SELECT source_id, mapping FROM source").fetchall()}
    found = defaultdict[Reason, list[Example]](list)
    for source_id, rule, table, field, *row in con.execute(EXAMPLE, {"most": EXAMPLES}).fetchall():
        row_no, value, hint, payload, file = row
        kept: Policies = said.get(source_id, NONE)
        shown = governed(value, kept.of_field(table, field))
        found[source_id, rule, table, field].append(
            Example(row_no or None, shown, masked(hint), masked_row(payload, kept, table), file)
        )
    return found


def _flaws(con: duckdb.DuckDBPyConnection) -> tuple[Flaw, ...]:
    return tuple(
        Flaw(
            rule,
            rule_title(rule),
            source_id,
            field,
            n,
            since,
            until,
            masked(example),
            touched(field),
            split_by(field),
        )
        for rule, source_id, field, n, since, until, example in con.execute(FLAW).fetchall()
    )
