"""The catalogue: every KPI stands here once, in the file of its family."""

from collections.abc import Mapping
from types import MappingProxyType

from metrics.catalog import (
    ai,
    backlog,
    complaints,
    costs,
    followups,
    funnel,
    knowledge,
    outcome,
    people,
    reply,
    resolution,
    sla,
    stages,
    stays,
    survey,
    turns,
    updates,
    vendor,
    work,
)
from metrics.metric import Metric

CATALOG: Mapping[str, Metric] = MappingProxyType(
    {
        metric.name: metric
        for family in (
            reply,
            turns,
            resolution,
            stays,
            outcome,
            backlog,
            sla,
            survey,
            funnel,
            ai,
            work,
            updates,
            followups,
            stages,
            complaints,
            people,
            costs,
            knowledge,
            vendor,
        )
        for metric in family.METRICS
    }
)
# Order of the tiles (semantics 4.0): speed, stock, quality, service level, load.
HEADLINES = ("frt", "resolution", "backlog", "fcr", "csi", "sla_first_reply", "volume", "csat")


def metric_of(name: str) -> Metric:
    """Return the KPI of that name; ValueError names the ones there are."""
    found = CATALOG.get(name)
    if found is None:
        raise ValueError(f"unknown metric {name!r}; known: {', '.join(sorted(CATALOG))}")
    return found
