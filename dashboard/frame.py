"""What every screen has around its tiles: name, age of the data, connection, notices, the channel to the pulse."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from babel.dates import format_datetime
from dash import dcc, html
from dash.development.base_component import Component

from dashboard import absent
from dashboard.board import Board
from dashboard.dates import day_form, days_text, period_word
from dashboard.face import epoch_ms
from dashboard.markup import attrs
from dashboard.model import Leaves, Site, Stock
from dashboard.view import Notice, Theme, View
from dashboard.words import Words, languages, words
from metrics.model import DataState, Pulse, Window

LEAVES = (
    ("root", "data-mark"),
    ("as-of", "children"),
    ("as-of-age", "data-age"),
    ("root", "data-cells"),
    ("root", "data-undated"),
    ("range", "children"),
    ("absent", "children"),
    ("silent", "children"),
)
THEME_OF: dict[str, tuple[str, Theme]] = {
    "wall": ("/wall", "dark"),
    "desk": ("/", "light"),
    "data": ("/data", "light"),
}
LARGE = 5  # the first KPIs of the wall have a tile each, the rest share one place
LIVE_TEXTS = (
    *("connecting", "online", "offline", "banner", "second", "minute", "hour", "day", "none"),
    *("month", "year", "connected", "reading", "reading_rows", "nothing"),
    *("reading_of", "figuring", "left_second", "left_minute", "left_hour"),
)


@dataclass(frozen=True)
class Screen:
    """One page at one instant for one reader.

    silent      names of the sources that have gone quiet; failed: those among them that cannot be read
    default     the view of an address without a query
    waiting     whether the first load is still to come to its end
    stock       what came in, for the page that shows it
    """

    name: str
    board: Board
    words: Words
    site: Site
    default: View
    now: datetime
    silent: Sequence[str] = ()
    notices: Sequence[Notice] = ()
    members: Callable[[str], Sequence[str]] = lambda _: ()
    waiting: bool = False
    failed: Sequence[str] = ()
    stock: Callable[[], Stock] = Stock

    def title(self, metric: str) -> str:
        """Return the title of a KPI in the reader's language."""
        subject = self.board.answers[metric].subject
        return subject.title.get(self.words.language, subject.name)

    @property
    def view(self) -> View:
        """Return the view the page was asked for."""
        return self.board.view


def top_values(screen: Screen) -> Leaves:
    """Return the leaves of the frame itself."""
    as_of, board = screen.board.as_of, screen.board
    silent = _silent(screen)
    return dict(
        zip(
            LEAVES,
            (
                board.mark,
                _as_of(screen),
                epoch_ms(as_of),
                str(_cells(board)),
                "yes" if board.window.start is None else "",
                range_text(screen),
                _absent(screen),
                silent,
            ),
            strict=True,
        )
    )


def _silent(screen: Screen) -> str:
    """Return which sources cannot be read and which say nothing new."""
    told = (
        ("live.failed", screen.failed),
        ("live.stale", [name for name in screen.silent if name not in screen.failed]),
    )
    comma = screen.words("tile.comma")
    return " · ".join(screen.words(key, list=comma.join(names)) for key, names in told if names)


def _as_of(screen: Screen) -> str:
    """Return the watermark as local time, with its day when it is not of the last 20 hours."""
    as_of = screen.board.as_of
    if as_of is None:
        return screen.words("live.none" if screen.waiting else "live.undated")
    form = "HH:mm:ss" if screen.now - as_of < timedelta(hours=20) else day_form(screen.words, True) + " HH:mm"
    return str(format_datetime(as_of, form, tzinfo=ZoneInfo(screen.site.tz), locale=screen.words.locale))


def period_text(screen: Screen) -> str:
    """Return the name of the period; "" where the data have no instants and thereby no periods."""
    if screen.board.window.start is None or screen.view.period == "custom":
        return ""
    return period_word(screen.view.period, screen.words, screen.board.past)


def range_text(screen: Screen) -> str:
    """Return the days on screen, with their year where it is not the reader's."""
    return days_text(screen.board.window, screen.words, screen.board.reader)


def end_text(screen: Screen) -> str:
    """Return where the data end, for data that ended long ago: what every period counts back from."""
    board = screen.board
    if not board.past:
        return ""
    return screen.words(
        "past.note", day=days_text(Window(board.day, board.day + timedelta(days=1)), screen.words, board.reader)
    )


def filter_text(screen: Screen) -> str:
    """Return what the figures are narrowed to, "" for all cases: a part must never look like the whole."""
    words = screen.words
    parts = (
        ", ".join(words.tag("member", member) for member in members) for _, members in screen.view.slice.by if members
    )
    clock = [words(f"clock.{screen.view.clock}")] if screen.view.clock != screen.default.clock else []
    return " · ".join([*parts, *clock])


def _cells(board: Board) -> int:
    """Return how many places the wall needs: one for each large tile it can fill, one for all the small ones."""
    there = [not answer.absent for answer in board.answers.values()]
    if not any(there):
        return LARGE + 1
    return sum(there[:LARGE]) + any(there[LARGE:])


def _absent(screen: Screen) -> str:
    """Return which KPIs cannot be worked out from these data; the wall gives their place to the others."""
    found = absent.names(screen.board.answers.values(), screen.words.language)
    if not found or len(found) == len(screen.board.answers):
        return ""
    return screen.words("tile.absent", list=screen.words("tile.comma").join(found))


def desk_name(screen: Screen) -> str:
    """Return the name of the desk in the reader's language."""
    names = screen.site.name
    return names.get(screen.words.language) or next(iter(names.values()))


def as_of(screen: Screen) -> Component:
    """Return "data as of 10:22:31, 3 s ago"; the browser keeps the age counting."""
    found, prefix = top_values(screen), screen.name
    return html.Div(
        [
            html.Span(screen.words("shell.as_of"), className="label"),
            html.Span(found["as-of", "children"], id=f"{prefix}-as-of", className="time"),
            html.Span(id=f"{prefix}-as-of-age", className="age", **attrs(data_age=found["as-of-age", "data-age"])),
        ],
        className="as-of",
    )


def connection(screen: Screen) -> Component:
    """Return the sign that says whether the screen is in touch with the server."""
    text = html.Span(screen.words("live.connecting"), className="live-text")
    return html.Div([html.Span(className="live-dot"), text], className="live", role="status")


def language_links(screen: Screen) -> Component:
    """Return a link for each language but the one shown; a full load, so that <html lang> follows."""
    others = [code for code in languages() if code != screen.words.language]
    links = [link(screen, code, words(code)("name.language"), lang=code) for code in others]
    return html.Nav(links, className="links", **attrs(aria_label=screen.words("shell.language")))


def theme_link(screen: Screen) -> Component:
    """Return the link to the other theme."""
    other = "light" if screen.view.theme == "dark" else "dark"
    return link(screen, other, screen.words(f"shell.{other}"))


def link(screen: Screen, to: str, label: str, css: str = "chip", **more: Any) -> Component:
    """Return a link that keeps the view: its address follows the filters, see `address`."""
    return html.A(label, id={"to": to}, href=address(screen.view, screen.default, to), className=css, **more)


def address(view: View, default: View, to: str) -> str:
    """Return where a link leads: to another page, language or theme with everything else as it is."""
    if to in THEME_OF:
        return THEME_OF[to][0] + (replace(view, theme=THEME_OF[to][1]).query(default) or "?")
    changed = replace(view, language=to) if to in languages() else replace(view, theme=cast("Theme", to))
    return changed.query(default) or "?"


def frame(screen: Screen, children: Sequence[Component]) -> Component:
    """Return the page around its content: root with the mark, the stores, banners and notices."""
    found, name = top_values(screen), screen.name
    data = {
        "data-mark": found["root", "data-mark"],
        "data-blank": "yes" if screen.waiting else "",
        "data-cells": found["root", "data-cells"],
        "data-undated": found["root", "data-undated"],
        "data-page": name,
        "data-words": live_words(screen.words),
        "data-zone": screen.site.tz,
        "data-lang": screen.words.language,
        "data-poll": str(screen.site.poll_ms),
        "data-pulse": "?page=data" if name == "data" else "",
        "data-reload": screen.site.reload_at if name == "wall" else "",
    }
    stores = [dcc.Store(id=f"{name}-pulse")]
    root = html.Div(
        [*stores, *_banners(screen), *children, _left_out(screen), _waiting(screen)],
        id=f"{name}-root",
        className=f"page {name}",
        **data,
    )
    provider: Component = dmc.MantineProvider(root, forceColorScheme=screen.view.theme, theme=MANTINE)
    return provider


def _banners(screen: Screen) -> list[Component]:
    words, notices = screen.words, screen.notices
    listed = ", ".join(f"{notice.key}={notice.value}" if notice.value else notice.key for notice in notices)
    notice = words("shell.notice", list=listed) if notices else ""
    silent = top_values(screen)["silent", "children"]
    return [
        html.A(words("shell.skip"), href="#figures", className="skip"),
        html.Div(id="offline", className="banner", role="alert"),
        html.Div(silent, id=f"{screen.name}-silent", className="banner silent", role="status"),
        html.Div(notice, id="notice", className="banner notice", role="status"),
        html.Div(id="toast", className="banner failed", role="alert"),
    ]


def _left_out(screen: Screen) -> Component:
    return html.P(top_values(screen)["absent", "children"], id=f"{screen.name}-absent", className="absent")


def _waiting(screen: Screen) -> Component:
    """Return what covers the page before the first load; the browser tells how far that is."""
    text = html.P(screen.words("shell.loading"), className="waiting-text")
    card = html.Div([html.I(className="waiting-bar"), text], className="waiting-card")
    return html.Div(card, className="waiting", role="status")


def live_words(words: Words) -> str:
    """Return the texts that the pulse script fills in by itself; {placeholders} stay."""
    return json.dumps({key: words.raw(f"live.{key}") for key in LIVE_TEXTS}, ensure_ascii=False)


def silent_sources(pulse: Pulse, *states: DataState) -> tuple[str, ...]:
    """Return the names of the sources in one of these states; without any, of all that are not fresh."""
    names = {detail.source_id: detail.name for detail in pulse.details}
    wanted = states or tuple(state for state in DataState if state is not DataState.FRESH)
    return tuple(sorted(names.get(key, key) for key, state in pulse.sources.items() if state in wanted))


MANTINE = {
    "fontFamily": "var(--font)",
    "primaryColor": "indigo",
    "defaultRadius": "md",
    "cursorType": "pointer",
    "respectReducedMotion": True,
}
