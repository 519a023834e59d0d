"""Where slowness and dissatisfaction come from, by type of problem, out of split readings (semantics 4.20, 9.3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from metrics.analysis import priority_matrix, rank_ranges, shrunk_scores, within_variance
from metrics.model import Reading


@dataclass(frozen=True, slots=True)
class Scene:
    """A type of problem and the time over target it stands for.

    mean    in the unit of the readings (frt: minutes)
    excess  n x max(0, mean - target)
    share   percent of the excess of all types; None when none is over the target
    """

    member: str
    n: int
    mean: float
    excess: float
    share: float | None


def slow_scenes(readings: Sequence[Reading], target: float) -> tuple[Scene, ...]:
    """Return the slow scenes 高频慢场景 of a duration split by category, the largest excess first (4.20)."""
    timed = [(one.member or "", one.n, one.value) for one in readings if one.value is not None]
    excess = {member: n * max(0.0, mean - target) for member, n, mean in timed}
    total = sum(excess.values())
    found = [
        Scene(member, n, mean, excess[member], 100.0 * excess[member] / total if total else None)
        for member, n, mean in timed
    ]
    return tuple(sorted(found, key=lambda one: (-one.excess, one.member)))


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A type of problem in the matrix of problem types and satisfaction.

    share   percent of the answers; impact: share x (target - score), adding up to target - overall mean
    shrunk  the score drawn to the overall mean, the more the fewer its answers; ranks: 95 % of redrawn matrices
            have its impact there, 1 = largest; both None where the readings carry no spread (ask with_interval)
    """

    member: str
    n: int
    score: float
    share: float
    impact: float
    shrunk: float | None = None
    ranks: tuple[int, int] | None = None


def problem_matrix(readings: Sequence[Reading], target: float) -> tuple[ProblemType, ...]:
    """Return the matrix 问题类型-满意度矩阵 of a mean score split by category, the largest impact first (9.3)."""
    rated = {one.member or "": one for one in readings if one.value is not None and one.n}
    scores = {member: (one.n, one.value or 0.0) for member, one in rated.items()}
    impacts = priority_matrix(target, scores) or {}
    total = sum(n for n, _ in scores.values())
    inner = within_variance([(one.n, one.part("sd")) for one in rated.values()])
    drawn = shrunk_scores(scores, inner) if inner is not None else {}
    ranks = rank_ranges(scores, target, inner) if inner is not None else {}
    found = [
        ProblemType(member, n, score, 100.0 * n / total, impacts[member], drawn.get(member), ranks.get(member))
        for member, (n, score) in scores.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.impact, one.member)))
