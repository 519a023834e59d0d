"""The oracle's answer to a question: rows chosen, put into steps and members, folded."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from metrics.model import Question, Reading, Slice
from tests.oracle import periods
from tests.oracle.cases import House, Label, members_of
from tests.oracle.figures import Figure, Row
from tests.oracle.kpis import Finder, Kpi
from tests.oracle.periods import midnight
from tests.oracle.stocks import Step, Stock

Place = tuple[int | None, str | None]  # number of the step, member


class Oracle:
    """Answers questions about a desk; rows are found once per clock."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._rows: dict[tuple[Finder, str], list[Row]] = {}
        self._stocks: dict[tuple[str, str, Step], list[Row]] = {}

    def rows(self, find: Finder, clock: str) -> list[Row]:
        """Return all rows of a sort; the KPIs that share the sort share them."""
        key = (find, clock)
        if key not in self._rows:
            self._rows[key] = list(find(self.house, clock))
        return self._rows[key]

    def chosen(self, kpi: Kpi, question: Question) -> Iterator[tuple[datetime | None, Row]]:
        """Return the rows of slice and window, each with the instant that puts it there."""
        window = question.window
        low = window.start and midnight(window.start, window.tz)
        high = window.end and midnight(window.end, window.tz)
        for row in self.rows(kpi.rows, question.clock):
            instant = row.created if question.basis == "created" else row.moment
            if not fits(row.labels, question.slice):
                continue
            if (low or high) and (instant is None or (low and instant < low) or (high and instant >= high)):
                continue
            yield instant, row

    def answer(self, kpi: Kpi, question: Question) -> dict[Place, Figure]:
        """Return the figure of every place that has rows."""
        starts = [start for start, _ in periods.steps(question.window, question.grain)] if question.grain else []
        places: dict[Place, list[Row]] = defaultdict(list)
        for instant, row in self.chosen(kpi, question):
            step = bisect_right(starts, instant) - 1 if question.grain and instant else None
            for member in _members(row, question.split):
                places[step, member].append(row)
        found = {place: kpi.fold(rows) for place, rows in places.items()}
        if not question.grain and not question.split:
            plain = found.setdefault((None, None), kpi.fold([]))
            for name, find in kpi.beside.items():
                rows = self.rows(find, question.clock)
                plain.parts[name] = sum(1 for row in rows if fits(row.labels, question.slice))
        return found

    def stock(self, kpi: Stock, question: Question) -> dict[Place, Figure]:
        """Return the figure of every place of a stock that has rows; a step after now has none."""
        places: dict[Place, list[Row]] = defaultdict(list)
        for number, step in enumerate(self.steps(question)):
            key = (kpi.name, question.clock, step)
            if key not in self._stocks:
                self._stocks[key] = list(kpi.rows(self.house, question.clock, step))
            for row in self._stocks[key]:
                for member in _members(row, question.split) if fits(row.labels, question.slice) else ():
                    places[number if question.grain else None, member].append(row)
        return {place: kpi.fold(rows) for place, rows in places.items()}

    def steps(self, question: Question) -> list[Step]:
        """Return the steps of a question that have begun, the last one up to now."""
        window = question.window
        found: list[Step] = []
        if question.grain:
            found += periods.steps(window, question.grain)
        else:
            low = midnight(window.start, window.tz) if window.start else None
            found.append((low, midnight(window.end, window.tz) if window.end else self.house.as_of))
        now = self.house.as_of
        return [(low, min(high, now)) for low, high in found if low is None or low < now]


def fits(labels: Label, part: Slice) -> bool:
    """Return whether a row is in a slice."""
    return all(set(values) & set(members_of(labels, name)) for name, values in part.by)


def _members(row: Row, split: str | None) -> list[str] | list[None]:
    return members_of(row.labels, split) if split else [None]


def placed(readings: Iterable[Reading]) -> dict[Place, Reading]:
    """Return the product's readings by place; steps are numbered in the order they came, per member."""
    seen: dict[str | None, int] = defaultdict(int)
    found = {}
    for one in readings:
        number = seen[one.member] if one.question.grain else None
        seen[one.member] += 1
        found[number, one.member] = one
    return found
