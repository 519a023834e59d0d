"""Due times of cases whose priority changed, in plain Python (semantics 4.11); instants in us since 1970."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Rule = Literal["fair", "from_start"]
Limits = Mapping[str, int | None]  # tier -> microseconds on the clock; None and absent = no limit


class Clock(Protocol):
    """A clock that may stand still: Axis for business time, Elapsed for calendar time."""

    def position_of(self, us: int) -> int:
        """Return the time run until an instant."""

    def us_at(self, position_us: int, upper: bool = False) -> int:
        """Return the instant at which so much time has run."""


class Elapsed:
    """The calendar clock: it never stands still."""

    def position_of(self, us: int) -> int:
        """Return the instant itself."""
        return us

    def us_at(self, position_us: int, upper: bool = False) -> int:
        """Return the position itself."""
        return position_us


@dataclass(frozen=True, slots=True)
class Change:
    """A priority change: when, and the tier from then on."""

    us: int
    tier: str


@dataclass(frozen=True, slots=True)
class Pause:
    """An interval in a pause status; end None = still running."""

    start: int
    end: int | None


def after(clock: Clock, start: int, amount: int) -> int:
    """Return start ⊕ amount (semantics 3.3)."""
    return max(start, clock.us_at(clock.position_of(start) + amount))


@dataclass(frozen=True, slots=True)
class Terms:
    """What all cases share: limits per tier and the rule for changes."""

    limits: Limits
    rule: Rule

    def first_reply_due(self, start: int, tier: str, changes: Sequence[Change], clock: Clock) -> int | None:
        """Return the due instant after the changes made before the reply; None = no limit.

        A change before the start, which a hand-off moves (4.1), counts at the start: no promise runs out before it.
        """
        limit = self._last_limit(tier, changes) if self.rule == "from_start" else self.limits.get(tier)
        due = None if limit is None else after(clock, start, limit)
        for change in changes if self.rule == "fair" else ():
            if due is not None and change.us > due:
                break
            new = self.limits.get(change.tier)
            if _is_shorter(new, limit):
                due = _least(due, after(clock, max(start, change.us), new or 0))
            elif new != limit:
                due = None if new is None else after(clock, start, new)
            limit = new
        return due

    def resolution_limit(
        self, created: int, tier: str, changes: Sequence[Change], pauses: Sequence[Pause], clock: Clock
    ) -> int | None:
        """Return the limit on the net clock after the changes made before the resolution; None = no limit."""
        if self.rule == "from_start":
            return self._last_limit(tier, changes)
        limit = total = self.limits.get(tier)
        for change in changes:
            used = net_us(clock, created, change.us, pauses)
            if total is not None and used > total:
                break
            new = self.limits.get(change.tier)
            if _is_shorter(new, limit):
                total = _least(total, used + (new or 0))
            elif new != limit:
                total = new
            limit = new
        return total

    def _last_limit(self, tier: str, changes: Sequence[Change]) -> int | None:
        return self.limits.get(changes[-1].tier if changes else tier)


def net_us(clock: Clock, created: int, us: int, pauses: Sequence[Pause]) -> int:
    """Return time run between creation and an instant without the pauses until then; 0 before creation."""
    if us <= created:
        return 0
    run = clock.position_of(us) - clock.position_of(created)
    for pause in pauses:
        end = us if pause.end is None else min(us, pause.end)
        if pause.start < end:
            run -= clock.position_of(end) - clock.position_of(pause.start)
    return run


def _is_shorter(new: int | None, old: int | None) -> bool:
    return new is not None and (old is None or new < old)


def _least(due: int | None, other: int) -> int:
    return other if due is None else min(due, other)
