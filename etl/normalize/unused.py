"""Rows of an event or message table that no line asks for: read and not used, which is no fault of theirs."""

from collections.abc import Sequence

from etl.normalize.sqltext import literal
from etl.normalize.streams import Stream
from etl.normalize.typed import STAGE, TYPED
from etl.normalize.work import Work

_SHOWN = 5


def drop_unused(work: Work, streams: Sequence[Stream]) -> tuple[int, tuple[str, ...]]:
    """Take the rows that the `only` of every line leaves out off kw_typed.

    Returns their number and, in a trial, their most frequent values in the columns that `only` names.
    """
    if work.table.rows not in ("event", "message") or any(not stream.line.only for stream in streams):
        return 0, ()
    wanted = " OR ".join(f"coalesce({stream.value('only')}, false)" for stream in streams)
    shown = _values(work, streams, wanted) if work.reader.is_trial else ()
    row = work.con.execute(f"DELETE FROM {TYPED} WHERE NOT ({wanted})").fetchone()
    return (int(row[0]) if row else 0), shown


def _values(work: Work, streams: Sequence[Stream], wanted: str) -> tuple[str, ...]:
    named = dict.fromkeys(name for stream in streams for name in stream.line.only or ())
    return tuple(value for name in named for value in _of_column(work, name, wanted))


def _of_column(work: Work, name: str, wanted: str) -> list[str]:
    column = work.plan.header.column(name, work.plan.place("only"))
    rows = work.con.execute(
        f"SELECT {literal(name)}, coalesce(left({column}, 40), ''), count(*) FROM {STAGE} JOIN {TYPED} USING (row_no)"
        f" WHERE NOT ({wanted}) GROUP BY ALL ORDER BY 3 DESC, 2 LIMIT {_SHOWN}"
    ).fetchall()
    return [f"{name} = {value!r} ({number:,})" for name, value, number in rows]
