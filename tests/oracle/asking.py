"""The oracle's answer to a question: rows chosen, put into steps and members, folded."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from metrics.model import Question, Reading
from tests.oracle.cases import House
from tests.oracle.figures import Figure, Row
from tests.oracle.kpis import Kpi
from tests.oracle.periods import midnight, steps

Place = tuple[int | None, str | None]  # number of the step, member


class Oracle:
    """Answers questions about a desk; the rows of a KPI are found once per clock."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._rows: dict[tuple[str, str], list[Row]] = {}

    def rows(self, kpi: Kpi, clock: str) -> list[Row]:
        key = (kpi.name, clock)
        if key not in self._rows:
            self._rows[key] = list(kpi.rows(self.house, clock))
        return self._rows[key]

    def chosen(self, kpi: Kpi, question: Question) -> Iterator[tuple[datetime | None, Row]]:
        """Return the rows of slice and window, each with the instant that puts it there."""
        window = question.window
        low = window.start and midnight(window.start, window.tz)
        high = window.end and midnight(window.end, window.tz)
        for row in self.rows(kpi, question.clock):
            instant = row.created if question.basis == "created" else row.moment
            if not all(row.labels[name] in values for name, values in question.slice.by):
                continue
            if (low or high) and (instant is None or (low and instant < low) or (high and instant >= high)):
                continue
            yield instant, row

    def answer(self, kpi: Kpi, question: Question) -> dict[Place, Figure]:
        """Return the figure of every place that has rows."""
        starts = [start for start, _ in steps(question.window, question.grain)] if question.grain else []
        places: dict[Place, list[Row]] = defaultdict(list)
        for instant, row in self.chosen(kpi, question):
            step = bisect_right(starts, instant) - 1 if question.grain and instant else None
            places[step, row.labels[question.split] if question.split else None].append(row)
        return {place: kpi.fold(rows) for place, rows in places.items()}


def placed(readings: Iterable[Reading]) -> dict[Place, Reading]:
    """Return the product's readings by place; steps are numbered in the order they came, per member."""
    seen: dict[str | None, int] = defaultdict(int)
    found = {}
    for one in readings:
        number = seen[one.member] if one.question.grain else None
        seen[one.member] += 1
        found[number, one.member] = one
    return found
