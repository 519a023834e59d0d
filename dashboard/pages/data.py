"""The data page: is everything there, what did not load and why, and what that costs the KPIs."""

from collections.abc import Callable, Mapping

from dash import html
from dash.development.base_component import Component

from dashboard.board import Scope
from dashboard.frame import Screen, as_of, connection, desk_name, frame, language_links, link, range_text, theme_link
from dashboard.markup import attrs
from dashboard.model import Leaves
from dashboard.pages import Page
from dashboard.sources.cards import cards
from dashboard.sources.drift import drift
from dashboard.sources.quality import effects, flaws
from dashboard.sources.refusals import refusals
from dashboard.sources.standing import standings
from dashboard.sources.summary import summary
from dashboard.sources.teller import Teller
from dashboard.tree import painted

PARTS = ("summary", "sources", "drift", "rejected", "odd", "effects")
TITLED = PARTS[1:]


def fill(screen: Screen) -> Leaves:
    """Return the tree of each part, all of one instant."""
    stock, tell = screen.stock(), Teller(screen.words, screen.site.tz, screen.now)
    found = standings(stock)
    trees = {
        "summary": summary(found, stock, tell, screen.board.as_of),
        "sources": cards(found, stock, tell),
        "drift": drift(stock, tell),
        "rejected": refusals(stock, tell),
        "odd": flaws(stock, tell),
        "effects": effects(stock, tell),
    }
    told = {(name, "data-tree"): painted(tree) for name, tree in trees.items()}
    return {**told, ("door", "children"): _door(screen, stock.door)}


def _door(screen: Screen, door: str) -> str:
    """Return who may press the buttons, where that is not simply everybody who sees them."""
    return "" if door == "open" else screen.words(f"door.{door}")


def draw(screen: Screen, _: Mapping[tuple[str, str], Component]) -> Component:
    """Return header, verdict, then one panel per part."""
    found = fill(screen)
    part: Callable[[str], Component] = lambda name: html.Div(  # noqa: E731 - one line, used twice
        id=f"data-{name}", className=f"part {name}", **attrs(data_tree=found[name, "data-tree"])
    )
    panels = [_panel(screen, name, part(name)) for name in TITLED]
    door = html.P(found["door", "children"], id="data-door", className="door")
    said = html.Div(id="data-said", role="status", className="said")
    main = html.Main([part("summary"), door, *panels], id="figures", className="data-main")
    return frame(screen, [_header(screen), main, said, _asking(screen)])


def _panel(screen: Screen, name: str, part: Component) -> Component:
    head = html.Header(
        [
            html.H2(screen.words(f"data.title_{name}")),
            html.Span(screen.words(f"data.hint_{name}"), className="hint"),
        ]
    )
    return html.Section([head, part], id=name, className=f"panel panel-{name}")


def _asking(screen: Screen) -> Component:
    """Return what the script needs of words: how to say when a run is due, and how to ask for the token."""
    keys = ("sending", "failed", "token", "send", "cancel")
    texts = {f"data_{key}": screen.words(f"ask.{key}") for key in keys}
    return html.Div(id="data-asking", hidden=True, **attrs(**texts, data_days=screen.words("shape.days")))


def _header(screen: Screen) -> Component:
    links = html.Div(
        [
            link(screen, "desk", screen.words("page.desk")),
            link(screen, "wall", screen.words("page.wall")),
            language_links(screen),
            theme_link(screen),
        ],
        className="links",
    )
    name = html.H1([desk_name(screen), html.Span(screen.words("page.data"), className="page-name")])
    days = html.Span(range_text(screen), id="data-range", hidden=True)  # a leaf of every page; this one has no period
    return html.Header([name, as_of(screen), connection(screen), links, days], className="desk-top")


PAGE = Page(
    name="data",
    path="/data",
    theme="light",
    scope=Scope(metrics=()),
    tiles=(),
    draw=draw,
    leaves=(*((name, "data-tree") for name in PARTS), ("door", "children")),
    fill=fill,
)
