"""The flow identity: what was open, what came, what went, what is open (semantics 4.7)."""

from dataclasses import dataclass

from metrics.backlog import Part, levels
from metrics.measure import measure
from metrics.model import Question, Slice, Window
from metrics.periods import bounds
from metrics.scan import Ground


@dataclass(frozen=True, slots=True)
class Flow:
    """B(start) + created + reopened - resolved = B(end), for every slice and period."""

    open: int
    created: int
    reopened: int
    resolved: int
    close: int

    @property
    def balanced(self) -> bool:
        """Return whether the identity holds."""
        return self.open + self.created + self.reopened - self.resolved == self.close


def flow(ground: Ground, window: Window, part: Slice | None = None) -> Flow:
    """Return the flow of a bounded window; ValueError for an unbounded one."""
    low, high = bounds(window)
    if low is None or high is None:
        raise ValueError(f"the flow needs a bounded window, got {window}")
    part = part or Slice()
    stock = levels(ground, Part(part, None), (low, high))
    asked = [Question(name, window, part) for name in ("volume", "reopen_events", "resolve_events")]
    found = measure(ground.con, ground.desk, asked, ground.as_of, ground.members)
    created, reopened, resolved = (found[question][0].n for question in asked)
    return Flow(stock[low].get(None, 0), created, reopened, resolved, stock[high].get(None, 0))
