"""The definition panel: what a figure counts, and everything needed to doubt it (semantics 1.14)."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboard.face import epoch_ms
from dashboard.frame import Screen
from dashboard.markup import attrs
from dashboard.numbers import whole

ORDER = (
    *("definition", "population", "start", "stop", "clock", "basis", "exclusions"),
    *("weights", "currency", "scale", "unknown_years", "benchmark", "twin", "n", "as_of", "age", "version"),
)


def panel(screen: Screen, metric: str, texts: Mapping[str, str]) -> Component:
    """Return the panel: the catalogue's words, then what holds for the reading on screen."""
    reading = screen.board.answers[metric].current
    now = {
        "n": whole(reading.n, screen.words),
        "as_of": local_text(reading.as_of, screen.site.tz),
        "version": screen.board.mark.split(".")[0],
    }
    shown: dict[str, str | Component] = {"clock": screen.words(f"clock.{screen.view.clock}"), **texts, **now}
    if reading.as_of is not None:
        shown["age"] = html.Span(className="age", **attrs(data_age=epoch_ms(reading.as_of)))
    sql = shown.pop("sql", "")
    rows = [
        _row(screen, key, shown[key]) for key in ORDER if shown.get(key, "") != ""
    ]  # an empty component is false too
    return html.Div([html.Dl(rows), *_cases(screen, metric), *_sql(screen, sql)])


def _cases(screen: Screen, metric: str) -> list[Component]:
    """Return the way to the cases behind the figure; none where nothing stands behind it or it may not be seen."""
    reading = screen.board.answers[metric].current
    if not reading.n or reading.value is None:
        return []
    query = screen.view.query(screen.default)
    address = f"/api/cases.csv{query or '?'}{'&' if query else ''}metric={metric}"
    text = screen.words("cases.download", n=whole(reading.n, screen.words))
    return [html.P(html.A(text, href=address, download="", className="cases"))]


def local_text(instant: datetime | None, tz: str) -> str:
    """Return the instant as local time with its zone; "" when unknown."""
    if instant is None:
        return ""
    return f"{instant.astimezone(ZoneInfo(tz)):%Y-%m-%d %H:%M:%S} ({tz})"


def _row(screen: Screen, key: str, text: str | Component) -> Component:
    label = screen.words.tag("define", key)
    return html.Div([html.Dt(label), html.Dd(text)])


def _sql(screen: Screen, sql: str | Component) -> list[Component]:
    if not sql:
        return []
    return [html.H4(screen.words("define.sql")), html.Pre(html.Code(sql), tabIndex=0)]
