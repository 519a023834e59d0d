"""Kinds that are not sums over a window: what is open at an instant, and what a cohort will see."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from metrics.calendar import MINUTE_US
from metrics.kinds.counting import first_row
from metrics.metric import Figure, Metric, Need, Row, Solver
from metrics.model import Desk, Question
from metrics.survival import quantiles
from metrics.unknown_years import year_parts

REACH = (
    "min(start_at)",
    "max(CASE reason WHEN 'ok' THEN reply_at WHEN 'resolved_without_reply' THEN first_resolved_at"
    " ELSE $as_of::TIMESTAMPTZ END)",
)

# What is open at $instant; both sides strict (4.7)
OPEN_AT = "opened_at < $instant AND (closed_at IS NULL OR closed_at >= $instant)"
UNRESOLVED_AT = "created_at < $instant AND (first_resolved_at IS NULL OR first_resolved_at >= $instant)"


@dataclass(frozen=True, slots=True)
class Stock:
    """Open cases at the end of the window; average and maximum over its days (4.7, 1.10)."""

    solver: Solver = "backlog"
    is_stock: ClassVar[bool] = True

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return nothing: a stock is no sum over a window."""
        return ()

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Refuse: metrics.backlog answers."""
        raise TypeError(f"{metric.name} is answered by metrics.{self.solver}")

    def counted(self, question: Question) -> str | None:
        """Return the spans open at $instant (both sides strict)."""
        return OPEN_AT

    def row_value(self, question: Question) -> str | None:
        """Return the case's age in hours."""
        return "(epoch_us($instant) - epoch_us(created_at)) / 3600000000.0"


@dataclass(frozen=True, slots=True)
class FirstStock(Stock):
    """Cases not yet resolved for the first time at the end of the window; reopened ones are not in it."""

    def counted(self, question: Question) -> str | None:
        """Return the cases created before $instant and not resolved before it."""
        return UNRESOLVED_AT


@dataclass(frozen=True, slots=True)
class StockAge(Stock):
    """Age of the open cases at the end of the window, median unless a quantile is asked for (4.7)."""

    solver: Solver = "age"


@dataclass(frozen=True, slots=True)
class Pace(Stock):
    """Days the open cases last at the resolve events of the trailing 28 days (4.7).

    is_net  less what is created meanwhile: None while the stock does not shrink
    """

    is_net: bool = False
    solver: Solver = "pace"

    def row_value(self, question: Question) -> str | None:
        """Return None: one case is no number of days."""
        return None


@dataclass(frozen=True, slots=True)
class StockDays(Stock):
    """Days whose end held at most as many open cases as the parameter says (4.7, 1.10)."""

    solver: Solver = "days"


@dataclass(frozen=True, slots=True)
class StockChange(Stock):
    """What came and went: B(end) - B(start) = created + reopened - resolved (4.7, 1.15)."""

    solver: Solver = "pace"


@dataclass(frozen=True, slots=True)
class Survival:
    """Kaplan-Meier quantile of the wait of the cases created in the window (4.3)."""

    solver: Solver = "scan"
    is_stock: ClassVar[bool] = False

    def needs(self, metric: Metric, question: Question, desk: Desk) -> tuple[Need, ...]:
        """Return the sorted waits in microseconds and how many were resolved in silence.

        Waits without an answer are told as -1 - wait: one list is gathered and sorted faster than two.
        On the business clock also between which instants they waited, for years without published holidays.
        """
        wait = self._wait(question)
        told = f"list_sort(list(CASE reason WHEN 'ok' THEN {wait} ELSE -1 - ({wait}) END))"
        silent = f"count(CASE reason WHEN 'resolved_without_reply' THEN {wait} END)"
        reach = REACH if question.clock == "business" else ()
        return (Need(metric.anchor, (told, silent, *reach)),)

    @staticmethod
    def _wait(question: Question) -> str:
        if question.clock == "business":
            columns = (
                "frt_biz_us",
                "list_extract($now_us, calendar_no + 1)",
                "first_resolved_pos_us",
                "start_pos_us",
            )
        else:
            columns = ("frt_us", "epoch_us($as_of::TIMESTAMPTZ)", "epoch_us(first_resolved_at)", "epoch_us(start_at)")
        answered, now, resolved, start = columns
        return (
            f"CASE reason WHEN 'ok' THEN {answered} WHEN 'open_unanswered' THEN greatest(0, {now} - {start})"
            f" WHEN 'resolved_without_reply' THEN greatest(0, {resolved} - {start}) END"
        )

    def finish(self, metric: Metric, question: Question, desk: Desk, groups: Sequence[Sequence[Row]]) -> Figure:
        """Return the asked quantile (else the median) in minutes; None where the curve does not come down so far.

        Parts `unanswered` and `unanswered_share` are the cases of the cohort resolved without a reply (4.3).
        """
        told, silent, *reach = first_row(groups[0], 2)
        answered, left = _parted(told or ())
        n = len(answered) + len(left)
        asked = 0.5 if question.quantile is None else question.quantile
        found = quantiles(answered, left, (asked, 0.5, 0.9))
        longest = max((*answered[-1:], *left[-1:]), default=None)
        value, p50, p90, most = (None if wait is None else wait / MINUTE_US for wait in (*found, longest))
        beside = (("unanswered", silent), ("unanswered_share", 100.0 * silent / n if n else None))
        parts = (("p50", p50), ("p90", p90), ("answered", len(answered)), ("censored", len(left)), ("longest", most))
        years = year_parts(desk, *reach) if reach else ()
        return Figure(value, n, (*parts, *beside, *years), None, "Kaplan-Meier")

    def counted(self, question: Question) -> str | None:
        """Return the cases of the cohort that were at risk."""
        return "reason IN ('ok', 'open_unanswered', 'resolved_without_reply')"

    def row_value(self, question: Question) -> str | None:
        """Return the wait until the reply or until the case left the queue, in minutes."""
        return f"({self._wait(question)}) / {float(MINUTE_US)}"


def _parted(told: Sequence[int | None]) -> tuple[Sequence[int], Sequence[int]]:
    """Return the ascending waits of the answered, and of those who were not."""
    waits = [wait for wait in told if wait is not None]
    split = bisect_left(waits, 0)
    return waits[split:], [-1 - wait for wait in reversed(waits[:split])]
