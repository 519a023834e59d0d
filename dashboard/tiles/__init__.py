"""Ways to draw a KPI; each module here is one, found by listing the folder."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from dash.development.base_component import Component

from dashboard.face import Face
from dashboard.model import Leaf, Leaves


@dataclass(frozen=True)
class Kind:
    """One way to draw a KPI.

    leaves      the (part, property) pairs that are refreshed, in the order of their outputs
    draw        (id prefix, face) -> component holding each part under the id `<prefix>-<part>`
    values      face -> value of each leaf, for a page that is drawn anew
    patch       face -> value of each leaf that leaves zoom and focus alone, for a tick of the pulse
    """

    leaves: tuple[Leaf, ...]
    draw: Callable[[str, Face], Component]
    values: Callable[[Face], Leaves]
    patch: Callable[[Face], Leaves] | None = None

    def refresh(self, face: Face, anew: bool) -> list[object]:
        """Return the values in the order of `leaves`."""
        found = (self.values if anew or self.patch is None else self.patch)(face)
        return [found[leaf] for leaf in self.leaves]


@cache
def kinds() -> Mapping[str, Kind]:
    """Return each kind by the name of its module."""
    return {module.name: import_module(f"{__name__}.{module.name}").KIND for module in iter_modules(__path__)}
