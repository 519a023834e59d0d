"""What becomes of each staged row: new, changed, or the same as what the warehouse holds already."""

from dataclasses import dataclass

import duckdb

# Compared as content of an event or message; `seq` and `observed_at` depend on the delivery, not on the row.
EVENT_CONTENT = (
    *("ticket_key", "stream", "occurred_at", "kind", "old", "new", "actor", "actor_kind", "dept", "origin"),
    *("effective", "satisfied"),
)
MESSAGE_CONTENT = (
    "ticket_key",
    "stream",
    "occurred_at",
    "author",
    "author_kind",
    "is_public",
    "is_auto",
    "channel",
    "article_id",
)


@dataclass(frozen=True)
class Kind:
    """A canonical table rows move into, and the staging table they come from.

    content  columns that make a row another one; empty = the row carries version and row_hash
    """

    target: str
    staged: str
    key: str
    content: tuple[str, ...] = ()

    @property
    def is_of_ticket(self) -> bool:
        """Return whether its rows hang on a ticket, each with the stream it came by."""
        return "ticket_key" in self.content

    @property
    def fate(self) -> str:
        """Return the name of the temp view (key, table_name, row_no, row_hash, fate, known_version, known_ticket)."""
        return f"fate_{self.target}"


TICKET = Kind("ticket", "norm_ticket", "ticket_key")
SURVEY = Kind("survey_response", "norm_survey", "response_key")
EVENT = Kind("ticket_event", "norm_event", "event_key", EVENT_CONTENT)
MESSAGE = Kind("message", "norm_message", "message_key", MESSAGE_CONTENT)
ARTICLE = Kind("kb_article", "norm_article", "article_key", ("src_id", "title", "category", "published_at"))
REVISION = Kind("kb_revision", "norm_revision", "revision_key", ("article_key", "revised_at"))
KNOWLEDGE = (ARTICLE, REVISION)
KINDS = (TICKET, SURVEY, EVENT, MESSAGE, *KNOWLEDGE)
MANY = 20_000  # staged rows, from here on it pays to ask first whether any of them is known


def decide(
    con: duckdb.DuckDBPyConnection, kind: Kind, staged: int, owned: tuple[int, ...] = (), is_latest: bool = False
) -> bool:
    """Create the view `kind.fate`, one row per key that is staged on its own account.

    Returns True when every staged row is a new one, so that the table can be moved whole.
    staged  number of staged rows; owned  streams that follow their ticket row and are not decided here
    is_latest  staged rows were read after what is known, so that an older version of theirs is no older row
    """
    rows = f"(SELECT * FROM {kind.staged}{_own_account(kind, owned)})"
    if not staged or (_are_unknown(con, kind, staged) and not _has_duplicates(con, kind)):
        con.execute(f"CREATE OR REPLACE TEMP VIEW {kind.fate} AS SELECT {_columns(kind)}, {_ALL_NEW} FROM {rows}")
        return True
    _choose(con, kind, rows)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {kind.fate}_rows AS {_compare(con, kind, is_latest)}")
    con.execute(f"CREATE OR REPLACE TEMP VIEW {kind.fate} AS SELECT * FROM {kind.fate}_rows")
    return False


_ALL_NEW = "'new' AS fate, NULL::BIGINT AS known_version, NULL::BIGINT AS known_ticket"


def _own_account(kind: Kind, owned: tuple[int, ...]) -> str:
    streams = ", ".join(map(str, owned))
    return f" WHERE stream NOT IN ({streams})" if kind.is_of_ticket and owned else ""


def _columns(kind: Kind) -> str:
    version = "NULL::BIGINT AS version, NULL::BIGINT AS row_hash" if kind.content else "version, row_hash"
    return f"{kind.key} AS key, table_name, row_no, {version}"


def _are_unknown(con: duckdb.DuckDBPyConnection, kind: Kind, staged: int) -> bool:
    """Tell whether no staged key is in the warehouse; of a few rows it is not asked, deciding is as quick."""
    if staged < MANY:
        return is_empty(con, kind.target)
    known = within(con, kind.target, kind.key, kind.staged, kind.key)
    return con.execute(f"SELECT 1 FROM {kind.target} {known} LIMIT 1").fetchone() is None


def is_empty(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Tell whether a table has no rows."""
    return con.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is None


def _has_duplicates(con: duckdb.DuckDBPyConnection, kind: Kind) -> bool:
    found = con.execute(f"SELECT count(*) > count(DISTINCT {kind.key}) FROM {kind.staged}").fetchone()
    return bool(found and found[0])


def _choose(con: duckdb.DuckDBPyConnection, kind: Kind, rows: str) -> None:
    """Keep one staged row per key: the highest version, else the last one read."""
    newest = "" if kind.content else "version DESC NULLS LAST, "
    content = "".join(f", {column}" for column in kind.content)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE chosen AS SELECT {_columns(kind)}{content} FROM {rows}"
        f" QUALIFY row_number() OVER (PARTITION BY {kind.key} ORDER BY {newest}table_name DESC, row_no DESC) = 1"
    )


def _compare(con: duckdb.DuckDBPyConnection, kind: Kind, is_latest: bool) -> str:
    wanted = kind.content or ("version", "row_hash")
    known = f"SELECT {kind.key} AS key, {', '.join(wanted)} FROM {kind.target} {within(con, kind.target, kind.key)}"
    known_ticket = "k.ticket_key" if kind.is_of_ticket else "NULL::BIGINT"
    known_version = "NULL::BIGINT" if kind.content else "k.version"
    return (
        f"WITH k AS ({known}) SELECT c.key, c.table_name, c.row_no, c.version, c.row_hash,"
        f" CASE WHEN k.key IS NULL THEN 'new' WHEN {_is_same(kind, is_latest)} THEN 'same'"
        " ELSE 'changed' END AS fate,"
        f" {known_version} AS known_version, {known_ticket} AS known_ticket"
        " FROM chosen AS c LEFT JOIN k ON k.key = c.key"
    )


def _is_same(kind: Kind, is_latest: bool) -> str:
    if kind.content:
        return " AND ".join(f"c.{column} IS NOT DISTINCT FROM k.{column}" for column in kind.content)
    if is_latest:
        return "k.row_hash IS NOT DISTINCT FROM c.row_hash AND c.version IS NOT DISTINCT FROM k.version"
    # An older version counts as the same: it never overwrites a newer one.
    older = "coalesce(k.version > c.version, false)"
    repeated = "k.row_hash IS NOT DISTINCT FROM c.row_hash AND coalesce(c.version <= k.version, c.version IS NULL)"
    return f"({older} OR {repeated})"


def within(con: duckdb.DuckDBPyConnection, target: str, key: str, keys: str = "chosen", column: str = "key") -> str:
    """Return a SEMI JOIN that finds the rows of a large table by a small temp table's keys, bounds first.

    The literal bounds let zone maps skip row groups; the small table is the build side.
    """
    found = con.execute(f"SELECT min({column}), max({column}) FROM {keys}").fetchone()
    low, high = found if found and found[0] is not None else (0, -1)
    bounds = f"{target}.{key} BETWEEN {low}::BIGINT AND {high}::BIGINT"
    return f"SEMI JOIN {keys} ON {target}.{key} = {keys}.{column} WHERE {bounds}"
