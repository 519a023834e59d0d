"""Pieces that several kinds of tiles are put together from."""

from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.face import Face
from dashboard.model import Leaves

LONG_TITLE = 24  # characters; more do not fit beside the verdict at full size


class Pieces:
    """Components of one tile, each under its own id and filled from the leaves."""

    def __init__(self, prefix: str, face: Face, leaves: Leaves) -> None:
        self.prefix, self.face, self.leaves = prefix, face, leaves

    def part(self, name: str, tag: str = "Div", css: str = "", **more: Any) -> Component:
        """Return the part of that name with all its leaf values."""
        filled = {prop: value for (part, prop), value in self.leaves.items() if part == name}
        component: Component = getattr(html, tag)(id=f"{self.prefix}-{name}", className=css or name, **filled, **more)
        return component

    def title(self) -> Component:
        """Return the heading of the tile."""
        subject = self.face.answer.subject
        text = subject.title.get(self.face.words.language, subject.name)
        return html.H2(text, className="title long" if len(text) > LONG_TITLE else "title")

    def badge(self) -> Component:
        """Return the verdict as icon and word; the icon is drawn by the style sheet from level and state."""
        return html.Div([html.Span(className="icon"), self.part("word", "Span")], className="badge")

    def number(self) -> Component:
        """Return the value with its unit and whether it is a mean or a median."""
        side = html.Span([self.part("unit", "Span"), self.part("lead", "Span")], className="side")
        return html.Div([self.part("value", "Span"), side, self.part("why", "Span")], className="number")

    def change(self) -> Component:
        """Return the change against the period before, and whether it may be chance."""
        return html.Div([self.part(name, "Span") for name in ("delta", "against", "real")], className="change")

    def goal(self) -> Component:
        """Return target and attainment with a thin bar that fills up to 100 %."""
        texts = html.Div([self.part("target", "Span"), self.part("attain", "Span")], className="goal-texts")
        return html.Div([texts, self.part("meter")], className="goal")

    def spark(self) -> Component:
        """Return the line of the last four weeks."""
        return self.part("spark", role="img")

    def foot(self) -> Component:
        """Return n, the figures behind the value, what it has to be doubted for and the age of the data."""
        return html.Footer([self.part(name, "Span") for name in ("count", "notes", "flag", "age")])

    def tile(self, css: str, children: list[Component]) -> Component:
        """Return the tile around its pieces."""
        return self.part("tile", "Article", f"tile {css}", children=children)
