"""The small tile of the wall: a figure that keeps a headline honest, in one strip."""

from dash import html
from dash.development.base_component import Component

from dashboard.face import LEAVES, Face, holidays_text
from dashboard.model import Leaves
from dashboard.parts import Pieces
from dashboard.tiles import Kind

FLAG = (("flag", "children"), ("flag", "title"))  # there is no room for the notes, which tell it in words


def draw(prefix: str, face: Face) -> Component:
    """Return the strip: name and verdict, figure and trend, change and target."""
    of = Pieces(prefix, face, values(face))
    head = html.Header([of.title(), of.foot(of.part("flag", "Span")), of.badge()])
    middle = html.Div([of.number(), of.spark()], className="middle")
    bottom = html.Div([of.change(), of.goal()], className="bottom")
    return of.tile("compact", [head, middle, bottom])


def values(face: Face) -> Leaves:
    """Return the leaves of a tile, and a sign where years without published holidays are touched (3.4)."""
    told = holidays_text(face.answer.current, face.words)
    sign = face.words("part.unknown_sign") if told else ""
    return {**face.leaves(), **dict(zip(FLAG, (sign, told), strict=True))}


KIND = Kind((*LEAVES, *FLAG), draw, values)
