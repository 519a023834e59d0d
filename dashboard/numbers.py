"""Values as people read them: one rounding, half up, decimally, at display (semantics 1.11)."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache

from babel import Locale
from babel.numbers import format_decimal

from dashboard.words import Words
from metrics.model import Unit
from metrics.rounding import half_up

DASH = "—"  # no value is not 0 (semantics 1.9)
DIGITS = dict.fromkeys(Unit, 1) | {Unit.COUNT: 0, Unit.SCORE: 2, Unit.MONEY: 2}


@dataclass(frozen=True, slots=True)
class Scale:
    """How a unit is shown: factor from the measured unit, key of its sign, digits after the point."""

    factor: float
    sign: str
    digits: int


def scale_for(unit: Unit, value: float | None, digits: int | None = None) -> Scale:
    """Return the scale in which a value of that size reads best: 240 min is 4 h, 0.5 h is 30 min.

    digits  after the point, as the KPI has them; None = those usual for the unit. Times have those of their size.
    """
    size = abs(value or 0.0)
    if unit is Unit.MINUTES:
        return _of_minutes(size, 1.0)
    if unit is Unit.HOURS:
        return _of_minutes(size * 60, 60.0)
    return Scale(1.0, unit.value, DIGITS[unit] if digits is None else digits)


def _of_minutes(minutes: float, factor: float) -> Scale:
    if minutes >= 72 * 60:
        return Scale(factor / 1440, "d", 1)
    if minutes >= 120 or (factor > 1 and (minutes >= 60 or minutes == 0)):
        return Scale(factor / 60, "h", 1)
    return Scale(factor, "min", 1 if minutes < 1000 else 0)


def show(value: float | None, scale: Scale, words: Words, digits: int | None = None) -> str:
    """Return the number without its unit in the language's own spelling; a dash for no value."""
    if value is None:
        return DASH
    places = scale.digits if digits is None else digits
    number = half_up(value * scale.factor, places)
    if number == 0:
        number = abs(number)
    return _spelled(number, "#,##0." + "0" * places if places else "#,##0", words.locale)


@lru_cache(maxsize=65536)
def _spelled(number: Decimal, pattern: str, locale: str) -> str:
    """Return the number as the language writes it; a page has 1,500 of them and most stay from tick to tick."""
    return str(format_decimal(number, format=pattern, locale=_locale(locale)))


@cache
def _locale(code: str) -> Locale:
    return Locale.parse(code)


def digits_that_agree(value: float | None, target: float | None, met: bool | None, scale: Scale) -> int:
    """Return the digits at which the printed value does not contradict the verdict, at most three more."""
    if value is None or target is None or met is None:
        return scale.digits
    goal = half_up(target * scale.factor, scale.digits)
    for digits in range(scale.digits, scale.digits + 3):
        if met or half_up(value * scale.factor, digits) != goal:
            return digits
    return scale.digits + 3


def sign(scale: Scale, words: Words) -> str:
    """Return the unit as printed behind a number, e.g. "min", "%"; empty for scores and counts."""
    return words(f"unit.{scale.sign}")


def whole(number: int, words: Words) -> str:
    """Return a count with the language's grouping: 12345 -> 12,345."""
    return _spelled(Decimal(number), "#,##0", words.locale)
