"""How many bad rows refuse a load is a setting of each source."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from data.source_rules import SourceRule
from etl.model import LoadRefused
from etl.pull.intakes import scheduled
from tests.etl.loading import TICKETS, desk

GOOD, BAD = ("7", "2026-01-01", "1", None), (None, None, None, None)


def _rule(place: Path, **more: object) -> SourceRule:
    mapping = place / "m.yaml"
    mapping.write_text(TICKETS)
    given = {"id": "s", "name": "S", "kind": "file", "path": str(place), "mapping": mapping}
    return SourceRule.model_validate(given | more)


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 1.0])
def test_the_share_comes_from_the_settings(tmp_path: Path, share: float) -> None:
    assert scheduled(_rule(tmp_path, max_bad_share=share), "", {}, None).origin.max_bad_share == share


def test_half_is_the_usual_share(tmp_path: Path) -> None:
    assert _rule(tmp_path).max_bad_share == 0.5


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_is_a_share(tmp_path: Path, share: float) -> None:
    with pytest.raises(ValidationError):
        _rule(tmp_path, max_bad_share=share)


def test_a_strict_source_refuses_what_a_lenient_one_loads() -> None:
    rows = [GOOD] * 100 + [BAD] * 25
    assert desk(max_bad_share=0.2).load(rows).n_rejected == 25
    with pytest.raises(LoadRefused, match="25 of 125 rows are bad"):
        desk(max_bad_share=0.19).load(rows)


def test_a_refusal_keeps_a_sample_and_nothing_else() -> None:
    at_work = desk(max_bad_share=0.0)
    at_work.load([GOOD], cursor="before")
    before = at_work.all("FROM source"), at_work.all("FROM ticket")
    with pytest.raises(LoadRefused):
        at_work.load([GOOD, *[(None, "2026-01-01", str(number), None) for number in range(150)]], cursor="after")
    assert (at_work.all("FROM source"), at_work.all("FROM ticket")) == before
    assert at_work.all("SELECT count(*), bool_and(payload IS NOT NULL) FROM reject") == [(100, True)]
