"""A trend in the space of a thumb: geometry worked out here, painted by the browser from one attribute."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

WIDTH, HEIGHT, PAD = 300.0, 80.0, 6.0
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Spark:
    """What is drawn; values in time order, None is a gap and stays one.

    goal        target in the unit of the values; None = no line
    since       index of the first value of the period; earlier ones are context and drawn faint
    partial     whether the last value is of a day that still runs
    floor       whether the scale starts at 0 (counts)
    """

    values: Sequence[float | None]
    goal: float | None = None
    since: int = 0
    partial: bool = False
    floor: bool = False

    def json(self) -> str:
        """Return the paths as the painter wants them; "" when there is nothing to draw."""
        known = [value for value in self.values if value is not None]
        if not known:
            return ""
        points = self._points(known)
        whole = points[: self.since + 1], points[self.since :]
        last = next(point for point in reversed(points) if point)
        loose = self.partial and points[-1] is not None
        return json.dumps(
            {
                "before": _line(whole[0]),
                "line": _line(whole[1][:-1] if loose else whole[1]),
                "tail": _line(whole[1][-2:]) if loose else "",
                "area": _area(whole[1]),
                "dots": _dots(points),
                "last": _dot(last),
                "open": loose,
                "goal": None if self.goal is None else round(self._y(self.goal, *self._range(known)), 1),
            },
            separators=(",", ":"),
        )

    def _points(self, known: Sequence[float]) -> list[Point | None]:
        low, high = self._range(known)
        step = WIDTH / max(len(self.values) - 1, 1)
        return [
            None if value is None else (round(index * step, 1), round(self._y(value, low, high), 1))
            for index, value in enumerate(self.values)
        ]

    def _range(self, known: Sequence[float]) -> tuple[float, float]:
        seen = [*known, *([self.goal] if self.goal is not None else [])]
        low, high = 0.0 if self.floor else min(seen), max(seen)
        return (low, high) if high > low else (low - 1, high + 1)

    @staticmethod
    def _y(value: float, low: float, high: float) -> float:
        return PAD + (HEIGHT - 2 * PAD) * (high - value) / (high - low)


def _runs(points: Sequence[Point | None]) -> Iterator[list[Point]]:
    run: list[Point] = []
    for point in points:
        if point is None:
            if run:
                yield run
            run = []
        else:
            run.append(point)
    if run:
        yield run


def _line(points: Sequence[Point | None]) -> str:
    """Return a path that lifts the pen over gaps."""
    return "".join(
        f"M{a[0]} {a[1]}L{b[0]} {b[1]}" if index == 0 else f"L{b[0]} {b[1]}"
        for run in _runs(points)
        for index, (a, b) in enumerate(pairwise(run))
    )


def _area(points: Sequence[Point | None]) -> str:
    shapes = []
    for run in _runs(points):
        if len(run) > 1:
            top = "L".join(f"{x} {y}" for x, y in run)
            shapes.append(f"M{run[0][0]} {HEIGHT}L{top}L{run[-1][0]} {HEIGHT}Z")
    return "".join(shapes)


def _dot(point: Point) -> str:
    """Return a stroke of no length: round caps make it a dot that keeps its shape in a stretched picture."""
    return f"M{point[0]} {point[1]}h.01"


def _dots(points: Sequence[Point | None]) -> str:
    """Return a dot for each value that stands between two gaps and would otherwise not be seen."""
    return "".join(_dot(run[0]) for run in _runs(points) if len(run) == 1)
