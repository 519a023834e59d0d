"""The definition panel: what a figure counts, and everything needed to doubt it (semantics 1.14)."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboard.face import Face
from dashboard.frame import Screen
from dashboard.numbers import whole


def panel(screen: Screen, metric: str, texts: Mapping[str, str]) -> Component:
    """Return the panel: the catalogue's words, then what holds for the reading on screen."""
    reading = screen.board.answers[metric].current
    board = screen.board
    face = Face(board.answers[metric], screen.words, screen.view, board.reader, board.past)
    now = {
        "clock": screen.words(f"clock.{screen.view.clock}"),
        "n": whole(reading.n, screen.words),
        "as_of": local_text(reading.as_of, screen.site.tz),
        "version": screen.board.mark.split(".")[0],
    }
    shown = {**texts, **now, "exclusions": _exclusions(face, texts.get("exclusions", ""))}
    sql = shown.pop("sql", "")
    rows = [_row(screen, key, text) for key, text in shown.items() if text]
    return html.Div([html.Dl(rows), *_sql(screen, sql)])


def local_text(instant: datetime | None, tz: str) -> str:
    """Return the instant as local time with its zone; "" when unknown."""
    if instant is None:
        return ""
    return f"{instant.astimezone(ZoneInfo(tz)):%Y-%m-%d %H:%M:%S} ({tz})"


def _exclusions(face: Face, text: str) -> str:
    """Return what is left out, with the counts that the reading carries."""
    parts = face.answer.current.parts
    told = [(name, int(n)) for name, n in parts if n and name in LEFT_OUT]
    counts = [f"{face.words(f'left_out.{name}')} {whole(n, face.words)}" for name, n in told]
    return " · ".join([part for part in (text, *counts) if part])


LEFT_OUT = ("immature", "unlinkable", "undecided", "na", "open_unanswered", "bot_contained", "agent_initiated")


def _row(screen: Screen, key: str, text: str) -> Component:
    label = screen.words.tag("define", key)
    return html.Div([html.Dt(label), html.Dd(text)])


def _sql(screen: Screen, sql: str) -> list[Component]:
    if not sql:
        return []
    return [html.H4(screen.words("define.sql")), html.Pre(html.Code(sql), tabIndex=0)]
