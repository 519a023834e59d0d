"""POST /api/orders/<verb>, GET /api/orders/<number>: who may order what, and how it is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from dashboard.model import Loads
from dashboard.server import create_app
from tests.dashboard.conftest import SITE
from tests.dashboard.fake_answers import NOON, FakeAnswers

SECRET = "let-me-in-4711"
KNOWING = {"Authorization": f"Bearer {SECRET}"}
STANDING = {"order": 7, "verb": "import", "state": "running", "lines": ["3 rows read"], "next": 1, "error": None}
BODY = {"order": {"source": "desk"}, "settings": "0815"}


@dataclass
class Desk:
    """Remembers what was ordered."""

    refuses: Exception | None = None
    calls: list[tuple[object, ...]] = field(default_factory=list)
    verbs: Sequence[str] = ("import", "rebuild")

    def place(self, verb: str, wanted: object, settings: object) -> Mapping[str, object]:
        if self.refuses is not None:
            raise self.refuses
        self.calls.append((verb, wanted, settings))
        return STANDING

    def told(self, number: int, after: int) -> Mapping[str, object] | None:
        self.calls.append((number, after))
        return STANDING if number == 7 else None


def ask(
    desk: Desk | None,
    path: str,
    headers: Mapping[str, str],
    body: object = None,
    token: str | None = SECRET,
    **more: Any,
) -> tuple[int, Any]:
    loads = Loads(orders=desk, token=token)
    client = create_app(FakeAnswers(), SITE, lambda: NOON, "b", loads=loads).server.test_client()
    method = {"method": "GET"} if body is None else {"method": "POST", "json": body}
    answer = client.open(f"/api/orders/{path}", headers=dict(headers), **method, **more)
    return answer.status_code, answer.get_json()


def test_an_order_is_handed_on_and_followed_by_its_number() -> None:
    desk = Desk()
    assert ask(desk, "import", KNOWING, BODY) == (202, STANDING)
    assert ask(desk, "7?after=3", KNOWING) == (200, STANDING)
    assert ask(desk, "7?after=x", KNOWING) == (200, STANDING)
    assert desk.calls == [("import", {"source": "desk"}, "0815"), (7, 3), (7, 0)]


WRONG: list[tuple[dict[str, str], str | None]] = [
    ({}, SECRET),
    ({"Authorization": "Bearer wrong"}, SECRET),
    ({"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}, SECRET),
    ({"Authorization": "Bearer "}, None),
]


@pytest.mark.parametrize(("headers", "token"), WRONG)
@pytest.mark.parametrize(("path", "body"), [("import", BODY), ("7", None)])
def test_without_the_token_nothing_is_ordered_or_told_even_here(
    headers: dict[str, str], token: str | None, path: str, body: object
) -> None:
    desk = Desk()
    status, told = ask(desk, path, headers, body, token)
    assert (status, told["error"]["code"], desk.calls) == (401, "token", [])


ELSEWHERE: list[tuple[dict[str, str], str]] = [
    ({}, "10.0.0.7"),
    ({"X-Forwarded-For": "10.0.0.7"}, "127.0.0.1"),
    ({"Host": "rebound.example"}, "127.0.0.1"),
]


@pytest.mark.parametrize(("headers", "address"), ELSEWHERE)
@pytest.mark.parametrize(("path", "body"), [("import", BODY), ("7", None)])
def test_from_elsewhere_nothing_is_ordered_or_told_even_with_the_token(
    headers: dict[str, str], address: str, path: str, body: object
) -> None:
    desk = Desk()
    status, told = ask(desk, path, KNOWING | headers, body, environ_overrides={"REMOTE_ADDR": address})
    assert (status, told["error"]["code"], desk.calls) == (403, "elsewhere", [])
    assert "server.host" in told["error"]["message"]


REFUSED: list[tuple[Exception, int, str, str]] = [
    (LookupError("explode"), 404, "verb", "possible: import, rebuild"),
    (TypeError("files.0: the whole path is wanted, from the root on"), 400, "wanted", "the whole path is wanted"),
    (ValueError("the monitor is stopping"), 409, "cannot", "the monitor is stopping"),
]


@pytest.mark.parametrize(("error", "status", "code", "named"), REFUSED)
def test_what_cannot_be_ordered_is_told(error: Exception, status: int, code: str, named: str) -> None:
    found, told = ask(Desk(refuses=error), "import?lang=en", KNOWING, BODY)
    assert (found, told["error"]["code"]) == (status, code)
    assert named in told["error"]["message"]


def test_why_it_cannot_be_is_told_in_the_readers_language() -> None:
    _, told = ask(Desk(refuses=ValueError("the monitor is stopping")), "import?lang=zh-CN", KNOWING, BODY)
    assert told["error"]["message"] == "监控程序正在停止"


def test_an_order_that_nobody_knows_any_more_says_where_to_look() -> None:
    status, told = ask(Desk(), "8?lang=en", KNOWING)
    assert (status, told["error"]["code"]) == (404, "gone") and "There is no order 8" in told["error"]["message"]


def test_a_desk_that_takes_no_orders_says_so() -> None:
    assert ask(None, "import", KNOWING, BODY)[0] == 404
    assert ask(None, "7", KNOWING)[0] == 404
