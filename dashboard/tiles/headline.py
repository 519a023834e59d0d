"""The large tile of the wall: one figure that is read from across the room."""

from dash import html
from dash.development.base_component import Component

from dashboard.face import LEAVES, Face
from dashboard.parts import Pieces
from dashboard.tiles import Kind


def draw(prefix: str, face: Face) -> Component:
    """Return the tile: name and verdict, the figure, target and change, the trend, what stands behind it."""
    of = Pieces(prefix, face, face.leaves())
    head = html.Header([of.title(), of.badge()])
    facts = html.Div([of.change(), of.part("target", "Span")], className="facts")
    reached = html.Div([of.part("meter"), of.part("attain", "Span")], className="reached")
    return of.tile("headline", [head, of.number(), facts, reached, of.spark(), of.foot()])


KIND = Kind(LEAVES, draw, Face.leaves)
