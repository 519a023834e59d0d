"""The legs of `make test` look for their tests where they stand: to collect all others costs seconds a process."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PLACES = {
    mark: [ROOT / place for place in places.split()]
    for mark, places in re.findall(
        r"-m (\w+)((?: +tests/\S+)+)", (ROOT / ".ci" / "test").read_text().replace("\\\n", "")
    )
}


def test_every_mark_has_a_leg() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    marks = {line.partition(":")[0] for line in settings["tool"]["pytest"]["ini_options"]["markers"]}
    assert set(PLACES) == marks


@pytest.mark.parametrize("mark", sorted(PLACES))
def test_marked_tests_stand_where_their_leg_looks(mark: str) -> None:
    used = re.compile(rf"\bmark\.{mark}\b")
    marked = [path for path in (ROOT / "tests").rglob("test_*.py") if used.search(path.read_text(encoding="utf-8"))]
    assert marked
    assert [path for path in marked if not any(path.is_relative_to(place) for place in PLACES[mark])] == []
