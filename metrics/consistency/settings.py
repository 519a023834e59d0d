"""Settings that contradict themselves without being wrong: read, used, and told once at the start (R-127)."""

from data.settings import Settings
from metrics.catalog import CATALOG
from metrics.consistency.finding import Finding
from metrics.consistency.inputs import weights_order
from metrics.model import Unit


def flagged(settings: Settings) -> list[Finding]:
    """Return what the settings say that may be meant otherwise; what cannot stand was refused when they were read."""
    sets = [settings.csi.weights, *(one.weights for one in settings.csi.questionnaires.values())]
    return [*(finding for one in sets for finding in weights_order(one)), *fractions(settings)]


def fractions(settings: Settings) -> list[Finding]:
    """Return targets of up to 1 for shares of which more is better: a fraction where percent is read (6.1)."""
    found = []
    for rule in settings.targets:
        metric = CATALOG.get(rule.metric)
        if metric and metric.unit is Unit.PERCENT and metric.better == "higher" and 0 < rule.value <= 1:
            numbers = {"value": rule.value, "percent": 100 * rule.value}
            found.append(Finding.of("fraction_for_percent", metric=rule.metric, **numbers))
    return found
