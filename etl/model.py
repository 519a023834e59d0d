"""What the parts of etl hand to each other: rows that were read, rows that were refused, what a load did."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import ceil
from typing import Protocol, runtime_checkable

import duckdb


class Rows(Protocol):
    """Rows of one table as text, ready to be staged; nothing is interpreted yet."""

    @property
    def columns(self) -> Sequence[str]:
        """Return the header as read, duplicates and empty names included, in source order."""

    def stage(self, con: duckdb.DuckDBPyConnection, table: str) -> int:
        """Create temp table `table` (row_no BIGINT, c1..cn VARCHAR) and return the number of rows.

        row_no counts data rows from 1 in source order; cN is the N-th column of `columns`.
        Rows that cannot even be split into columns are left out and reported by `malformed`.
        """

    def malformed(self) -> Sequence["Reject"]:
        """Return the rows that could not be read as rows; complete once `stage` has returned."""


@dataclass(frozen=True, slots=True)
class Reject:
    """One row that did not load: place, whole content, rule broken, and what would do."""

    row_no: int
    payload: Mapping[str, str | None]
    rule: str
    field: str | None = None
    value: str | None = None
    hint: str | None = None


@dataclass(frozen=True)
class Batch:
    """Rows of one mapped table; all that happened before `until` has been delivered (freshness).

    until       None = not known by the source: the latest instant found in the rows is taken
    is_picked   rows picked for their faults: they say nothing about whole columns, and no date format is inferred
    """

    table: str
    rows: Rows
    until: datetime | None = None
    is_picked: bool = False


@dataclass(frozen=True)
class Delivery:
    """What one transaction loads: batches of one source that belong together, and where to go on.

    batches     at most one per mapped table, so that (table, row_no) names a row; may be empty
    cursor      None = leave the stored one alone
    seen        files: what is added to the stored cursor once they are loaded, and gone, what is taken out of it
    until       None = not known by the source: the latest instant found in the rows is taken
    file_hash   sha256 of the content; a hash loaded before under the same mapping is not loaded again
    note        why there is nothing to load, for people
    more        another delivery of the same pull follows at once: facts and watermark wait for the last one
    error       why its files could not even be opened; then there are no batches
    is_redrive  its rows come out of the quarantine, listed in temp table redriven (etl/upkeep/quarantine.py)
    is_part     more belongs to it than its rows: their instants never tell how far the source has come
    is_present  its rows are what the source holds now, whatever instants of change they carry
    kind        what it is, for the ledger; None = what a source delivers by itself
    share       how much of all that there is to read is read with it, about, 0 to 1; None = not known
    settle      called once it is over, with why it did not load (None = it did) and what was held against its rows;
                raises SourceError when that leaves something undone that a person has to see to
    """

    source_id: str
    batches: Sequence[Batch]
    cursor: str | None = None
    until: datetime | None = None
    file_name: str | None = None
    file_hash: str | None = None
    note: str | None = None
    more: bool = False
    seen: Mapping[str, tuple[int, int, str]] = field(default_factory=dict)
    error: Exception | None = None
    is_redrive: bool = False
    is_part: bool = False
    is_present: bool = False
    kind: str | None = None
    settle: Callable[[Exception | None, Sequence[str]], None] | None = None
    gone: frozenset[str] = frozenset()
    share: float | None = None

    @property
    def is_loadable(self) -> bool:
        """Return whether there is anything to write down: rows, how far the source has come, or a file."""
        held = bool(self.batches) or self.until is not None or self.file_name is not None
        return held and self.error is None

    def cursor_after(self, known: str | None) -> str | None:
        """Return the cursor once this is loaded; `known` is the stored one, None = from the start."""
        if not self.seen:
            return self.cursor
        kept = {name: entry for name, entry in json.loads(known or "{}").items() if name not in self.gone}
        return json.dumps({**kept, **self.seen})


MOST_LAG_S = 900


@dataclass(frozen=True)
class Origin:
    """What is known about a source besides its rows, and how it is to be loaded.

    is_live        pulled on a schedule: it holds the watermark back
    max_age_s      older than this is stale; None = never
    salt           mixed into customer hashes; the same salt gives the same customer
    max_bad_share  share of rejected rows above which a load is refused (from 20 rejected rows on)
    replace        drop what an earlier mapping of this source loaded, in the same transaction
    is_vouched     a person says that a changed mapping reads the rows loaded so far just as the old one did
    is_age_by_turns  max_age_s is that of two turns: what the source keeps its watermark back by comes on top
    """

    kind: str = "file"
    name: str | None = None
    is_live: bool = False
    max_age_s: int | None = None
    salt: str = ""
    max_bad_share: float = 0.5
    replace: bool = False
    is_vouched: bool = False
    is_age_by_turns: bool = False

    def behind(self, until: datetime | None, now: datetime) -> "Origin":
        """Return it with the age that counts as stale after a pull at `now` that delivered up to `until`.

        A source that reads its last minutes again never delivers up to now; more than fifteen minutes are no habit.
        """
        if not self.is_age_by_turns or self.max_age_s is None or until is None:
            return self
        lag_s = min(max(0, ceil((now - until).total_seconds())), MOST_LAG_S)
        return replace(self, max_age_s=self.max_age_s + lag_s, is_age_by_turns=False)


class Source(Protocol):
    """A system rows are pulled from (one file per kind in etl/sources)."""

    def read(self, cursor: str | None, now: datetime) -> Iterator[Delivery]:
        """Yield deliveries in order, from the cursor of the last committed one on. None = from the start."""


@runtime_checkable
class Keyed(Protocol):
    """A source that can tell which rows it has now without giving them whole (etl/upkeep/reconcile.py)."""

    def keys(self, now: datetime) -> Iterator[Batch]:
        """Yield batches of all rows that each mapped table of tickets has now; several of one table may follow.

        The columns that the mapping's ticket.id reads are enough. Raises SourceError when not all could be read:
        what is missing here counts as deleted.
        """


@dataclass(frozen=True)
class LoadReport:
    """What a load did: every row read is new, changed, same or rejected (semantics 2.4).

    run_id     0 = no entry in the ledger, because nothing was loaded
    watermark  up to when the source has delivered everything now; None = not known
    seconds    per stage of the load, elapsed
    message    what a person should know, such as "already loaded"; None = nothing special
    notice     what is so of the source itself, such as "open transactions are hidden", of a load that left no entry
               in the ledger; None = nothing
    share      how much of all that there is to read is loaded with it, about, 0 to 1; None = not known
    """

    run_id: int
    source_id: str
    n_read: int
    n_new: int
    n_changed: int
    n_same: int
    n_rejected: int
    watermark: datetime | None
    data_version: int
    rejects_by_rule: Mapping[str, int] = field(default_factory=dict)
    defects_by_rule: Mapping[str, int] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    message: str | None = None
    notice: str | None = None
    share: float | None = None

    @classmethod
    def of_no_rows(
        cls, source_id: str, run_id: int, mark: datetime | None, version: int, message: str | None
    ) -> "LoadReport":
        """Return the report of a run that read no rows; watermark and data_version as they stand."""
        return cls(run_id, source_id, 0, 0, 0, 0, 0, mark, version, message=message)

    @property
    def is_change(self) -> bool:
        """Return whether the load changed anything that a KPI could see."""
        return self.n_new + self.n_changed > 0


class LoadRefused(Exception):
    """A load was refused whole; the warehouse holds nothing of it but the ledger entry and a sample of rejects."""

    def __init__(self, message: str, report: LoadReport) -> None:
        super().__init__(message)
        self.report = report


class SourceError(Exception):
    """The source could not be read; permanent errors are not tried again."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


class MappingError(Exception):
    """The mapping does not fit the data: names file, column, first offending rows and what would do."""


class LoadStopped(Exception):
    """The process is stopping; nothing more is loaded, and what was committed stays."""


class MappingChanged(MappingError):
    """The source was loaded under another mapping; no delivery of it can be loaded before it is loaded anew."""


Later = Callable[[], None]
# refresh(connection, watermark): derived tables follow temp tables touched_ticket(ticket_key) and
# touched_survey(response_key), inside the load's transaction. What it returns is done after the commit; None = all
# is done. app.py hands in metrics.facts.refresh.
Refresh = Callable[[duckdb.DuckDBPyConnection, datetime | None], Later | None]
