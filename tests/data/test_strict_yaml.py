from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from data.strict_yaml import StrictYamlError, line_of, load_strict, model_from, parse_strict


class Target(BaseModel):
    model_config = ConfigDict(extra="forbid")
    metric: str
    value: float


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")
    language: str = "en"
    targets: list[Target] = []


def written(folder: Path, text: str) -> Path:
    path = folder / "settings.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text", ["on", "yes", "no", "off", "Yes", "TRUE", "12:30", "08:30:00", "010", "0x1F", "1_000"]
)
def test_nothing_is_guessed(text: str) -> None:
    assert parse_strict(f"a: {text}", "x.yaml")[0] == {"a": text}


def test_dates_stay_text() -> None:
    assert parse_strict("a: 2024-01-02\nb: 2024-01-02 10:00:00", "x")[0] == {
        "a": "2024-01-02",
        "b": "2024-01-02 10:00:00",
    }


def test_plain_values_are_read() -> None:
    data, _ = parse_strict("a: true\nb: false\nc: 12\nd: -1.5\ne: null\nf: ~\ng:\nh: 0.8", "x")
    assert data == {"a": True, "b": False, "c": 12, "d": -1.5, "e": None, "f": None, "g": None, "h": 0.8}


def test_a_key_given_twice_names_both_lines() -> None:
    with pytest.raises(StrictYamlError, match=r"x.yaml:3: a.b: key given twice \(first in line 2\)"):
        parse_strict("a:\n  b: 1\n  b: 2\n", "x.yaml")


def test_broken_yaml_names_its_line() -> None:
    with pytest.raises(StrictYamlError, match=r"x.yaml:3: not valid YAML"):
        parse_strict("a: 1\nb: [1, 2\nc: 3", "x.yaml")


def test_lines_are_known_for_every_path() -> None:
    _, lines = parse_strict("a: 1\nb:\n  - c: 2\n    d: 3\n", "x")
    assert lines[("b", 0, "d")] == 4
    assert line_of(("b", 0, "missing"), lines) == 3


def test_an_empty_file_is_nothing(tmp_path: Path) -> None:
    assert load_strict(written(tmp_path, "")) == (None, {(): 1})
    assert model_from(written(tmp_path, "# nothing\n"), Settings) == Settings()


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    assert load_strict(written(tmp_path, "\ufefflanguage: en"))[0] == {"language": "en"}


def test_a_missing_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(StrictYamlError, match=r"nowhere.yaml: no such file"):
        load_strict(tmp_path / "nowhere.yaml")


def test_a_file_in_another_encoding_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "gbk.yaml"
    path.write_bytes("language: 中文".encode("gbk"))
    with pytest.raises(StrictYamlError, match="UTF-8"):
        load_strict(path)


def test_an_unknown_field_suggests_the_right_one(tmp_path: Path) -> None:
    path = written(tmp_path, "targets:\n  - metric: frt\n    valeu: 3\n    value: 2\n")
    with pytest.raises(
        StrictYamlError, match=r"settings.yaml:3: targets.0.valeu: unknown field, did you mean `value`\?"
    ):
        model_from(path, Settings)


def test_a_missing_field_names_the_place(tmp_path: Path) -> None:
    path = written(tmp_path, "language: en\ntargets:\n  - metric: frt\n")
    with pytest.raises(StrictYamlError, match=r"settings.yaml:3: targets.0.value: is required, add it"):
        model_from(path, Settings)


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, "langauge: en\ntargets: [{metric: 3, value: much}]\n")
    with pytest.raises(StrictYamlError) as caught:
        model_from(path, Settings)
    assert len(str(caught.value).splitlines()) == 3
    assert "got 3, text is needed: write it in quotes" in str(caught.value)


def test_a_wrong_value_is_shown(tmp_path: Path) -> None:
    with pytest.raises(StrictYamlError, match=r"targets.0.value: got 'soon'"):
        model_from(written(tmp_path, "targets: [{metric: a, value: soon}]"), Settings)
