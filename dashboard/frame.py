"""What every screen has around its tiles: name, age of the data, connection, notices, the channel to the pulse."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from babel.dates import format_datetime
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.board import Board
from dashboard.dates import days_text
from dashboard.face import epoch_ms
from dashboard.markup import attrs
from dashboard.model import Leaves, Site
from dashboard.view import Notice, View
from dashboard.words import Words, languages, words
from metrics.model import DataState, Pulse

LEAVES = (
    ("root", "data-mark"),
    ("as-of", "children"),
    ("as-of-age", "data-age"),
    ("range", "children"),
    ("silent", "children"),
)
LIVE_TEXTS = (
    *("connecting", "online", "offline", "banner", "second", "minute", "hour", "day", "none"),
    *("reading", "reading_rows", "nothing"),
)


@dataclass(frozen=True)
class Screen:
    """One page at one instant for one reader.

    silent      names of the sources that have gone quiet
    default     the view of an address without a query
    waiting     whether the first load is still to come to its end
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

    def title(self, metric: str) -> str:
        """Return the title of a KPI in the reader's language."""
        subject = self.board.answers[metric].subject
        return subject.title.get(self.words.language, subject.name)

    @property
    def view(self) -> View:
        """Return the view the page was asked for."""
        return self.board.view

    def href(self, path: str = "", **changes: Any) -> str:
        """Return the address of this view with some of it changed."""
        return path + (replace(self.view, **changes).query(self.default) or "?")


def top_values(screen: Screen) -> Leaves:
    """Return the leaves of the frame itself."""
    as_of, board = screen.board.as_of, screen.board
    silent = screen.words("live.stale", list=", ".join(screen.silent)) if screen.silent else ""
    return dict(
        zip(
            LEAVES,
            (
                board.mark,
                _as_of(screen),
                epoch_ms(as_of),
                days_text(screen.board.window, screen.words),
                silent,
            ),
            strict=True,
        )
    )


def _as_of(screen: Screen) -> str:
    """Return the watermark as local time, with its day when it is not of the last 20 hours."""
    as_of = screen.board.as_of
    if as_of is None:
        return screen.words("live.none" if screen.waiting else "live.undated")
    form = "HH:mm:ss" if screen.now - as_of < timedelta(hours=20) else "yyyy-MM-dd HH:mm"
    return str(format_datetime(as_of, form, tzinfo=ZoneInfo(screen.site.tz), locale=screen.words.locale))


def period_text(screen: Screen) -> str:
    """Return the name of the period; "" where the data have no instants and thereby no periods."""
    return "" if screen.board.window.start is None else screen.words(f"period.{screen.view.period}")


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
    links = [
        html.A(words(code)("name.language"), href=screen.href(language=code), lang=code, className="chip")
        for code in others
    ]
    return html.Nav(links, className="links", **attrs(aria_label=screen.words("shell.language")))


def theme_link(screen: Screen) -> Component:
    """Return the link to the other theme."""
    other = "light" if screen.view.theme == "dark" else "dark"
    return html.A(screen.words(f"shell.{other}"), href=screen.href(theme=other), className=f"chip theme-{other}")


def frame(screen: Screen, children: Sequence[Component]) -> Component:
    """Return the page around its content: root with the mark, the stores, banners and notices."""
    found, name = top_values(screen), screen.name
    data = {
        "data-mark": found["root", "data-mark"],
        "data-blank": "yes" if screen.waiting else "",
        "data-page": name,
        "data-words": live_words(screen.words),
        "data-zone": screen.site.tz,
        "data-lang": screen.words.language,
        "data-poll": str(screen.site.poll_ms),
        "data-reload": screen.site.reload_at if name == "wall" else "",
    }
    stores = [dcc.Store(id=f"{name}-pulse")]
    root = html.Div(
        [*stores, *_banners(screen), *children, _waiting(screen)], id=f"{name}-root", className=f"page {name}", **data
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


def _waiting(screen: Screen) -> Component:
    """Return what covers the page before the first load; the browser tells how far that is."""
    text = html.P(screen.words("shell.loading"), className="waiting-text")
    card = html.Div([html.I(className="waiting-bar"), text], className="waiting-card")
    return html.Div(card, className="waiting", role="status")


def live_words(words: Words) -> str:
    """Return the texts that the pulse script fills in by itself; {placeholders} stay."""
    return json.dumps({key: words.raw(f"live.{key}") for key in LIVE_TEXTS}, ensure_ascii=False)


def silent_sources(pulse: Pulse) -> tuple[str, ...]:
    """Return the names of the sources that are not fresh."""
    names = {detail.source_id: detail.name for detail in pulse.details}
    return tuple(sorted(names.get(key, key) for key, state in pulse.sources.items() if state is not DataState.FRESH))


MANTINE = {
    "fontFamily": "var(--font)",
    "primaryColor": "indigo",
    "defaultRadius": "md",
    "cursorType": "pointer",
    "respectReducedMotion": True,
}
