"""Writes the pages that follow from the code: docs/metrics.md and docs/settings.schema.json (`make docs`)."""

import json
from pathlib import Path

from data.settings import Settings
from metrics.catalog import CATALOG
from metrics.metric import Metric
from metrics.model import Text

DOCS = Path(__file__).resolve().parent
CLOCKS = {"elapsed": "calendar", "promise": "that of the promise (`sla_clock` of the settings, the tier's calendar)"}
HEAD = """# Metrics

What every number means. This page is written from the catalogue (`metrics/catalog/`) by `make docs`; change it there.
"No value" is shown as a dash and is never 0. Sections in brackets are those of the specification.

本页由指标目录自动生成（`make docs`）。“无值”显示为短横线，绝不等于 0。
"""


def metrics_page() -> str:
    """Return the page of all metrics, in the catalogue's order."""
    return "\n".join([HEAD, *(_section(metric) for metric in CATALOG.values())])


def settings_schema() -> str:
    """Return the JSON schema of the settings file, for editors."""
    return json.dumps(Settings.model_json_schema(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _section(metric: Metric) -> str:
    rows = [
        ("unit", f"{metric.unit}, {_direction(metric)}"),
        ("counted in a period by", _both(metric.basis)),
        ("who counts", _both(metric.population)),
        ("starts", _both(metric.start)),
        ("stops", _both(metric.stop)),
        ("clock", "calendar or business" if metric.clock_dependent else CLOCKS.get(metric.fixed_clock or "")),
        ("may be asked for", metric.option),
        ("interval", metric.interval),
        ("least n", str(metric.min_n) if metric.min_n > 1 else None),
        ("looked at with", metric.twin),
        ("source", metric.source),
    ]
    table = "\n".join(f"| {name} | {text} |" for name, text in rows if text)
    return f"## `{metric.name}` {_both(metric.title)}\n\n{_both(metric.definition)}\n\n| | |\n|---|---|\n{table}\n"


def _direction(metric: Metric) -> str:
    return {"lower": "lower is better", "higher": "higher is better", "neither": "no direction"}[metric.better]


def _both(text: Text | None) -> str | None:
    return f"{text['en']} · {text['zh-CN']}" if text else None


def main() -> None:
    """Write the pages."""
    (DOCS / "metrics.md").write_text(metrics_page(), encoding="utf-8")
    (DOCS / "settings.schema.json").write_text(settings_schema(), encoding="utf-8")


if __name__ == "__main__":
    main()
