"""Kinds of the knowledge base: links in resolved cases, the most frequent issues, revisions (semantics 4.19)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from metrics.calendar import DAY_US
from metrics.intervals import wilson
from metrics.kinds.beside import ShareBeside
from metrics.kinds.counting import count_where, first_row, with_extra
from metrics.metric import Figure, Metric, Need, Row, Solver
from metrics.model import DataState, Desk, Question

TOP = 20
# Data that never link an article, or hold none, cannot tell (1.9).
ANY_LINK = "max((SELECT count(*) FROM (SELECT 1 FROM fact_linked LIMIT 1)))"
ANY_ARTICLE = "max((SELECT count(*) FROM (SELECT 1 FROM kb_article LIMIT 1)))"
PUBLISHED = (
    "category IN (SELECT m.member_id FROM member m JOIN kb_article k ON k.category = m.label"
    " WHERE m.dimension = 'category' AND k.published_at <= $as_of::TIMESTAMPTZ)"
)


@dataclass(frozen=True, slots=True)
class LinkRate(ShareBeside):
    """Share of cases with a link, those in public replies and in notes beside; None where nothing is ever linked."""

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return the counts, and whether the data link articles at all."""
        (wanted,) = ShareBeside.needs(self, metric, question, desk)
        return (replace(wanted, measures=(*wanted.measures, ANY_LINK)),)

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the share in percent."""
        *counts, links = first_row(groups[0], 3 + len(self.beside))
        found = ShareBeside.finish(self, metric, question, desk, [[counts]])
        return found if links else Figure(None, found.n, found.parts, state=DataState.EMPTY)


class _OfIssues:
    """What the rows of these kinds have in common: cases of a category, each of them counts."""

    is_stock: ClassVar[bool] = False

    def counted(self, question: Question) -> str | None:
        """Return the cases that have a category."""
        return "category <> 0"


def _top(rows: Sequence[Row]) -> list[Row]:
    """Return the rows (category, cases, ...) of the most frequent categories; cases without one are no issue."""
    named = [row for row in rows if row[0]]
    return sorted(named, key=lambda row: (-row[1], row[0]))[:TOP]


@dataclass(frozen=True, slots=True)
class TopReuse(_OfIssues):
    """Cases with a link / cases, of the TOP-20 categories of the period."""

    solver: Solver = "scan"

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return cases and linked ones by category."""
        return (Need(with_extra(metric.anchor, "category"), ("count(*)", count_where("is_linked"), ANY_LINK)),)

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the share in percent; n = cases of any category, parts `cases` and `passed`: of the TOP-20."""
        top = _top(groups[0])
        n, cases, linked = (sum(row[place] for row in rows) for rows, place in _sums(groups[0], top))
        parts = (("cases", cases), ("passed", linked))
        if not cases or not top[0][-1]:
            return Figure(None, n, parts, state=DataState.EMPTY)
        return Figure(100.0 * linked / cases, n, parts, wilson(linked, cases), "wilson")

    def row_value(self, question: Question) -> str | None:
        """Return 100 for a case with a link, else 0."""
        return "CASE WHEN is_linked THEN 100.0 ELSE 0.0 END"


def _sums(rows: Sequence[Row], top: Sequence[Row]) -> tuple[tuple[Sequence[Row], int], ...]:
    return ([row for row in rows if row[0]], 1), (top, 1), (top, 2)


@dataclass(frozen=True, slots=True)
class TopCoverage(_OfIssues):
    """TOP-20 categories of the period with a published article / these categories."""

    solver: Solver = "scan"

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return cases by category, whether it has a published article, and whether there are articles at all."""
        has_article = f"max(CASE WHEN {PUBLISHED} THEN 1 ELSE 0 END)"
        return (Need(with_extra(metric.anchor, "category"), ("count(*)", has_article, ANY_ARTICLE)),)

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the share in percent; n = cases of any category, parts `issues` and `covered`."""
        top = _top(groups[0])
        n, covered = sum(row[1] for row in groups[0] if row[0]), sum(row[2] for row in top)
        parts = (("issues", len(top)), ("covered", covered))
        if not top or not top[0][-1]:
            return Figure(None, n, parts, state=DataState.EMPTY)
        return Figure(100.0 * covered / len(top), n, parts)

    def row_value(self, question: Question) -> str | None:
        """Return None: a case has no figure of its own."""
        return None


@dataclass(frozen=True, slots=True)
class RevisionPeriod:
    """Mean days between revisions: days of all intervals / those that ended with a revision; open ones censored."""

    solver: Solver = "scan"
    is_stock: ClassVar[bool] = False

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return ended intervals, time of all of them, and open ones."""
        return (Need(metric.anchor, (count_where("NOT is_open"), "sum(lasted_us)", count_where("is_open"))),)

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the days, n = ended intervals; part `open`; None before the first revision."""
        n, total, still_open = first_row(groups[0], 3)
        return Figure(float(total) / DAY_US / n if n else None, n, (("open", still_open),))

    def counted(self, question: Question) -> str | None:
        """Return the intervals that ended with a revision."""
        return "NOT is_open"

    def row_value(self, question: Question) -> str | None:
        """Return the days of an interval."""
        return f"lasted_us / {float(DAY_US)}"
