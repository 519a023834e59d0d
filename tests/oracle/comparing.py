"""Both answers side by side; what differs is said in full."""

from collections.abc import Callable, Iterable, Iterator
from math import isclose

from metrics.model import Question, Reading
from tests.oracle.asking import Oracle, Place, placed
from tests.oracle.figures import Figure
from tests.oracle.kpis import Kpi
from tests.oracle.stocks import Stock

RELATIVE, ABSOLUTE = 1e-9, 1e-9


def same(got: float | int | None, expected: float | int | None) -> bool:
    """Return whether two values agree; no value is equal to no value only."""
    if got is None or expected is None:
        return got is expected
    return isclose(got, expected, rel_tol=RELATIVE, abs_tol=ABSOLUTE)


def _pairs(parts: Iterable[str], got: Reading, expected: Figure) -> Iterator[tuple[str, float | None, float | None]]:
    yield "value", got.value, expected.value
    yield "n", got.n, expected.n
    for name in parts:
        yield name, got.part(name), expected.parts.get(name)
    if got.interval is not None and expected.interval is not None:
        yield "low", got.interval[0], expected.interval[0]
        yield "high", got.interval[1], expected.interval[1]


def differences(oracle: Oracle, kpi: Kpi, question: Question, readings: tuple[Reading, ...]) -> list[str]:
    """Return what differs between product and oracle, one line each."""
    is_plain = not question.grain and not question.split
    parts = (*kpi.parts, *kpi.plain_parts, *kpi.beside) if is_plain else kpi.parts
    return _compared(question, readings, oracle.answer(kpi, question), (lambda _: kpi.fold([]), parts))


def stock_differences(oracle: Oracle, kpi: Stock, question: Question, readings: tuple[Reading, ...]) -> list[str]:
    """Return what differs of a stock; steps that have not begun have no value."""
    begun = len(oracle.steps(question))

    def nothing(place: Place) -> Figure:
        return kpi.fold([]) if (place[0] or 0) < begun else Figure(None, 0)

    return _compared(question, readings, oracle.stock(kpi, question), (nothing, kpi.parts))


def _compared(
    question: Question,
    readings: tuple[Reading, ...],
    expected: dict[Place, Figure],
    rest: tuple[Callable[[Place], Figure], Iterable[str]],
) -> list[str]:
    got, (nothing, parts), lines = placed(readings), rest, []
    for place in sorted(expected.keys() | got.keys(), key=str):
        reading, figure = got.get(place), expected.get(place) or nothing(place)
        if reading is None:
            if figure.n or figure.value:
                lines.append(_line(question, place, "reading", None, figure))
            continue
        for name, one, other in _pairs(parts, reading, figure):
            if not same(one, other):
                lines.append(_line(question, place, name, one, other))
    return lines


def _line(question: Question, place: Place, name: str, got: object, expected: object) -> str:
    where = (
        f"{question.clock}, {question.basis}, {question.window.start}, {question.slice.by}, grain {question.grain}"
    )
    return f"{question.metric} ({where}) at {place}: {name} is {got}, oracle has {expected}"
