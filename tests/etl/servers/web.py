"""A web server on a free port of this machine, which fails on demand and has a clock of its own."""

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Reply:
    """What the server sends; `cut` = the connection closes after so many bytes of the body (-1 = without any)."""

    status: int = 200
    data: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None
    cut: int | None = None

    @property
    def body(self) -> bytes:
        return (json.dumps(self.data) if self.text is None else self.text).encode()


@dataclass(frozen=True)
class Asked:
    """A request: path and query, one value per name unless it is a list; `body` of a POST."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    lists: Mapping[str, list[str]] = field(default_factory=dict)
    body: Any = None

    @property
    def second(self) -> int | None:
        found = self.query.get("start_time")
        return int(found) if found is not None else None


@dataclass
class Web:
    """State of a server: `faults` are sent first, one per request; `None` among them lets one request through."""

    answer: Callable[[Asked], Reply]
    clock: datetime = START
    asked: list[Asked] = field(default_factory=list)
    faults: deque[Reply | None] = field(default_factory=deque)
    waited: list[float] = field(default_factory=list)
    url: str = ""

    def wait(self, seconds: float) -> None:
        """Let the server's time pass instead of ours."""
        self.waited.append(seconds)
        self.clock += timedelta(seconds=seconds)

    def reply(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        fault = self.faults.popleft() if self.faults else None
        return self.answer(asked) if fault is None else fault

    @contextmanager
    def serving(self) -> Iterator["Web"]:
        """Serve until the block ends."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def _handler(web: Web) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65_536  # head and body in one piece

        def do_GET(self) -> None:
            self._answer(None)

        def do_POST(self) -> None:
            self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _answer(self, body: Any) -> None:
            found = urlsplit(self.path)
            lists = parse_qs(found.query)
            query = {name: values[-1] for name, values in lists.items()}
            self._send(web.reply(Asked(found.path, query, dict(self.headers), lists, body)))

        def _send(self, reply: Reply) -> None:
            if reply.cut == -1:
                self.close_connection = True
                return
            self.send_response_only(reply.status)
            headers = {
                "Date": format_datetime(web.clock, usegmt=True),
                "Content-Type": "application/json",
                "Content-Length": str(len(reply.body)),
                **reply.headers,
            }
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body[: reply.cut])
            self.close_connection = reply.cut is not None

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
