"""Rounding, once, at display (semantics 1.11)."""

from decimal import ROUND_HALF_UP, Decimal

from metrics.model import Better


def half_up(value: float, digits: int = 0) -> Decimal:
    """Return the value rounded half up as people do it (82.5 -> 83, 2.675 -> 2.68), computed decimally.

    Digits beyond the 14th are what binary arithmetic leaves behind: 57.5 may come as 57.49999999999999.
    """
    return Decimal(f"{value:.14g}").quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def shown(value: float | None, digits: int = 0) -> str:
    """Return the value as text with that many decimals; an em dash for no value (1.9)."""
    if value is None:
        return "—"
    rounded = half_up(value, digits)
    return f"{abs(rounded) if rounded == 0 else rounded:f}"


def shown_against(value: float | None, target: float, better: Better, digits: int = 0) -> str:
    """Return the value as text, with more digits where rounding would contradict the verdict (1.11)."""
    if value is None:
        return "—"
    while digits < 9 and _meets(value, target, better) != _meets(float(half_up(value, digits)), target, better):
        digits += 1
    return shown(value, digits)


def _meets(value: float, target: float, better: Better) -> bool:
    return value >= target - 1e-9 if better == "higher" else value <= target + 1e-9
