"""File sources as people write them in settings."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from data.settings import ROOT
from data.source_rules import SourceRule
from etl.file_intakes import file_source
from etl.mapping import parse_mapping
from etl.sources.drop_folder import DropFolder
from etl.sources.file import FileSource
from tests.etl.loading import NOW, TICKETS

MAPPING = parse_mapping(TICKETS)


def rule(**more: object) -> SourceRule:
    return SourceRule.model_validate(
        {"id": "a", "name": "A", "kind": "file", "path": "in", "mapping": "data/mappings/demo.yaml", **more}
    )


def test_a_plain_folder_stays_a_plain_folder() -> None:
    assert isinstance(file_source(rule(), MAPPING), FileSource)


@pytest.mark.parametrize("more", [{"archive": "done"}, {"quarantine": "bad"}, {"order": "date"}])
def test_a_folder_with_a_place_for_files_moves_them(more: dict[str, str]) -> None:
    assert isinstance(file_source(rule(**more), MAPPING), DropFolder)


def test_relative_folders_start_at_the_project(tmp_path: Path) -> None:
    inbox = tmp_path / "in"
    inbox.mkdir()
    (inbox / "a.csv").write_text("id,created,prio,resolved\n")
    source = file_source(rule(path=str(inbox), archive=str(tmp_path / "done")), MAPPING)
    list(source.read(None, NOW))
    assert (tmp_path / "done").is_dir()
    assert "data/run/nowhere: no such folder" in _error(rule(path="data/run/nowhere", order="date"))


def _error(asked: SourceRule) -> str:
    with pytest.raises(Exception, match=str(ROOT)) as caught:
        list(file_source(asked, MAPPING).read(None, NOW))
    return str(caught.value)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"archive": "in"}, "path, archive and quarantine are folders of their own"),
        ({"archive": "x", "quarantine": "x"}, "path, archive and quarantine are folders of their own"),
        ({"kind": "sql", "path": None, "url": "sqlite:///x", "archive": "x"}, "are for files, a source of kind sql"),
        ({"order": "size"}, "Input should be 'name' or 'date'"),
    ],
)
def test_what_does_not_fit_is_refused(more: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        rule(**more)
