"""The header of a staged table: which staged column a name of the mapping means."""

import difflib
from collections.abc import Sequence

from etl.model import MappingError
from etl.normalize.tidy import tidy


class Header:
    """Names of the source's columns; the N-th is staged as cN, the second `category` is called `category#2`."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.names = _numbered(columns)
        self._exact = {name: number for number, name in reversed(list(enumerate(self.names, start=1)))}
        self._tidy = {tidy(name): number for name, number in reversed(list(self._exact.items()))}

    def column(self, name: str, place: str) -> str:
        """Return the staged column of a name; raises MappingError listing close names and the header."""
        number = self._exact.get(name) or self._exact.get(name.removesuffix("#1")) or self._tidy.get(tidy(name))
        if number is None:
            raise MappingError(f"{place}: column {name!r} is not in the header{self._near(name)} {self._shown()}")
        return f"c{number}"

    def _near(self, name: str) -> str:
        lowered = {known.lower(): known for known in self.names}
        near = [lowered[word] for word in difflib.get_close_matches(name.lower(), lowered, n=3)]
        return f", did you mean {' or '.join(repr(word) for word in near)}?" if near else "."

    def _shown(self) -> str:
        shown = ", ".join(name[:60] for name in self.names[:60])
        more = f" and {len(self.names) - 60} more" if len(self.names) > 60 else ""
        return f"The header has: {shown}{more}" if self.names else "The header is empty"


def _numbered(columns: Sequence[str]) -> list[str]:
    """Return one distinct name per column: `name`, `name#2`, ...; an empty one is called by its place."""
    counts: dict[str, int] = {}
    taken = set(columns)
    names = []
    for place, column in enumerate(columns, start=1):
        base = column if column.strip() else f"column {place}"
        counts[base] = counts.get(base, 0) + 1
        name = base if counts[base] == 1 else f"{base}#{counts[base]}"
        while counts[base] > 1 and name in taken:
            counts[base] += 1
            name = f"{base}#{counts[base]}"
        names.append(name)
    return names
