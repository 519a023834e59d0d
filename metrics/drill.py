"""The cases behind a figure, out of the same predicate: the list is as long as n (semantics 1.13)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import duckdb

from metrics.backlog import end_of
from metrics.catalog import metric_of
from metrics.compile import Shape, shape_filters, source_sql, where_sql
from metrics.members import Members
from metrics.metric import rows_of
from metrics.model import Case, Desk, Question
from metrics.periods import bounds
from metrics.scan import Ground

ORDER = "figure DESC NULLS LAST, moment DESC NULLS LAST, row_key"
PAGE = 10_000
LABELS = ("team", "agent", "channel", "category", "priority")


def drill(
    con: duckdb.DuckDBPyConnection,
    desk: Desk,
    question: Question,
    as_of: datetime | None,
    limit: int | None = None,
    members: Members | None = None,
) -> list[Case]:
    """Return the rows that make up n of a plain question, the largest figure first; limit None = all of them."""
    ground = Ground(con, desk, as_of, members or Members())
    return list(cases(ground, question, limit))


def cases(ground: Ground, question: Question, limit: int | None = None) -> Iterator[Case]:
    """Yield what `drill` returns, read in pages: an export of millions of rows never stands in memory whole."""
    for name in LABELS:  # before the rows: another statement of this cursor would end them
        ground.members.labels(ground.con, name)
    found = ground.con.execute(*drill_sql(ground, question, limit))
    while page := found.fetchmany(PAGE):
        yield from (_case(ground, row) for row in page)


def drill_sql(ground: Ground, question: Question, limit: int | None = None) -> tuple[str, dict[str, object]]:
    """Return the text and parameters of the drill list; a grain or split of the question is left aside."""
    metric = metric_of(question.metric)
    counted, value = metric.kind.counted(question), metric.kind.row_value(question) or "NULL"
    anchor = rows_of(metric, question, ground.desk)
    column = "created_at" if question.basis == "created" else anchor.instant
    low, high = (None, None) if metric.kind.is_stock else bounds(question.window)
    shape = Shape(anchor, column, (), ((low is not None, high is not None),), shape_filters(question.slice.by))
    where = where_sql(shape) + (f" AND ({counted})" if counted else "")
    rows = (
        f"SELECT {anchor.row_key} AS row_key, {anchor.case_key} AS ticket_key, created_at, {column} AS moment,"
        f" {value} AS figure, {', '.join(LABELS)} FROM {source_sql(replace(shape, split=None))} WHERE {where}"
    )
    # The rows are chosen first: only theirs are looked up among all tickets.
    text = (
        f"WITH d AS MATERIALIZED ({rows} ORDER BY {ORDER}{'' if limit is None else f' LIMIT {int(limit)}'})"
        f" SELECT d.row_key, t.src_ticket_id, t.source_no, d.created_at, d.moment, d.figure, {', '.join(LABELS)}"
        " FROM d LEFT JOIN (SELECT ticket_key, src_ticket_id, source_no FROM ticket"
        " WHERE ticket_key IN (SELECT ticket_key FROM d)) t ON t.ticket_key = d.ticket_key"
        f" ORDER BY {ORDER}"
    )
    return text, _params(ground, question, text, (low, high))


def _params(
    ground: Ground, question: Question, text: str, limits: tuple[datetime | None, datetime | None]
) -> dict[str, object]:
    given = ground.filter_params(question.slice)
    instant = end_of(question.window, ground.as_of) if ground.as_of else None
    known = {"low0": limits[0], "high0": limits[1], "as_of": ground.as_of, "instant": instant}
    given |= {name: value for name, value in known.items() if f"${name}" in text}
    if "$now_us" in text:
        given["now_us"] = ground.positions(ground.as_of)
    return given


def _case(ground: Ground, row: tuple[object, ...]) -> Case:
    key, ticket, source_no, created_at, moment, value, *ids = row
    labels = tuple((name, ground.label(name, one)) for name, one in zip(LABELS, ids, strict=True))
    return Case(key, ticket, source_no, created_at, moment, value, labels)  # type: ignore[arg-type]
