"""Due times by policy (semantics 3.3, 4.9)."""

from datetime import datetime, timedelta

from metrics.calendar import MINUTE_US, Axis


def due_at(start: datetime, target_min: float | None, axis: Axis | None) -> datetime | None:
    """Return start ⊕ target on the clock (axis None = calendar); None where the tier has no limit."""
    if target_min is None:
        return None
    if axis is None:
        return start + timedelta(minutes=target_min)
    return axis.add(start, round(target_min * MINUTE_US))
