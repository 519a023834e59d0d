"""Cases worked out by hand, through the product's own path; and that the runner tells when one is wrong."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.golden.__main__ import DEFAULT, main
from tests.golden.compare import is_equal
from tests.golden.document import Check, checks
from tests.golden.runner import run
from tests.golden.vocabulary import VOCABULARY

OWN = sorted(Path(__file__).parent.glob("extra*.yaml"))  # the shared file is run by `make golden`


def cases() -> dict[str, list[Check]]:
    """Return the checks of every case."""
    found: dict[str, list[Check]] = defaultdict(list)
    for path in OWN:
        for check in checks(path):
            found[check.case].append(check)
    return found


CASES = cases()


@pytest.mark.golden
@pytest.mark.parametrize("case", CASES)
def test_case(case: str) -> None:
    lines: list[str] = []
    assert run(CASES[case], lines.append)["passed"] == len(CASES[case]), "\n".join(lines)


def one(metric: str, params: dict[str, Any], expect: Any, **more: Any) -> list[str]:
    """Return the lines told for a single check."""
    given = {
        "case": "T-1", "tol": 1e-6, "config": {"tz": "Asia/Shanghai"}, "as_of": "2025-03-20T00:00:00Z",
        "given": {}, "calendars": {}, **more,
    }  # fmt: skip
    lines: list[str] = []
    run([Check(metric=metric, params=params, expect=expect, **given)], lines.append)
    return lines


def test_a_wrong_expectation_is_told() -> None:
    assert one("round_display", {"x": 82.5}, 82) == ["FAIL T-1 round_display {'x': 82.5}: expected 82, got 83.0"]


def test_an_unknown_metric_is_unsupported_and_no_failure() -> None:
    assert one("mood", {}, 1) == ["UNSUPPORTED T-1 mood {}: metric"]


def test_an_unknown_param_is_unsupported_and_never_ignored() -> None:
    assert one("attain", {"actual": 1, "floor": 2}, 1)[0].startswith("UNSUPPORTED T-1 attain")


@pytest.mark.parametrize(
    "given",
    [
        {"tickets": [{"id": 1, "created": "2025-03-10T10:00:00"}]},
        {"tickets": [], "events": [[1, "2025-03-10T10:00:00", "bot_reply"]]},
        {"surveys": [{"at": "2025-03-10T10:00:00", "overall": 5}]},
    ],
)
def test_a_naive_instant_is_refused_and_counted(given: dict[str, Any]) -> None:
    assert one("dq", {"key": "naive_time"}, 1, given=given) == []
    assert one("tickets_created", {}, 0, given=given) == []


def test_a_naive_as_of_is_an_error() -> None:
    (line,) = one("tickets_created", {}, 1, as_of="2025-03-10T10:00:00")
    assert "naive instant '2025-03-10T10:00:00'" in line


def test_an_instant_that_is_none_is_an_error() -> None:
    (line,) = one("tickets_created", {}, 1, given={"tickets": [{"id": 1, "created": "some day"}]})
    assert "error: ValueError" in line


def test_an_unknown_event_kind_is_an_error() -> None:
    given = {
        "tickets": [{"id": 1, "created": "2025-03-10T10:00:00Z"}],
        "events": [[1, "2025-03-10T10:00:00Z", "nod"]],
    }
    assert "unknown event kind 'nod'" in one("tickets_created", {}, 1, given=given)[0]


def test_any_attribute_of_a_ticket_can_be_asked_for() -> None:
    tickets = [{"id": i, "created": "2025-03-10T10:00:00Z", "floor": i} for i in (1, 2)]
    assert one("tickets_created", {"where": {"floor": 2}}, 1, given={"tickets": tickets}) == []
    assert one("tickets_created", {"where": {"team": None}}, 2, given={"tickets": tickets}) == []


def test_the_exit_code_tells_of_failures_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "cases.yaml"
    path.write_text(
        "cases: [{id: A, checks: [{metric: round_display, params: {x: 2.5}, expect: 3}, {metric: mood}]}]"
    )
    assert main([str(path)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 passed, 0 failed, 1 unsupported"
    path.write_text("cases: [{id: A, checks: [{metric: round_display, params: {x: 2.5}, expect: 2}]}]")
    assert main([str(path)]) == 1


def test_the_whole_vocabulary_is_translated() -> None:
    readme = DEFAULT.with_name("README.md")
    if not readme.exists():
        pytest.skip("the shared specification is not here")
    tables = [line for line in readme.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    names = {name.strip() for line in tables if line.count("|") == 5 for name in line.split("|")[1].split(",")}
    assert names - {"metric"} <= set(VOCABULARY)


@pytest.mark.parametrize(
    ("got", "expect", "same"),
    [
        (1.0000001, 1, True),
        (1.1, 1, False),
        (None, None, True),
        (None, 0, False),
        (0, None, False),
        (True, True, True),
        (1, True, False),
        (True, 1, False),
        ("a", "a", True),
        ([1, None], [1, None], True),
        ([1], [1, 2], False),
        ("ab", ["a", "b"], False),
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ({"b": 2}, {"a": None}, False),
        (3, {"a": 1}, False),
    ],
)
def test_comparison(got: Any, expect: Any, same: bool) -> None:
    assert is_equal(got, expect, 1e-6) is same


def test_no_value_is_shown_as_a_dash() -> None:
    params = {"actual": None, "target": 20, "direction": "lower"}
    assert one("attain_display", params, None) == []
    assert one("attain_display", params, "—") == []


def test_a_ticket_outside_the_population_has_no_reason() -> None:
    given = {"tickets": [{"id": 1, "created": "2025-03-10T10:00:00Z", "spam": True}]}
    assert one("frt_reason", {"ticket": 1}, None, given=given) == []


def test_a_calendar_that_nobody_needs_may_be_missing() -> None:
    config = {"tz": "UTC", "calendar": "cn_office"}
    assert one("tickets_created", {}, 0, config=config) == []
    assert "unknown calendar 'cn_office'" in one("frt_mean", {"clock": "business"}, 0, config=config)[0]
