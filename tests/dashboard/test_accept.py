"""POST /api/drift: who may accept what changed about a column, and what it answers."""

from collections.abc import Callable
from typing import Any

import pytest

from dashboard.model import Loads
from dashboard.server import create_app
from tests.dashboard.conftest import SITE
from tests.dashboard.fake_answers import NOON, FakeAnswers

OURS = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
ORDER = {"source": "desk", "column": "agent"}
CHANGE = "tickets: column 'agent' is new: the mapping does not read it"


def accepting(calls: list[tuple[str, str]]) -> Callable[[str, str], list[str]]:
    def accept(source: str, column: str) -> list[str]:
        calls.append((source, column))
        return [CHANGE]

    return accept


def refusing(source: str, column: str) -> list[str]:
    raise ValueError(f"source {source!r}: nothing is open about a column {column!r}")


def post(body: object, loads: Loads, language: str = "en", **headers: str) -> tuple[int, Any]:
    client = create_app(FakeAnswers(), SITE, lambda: NOON, "b", loads=loads).server.test_client()
    answer = client.post(f"/api/drift?lang={language}", json=body, headers=headers or OURS)
    return answer.status_code, answer.get_json()


def test_a_column_is_handed_on_and_what_changed_comes_back() -> None:
    calls: list[tuple[str, str]] = []
    status, told = post(ORDER, Loads(accept=accepting(calls)))
    assert (status, calls, told["changes"]) == (200, [("desk", "agent")], [CHANGE])
    assert CHANGE in told["message"]


def test_it_is_told_in_the_readers_language() -> None:
    message = post(ORDER, Loads(accept=accepting([])), "zh-CN")[1]["message"]
    assert message.startswith("desk：已确认") and "is new" not in message


@pytest.mark.parametrize("body", [{}, [], {"source": "desk"}, {**ORDER, "column": 7}, {**ORDER, "source": None}])
def test_what_names_no_column_is_refused(body: object) -> None:
    calls: list[tuple[str, str]] = []
    status, told = post(body, Loads(accept=accepting(calls)))
    assert (status, told["error"]["code"], calls) == (400, "wanted", [])


def test_why_it_cannot_be_is_told() -> None:
    message = "source 'desk': nothing is open about a column 'agent'"
    assert post(ORDER, Loads(accept=refusing)) == (409, {"error": {"code": "cannot", "message": message}})


def test_a_desk_that_reads_nothing_accepts_nothing() -> None:
    assert post(ORDER, Loads())[0] == 404


def test_a_page_of_another_site_accepts_nothing() -> None:
    calls: list[tuple[str, str]] = []
    status, told = post(ORDER, Loads(accept=accepting(calls)), Origin="https://evil.example")
    assert (status, told["error"]["code"], calls) == (403, "origin", [])
