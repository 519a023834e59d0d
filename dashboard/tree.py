"""Lists whose length moves, as one value: the browser paints the tree and keeps what stayed as it was.

A callback that returned components would have every one of them made anew at each tick (and close what a reader
opened); a tree is a leaf value like a number. Text is painted as text, never as HTML.
"""

import json
from collections.abc import Iterable
from typing import Any

Node = list[Any]  # [tag, attributes, children]; a child is a node or a text
Child = Node | str | None


def node(tag: str, css: str = "", *children: Child, **attributes: object) -> Node:
    """Return an element; `_` in the name of an attribute stands for `-`, attributes of None are left out.

    >>> node("b", "n", "7", title="seven", data_age=None)
    ['b', {'class': 'n', 'title': 'seven'}, ['7']]
    """
    named = {name.strip("_").replace("_", "-"): str(value) for name, value in attributes.items() if value is not None}
    return [tag, ({"class": css} if css else {}) | named, [child for child in children if child not in (None, "")]]


def text_of(tree: Child) -> str:
    """Return all text of a tree, its parts apart by one space; for readers and for tests."""
    if tree is None or isinstance(tree, str):
        return tree or ""
    return " ".join(" ".join(text_of(child) for child in tree[2]).split())


def painted(trees: Iterable[Node]) -> str:
    """Return the attribute that the browser paints."""
    return json.dumps(list(trees), ensure_ascii=False, separators=(",", ":"))
