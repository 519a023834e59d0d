"""Which shown parts give a hidden one away when they are subtracted from the whole (semantics 1.12)."""

from collections.abc import Sequence

LEAST = 5  # answers of fewer people could be traced to one of them


def telling(counts: Sequence[int], least: int = LEAST) -> frozenset[int]:
    """Return the places of the parts to hide besides those below `least`, so that nothing hidden can be worked out.

    counts   n of the parts of a whole that is shown itself; parts without rows (0) hide nothing and help nobody

    Whole less shown parts is a figure of all hidden parts together. Where that would be a figure of fewer than
    `least`, the smallest shown part is hidden too (the first of equals): its rows then cover the others.
    """
    hidden = sum(n for n in counts if n < least)
    shown = [place for place, n in enumerate(counts) if n >= least]
    if not 0 < hidden < least or not shown:
        return frozenset()
    return frozenset({min(shown, key=lambda place: counts[place])})
