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
    facts = html.Div([of.change(), of.goal()], className="facts")
    return of.tile("headline", [head, of.number(), facts, of.spark(), of.foot()])


KIND = Kind(LEAVES, draw, Face.leaves)
