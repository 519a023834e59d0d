"""The knowledge base by hand: links, the most frequent issues, revisions (semantics 4.19, 12.11; decision 20)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from metrics.model import NONE_LABEL
from tests.oracle.cases import Case, House, labels_of
from tests.oracle.desk import PROBLEMS
from tests.oracle.figures import Figure, Row, share

TOP = 20


def _at(month: int, day: int, hour: int = 8) -> datetime:
    return datetime(2025, month, day, hour, 30, 0, 7, tzinfo=UTC)


# article -> (category, published); what is later than the desk's life is not there yet
ARTICLES: dict[int, tuple[str | None, datetime | None]] = {
    1: ("x", _at(2, 1)), 2: ("y", None), 3: ("x", _at(3, 10)), 4: ("y", _at(5, 1)), 5: (None, _at(2, 20)),
}  # fmt: skip
REVISIONS: tuple[tuple[int, datetime], ...] = (
    (1, _at(2, 1)), (1, _at(2, 15)), (1, _at(3, 20)), (3, _at(4, 1)), (3, _at(5, 9)), (5, _at(3, 1)),
    (5, _at(3, 1, 12)), (2, _at(3, 5)), (2, _at(3, 2)), (9, _at(3, 3)),
)  # fmt: skip


def links(case: Case) -> set[bool]:
    """Return whether agents linked articles: True for in a public reply, False for in a note."""
    return {one.is_public for one in case.messages if one.article and one.author_kind == "agent" and not one.is_auto}


def resolved(house: House, clock: str) -> Iterator[Row]:
    """Return resolved cases: their links, and whether their category has an article."""
    covered = {
        category for category, published in ARTICLES.values() if category and published and published <= house.as_of
    }
    for case in house.cases:
        if case.resolves:
            value = (links(case), case.labels["category"], case.labels["category"] in covered)
            yield Row(case.resolves[0], case.created, case.labels, value)


def link_rate(rows: Sequence[Row]) -> Figure:
    found = share([Row(row.moment, row.created, row.labels, bool(row.value[0])) for row in rows])
    counts: dict[str, float | None] = {
        name: sum(1 for row in rows if way in row.value[0]) for name, way in (("public", True), ("note", False))
    }
    return Figure(found.value, found.n, counts, found.interval)


def _top(rows: Sequence[Row]) -> tuple[int, list[Row], list[str]]:
    named = [row for row in rows if row.value[1] != NONE_LABEL]
    top = [name for name, _ in Counter(row.value[1] for row in named).most_common(TOP)]
    return len(named), [row for row in named if row.value[1] in top], top


def reuse(rows: Sequence[Row]) -> Figure:
    n, chosen, _ = _top(rows)
    found = share([Row(row.moment, row.created, row.labels, bool(row.value[0])) for row in chosen])
    return Figure(found.value, n, {"cases": found.n}, found.interval)


def coverage(rows: Sequence[Row]) -> Figure:
    n, chosen, top = _top(rows)
    covered = len({row.value[1] for row in chosen if row.value[2]})
    return Figure(100 * covered / len(top) if top else None, n, {"issues": len(top), "covered": covered})


def _instants(house: House) -> dict[int, list[datetime]]:
    """Return when each article was published or revised, once per instant."""
    found: dict[int, set[datetime]] = {}
    published = [(article, when) for article, (_, when) in ARTICLES.items() if when]
    for article, when in (*published, *REVISIONS):
        if when <= house.as_of:
            found.setdefault(article, set()).add(when)
    return {article: sorted(instants) for article, instants in found.items()}


def _labels(article: int) -> dict[str, str]:
    category = ARTICLES.get(article, (None, None))[0]
    way = PROBLEMS.get(category or "", (None,))
    return labels_of({"category": category, "problem": way[0], "problem.2": way[-1]})


def changes(house: House, clock: str) -> Iterator[Row]:
    for article, instants in _instants(house).items():
        yield from (Row(when, None, _labels(article), None) for when in instants)


def intervals(house: House, clock: str) -> Iterator[Row]:
    for article, instants in _instants(house).items():
        for start, end in pairwise(instants):
            yield Row(end, None, _labels(article), ((end - start).total_seconds(), False))
        last = (house.as_of - instants[-1]).total_seconds()
        yield Row(house.as_of, None, _labels(article), (last, True))


def period(rows: Sequence[Row]) -> Figure:
    n = sum(1 for row in rows if not row.value[1])
    days = sum(row.value[0] for row in rows) / 86_400
    return Figure(days / n if n else None, n, {"open": len(rows) - n})
