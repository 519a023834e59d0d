"""The page of faults is complete, and each test it names is there."""

import re
from pathlib import Path

from data.settings import ROOT

PAGE = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
CASES = 30


def _rows() -> list[list[str]]:
    lines = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| # |")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def _is_there(place: str, name: str) -> bool:
    path = Path(ROOT / "tests" / place)
    return path.is_file() and f"\ndef {name}(" in path.read_text(encoding="utf-8")


def test_every_test_named_is_there() -> None:
    named = NAMED.findall(PAGE)
    assert len(named) > CASES
    assert [f"{place}::{name}" for place, name in named if not _is_there(place, name)] == []


def test_every_fault_says_what_happens_and_names_a_test() -> None:
    assert [row[1] for row in _rows() if len(row) != 4 or not row[2] or not NAMED.search(row[3])] == []


def test_every_numbered_case_is_on_the_page() -> None:
    numbers = {int(found) for row in _rows() if (found := "".join(filter(str.isdigit, row[0])))}
    assert sorted(numbers) == list(range(1, CASES + 1))
