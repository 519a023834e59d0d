"""POST /api/lists/<verb>: rows as they were delivered are for the token's holder at this computer only."""

from typing import Any

import pytest

from dashboard.model import Loads
from dashboard.server import create_app
from tests.dashboard.conftest import SITE
from tests.dashboard.fake_answers import NOON, FakeAnswers

SECRET = "let-me-in-4711"
KNOWING = {"Authorization": f"Bearer {SECRET}"}
ALL = {"limit": 5, "source": None, "rule": None}


def told(limit: int, source: str | None, rule: str | None) -> list[str]:
    return [f"{limit} {source} {rule}"]


def post(
    verb: str, body: object, headers: dict[str, str], token: str | None = SECRET, **more: Any
) -> tuple[int, Any]:
    loads = Loads(lists={"rejects": told}, token=token)
    client = create_app(FakeAnswers(), SITE, lambda: NOON, "b", loads=loads).server.test_client()
    answer = client.post(f"/api/lists/{verb}?lang=en", json=body, headers=headers, **more)
    return answer.status_code, answer.get_json()


def test_a_list_is_told_line_by_line() -> None:
    order = {"limit": 5, "source": "desk", "rule": "missing_key"}
    assert post("rejects", order, KNOWING) == (200, {"lines": ["5 desk missing_key"]})


@pytest.mark.parametrize("token", [SECRET, None])
@pytest.mark.parametrize("given", [{}, {"Authorization": "Bearer wrong"}, {"Origin": "http://localhost"}])
def test_without_the_token_nothing_is_listed_even_here(given: dict[str, str], token: str | None) -> None:
    status, answer = post("rejects", ALL, given, token)
    assert (status, answer["error"]["code"]) == (401, "token")


@pytest.mark.parametrize(
    ("headers", "address"),
    [({}, "10.0.0.7"), ({"X-Forwarded-For": "10.0.0.7"}, "127.0.0.1"), ({"Host": "rebound.example"}, "127.0.0.1")],
)
def test_elsewhere_nothing_is_listed_even_with_the_token(headers: dict[str, str], address: str) -> None:
    more: dict[str, Any] = {"environ_overrides": {"REMOTE_ADDR": address}}
    status, answer = post("rejects", ALL, {**KNOWING, **headers}, **more)
    assert (status, answer["error"]["code"]) == (403, "elsewhere") and "/data" in answer["error"]["message"]


def test_a_list_that_there_is_none_of_is_named() -> None:
    status, answer = post("people", ALL, KNOWING)
    assert status == 404 and "possible: rejects" in answer["error"]["message"]


@pytest.mark.parametrize("body", [{}, [], {**ALL, "limit": "5"}, {**ALL, "limit": -1}, {**ALL, "rule": 7}])
def test_what_is_no_question_is_refused(body: object) -> None:
    status, answer = post("rejects", body, KNOWING)
    assert (status, answer["error"]["code"]) == (400, "wanted")
