"""The desk: the same figures with period and filters, each with its trend, its teams and its definition."""

from collections.abc import Mapping, Sequence

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboard.board import Scope
from dashboard.dates import period_word
from dashboard.frame import (
    Screen,
    as_of,
    connection,
    desk_name,
    end_text,
    frame,
    language_links,
    link,
    range_text,
    theme_link,
)
from dashboard.markup import attrs
from dashboard.pages import Page
from dashboard.view import FILTERS, PERIODS
from dashboard.words import Words
from metrics.catalog import HEADLINES

TREND_DAYS = 84


def draw(screen: Screen, tiles: Mapping[tuple[str, str], Component]) -> Component:
    """Return header, controls, the strip of cards, then one section per KPI."""
    cards = html.Section([tiles[metric, "card"] for metric in HEADLINES], className="cards")
    sections = [_section(screen, metric, tiles) for metric in HEADLINES]
    main = html.Main([cards, *sections], id="figures", className="desk-main")
    return frame(screen, [_header(screen), _controls(screen), main, _drawer()])


def _header(screen: Screen) -> Component:
    links = html.Div(
        [
            link(screen, "wall", screen.words("page.wall")),
            link(screen, "data", screen.words("page.data")),
            language_links(screen),
            theme_link(screen),
        ],
        className="links",
    )
    return html.Header([html.H1(desk_name(screen)), as_of(screen), connection(screen), links], className="desk-top")


def _controls(screen: Screen) -> Component:
    words, view = screen.words, screen.view
    period = dmc.SegmentedControl(
        id="period",
        value=view.period,
        data=[{"value": name, "label": period_word(name, words, screen.board.past)} for name in PERIODS],
        size="xs",
        **attrs(aria_label=words("period.label")),
    )
    days = html.Div(_days(screen), id="days-box", className="days-box", **attrs(data_open=view.period))
    span = html.Span(range_text(screen), id="desk-range", className="range")
    chosen = html.Div([_step(words, "earlier", "‹"), days, span, _step(words, "later", "›")], className="chosen")
    ended = html.Span(end_text(screen), className="ended")
    row = html.Div([html.Div(period, className="periods"), chosen, ended, _clock(screen)], className="control-row")
    filters = html.Div([*_filters(screen), _clear(screen)], className="control-row filters")
    return html.Section([row, filters], className="controls", **attrs(aria_label=words("filter.label")))


def _step(words: Words, name: str, sign: str) -> Component:
    label = words(f"period.{name}")
    return html.Button(sign, id=name, className="step", n_clicks=0, title=label, **attrs(aria_label=label))


def _days(screen: Screen) -> Component:
    first, last = screen.view.first, screen.view.last
    chinese = screen.words.language.startswith("zh")
    picker = dmc.DatePickerInput(
        id="days",
        type="range",
        size="xs",
        allowSingleDateInRange=True,
        value=[day.isoformat() if day else None for day in (first, last)],
        valueFormat="YYYY-MM-DD",
        monthLabelFormat="YYYY年M月" if chinese else "MMMM YYYY",
        placeholder=screen.words("period.from_to"),
        **attrs(aria_label=screen.words("period.from_to")),
    )
    settings = {"locale": "zh-cn" if chinese else "en", "firstDayOfWeek": 1}
    dated: Component = dmc.DatesProvider(picker, settings=settings)
    return dated


def _clock(screen: Screen) -> Component:
    words = screen.words
    data = [{"value": name, "label": words(f"clock.{name}")} for name in ("calendar", "business")]
    control = dmc.SegmentedControl(
        id="clock", value=screen.view.clock, data=data, size="xs", **attrs(aria_label=words("clock.label"))
    )
    return html.Div(control, className="clock-box", hidden=not screen.site.business_clock)


def _filters(screen: Screen) -> Sequence[Component]:
    return [_filter(screen, dimension, screen.members(dimension)) for dimension in FILTERS]


def _filter(screen: Screen, dimension: str, members: Sequence[str]) -> Component:
    words = screen.words
    control = dmc.MultiSelect(
        id=f"filter-{dimension}",
        data=[{"value": member, "label": words.tag("member", member)} for member in members],
        value=list(screen.view.filter(dimension)),
        placeholder=words(f"filter.{dimension}"),
        size="xs",
        searchable=True,
        clearable=True,
        maxDropdownHeight=280,
        hidePickedOptions=False,
        **attrs(aria_label=words(f"filter.{dimension}")),
    )
    return html.Div(control, className="filter", hidden=len(members) < 2)


def _clear(screen: Screen) -> Component:
    is_free = not screen.view.slice.by
    return html.Button(screen.words("filter.clear"), id="clear", className="chip quiet", n_clicks=0, hidden=is_free)


def _section(screen: Screen, metric: str, tiles: Mapping[tuple[str, str], Component]) -> Component:
    words, title = screen.words, screen.title(metric)
    define = html.Button(
        "?",
        id={"define": metric},
        className="define",
        n_clicks=0,
        **attrs(aria_label=words("tile.define", title=title)),
    )
    head = html.Header(
        [html.H3(title), define, html.Span(words("trend.title", days=TREND_DAYS), className="hint")],
    )
    side = html.Div([html.H4([words("team.title"), html.Small(words("team.worst"))]), tiles[metric, "breakdown"]])
    body = html.Div([tiles[metric, "trend"], side], className="section-body")
    return html.Section([head, body], id=metric, className="section")


def _drawer() -> Component:
    drawer: Component = dmc.Drawer(
        html.Div(id="definition", className="definition"), id="drawer", position="right", size="lg", opened=False
    )
    return drawer


PAGE = Page(
    name="desk",
    path="/",
    theme="light",
    scope=Scope(trend_days=TREND_DAYS, teams=True),
    tiles=tuple((metric, kind) for kind in ("card", "trend", "breakdown") for metric in HEADLINES),
    draw=draw,
)
