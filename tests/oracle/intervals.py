"""How sure a figure is, by hand: clusters of days, tickets, customers; order statistics (semantics 8.2, 8.4, 8.5)."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from math import comb, exp, fsum, lgamma, log, pi, sqrt
from zoneinfo import ZoneInfo

from metrics.catalog import CATALOG
from metrics.model import Question, Unit
from tests.oracle import issues
from tests.oracle.figures import HOUR, MINUTE, Row, mean
from tests.oracle.kpis import CASES, DURATIONS, SURVEYS, VISITS, Kpi
from tests.oracle.surveys import rating

Interval = tuple[float, float]
Value = Callable[[Row], float | None]
UNITS = {Unit.MINUTES: MINUTE, Unit.HOURS: HOUR}


@cache
def student(df: int) -> float:
    """Return the 97.5 % quantile of Student's t, its density added up in small steps."""
    scale = exp(lgamma((df + 1) / 2) - lgamma(df / 2)) / sqrt(df * pi)

    def below(x: float) -> float:
        """Return P(0 < T < x) by Simpson's rule."""
        n = 4000
        heights = [(1 + (i * x / n) ** 2 / df) ** (-(df + 1) / 2) for i in range(n + 1)]
        inner = 4 * fsum(heights[1:-1:2]) + 2 * fsum(heights[2:-1:2])
        return float(scale * x / n / 3 * (heights[0] + inner + heights[-1]))

    low, high = 1.9, 13.0
    while high - low > 1e-11:
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) < 0.475 else (low, middle)
    return low


def of_mean(clusters: Sequence[Sequence[float]]) -> Interval | None:
    """Return the interval of the mean over clusters; with one cluster that of its rows (1.12, 8.2)."""
    k, rows = len(clusters), [value for one in clusters for value in one]
    centre = mean(rows)
    if centre is None or (k < 2 and len(rows) < 2):
        return None
    if k < 2:
        half = student(len(rows) - 1) * sqrt(fsum((x - centre) ** 2 for x in rows) / (len(rows) - 1) / len(rows))
    else:
        squares = fsum((fsum(one) - centre * len(one)) ** 2 for one in clusters)
        half = student(k - 1) * sqrt(squares / (k * (k - 1))) / (len(rows) / k)
    return centre - half, centre + half


def of_quantile(values: Sequence[float], q: float) -> Interval | None:
    """Return the values whose ranks hold quantile q with 95 % (8.4)."""
    ordered, n = sorted(values), len(values)
    below = 0.0
    ranks: list[int] = []
    for k in range(n + 1):
        below += exp(log(comb(n, k)) + k * log(q) + (n - k) * log(1 - q))
        ranks += [k] * ((below >= 0.025 and not ranks) + (below >= 0.975 and len(ranks) < 2))
    if n == 0 or ranks[0] < 1 or ranks[1] + 1 > n:
        return None
    return ordered[ranks[0] - 1], ordered[ranks[1]]


@dataclass(frozen=True)
class Sure:
    """A KPI with the value of each of its rows (None = the row has none) and whose it is; by day where not given."""

    kpi: Kpi
    value: Value
    whose: Callable[[Row], Hashable] | None = None

    def __str__(self) -> str:
        return str(self.kpi)

    def key(self, row: Row, question: Question) -> Hashable:
        """Return the cluster of a row: its owner, or the local day in which it counts."""
        if self.whose:
            return self.whose(row)
        instant = row.created if question.basis == "created" else row.moment
        assert isinstance(instant, datetime)
        return instant.astimezone(ZoneInfo(question.window.tz)).date()

    def interval(self, rows: Sequence[Row], question: Question) -> Interval | None:
        """Return the interval of the figure of some rows."""
        found = [(self.key(row, question), self.value(row)) for row in rows]
        given = [(key, value) for key, value in found if value is not None]
        if question.quantile is not None:
            return of_quantile([value for _, value in given], question.quantile)
        if CATALOG[self.kpi.name].unit is Unit.PERCENT:
            return issues.by_customer([(key, bool(value)) for key, value in given]).interval
        clusters: dict[Hashable, list[float]] = defaultdict(list)
        for key, value in given:
            clusters[key].append(value)
        return of_mean(list(clusters.values()))


def _plain(name: str) -> Value:
    unit = UNITS[CATALOG[name].unit]
    return lambda row: float(row.value / unit)


def _visit(kpi: Kpi) -> Value:
    name = (kpi.parameter or "").partition("/")[2] if kpi.name == "stage_time" else ""
    unit = UNITS[CATALOG[kpi.name].unit]
    return lambda row: row.value[1] / unit if row.value[0] == name else None


def _turn(is_next: bool) -> Value:
    return lambda row: None if row.value is None or (is_next and not row.value[1]) else row.value[0] / MINUTE


def _verdict(row: Row) -> float | None:
    return None if row.value[1] == "immature" else float(row.value[1])


def _first(row: Row) -> float | None:
    return None if row.value.solved_first is None else float(row.value.solved_first)


def _case(row: Row) -> Hashable:
    return row.whose


def _named(kpis: Sequence[Kpi], name: str) -> Kpi:
    return next(one for one in kpis if one.name == name)


TURNS = ("response_time", "next_reply")
SPECIAL = (*TURNS, "frt_km", "ai_response")
VISITED = [one for one in VISITS if not one.is_brief and one.name != "department_escalations"]
SURE = (
    *(Sure(kpi, _plain(kpi.name)) for kpi in DURATIONS if kpi.name not in SPECIAL),
    *(Sure(_named(DURATIONS, name), _turn(name == "next_reply"), _case) for name in TURNS),
    *(Sure(kpi, _visit(kpi)) for kpi in VISITED),
    *(Sure(_named(CASES, name), _verdict, lambda row: row.value[0]) for name in ("fcr", "fcr_one_touch")),
    Sure(_named(SURVEYS, "fcr_survey"), _first, lambda row: row.value.customer),
    Sure(_named(SURVEYS, "overall_mean"), lambda row: rating(row.value)),
    Sure(_named(SURVEYS, "ces"), lambda row: row.value.effort),
)
