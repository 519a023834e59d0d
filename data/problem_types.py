"""The tree of problem types 问题类型: which categories of tickets belong to which problem (requirements R-058)."""

from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class ProblemType(BaseModel):
    """A problem type; `of` names categories as the source has them, or further types."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1)]
    of: Annotated[tuple["str | ProblemType", ...], Field(min_length=1)]


ProblemTypes = tuple[ProblemType, ...]
Path = tuple[str, ...]  # the names from the top of the tree down


def paths(tree: Sequence[ProblemType], above: Path = ()) -> Iterator[tuple[str, Path]]:
    """Yield every category of the tree with its way down to it, the category itself left out."""
    for one in tree:
        way = (*above, one.name)
        for part in one.of:
            if isinstance(part, str):
                yield part, way
            else:
                yield from paths((part,), way)


def one_place_each(tree: ProblemTypes) -> ProblemTypes:
    """Return the tree; ValueError when a category has two places."""
    seen: dict[str, Path] = {}
    for category, way in paths(tree):
        if category in seen:
            raise ValueError(f"{category!r} is under {' / '.join(seen[category])} and under {' / '.join(way)}")
        seen[category] = way
    return tree
