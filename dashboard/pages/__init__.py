"""The screens; each module here is one, found by listing the folder."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from dash import Output
from dash.development.base_component import Component

from dashboard.board import Board, Scope
from dashboard.face import Face
from dashboard.frame import LEAVES, Screen, top_values
from dashboard.model import Leaf, Leaves
from dashboard.tiles import kinds
from dashboard.view import Theme


@dataclass(frozen=True)
class Page:
    """One screen as data.

    name    prefix of its ids; `page.<name>` is its title
    theme   what it wears unless the address says otherwise
    tiles   (metric, kind) in reading order
    draw    (screen, drawn tile by (metric, kind)) -> the whole page
    leaves  what it refreshes besides its tiles; `fill` has their values
    """

    name: str
    path: str
    theme: Theme
    scope: Scope
    tiles: tuple[tuple[str, str], ...]
    draw: Callable[[Screen, Mapping[tuple[str, str], Component]], Component]
    leaves: tuple[Leaf, ...] = ()
    fill: Callable[[Screen], Leaves] = lambda _: {}

    def layout(self, screen: Screen) -> Component:
        """Return the page with all its figures in it."""
        drawn = {
            (metric, kind): kinds()[kind].draw(self.prefix(metric, kind), _face(screen, metric))
            for metric, kind in self.tiles
        }
        return self.draw(screen, drawn)

    def prefix(self, metric: str, kind: str) -> str:
        """Return what the ids of a tile begin with."""
        return f"{self.name}-{metric}-{kind}"

    def outputs(self) -> list[Output]:
        """Return the leaves that a tick of the pulse refreshes, page first, then tile by tile."""
        top = [Output(f"{self.name}-{part}", prop) for part, prop in (*LEAVES, *self.leaves)]
        return top + [
            Output(f"{self.prefix(metric, kind)}-{part}", prop)
            for metric, kind in self.tiles
            for part, prop in kinds()[kind].leaves
        ]

    def refresh(self, screen: Screen, anew: bool) -> list[object]:
        """Return the values of `outputs`, in their order."""
        found = {**top_values(screen), **self.fill(screen)}
        values: list[object] = [found[leaf] for leaf in (*LEAVES, *self.leaves)]
        for metric, kind in self.tiles:
            values += kinds()[kind].refresh(_face(screen, metric), anew)
        return values


def _face(screen: Screen, metric: str) -> Face:
    board: Board = screen.board
    return Face(board.answers[metric], screen.words, board.view, board.reader, board.past)


@cache
def pages() -> Mapping[str, Page]:
    """Return each page by its path."""
    found = [import_module(f"{__name__}.{module.name}").PAGE for module in iter_modules(__path__)]
    return {page.path: page for page in found}
