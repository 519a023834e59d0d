"""The tile of the desk: all of the headline in the space of a business card, and a way to its section."""

from dash import html
from dash.development.base_component import Component

from dashboard.face import LEAVES, Face
from dashboard.parts import Pieces
from dashboard.tiles import Kind


def draw(prefix: str, face: Face) -> Component:
    """Return the card; its title leads to the trend of the KPI further down."""
    of = Pieces(prefix, face, face.leaves())
    head = html.Header([html.A(of.title(), href=f"#{face.answer.subject.name}"), of.badge()])
    number = html.Div([of.number(), of.change()], className="figures")
    return of.tile("card", [head, number, of.spark(), of.goal(), of.foot()])


KIND = Kind(LEAVES, draw, Face.leaves)
