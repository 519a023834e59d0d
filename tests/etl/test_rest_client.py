"""The patient client: what it tries again, how long it waits, and what it says when it gives up."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from etl.model import SourceError
from etl.sources.rest.client import RestClient, Site
from etl.sources.rest.retry import Patience, asked_wait_s, http_instant, reset_wait_s
from tests.etl.servers.web import START, Reply, Web

SECRET = "Bearer s3cret-t0ken"
PATIENCE = Patience(tries=3, first_s=1, longest_s=120, timeout_s=5)
PAGE = Reply(200, {"tickets": []})
HTML = Reply(200, text="<html>Sign in</html>", headers={"Content-Type": "text/html; charset=utf-8"})


@pytest.fixture
def web() -> Iterator[Web]:
    with Web(lambda asked: PAGE).serving() as found:
        yield found


def client(web: Web, patience: Patience = PATIENCE) -> RestClient:
    return RestClient(Site("desk", web.url, {"Authorization": SECRET}), patience, web.wait)


def failure(web: Web, patience: Patience = PATIENCE) -> SourceError:
    """Return the error of a request with a secret in its query, and see that no secret is in it."""
    with client(web, patience) as asking, pytest.raises(SourceError) as caught:
        asking.get("/api/v2/tickets.json", {"access": "qu3ry"})
    told = str(caught.value)
    assert told.startswith("source desk: GET /api/v2/tickets.json: ")
    assert "s3cret" not in told
    assert "qu3ry" not in told
    return caught.value


def test_an_answer_is_the_object_and_the_server_s_clock(web: Web) -> None:
    with client(web) as asking:
        answer = asking.get("/x", {"start_time": 5})
    assert (answer.listed("tickets"), answer.served_at) == ([], START)
    assert web.asked[0].query == {"start_time": "5"}
    assert web.asked[0].headers["Authorization"] == SECRET


@pytest.mark.parametrize(
    "fault",
    [
        Reply(500),
        Reply(503),
        HTML,
        Reply(200, {"tickets": [1, 2, 3]}, cut=9),
        Reply(200, text='{"tickets": [{"id"'),
        Reply(200, cut=-1),
        Reply(200, 1),
    ],
    ids=["500", "503", "html", "connection cut", "json cut", "no answer", "no object"],
)
def test_what_passes_is_tried_again(web: Web, fault: Reply) -> None:
    web.faults.extend([fault, fault])
    with client(web) as asking:
        assert asking.get("/x").listed("tickets") == []
    assert (len(web.asked), web.waited) == (3, [1.0, 2.0])


def test_a_limit_of_a_minute_that_names_no_wait_is_outlasted(web: Web) -> None:
    web.faults.extend([Reply(429, text="Retry later\n", headers={"Content-Type": "text/plain"})] * 5)
    with client(web, Patience()) as asking:
        assert asking.get("/x").listed("tickets") == []
    assert web.waited == [5.0, 10.0, 20.0, 40.0, 80.0]


def test_tries_are_bounded_and_the_rest_is_left_to_the_next_pull(web: Web) -> None:
    web.faults.extend([Reply(500)] * 9)
    error = failure(web)
    assert "status 500, at the end of 3 tries" in str(error)
    assert (error.permanent, len(web.asked)) == (False, 3)


@pytest.mark.parametrize("status", [302, 303, 307])
def test_what_sends_elsewhere_for_a_while_may_pass_until_a_later_turn(web: Web, status: int) -> None:
    web.faults.append(Reply(status, headers={"Location": "https://elsewhere.example/maintenance?token=s3cret"}))
    error = failure(web)
    assert f"status {status}: it sends elsewhere" in str(error)
    assert (error.permanent, len(web.asked), web.waited) == (False, 1, [])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422, 301, 308])
def test_what_does_not_pass_is_told_at_once(web: Web, status: int) -> None:
    web.faults.append(Reply(status, {"error": SECRET}, {"Location": "https://elsewhere.example/?token=s3cret"}))
    error = failure(web)
    assert f"status {status}: " in str(error)
    assert (error.permanent, len(web.asked), web.waited) == (True, 1, [])


def test_a_page_that_is_no_json_is_never_an_empty_page(web: Web) -> None:
    web.faults.extend([HTML] * 9)
    assert "20 bytes that are no whole JSON (text/html)" in str(failure(web))


def test_retry_after_in_seconds_is_waited_for(web: Web) -> None:
    web.faults.append(Reply(429, headers={"Retry-After": "37"}))
    with client(web) as asking:
        asking.get("/x")
    assert web.waited == [37.0]


@pytest.mark.parametrize("ahead", [timedelta(minutes=-10), timedelta(0), timedelta(minutes=10)])
def test_a_retry_after_date_is_meant_by_the_server_s_clock(web: Web, ahead: timedelta) -> None:
    web.clock = START + ahead
    at = (web.clock + timedelta(seconds=42)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    web.faults.append(Reply(429, headers={"Retry-After": at}))
    with client(web) as asking:
        asking.get("/x")
    assert web.waited == [42.0]


def test_a_wait_beyond_the_budget_ends_the_run_and_says_when_to_go_on(web: Web) -> None:
    web.faults.append(Reply(429, headers={"Retry-After": "3600"}))
    error = failure(web)
    assert "asks to go on at 2026-03-02 09:00:00 UTC" in str(error)
    assert (error.permanent, web.waited) == (False, [])


def test_a_server_that_asks_for_no_wait_is_not_asked_again_at_once_for_ever(web: Web) -> None:
    web.faults.extend([Reply(429, headers={"Retry-After": "0"})] * 4)
    with client(web, Patience(tries=6, first_s=1, longest_s=120, timeout_s=5)) as asking:
        assert asking.get("/x").listed("tickets") == []
    assert web.waited == [0.0, 2.0, 4.0, 8.0]


def test_a_storm_of_429_ends(web: Web) -> None:
    web.faults.extend([Reply(429, headers={"Retry-After": "60"})] * 9)
    assert failure(web).permanent is False
    assert web.waited == [60.0, 60.0]


def test_back_off_doubles_up_to_the_longest_wait() -> None:
    patience = Patience(first_s=1, longest_s=5)
    assert [patience.back_off_s(n) for n in (1, 2, 3, 4, 9)] == [1, 2, 4, 5, 5]


@pytest.mark.parametrize("header", [None, "", "soon", "nan", "inf", "Mon, 32 Mar 2026 08:00:00 GMT"])
def test_an_unreadable_retry_after_asks_for_nothing(header: str | None) -> None:
    assert asked_wait_s(header, START) is None


def test_a_retry_after_in_the_past_is_no_wait() -> None:
    assert asked_wait_s("Mon, 02 Mar 2026 07:00:00 GMT", START) == 0.0
    assert asked_wait_s("-5", START) == 0.0


def test_a_date_without_the_server_s_clock_says_nothing() -> None:
    assert asked_wait_s("Mon, 02 Mar 2026 07:00:00 GMT", None) is None
    assert http_instant("Mon, 02 Mar 2026 08:00:00 GMT") == datetime(2026, 3, 2, 8, tzinfo=UTC)


def test_a_refused_connection_is_tried_again_and_told() -> None:
    with Web(lambda asked: PAGE).serving() as web:
        pass
    error = failure(web)
    assert "the connection failed" in str(error)
    assert (error.permanent, web.waited) == (False, [1.0, 2.0])


def test_a_slow_server_is_given_up() -> None:
    def answer(_: object) -> httpx.Response:
        raise httpx.ReadTimeout("slow")

    asking = RestClient(Site("desk", "https://desk.example"), PATIENCE, lambda _: None)
    asking._http.close()
    asking._http = httpx.Client(base_url="https://desk.example", transport=httpx.MockTransport(answer))
    with asking, pytest.raises(SourceError, match="no answer within 5 s, at the end of 3 tries") as caught:
        asking.get("/x")
    assert caught.value.permanent is False


def test_tls_that_fails_is_tried_again_and_may_pass(web: Web) -> None:
    web.url = web.url.replace("http:", "https:")
    error = failure(web)
    assert "no safe connection" in str(error)
    assert (error.permanent, web.waited) == (False, [1.0, 2.0])


@pytest.mark.parametrize("url", ["http://desk.example", "desk.example", "", "ftp://x", "https://me:pw@desk.example"])
def test_an_address_without_protection_or_with_a_secret_is_refused(url: str) -> None:
    with pytest.raises(SourceError, match=r"source desk: url: write https://") as caught:
        Site("desk", url)
    assert "pw@" not in str(caught.value)


@pytest.mark.parametrize("token", ["一二三", "two\nlines", ""])
def test_a_token_that_is_none_is_refused_unseen(token: str) -> None:
    with pytest.raises(SourceError, match="token: is empty or holds what no token does") as caught:
        Site("desk", "https://desk.example", {"Authorization": f"Bearer {token}"})
    assert not token or token not in str(caught.value)


def test_nothing_shows_the_secret(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with client(web) as asking:
        asking.get("/x", {"access": "qu3ry"})
    assert "qu3ry" not in caplog.text
    assert "s3cret" not in caplog.text + repr(Site("desk", web.url, {"Authorization": SECRET}))


def test_proxies_of_the_environment_are_not_asked(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with client(web) as asking:
        assert asking.get("/x").listed("tickets") == []


@pytest.mark.parametrize("data", [{}, {"tickets": None}, {"tickets": [1]}, [{"id": 1}]])
def test_an_answer_without_its_list_is_an_error(web: Web, data: object) -> None:
    web.answer = lambda asked: Reply(200, data)
    with client(web) as asking, pytest.raises(SourceError, match="the answer has no list 'tickets'"):
        asking.get("/x").listed("tickets")


def test_a_question_in_a_body_is_asked_and_asked_again(web: Web) -> None:
    web.faults.append(Reply(503))
    with client(web) as asking:
        assert asking.post("/search", {"query": {"field": "x"}}).listed("tickets") == []
    assert [each.body for each in web.asked] == [{"query": {"field": "x"}}] * 2


def test_the_error_of_a_question_names_its_method_and_nothing_of_its_body(web: Web) -> None:
    web.faults.append(Reply(400))
    with client(web) as asking, pytest.raises(SourceError, match="POST /search: status 400") as caught:
        asking.post("/search", {"query": "qu3ry"})
    assert "qu3ry" not in str(caught.value)


@pytest.mark.parametrize("ahead", [timedelta(minutes=-10), timedelta(0), timedelta(minutes=10)])
def test_the_end_of_a_window_is_meant_by_the_server_s_clock(web: Web, ahead: timedelta) -> None:
    web.clock = START + ahead
    reset = str(int((web.clock + timedelta(seconds=7)).timestamp()))
    web.faults.append(Reply(429, headers={"X-RateLimit-Reset": reset}))
    with client(web) as asking:
        asking.get("/x")
    assert web.waited == [7.0]


def test_a_wait_that_is_named_comes_before_the_end_of_a_window(web: Web) -> None:
    reset = str(int(START.timestamp()) + 7)
    web.faults.append(Reply(429, headers={"X-RateLimit-Reset": reset, "Retry-After": "3"}))
    with client(web) as asking:
        asking.get("/x")
    assert web.waited == [3.0]


@pytest.mark.parametrize("header", [None, "", "soon", "nan", "inf", "10", "-1"])
def test_an_unreadable_end_of_a_window_asks_for_nothing(header: str | None) -> None:
    assert reset_wait_s(header, START) is None
    assert reset_wait_s(str(START.timestamp() + 7), None) is None
    assert reset_wait_s(str(START.timestamp() - 7), START) == 0.0


def test_a_reset_in_words_of_iso_is_waited_for(web: Web) -> None:
    web.faults.append(Reply(429, headers={"X-RateLimit-Reset": "2026-03-02T08:01Z"}))
    with client(web) as asking:
        asking.get("/x")
    assert web.waited == [60.0]
    assert reset_wait_s("2026-03-02T08:01", START) is None  # of which zone?


def test_a_list_inside_of_an_object_has_a_dotted_name(web: Web) -> None:
    web.answer = lambda asked: Reply(200, {"data": {"payload": [{"id": 1}]}})
    with client(web) as asking:
        assert asking.get("/x").listed("data.payload") == [{"id": 1}]
