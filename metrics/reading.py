"""A figure in its place: the reading that tiles, lists, exports and alerts share."""

from datetime import datetime

from metrics.metric import Figure, Metric
from metrics.model import DataState, Question, Reading

Place = tuple[str | None, str | None]  # bucket, member


def reading(question: Question, metric: Metric, figure: Figure, as_of: datetime | None, place: Place) -> Reading:
    """Return a figure as the reading of a question at (bucket, member), with its data state (semantics 7.4).

    empty: no row at all; too_few: fewer than the metric's minimum (1.12), the value is still given.
    as_of None = nothing dated was delivered: then a count of 0 is not known, it has no value (1.9, 12.2).
    """
    state = figure.state
    if state is None and figure.n < metric.min_n:
        state = DataState.TOO_FEW if figure.n else DataState.EMPTY
    return Reading(
        question,
        None if as_of is None and not figure.n else figure.value,
        figure.n,
        state or DataState.FRESH,
        as_of,
        *place,
        figure.parts,
        figure.interval,
        figure.method,
    )
