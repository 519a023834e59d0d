"""Sources over the web as people write them in settings."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from data.settings import ROOT
from data.source_rules import SourceRule
from etl.model import SourceError
from etl.pull.intakes import scheduled
from tests.etl.contract import NOW
from tests.etl.servers.zendesk import TOKEN, USER
from tests.etl.zendesk_desk import opened, serving

MAPPING = ROOT / "data/mappings/zendesk.yaml"


def rule(**more: object) -> SourceRule:
    given = {"url": "https://acme.example", "token": "${ZENDESK_TOKEN}", "user": USER, **more}
    return SourceRule.model_validate({"id": "desk", "name": "Desk", "kind": "zendesk", "mapping": MAPPING, **given})


def test_a_desk_is_opened_from_settings_with_its_secret_from_elsewhere() -> None:
    with serving() as desk:
        opened(desk, 1)
        intake = scheduled(rule(url=desk.web.url, since="2026-03-01"), "salt", {"ZENDESK_TOKEN": TOKEN}, 900)
        tables = [batch.table for each in intake.source.read(None, NOW) for batch in each.batches]
    assert intake.is_whole
    assert tables == ["tickets", "changes", "comments"]
    assert desk.web.asked[0].query["start_time"] == "1772323200"


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    with serving() as desk:
        intake = scheduled(rule(url=desk.web.url, token=f"${{file:{tmp_path}/token}}"), "salt", {}, None)
        assert list(intake.source.read(None, NOW))


@pytest.mark.parametrize("token", ["${ZENDESK_TOKEN}", "${file:/nowhere/token}"])
def test_a_secret_that_is_not_there_is_told_by_its_place(token: str) -> None:
    with pytest.raises(SourceError, match=r"source desk: (environment variable ZENDESK_TOKEN|/nowhere/token)"):
        scheduled(rule(token=token), "salt", {}, None)


@pytest.mark.parametrize("more", [{"token": None}, {"url": None}, {"path": "data"}])
def test_a_desk_has_an_address_and_a_token(more: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="zendesk has 'url' and 'token', perhaps 'user', perhaps 'since'"):
        rule(**more)


def test_a_file_has_no_token() -> None:
    with pytest.raises(ValidationError, match="kind file has 'path' and no 'token' and no 'user'"):
        rule(kind="file", path="data", url=None)
