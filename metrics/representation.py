"""Whether those who answered are like those who were served: few answers need not harm, lopsided ones do (8.9)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from metrics.comparison import benjamini_hochberg, p_value
from metrics.intervals import Interval, wilson
from metrics.model import Reading


@dataclass(frozen=True, slots=True)
class Stratum:
    """A member of a dimension among the served and among those who answered, shares in percent.

    difference  share of the answers - share of the served, in points; None where nobody answered at all
    interval    of the difference: the answers are a sample, the served are known
    is_real     whether the difference is more than chance, decided over all members together (8.12)
    """

    member: str
    served: int
    served_share: float
    answered: int
    answered_share: float | None = None
    difference: float | None = None
    interval: Interval | None = None
    is_real: bool | None = None


def representation(served: Sequence[Reading], answered: Sequence[Reading]) -> tuple[Stratum, ...]:
    """Return the members of a split, the largest difference first; none where nobody was served.

    served     a count of what was served by member, such as resolve_events; answered: survey_valid of the same days,
               filters and dimension
    """
    all_served, all_answered = (sum(one.n for one in readings) for readings in (served, answered))
    if not all_served:
        return ()
    answers = {one.member or "": one.n for one in answered}
    counts = {one.member or "": one.n for one in served}
    found = []
    for member in sorted({*counts, *answers}):
        n, k = counts.get(member, 0), answers.get(member, 0)
        found.append(_against(Stratum(member, n, 100.0 * n / all_served, k), all_answered))
    real = benjamini_hochberg(
        [None if one.difference is None or one.interval is None else p_value(one.difference, one.interval)
         for one in found]
    )  # fmt: skip
    judged = (replace(one, is_real=verdict) for one, verdict in zip(found, real, strict=True))
    return tuple(sorted(judged, key=lambda one: (-abs(one.difference or 0.0), one.member)))


def _against(one: Stratum, all_answered: int) -> Stratum:
    ends = wilson(one.answered, all_answered)
    if ends is None:
        return one
    share = 100.0 * one.answered / all_answered
    interval = (ends[0] - one.served_share, ends[1] - one.served_share)
    return replace(one, answered_share=share, difference=share - one.served_share, interval=interval)
