"""POST /api/events: who may send, what is refused and why, and what the answer tells."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from werkzeug.test import TestResponse

from dashboard import events
from dashboard.model import Loads
from dashboard.server import create_app
from tests.dashboard.conftest import SITE
from tests.dashboard.fake_answers import NOON, FakeAnswers

TOKEN = "a-token-of-the-helpdesk"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
LINES = "application/x-ndjson"


@dataclass(frozen=True)
class FakeReceipt:
    state: str
    rule: str | None = None
    field: str | None = None
    value: str | None = None
    hint: str | None = None


@dataclass
class FakeInlet:
    """Takes every event, rejects text, and remembers what came."""

    wait: int | None = None
    error: str | None = None
    came: list[object] = field(default_factory=list)

    def source(self, token: str) -> str | None:
        return "hook" if token == TOKEN else None

    def wait_s(self, source_id: str) -> int | None:
        return self.wait

    def accept(self, source_id: str, events: Sequence[object]) -> Sequence[FakeReceipt]:
        if self.error is not None:
            raise OSError(self.error)
        self.came += events
        return [
            FakeReceipt("new") if isinstance(one, dict) else FakeReceipt("rejected", "malformed") for one in events
        ]


def send(inlet: FakeInlet | None, body: object = None, **more: Any) -> TestResponse:
    app = create_app(FakeAnswers(), SITE, lambda: NOON, "b", loads=Loads(inlet=inlet))
    given: dict[str, Any] = {"headers": BEARER, "content_type": "application/json", **more}
    given |= {"data": body} if isinstance(body, (str, bytes)) else {"json": body} if body is not None else {}
    answer: TestResponse = app.server.test_client().post("/api/events", **given)
    return answer


def refused(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["error"]["message"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ('{"id": 1}', "application/json"),
        ('[{"id": 1}]', "application/json; charset=utf-8"),
        ('{"id": 1}\n\n', LINES),
    ],
)
def test_one_event_a_list_and_lines_are_the_same(body: str, kind: str) -> None:
    inlet = FakeInlet()
    answer = send(inlet, body, content_type=kind)
    assert answer.status_code == 202 and inlet.came == [{"id": 1}]
    counts = {"new": 1, "same": 0, "rejected": 0, "unused": 0}
    assert answer.get_json() == {"source": "hook", **counts, "events": [{"event": 1, "state": "new"}]}


def test_each_event_is_answered_with_its_rule() -> None:
    told = send(FakeInlet(), [{"id": 1}, "hello"]).get_json()
    assert told["events"][1] == {"event": 2, "state": "rejected", "rule": "malformed"}
    assert (told["new"], told["rejected"]) == (1, 1)


@pytest.mark.parametrize(("body", "kind"), [("[]", "application/json"), ("", LINES)])
def test_nothing_at_all_is_a_sign_of_life(body: str, kind: str) -> None:
    answer = send(FakeInlet(), body, content_type=kind)
    assert answer.status_code == 200 and answer.get_json()["events"] == []


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer "}, {"Authorization": "Bearer x"}, {"Authorization": f"Basic {TOKEN}"}],
)
def test_without_the_token_nothing_is_taken(headers: dict[str, str]) -> None:
    inlet = FakeInlet()
    answer = send(inlet, {"id": 1}, headers=headers)
    assert answer.status_code == 401 and answer.headers["WWW-Authenticate"] == "Bearer" and inlet.came == []


def test_a_token_never_comes_back_in_an_answer() -> None:
    assert TOKEN not in send(FakeInlet(), "{", headers=BEARER).get_data(as_text=True)


def test_a_desk_nobody_pushes_to_says_so() -> None:
    assert send(None, {"id": 1}).status_code == 404


@pytest.mark.parametrize(
    "more",
    [{"content_type": "text/csv"}, {"content_type": ""}, {"headers": {**BEARER, "Content-Encoding": "gzip"}}],
)
def test_other_content_types_are_refused(more: dict[str, Any]) -> None:
    assert send(FakeInlet(), '{"id": 1}', **more).status_code == 415


@pytest.mark.parametrize(
    ("body", "kind", "told"),
    [
        ('{"id": 1,\n "at" 2}', "application/json", "Line 2, column 7"),
        ('{"id": 1}\n{"id": }\n', LINES, "Line 2, column 8"),
        ("", "application/json", "Line 1, column 1"),
        ("7", "application/json", "Wanted an object or a list of them, not 7"),
        ('{"n": NaN}', "application/json", "NaN is no JSON"),
        ('{"a":' * 100_000, "application/json", "nested too deeply"),
        (b'{"name": "\xff"}', "application/json", "Byte 11 is no UTF-8"),
    ],
)
def test_what_is_no_json_is_refused_with_its_place(body: str | bytes, kind: str, told: str) -> None:
    inlet = FakeInlet()
    status, message = refused(send(inlet, body, content_type=kind))
    assert status == 400 and told in message and inlet.came == []


def test_too_much_at_once_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "MOST_BYTES", 20)
    monkeypatch.setattr(events, "MOST_EVENTS", 2)
    assert refused(send(FakeInlet(), '{"id": "%s"}' % ("x" * 20)))[0] == 413
    assert refused(send(FakeInlet(), "[1, 2, 3]")) == (413, "3 events; send no more than 2 at once.")


def test_a_full_inbox_says_when_to_come_again() -> None:
    answer = send(FakeInlet(wait=12), {"id": 1})
    assert answer.status_code == 503 and answer.headers["Retry-After"] == "12"


def test_a_disk_that_keeps_nothing_is_no_promise() -> None:
    answer = send(FakeInlet(error="no space left"), {"id": 1})
    assert answer.status_code == 503 and "no space left" in refused(answer)[1] and answer.headers["Retry-After"]


def test_a_page_of_another_site_has_no_token_to_send() -> None:
    assert send(FakeInlet(), {"id": 1}, headers={"Origin": "https://evil.example"}).status_code == 401
