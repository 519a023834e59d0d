"""The definition panel: what a figure counts, what it leaves out, and the text that ran (semantics 1.14)."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

import duckdb

from data.warehouse import data_version
from metrics.benchmark import held_against
from metrics.catalog import metric_of
from metrics.compile import literal_sql
from metrics.exclusions import left_out, told
from metrics.measure import measure
from metrics.members import Members
from metrics.metric import Metric
from metrics.model import Desk, Question, Reading, Text, Unit, Window
from metrics.questionnaires import told as told_weights
from metrics.scan import Ground
from metrics.survey import conversions
from metrics.unknown_years import WARNING, years_text

CLOCKS: Mapping[str, Text] = {
    "calendar": {"en": "elapsed time", "zh-CN": "自然时间"},
    "business": {
        "en": "business hours of the case: its priority's calendar, else its team's, else the desk's",
        "zh-CN": "工作时间：按优先级日历，没有则为团队日历，再则为客服台日历",
    },
}
EXAMPLES = {  # of parameters with a form of their own
    "department/minutes": "department/10",
    "hours": "4",
    "tickets": "350",
    "score": "5",
    "map/stage": "D1/accept",
    "department/hours": "department/4",
    "tier": "5",
}
LABELS = "SELECT dimension, member_id, label FROM member"  # metrics/members.py
PROMISES: Mapping[str, Text] = {
    "calendar": {"en": "clock of the promise: elapsed time", "zh-CN": "承诺时钟：自然时间"},
    "business": {
        "en": "clock of the promise: business hours of the priority's calendar, else the team's",
        "zh-CN": "承诺时钟：按优先级日历（没有则为团队日历）的工作时间",
    },
}
NO_CLOCK: Text = {"en": "no clock", "zh-CN": "不涉及计时"}
EVERYWHERE: Text = {
    "en": "Spam, test and deleted tickets everywhere, in history too; merged tickets count as one",
    "zh-CN": "垃圾、测试与已删除工单一律剔除（含历史）；合并工单计为一张",
}
EVERY_CASE: Text = {"en": "All cases", "zh-CN": "全部工单"}
EVERY_SURVEY: Text = {"en": "All surveys received", "zh-CN": "全部回收问卷"}
COHORT: Text = {"en": "by creation (cohort)", "zh-CN": "按创建时间（同期群）"}
CREATION: Text = {"en": "Creation", "zh-CN": "工单创建"}
SNAPSHOT_END: Text = {"en": "End of the period, or the data's as-of", "zh-CN": "期末，或数据截止时刻"}


def definition(
    metric: Metric, language: str, question: Question | None = None, desk: Desk | None = None
) -> dict[str, str]:
    """Return the metric's own words by heading; start and stop are left out where nothing is timed."""
    start, stop = ends(metric)
    texts: dict[str, Text | None] = {
        "definition": metric.definition,
        "population": metric.population or population(metric),
        "start": start,
        "stop": stop,
        "clock": clock_of(metric, question, desk),
        "basis": COHORT if question and question.basis == "created" else metric.basis,
        "exclusions": EVERYWHERE,
    }
    panel = {name: text.get(language, text["en"]) for name, text in texts.items() if text is not None}
    if metric.twin:
        panel["twin"] = metric_of(metric.twin).title[language]
    return panel


def clock_of(metric: Metric, question: Question | None, desk: Desk | None) -> Text:
    """Return the clock in force: the asked one, or the only one that the KPI is timed on (1.8, 4.9)."""
    if metric.fixed_clock == "promise":
        return PROMISES[desk.sla_clock if desk else "calendar"]
    if metric.fixed_clock == "elapsed":
        return CLOCKS["calendar"]
    return CLOCKS[question.clock if question else "calendar"] if metric.clock_dependent else NO_CLOCK


def population(metric: Metric) -> Text:
    """Return the population of a KPI that names none: every case, or every survey."""
    return EVERY_SURVEY if metric.anchor.row_key == "response_key" else EVERY_CASE


def is_timed(metric: Metric) -> bool:
    """Return whether a KPI measures a time, and thereby has a start and a stop."""
    return metric.unit in (Unit.MINUTES, Unit.HOURS)


def ends(metric: Metric) -> tuple[Text | None, Text | None]:
    """Return start and stop; an age without own words runs from creation to the instant it is taken at."""
    if metric.kind.solver == "age":
        return metric.start or CREATION, metric.stop or SNAPSHOT_END
    return metric.start, metric.stop


class Recorder:
    """A connection that remembers the statements it passes on, their parameters written out."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self.texts: list[str] = []

    def execute(self, text: str, params: object = None) -> duckdb.DuckDBPyConnection:
        """Run a statement and keep its text; looking up labels is not kept."""
        if not text.startswith(LABELS):
            self.texts.append(literal_sql(text, params) if isinstance(params, dict) else text)
        return self._con.execute(text, params)


def answered(
    con: duckdb.DuckDBPyConnection, desk: Desk, question: Question, as_of: datetime | None
) -> tuple[tuple[Reading, ...], list[str]]:
    """Return the readings of a question and the statements that answered it, ready to be run again."""
    recorder = Recorder(con)
    found = measure(cast("duckdb.DuckDBPyConnection", recorder), desk, [question], as_of)
    return found[question], recorder.texts


def example(metric: Metric, window: Window) -> Question:
    """Return a plain question of a metric, for its panel before anything was asked."""
    return Question(metric.name, window, parameter=EXAMPLES.get(metric.parameter or "", metric.parameter))


def with_sql(
    con: duckdb.DuckDBPyConnection, desk: Desk, question: Question, as_of: datetime | None, language: str
) -> dict[str, str]:
    """Return the whole panel: words, exclusions with their counts, n, as-of, data version, and `sql` last."""
    panel = definition(metric_of(question.metric), language, question, desk)
    readings, texts = answered(con, desk, question, as_of)
    first = readings[0] if len(readings) == 1 else None
    counts = left_out(Ground(con, desk, as_of, Members()), question, first)
    panel["exclusions"] = " · ".join(text for text in (panel["exclusions"], told(counts, language)) if text)
    if metric_of(question.metric).option:
        panel["weights"] = told_weights(question, desk, language)
    if years := years_text(first) if first else "":
        panel["unknown_years"] = WARNING[language].format(years=years)
    metric = metric_of(question.metric)
    is_told = first is not None and first.n >= metric.min_n  # few answers are nobody's business (1.12)
    if metric.unit is Unit.MONEY and desk.costs.currency:
        panel["currency"] = desk.costs.currency
    if metric.scale:
        panel["scale"] = conversions(metric.scale, first.value if first and is_told else None, language)
    if found := held_against(first, desk, language) if first and is_told else None:
        panel["benchmark"] = found.sentence(language)
    panel["n"] = f"{sum(reading.n for reading in readings):,}"
    panel["as_of"] = f"{as_of.astimezone(ZoneInfo(desk.tz)):%Y-%m-%d %H:%M:%S} ({desk.tz})" if as_of else "—"
    panel["version"] = str(data_version(con))
    return panel | {"sql": ";\n\n".join(texts)}
