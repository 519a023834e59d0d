"""The callbacks: an address becomes a page, a tick of the pulse becomes new leaves, controls become an address."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update, set_props
from dash.development.base_component import Component

from dashboard import spans
from dashboard.definition import panel
from dashboard.frame import address
from dashboard.markup import attrs
from dashboard.pages import Page
from dashboard.room import Room
from dashboard.view import FILTERS, Notice, View, parse
from dashboard.words import languages, words
from metrics.model import Slice

log = logging.getLogger(__name__)
CONTROLS = ("period", "clock", "days", *(f"filter-{dimension}" for dimension in FILTERS))


def shell() -> Component:
    """Return what is there before the address is known."""
    return html.Div([dcc.Location(id="url", refresh=False), html.Div(id="page")])


def on_error(error: Exception) -> Any:
    """Log the error under a reference and show the reader that reference; the last good figures stay."""
    reference = uuid4().hex[:8]
    log.error("callback failed, reference %s", reference, exc_info=error)
    set_props("toast", {"children": words(_language())("shell.failed", reference=reference)})
    return no_update


def on_first_error(error: Exception) -> Component:
    """Log the error and return a page that says so and tries again by itself: a wall has nobody to press reload."""
    on_error(error)
    text = words(_language())
    return html.Main([html.H1(text("shell.unavailable"))], className="lost", **attrs(data_retry="10"))


def _language() -> str:
    """Return the language of the address the failing callback was called for; the first one when unknown."""
    search = {**ctx.inputs, **ctx.states}.get("url.search") or ""
    code = next((code for code in languages() if f"lang={code}" in search), None)
    return code or languages()[0]


def register(app: Dash, room: Room) -> None:
    """Register all callbacks; each page gets exactly one that the pulse runs."""
    _register_route(app, room)
    for page in room.pages.values():
        _register_refresh(app, room, page)
    desk = room.pages["/"]
    _register_controls(app, room, desk)
    _register_definition(app, room, desk)


def _register_route(app: Dash, room: Room) -> None:
    @app.callback(
        Output("page", "children"), Input("url", "pathname"), State("url", "search"), on_error=on_first_error
    )
    def route(path: str, search: str | None) -> Component:
        page = room.pages.get(path)
        if page is None:
            return _not_found(room, path, search or "")
        return page.layout(room.screen(page, search or ""))


def _not_found(room: Room, path: str, search: str) -> Component:
    view, _ = parse(search, room.default("/"), lambda _: ())
    text = words(view.language)
    way = html.A(text("shell.desk"), href="/", className="chip")
    return html.Main([html.H1(text("shell.not_found", path=path)), way], className="lost")


def _register_refresh(app: Dash, room: Room, page: Page) -> None:
    @app.callback(
        page.outputs(),
        Input(f"{page.name}-pulse", "data"),
        Input("url", "search"),
        prevent_initial_call=True,
    )
    def refresh(_: object, search: str | None) -> list[object]:
        return page.refresh(room.screen(page, search or ""), anew=ctx.triggered_id == "url")


def _register_controls(app: Dash, room: Room, desk: Page) -> None:
    @app.callback(
        *(Output(control, "value") for control in CONTROLS),
        Output("days-box", "data-open"),
        Output("clear", "hidden"),
        Output("notice", "children", allow_duplicate=True),
        Input("url", "search"),
        prevent_initial_call=True,
    )
    def show_address(search: str | None) -> list[object]:
        view, notices = parse(search or "", room.default(desk.path), room.answers.members)
        return [*_control_values(view), view.period, not view.slice.by, _notice(view, notices)]

    @app.callback(Output({"to": ALL}, "href"), Input("url", "search"), State("url", "pathname"))
    def lead_on(search: str | None, path: str) -> list[str]:
        default = room.default(path)
        view, _ = parse(search or "", default, room.answers.members)
        return [address(view, default, found["id"]["to"]) for found in ctx.outputs_list]

    @app.callback(
        Input("earlier", "n_clicks"), Input("later", "n_clicks"), State("url", "search"), prevent_initial_call=True
    )
    def step(_: int, __: int, search: str | None) -> None:
        default = room.default(desk.path)
        old, _notices = parse(search or "", default, room.answers.members)
        view = _stepped(room, old, -1 if ctx.triggered_id == "earlier" else 1)
        if view != old and ctx.triggered[0]["value"]:
            set_props("url", {"search": view.query(default)})

    @app.callback(
        *(Input(control, "value") for control in CONTROLS),
        Input("clear", "n_clicks"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def write_address(*given: Any) -> None:
        *values, _, search = given
        default = room.default(desk.path)
        old, _ = parse(search or "", default, room.answers.members)
        view = _chosen(room, old, dict(zip(CONTROLS, values, strict=True)))
        if view != old:
            set_props("url", {"search": view.query(default)})


def _control_values(view: View) -> list[object]:
    days = [day.isoformat() if day else None for day in (view.first, view.last)]
    return [view.period, view.clock, days, *(list(view.filter(dimension)) for dimension in FILTERS)]


def _notice(view: View, notices: Sequence[Notice]) -> str:
    listed = ", ".join(f"{notice.key}={notice.value}" for notice in notices)
    return words(view.language)("shell.notice", list=listed) if notices else ""


def _chosen(room: Room, old: View, values: dict[str, Any]) -> View:
    """Return the view that the controls say; an unfinished custom period keeps the days on screen."""
    picked = {} if ctx.triggered_id == "clear" else {d: values[f"filter-{d}"] or () for d in FILTERS}
    by = tuple((dimension, tuple(sorted(members))) for dimension, members in sorted(picked.items()) if members)
    first, last = _span(room, old, values)
    return replace(old, period=values["period"], first=first, last=last, clock=values["clock"], slice=Slice(by))


def _stepped(room: Room, old: View, by: int) -> View:
    """Return the view of the days before or after those on screen; the same view beyond the end of the data."""
    today = spans.today(room.answers.pulse().as_of, room.clock(), room.site.tz)
    moved = spans.stepped(spans.window(old, today, room.site.tz), by, today)
    if moved is None:
        return old
    first, end = spans.bounds(moved)
    return replace(old, period="custom", first=first, last=end - timedelta(days=1))


def _span(room: Room, old: View, values: dict[str, Any]) -> tuple[date | None, date | None]:
    if values["period"] != "custom":
        return None, None
    days = [date.fromisoformat(day[:10]) for day in values["days"] or () if day]
    if len(days) == 2:
        return days[0], days[1]
    today = spans.today(room.answers.pulse().as_of, room.clock(), room.site.tz)
    start, end = spans.bounds(spans.window(old, today, room.site.tz))
    return start, end - timedelta(days=1)


def _register_definition(app: Dash, room: Room, desk: Page) -> None:
    @app.callback(
        Output("drawer", "opened"),
        Output("drawer", "title"),
        Output("definition", "children"),
        Input({"define": ALL}, "n_clicks"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def define(clicks: Sequence[int], search: str | None) -> tuple[object, object, object]:
        if not any(clicks) or not isinstance(ctx.triggered_id, dict):
            return no_update, no_update, no_update
        metric = ctx.triggered_id["define"]
        screen = room.screen(desk, search or "")
        asked = screen.board.answers[metric].current.question
        texts = room.answers.definition(metric, screen.words.language, asked)
        return True, screen.title(metric), panel(screen, metric, texts)
