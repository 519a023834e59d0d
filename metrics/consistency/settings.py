"""Settings that contradict themselves without being wrong: read, used, and told once at the start (R-127)."""

from collections.abc import Iterable

from data.settings import Settings
from metrics.catalog import CATALOG
from metrics.consistency.finding import Finding
from metrics.consistency.inputs import weights_order
from metrics.model import Unit


def flagged(settings: Settings) -> list[Finding]:
    """Return what the settings say that may be meant otherwise; what cannot stand was refused when they were read."""
    sets = [settings.csi.weights, *(one.weights for one in settings.csi.questionnaires.values())]
    return [
        *(finding for one in sets for finding in weights_order(one)),
        *fractions(settings),
        *benchmark_fractions(settings),
    ]


def fractions(settings: Settings) -> list[Finding]:
    """Return targets of up to 1 for shares of which more is better: a fraction where percent is read (6.1)."""
    return _fractions("fraction_for_percent", ((rule.metric, rule.value) for rule in settings.targets))


def benchmark_fractions(settings: Settings) -> list[Finding]:
    """Return benchmarks that are fractions where percent is read."""
    rules = (rule for industry in settings.benchmarks.values() for rule in industry.values)
    return _fractions("fraction_for_benchmark", ((rule.metric, rule.value) for rule in rules))


def _fractions(rule: str, given: Iterable[tuple[str, float]]) -> list[Finding]:
    found = []
    for name, value in given:
        metric = CATALOG.get(name)
        if metric and metric.unit is Unit.PERCENT and metric.better == "higher" and 0 < value <= 1:
            found.append(Finding.of(rule, metric=name, value=value, percent=100 * value))
    return found
