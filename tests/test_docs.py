"""The documents say what is so: commands exist, links lead somewhere, tables are complete."""

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from data.settings import ROOT, Settings
from data.source_rules import SourceRule
from docs.build import metrics_page, settings_schema
from etl.mapping.fields import Field
from etl.mapping.model import EventLine, MessageLine, SurveyFields, TableMapping, TicketFields

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):.*## ", _text("Makefile"), re.M))


def test_there_are_documents() -> None:
    assert {"README.md", "CONTRIBUTING.md", "CHANGELOG.md"} <= {page.name for page in PAGES}


@pytest.mark.parametrize("document", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)\)", document.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_make_commands_in_documents_exist(document: Path) -> None:
    named = re.findall(r"(?:^|`)make ([a-z]+)", document.read_text(encoding="utf-8"), re.M)
    assert set(named) <= _targets()


def test_the_two_commands_come_first() -> None:
    readme = _text("README.md")
    assert 0 < readme.index("make run") < readme.index("make test") < readme.index("wall.png")


def test_every_settings_field_is_explained() -> None:
    page = _text("docs/settings.md")
    fields = [*Settings.model_fields, *SourceRule.model_fields]
    assert [name for name in fields if f"`{name}`" not in page] == []


def test_every_dependency_has_a_reason() -> None:
    project = tomllib.loads(_text("pyproject.toml"))["project"]
    page = _text("docs/decisions/0009-dependencies.md")
    names = [pin.split("==")[0] for pin in project["dependencies"]]
    assert [name for name in names if not re.search(rf"\b{re.escape(name)}", page)] == []


def test_decisions_fit_on_a_page() -> None:
    pages = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert [page.name[:4] for page in pages] == [f"{number:04}" for number in range(1, len(pages) + 1)]
    assert all(len(page.read_text(encoding="utf-8").split()) < 450 for page in pages)


def test_no_document_names_a_place_to_install_from() -> None:
    hosts = re.compile(r"(pypi|npmjs|debian|pythonhosted|registry)\.(org|com|net|io)")
    files = [*PAGES, ROOT / "Makefile", *(ROOT / ".ci").iterdir()]
    assert [path.name for path in files if hosts.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("part", [TableMapping, TicketFields, EventLine, MessageLine, SurveyFields, Field])
def test_every_field_of_a_mapping_is_explained(part: type[BaseModel]) -> None:
    page = _text("docs/mapping.md")
    assert [name for name in part.model_fields if not re.search(rf"`{name}\b", page)] == []


def test_the_generated_pages_are_those_of_the_code() -> None:
    again = "run `make docs`"
    assert _text("docs/metrics.md") == metrics_page(), again
    assert _text("docs/settings.schema.json") == settings_schema(), again
