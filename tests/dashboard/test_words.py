"""Two languages, one set of keys."""

import re
from pathlib import Path
from string import Formatter

import pytest

from dashboard.words import languages, texts, words

ROOM = Path(__file__).parents[2] / "dashboard"
USED = re.compile(r"""(?:words|text|raw)\(\s*"([a-z_0-9]+\.[a-z_0-9]+)\"""")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_chinese_comes_first() -> None:
    assert languages()[0] == "zh-CN"
    assert "en" in languages()


@pytest.mark.parametrize("language", languages())
def test_every_language_has_the_same_keys(language: str) -> None:
    assert texts(language).keys() == texts("en").keys()


@pytest.mark.parametrize("language", languages())
def test_every_text_has_the_same_placeholders(language: str) -> None:
    ours = {key: placeholders(text) for key, text in texts(language).items()}
    assert ours == {key: placeholders(text) for key, text in texts("en").items()}


def test_every_key_that_the_code_names_exists() -> None:
    named = {key for path in ROOM.rglob("*.py") for key in USED.findall(path.read_text("utf-8"))}
    assert len(named) > 20
    assert named <= texts("en").keys()


def test_no_chinese_text_was_left_in_english() -> None:
    short = {key for key, text in texts("zh-CN").items() if text and text == texts("en")[key]}
    assert short <= {"period.range", "unit.pct", "tile.n", "team.n", "define.n", "part.p50", "part.p90", "define.sql"}


def test_a_missing_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        words("en")("tile.nonsense")


def test_a_label_of_the_data_without_a_text_stays_itself() -> None:
    assert words("en").tag("member", "Billing") == "Billing"
