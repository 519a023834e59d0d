"""What the command line lists of a warehouse; the monitor that owns it tells the same."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo

import duckdb

from etl import account
from etl.drift import drift_lines

# lines of a list: (how many, source or None = all, rule or None = all)
Lister = Callable[[int, str | None, str | None], Sequence[str]]


def lists(
    cursor: Callable[[], duckdb.DuckDBPyConnection], clock: Callable[[], datetime], zone: tzinfo
) -> Mapping[str, Lister]:
    """Return the lists by the verb that prints them: status, rejects, drift; with instants in a zone."""
    return {
        "status": lambda limit, source, rule: list(account.status(cursor(), clock(), zone)),
        "rejects": lambda limit, source, rule: list(
            account.reject_lines(account.rejects(cursor(), limit, source, rule))
        ),
        "drift": lambda limit, source, rule: drift_lines(cursor(), source),
    }
