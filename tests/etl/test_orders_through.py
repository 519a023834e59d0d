"""Following an order from the command: what is said, how long is waited, and how it ends when nobody answers."""

import http.server
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer

from data.owner import OwnedElsewhere
from data.settings import Settings
from etl.orders.loading import Redrive
from etl.orders.read import fingerprint
from etl.orders.through import GOES_ON, LAST_S, LEFT, STOPPED, OrderFailed, Unfollowed, Ways
from etl.premises import Premises
from etl.schedule.elsewhere import NoAnswer, asked

OWNED = OwnedElsewhere("in use", Path("w.duckdb"), "http://127.0.0.1:1")
SLOW, GONE = NoAnswer("no answer", is_slow=True), NoAnswer("refused", is_slow=False)
Answer = dict[str, Any] | BaseException


def standing(state: str, *lines: str, after: int = 0, **more: object) -> dict[str, Any]:
    return {"order": 3, "state": state, "lines": list(lines), "next": after, "error": None, "since": "now", **more}


def owned(settings: Path | None, warehouse: Path | None) -> AbstractContextManager[Premises]:
    raise OWNED


@dataclass
class Terminal:
    """A monitor that answers as the test says, and what the command says and waits."""

    answers: list[Answer]
    paths: list[str] = field(default_factory=list)
    body: Mapping[str, object] | None = None
    said: list[str] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    def asked(self, elsewhere: OwnedElsewhere, path: str, order: Mapping[str, object] | None) -> dict[str, Any]:
        self.paths.append(path.partition("lang")[0])
        self.body = order or self.body
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def done(self) -> None:
        ways = Ways(owned, lambda named: Settings(), lambda: datetime(2026, 1, 1, tzinfo=UTC), self.waited.append)
        ways.done(Redrive(source="desk"), None)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Terminal]:
    def made(*answers: Answer) -> Terminal:
        found = Terminal(list(answers))
        monkeypatch.setattr("etl.orders.through.asked", found.asked)
        monkeypatch.setattr("etl.orders.through.say", found.said.append)
        return found

    return made


def test_lines_are_said_as_they_come_until_it_is_done(terminal: Callable[..., Terminal]) -> None:
    told = terminal(standing("waiting", "a", after=1), standing("running", after=1), standing("done", "b", after=2))
    told.done()
    assert told.said == ["a", "b"] and told.answers == []
    assert told.paths == ["/api/orders/redrive?", "/api/orders/3?after=1&", "/api/orders/3?after=1&"]
    sent = {"source": "desk", "rule": None, "mapping": None, "is_vouched": False}
    assert told.body == {"order": sent, "settings": fingerprint(Settings())}


def test_what_is_over_at_once_is_not_waited_for(terminal: Callable[..., Terminal]) -> None:
    told = terminal(standing("done", "a"))
    told.done()
    assert told.said == ["a"] and told.waited == []


def test_pauses_grow_and_end_growing(terminal: Callable[..., Terminal]) -> None:
    told = terminal(*[standing("running")] * 20, standing("done"))
    told.done()
    assert told.waited == sorted(told.waited) and told.waited[0] < told.waited[-1] == LAST_S


def test_a_failure_comes_out_in_its_own_words(terminal: Callable[..., Terminal]) -> None:
    told = terminal(standing("failed", "a", error="refused: 31 of 52 rows are bad"))
    with pytest.raises(OrderFailed, match="refused: 31 of 52 rows are bad"):
        told.done()
    assert told.said == ["a"]


def test_a_slow_answer_is_waited_for_and_no_line_said_twice(terminal: Callable[..., Terminal]) -> None:
    told = terminal(standing("running", "a", after=1), SLOW, SLOW, standing("done", "b", after=2))
    told.done()
    assert told.said == ["a", "b"] and told.paths[1:] == ["/api/orders/3?after=1&"] * 3


@pytest.mark.parametrize("answer", [GONE, standing("done", since="later")], ids=["gone", "another monitor's"])
def test_a_monitor_that_was_stopped_is_told(terminal: Callable[..., Terminal], answer: Answer) -> None:
    told = terminal(standing("running", "a", after=1), answer)
    with pytest.raises(Unfollowed) as ended:
        told.done()
    assert str(ended.value) == STOPPED and told.said == ["a"]


@pytest.mark.parametrize("place", [0, 1])
def test_ctrl_c_leaves_the_order_to_the_monitor(terminal: Callable[..., Terminal], place: int) -> None:
    told = terminal(*[standing("running")] * place, KeyboardInterrupt())
    with pytest.raises(typer.Exit) as ended:
        told.done()
    assert ended.value.exit_code == LEFT and told.said == [GOES_ON]


class Odd(http.server.BaseHTTPRequestHandler):
    """Answers with something else than a monitor does, by the path."""

    def do_GET(self) -> None:
        if self.path == "/hangup":
            self.close_connection = True
            return
        self.send_response(500 if self.path == "/broken" else 200)
        self.send_header("Content-Length", "9" if self.path == "/short" else "2")
        self.end_headers()
        self.wfile.write(b"<>" if self.path == "/page" else b"{}")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def odd(tmp_path: Path) -> Iterator[OwnedElsewhere]:
    server = http.server.HTTPServer(("127.0.0.1", 0), Odd)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield OwnedElsewhere("in use", tmp_path / "w.duckdb", f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("path", ["/hangup", "/short", "/page"])
def test_an_answer_that_breaks_off_is_none(odd: OwnedElsewhere, path: str) -> None:
    with pytest.raises(NoAnswer, match="the monitor does not answer") as ended:
        asked(odd, path, None)
    assert not ended.value.is_slow


def test_an_answer_without_words_is_told_by_its_number(odd: OwnedElsewhere) -> None:
    assert asked(odd, "/", None) == {}
    with pytest.raises(OSError, match="the monitor answers 500"):
        asked(odd, "/broken", None)


def test_nobody_at_the_address_is_told(tmp_path: Path) -> None:
    nobody = OwnedElsewhere("in use", tmp_path / "w.duckdb", "http://127.0.0.1:1")
    with pytest.raises(NoAnswer, match=r"127\.0\.0\.1:1: the monitor does not answer \(.*refused"):
        asked(nobody, "/api/data", None)


def test_too_long_is_told_from_gone(odd: OwnedElsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*given: object, **more: object) -> None:
        raise TimeoutError("timed out")

    monkeypatch.setattr("urllib.request.OpenerDirector.open", late)
    with pytest.raises(NoAnswer) as ended:
        asked(odd, "/", None)
    assert ended.value.is_slow


def test_an_owner_without_pages_is_told_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(OwnedElsewhere):
        asked(OwnedElsewhere("in use", tmp_path / "w.duckdb", None), "/", None)
