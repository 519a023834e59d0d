"""A live desk on a free port and Debian's Chromium; every test also proves a clean console and a closed house."""

import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright
from werkzeug.serving import BaseWSGIServer, make_server

from dashboard.model import Loads, Site
from dashboard.server import create_app
from tests.dashboard.fake_answers import NOON, FakeAnswers
from tests.dashboard.fake_ledger import schedules_of

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
HOME = "http://127.0.0.1"
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"]


@dataclass
class Live:
    """A running dashboard over a desk of formulas; `build` may be changed as a deployment would."""

    desk: FakeAnswers
    site: Site = field(default_factory=lambda: Site(business_clock=True, poll_ms=200))
    server: BaseWSGIServer | None = None
    port: int = 0
    pressed: list[tuple[object, ...]] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def start(self, build: str = "one") -> "Live":
        app = create_app(self.desk, self.site, self.clock, build, loads=self.loads())
        self.server = make_server("127.0.0.1", self.port, app.server, threaded=True)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def loads(self) -> Loads:
        """Return buttons that remember what was pressed."""

        def remember(verb: str) -> Callable[..., None]:
            return lambda *given: self.pressed.append((verb, *given))

        def accept(source: str, column: str) -> list[str]:
            self.pressed.append(("accept", source, column))
            return ["answers: column 'Q7ALL' is gone: the mapping does not read it"]

        plans = lambda: schedules_of(self.desk.world, NOON)  # noqa: E731 - the world moves on
        run_now, pause, resume, redrive = map(remember, ("run_now", "pause", "resume", "redrive"))
        return Loads(plans, run_now, pause, resume, redrive, remember("backfill"), accept)

    def stop(self) -> None:
        if self.server:
            self.server.shutdown()
            self.server.server_close()

    def clock(self) -> datetime:
        return NOON + timedelta(seconds=4 + time.monotonic() - self.began)

    def url(self, path: str) -> str:
        return f"{HOME}:{self.port}{path}"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("browser tests need Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def live() -> Iterator[Live]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    running = Live(FakeAnswers()).start()
    yield running
    running.stop()


@dataclass
class Watch:
    """What a browser must never do."""

    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def see(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: None if ours(request.url) else self.outside.append(request.url))


def ours(url: str) -> bool:
    return url.startswith((f"{HOME}:", "data:", "blob:"))


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def show(chromium: Browser, live: Live, watch: Watch) -> Iterator[Callable[..., Page]]:
    """Open a path in a window of that size and wait for its tiles."""
    opened: list[Page] = []

    def opening(path: str, width: int = 1920, height: int = 1080) -> Page:
        page = chromium.new_page(viewport={"width": width, "height": height}, reduced_motion="reduce", locale="zh-CN")
        watch.see(page)
        opened.append(page)
        page.goto(live.url(path))
        shown = page.locator(".source").first if path.startswith("/data") else page.locator(".tile").nth(7)
        shown.wait_for(state="attached")
        page.locator("html[data-conn=ok]").wait_for(state="attached")
        return page

    yield opening
    for page in opened:
        page.close()
    assert (watch.errors, watch.outside) == ([], [])


def away(page: Page) -> Callable[[], None]:
    """Cut the page off from the server; call the result to bring it back."""
    handler: Callable[[Route], Any] = lambda route: route.abort()  # noqa: E731 - playwright compares identities
    page.route("**/api/pulse", handler)
    return lambda: page.unroute("**/api/pulse", handler)


@pytest.fixture
def chromium_page(chromium: Browser) -> Iterator[Page]:
    """A bare page, for what has no tiles."""
    page = chromium.new_page()
    yield page
    page.close()
