"""The wall: eight figures on one screen, read from across the room, untouched for days.

Its period is the last seven days, today included, against the seven before: a week holds each weekday once, so the
change is neither Monday's nor the morning's; `?period=today` is there for desks that steer by the day.
"""

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from dashboard.board import Scope
from dashboard.frame import (
    LARGE,
    Screen,
    as_of,
    connection,
    desk_name,
    filter_text,
    frame,
    language_links,
    link,
    period_text,
    range_text,
)
from dashboard.markup import attrs
from dashboard.pages import Page
from metrics.catalog import HEADLINES

BIG = HEADLINES[:LARGE]
SMALL = HEADLINES[LARGE:]


def draw(screen: Screen, tiles: Mapping[tuple[str, str], Component]) -> Component:
    """Return five large tiles, and the three that keep them honest in the sixth place."""
    large = [tiles[metric, "headline"] for metric in BIG]
    small = html.Div([tiles[metric, "compact"] for metric in SMALL], className="stack")
    grid = html.Main([*large, small], id="figures", className="wall-grid")
    return frame(screen, [_header(screen), grid])


def _header(screen: Screen) -> Component:
    period = html.Div(
        [
            html.Span(period_text(screen), className="period"),
            html.Span(range_text(screen), id="wall-range", className="range"),
            html.Span(filter_text(screen), className="narrowed", title=filter_text(screen)),
        ],
        className="period-box",
    )
    clock = html.Time(className="clock", **attrs(data_clock=screen.site.tz, aria_label=screen.words("shell.clock")))
    left = html.Div([html.H1(desk_name(screen)), period], className="left")
    desk = link(screen, "desk", screen.words("page.desk"), "chip quiet")
    links = html.Div([language_links(screen), desk], className="quiet-links")
    return html.Header([left, links, as_of(screen), connection(screen), clock], className="wall-top")


PAGE = Page(
    name="wall",
    path="/wall",
    theme="dark",
    scope=Scope(trend_days=28),
    tiles=tuple((metric, "headline") for metric in BIG) + tuple((metric, "compact") for metric in SMALL),
    draw=draw,
)
