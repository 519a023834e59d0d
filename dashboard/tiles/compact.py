"""The small tile of the wall: a figure that keeps a headline honest, in one strip."""

from dash import html
from dash.development.base_component import Component

from dashboard.face import LEAVES, Face
from dashboard.parts import Pieces
from dashboard.tiles import Kind


def draw(prefix: str, face: Face) -> Component:
    """Return the strip: name and verdict, figure and trend, change and target."""
    of = Pieces(prefix, face, face.leaves())
    head = html.Header([of.title(), of.foot(), of.badge()])
    middle = html.Div([of.number(), of.spark()], className="middle")
    bottom = html.Div([of.change(), of.goal()], className="bottom")
    return of.tile("compact", [head, middle, bottom])


KIND = Kind(LEAVES, draw, Face.leaves)
