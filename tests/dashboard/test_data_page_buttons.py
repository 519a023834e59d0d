"""The buttons of the data page: who may press them, and what comes back."""

from collections.abc import Callable
from typing import Any

import pytest
from dash import Dash

from dashboard.model import Loads
from dashboard.server import create_app
from tests.dashboard.conftest import SITE
from tests.dashboard.fake_answers import NOON, FakeAnswers
from tests.dashboard.fake_ledger import schedules_of

OURS = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
SECRET = "let-me-in-4711"


class Pressed:
    """Remembers what was asked for."""

    def __init__(self, refusing: str | None = None) -> None:
        self.calls: list[tuple[object, ...]] = []
        self.refusing = refusing

    def named(self, name: str) -> Callable[..., None]:
        def call(*given: object) -> None:
            if self.refusing:
                raise ValueError(self.refusing)
            self.calls.append((name, *given))

        return call


@pytest.fixture
def pressed() -> Pressed:
    return Pressed()


def app_of(pressed: Pressed, token: str | None = None) -> Dash:
    verbs: Any = {name: pressed.named(name) for name in ("run_now", "pause", "resume", "redrive")}
    loads = Loads(lambda: schedules_of("full", NOON), **verbs, token=token)
    return create_app(FakeAnswers(), SITE, lambda: NOON, "b", loads=loads)


def post(app: Dash, verb: str, body: object, headers: dict[str, str], **more: Any) -> tuple[int, Any]:
    answer = app.server.test_client().post(f"/api/data/{verb}?lang=en", json=body, headers=headers, **more)
    return answer.status_code, answer.get_json()


HELPDESK = {"source": "helpdesk"}


@pytest.mark.parametrize("verb", ["run_now", "pause", "resume"])
def test_a_button_does_what_it_says(pressed: Pressed, verb: str) -> None:
    status, told = post(app_of(pressed), verb, HELPDESK, OURS)
    assert (status, told["done"]) == (200, verb)
    assert "Helpdesk" in told["message"]
    assert pressed.calls == [(verb, "helpdesk")]


@pytest.mark.parametrize("rule", ["unknown_status", None])
def test_rejected_rows_are_driven_again_by_rule_or_all(pressed: Pressed, rule: str | None) -> None:
    post(app_of(pressed), "redrive", {**HELPDESK, "rule": rule}, OURS)
    assert pressed.calls == [("redrive", "helpdesk", rule)]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_of_another_site_presses_nothing(pressed: Pressed, headers: dict[str, str]) -> None:
    status, told = post(app_of(pressed), "pause", HELPDESK, headers)
    assert (status, told["error"]["code"]) == (403, "origin")
    assert pressed.calls == []


def test_a_name_that_somebody_else_owns_presses_nothing(pressed: Pressed) -> None:
    headers = {"Host": "rebound.example", "Origin": "http://rebound.example", "Sec-Fetch-Site": "same-origin"}
    status, _ = post(app_of(pressed), "pause", HELPDESK, headers)
    assert (status, pressed.calls) == (403, [])


def test_a_form_presses_nothing(pressed: Pressed) -> None:
    client = app_of(pressed).server.test_client()
    answer = client.post("/api/data/pause", data={"source": "helpdesk"}, headers=OURS)
    assert (answer.status_code, pressed.calls) == (415, [])


def test_nothing_is_done_by_looking(pressed: Pressed) -> None:
    answer = app_of(pressed).server.test_client().get("/api/data/pause?source=helpdesk", headers=OURS)
    assert (answer.mimetype, pressed.calls) == ("text/html", [])  # a page like any unknown address


ELSEWHERE = {"environ_overrides": {"REMOTE_ADDR": "10.0.0.7"}}


@pytest.mark.parametrize(
    "proxied", [{"X-Forwarded-For": "10.0.0.7"}, {"Forwarded": "for=10.0.0.7"}, {"Via": "1.1 x"}]
)
def test_behind_a_proxy_nobody_is_at_this_computer(pressed: Pressed, proxied: dict[str, str]) -> None:
    status, told = post(app_of(pressed), "pause", HELPDESK, {**OURS, **proxied})
    assert (status, told["error"]["code"], pressed.calls) == (403, "shut", [])


def test_from_the_network_without_a_token_nothing_is_possible(pressed: Pressed) -> None:
    status, told = post(app_of(pressed), "pause", HELPDESK, OURS, **ELSEWHERE)
    assert (status, told["error"]["code"], pressed.calls) == (403, "shut", [])


@pytest.mark.parametrize("given", ["", "Bearer wrong", "Bearer ", "Basic bGV0"])
def test_from_the_network_a_wrong_token_is_refused(pressed: Pressed, given: str) -> None:
    headers = {**OURS, **({"Authorization": given} if given else {})}
    status, told = post(app_of(pressed, SECRET), "pause", HELPDESK, headers, **ELSEWHERE)
    assert (status, told["error"]["code"], pressed.calls) == (401, "token", [])
    assert SECRET not in str(told)


def test_whoever_knows_the_token_may_press_from_anywhere(pressed: Pressed) -> None:
    status, _ = post(app_of(pressed, SECRET), "pause", HELPDESK, {"Authorization": f"Bearer {SECRET}"}, **ELSEWHERE)
    assert (status, pressed.calls) == (200, [("pause", "helpdesk")])


@pytest.mark.parametrize("token", [None, SECRET])
def test_from_the_network_the_page_says_how_its_buttons_work(pressed: Pressed, token: str | None) -> None:
    told = app_of(pressed, token).server.test_client().get("/api/data", **ELSEWHERE).get_json()
    assert told["door"] == ("token" if token else "shut")


def test_the_token_shows_nowhere(pressed: Pressed) -> None:
    assert SECRET not in repr(Loads(token=SECRET))
    assert SECRET not in app_of(pressed, SECRET).server.test_client().get("/api/data").text


@pytest.mark.parametrize(
    ("verb", "body", "status", "named"),
    [
        ("explode", HELPDESK, 404, "possible: run_now, pause, resume, redrive"),
        ("pause", {"source": "nobody"}, 404, "There is no source nobody; known: helpdesk, surveys"),
        ("pause", {}, 400, "source"),
        ("pause", [1], 400, "source"),
        ("redrive", {**HELPDESK, "rule": 7}, 400, "rule"),
    ],
)
def test_what_cannot_be_is_named(pressed: Pressed, verb: str, body: object, status: int, named: str) -> None:
    found, told = post(app_of(pressed), verb, body, OURS)
    assert (found, pressed.calls) == (status, [])
    assert named in told["error"]["message"]


def test_what_the_loads_refuse_is_told_in_their_words() -> None:
    status, told = post(app_of(Pressed("helpdesk is being read already")), "run_now", HELPDESK, OURS)
    assert (status, told["error"]["message"]) == (409, "helpdesk is being read already")


def test_without_functions_there_is_nothing_to_press() -> None:
    app = create_app(FakeAnswers(), SITE, lambda: NOON, "b")
    status, told = post(app, "pause", HELPDESK, OURS)
    assert (status, told["error"]["code"]) == (404, "verb")
