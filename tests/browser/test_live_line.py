"""The whole line: a row committed in the ticket system's database shows on the wall."""

import json
import re
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import pytest
from playwright.sync_api import Browser, Page, expect

from data import demo
from data.settings import ROOT

pytestmark = pytest.mark.browser
ROUNDS, FIRST_ID = 10, 900_000_000
COUNT = "#wall-volume-compact-count"
SETTINGS = """
name: {{en: Live line, zh-CN: 全线}}
timezone: Asia/Shanghai
warehouse: {folder}/w.duckdb
targets: [{{metric: frt, value: 20}}]
sources:
  - id: desk
    name: Desk
    kind: sql
    url: "sqlite:///{folder}/desk.sqlite"
    mapping: data/mappings/demo.yaml
    every_s: 0.5
"""
SEEN = """(count) => { window.seen = []; new MutationObserver(() => window.seen.push(
    [Number(document.querySelector(count).textContent.replace(/\\D/g, "")),
     Date.now() / 1000, Number.parseInt(document.querySelector("[data-mark]").dataset.mark)])
    ).observe(document.querySelector(count), {characterData: true, childList: true, subtree: true}) }"""


class Line:
    """A ticket system's database, and the real monitor that pulls it."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "desk.sqlite"
        demo.create(self.file, 400, datetime.now(UTC) - timedelta(minutes=5), seed=3)
        (folder / "settings.yaml").write_text(SETTINGS.format(folder=folder), encoding="utf-8")
        command = [sys.executable, "app.py", "serve", "--port", "0", "--settings", str(folder / "settings.yaml")]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().split()[4]

    def version(self) -> int:
        with urllib.request.urlopen(f"{self.address}/api/pulse", timeout=30) as answer:
            return int(json.load(answer)["version"])

    def open_case(self, number: int) -> None:
        """Commit a new case as the ticket system would: a copy of the last one, opened now."""
        instant = round(datetime.now(UTC).timestamp() * 1000)
        with closing(sqlite3.connect(self.file, timeout=10)) as con, con:
            con.execute("CREATE TEMP TABLE fresh AS SELECT * FROM hd_case WHERE is_spam = 0 AND is_test = 0 LIMIT 1")
            con.execute("UPDATE fresh SET id = ?, opened_at = ?, updated_at = ?", [number, instant, instant])
            con.execute("INSERT INTO hd_case SELECT * FROM fresh")

    def committed_after(self, version: int) -> float:
        """Return the instant at which a later version of the data could first be read."""
        while self.version() <= version:
            assert self.process.poll() is None
        return time.time()


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    running = Line(tmp_path)
    yield running
    running.process.terminate()
    running.process.communicate(timeout=60)
    assert running.process.returncode == 0


@pytest.fixture
def wall(chromium: Browser, line: Line) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 1920, "height": 1080})
    page.goto(f"{line.address}/wall?lang=en")
    expect(page.locator(COUNT)).to_have_text(re.compile(r"^n [1-9]"), timeout=60_000)
    page.evaluate(SEEN, COUNT)
    yield page
    page.close()


def _count(wall: Page) -> int:
    return int(re.sub(r"\D", "", wall.locator(COUNT).inner_text()))


def _once(line: Line, wall: Page, number: int) -> float:
    """Return the seconds from the commit of the load to the tile; the tile is of that version, not of an earlier."""
    before, version = _count(wall), line.version()
    line.open_case(number)
    committed = line.committed_after(version)
    wall.wait_for_function("n => window.seen.some(([count]) => count === n)", arg=before + 1)
    shown = {count: (instant, mark) for count, instant, mark in wall.evaluate("window.seen")}
    instant, mark = shown[before + 1]
    assert mark > version
    return float(instant) - committed


def test_a_committed_row_reaches_the_wall(line: Line, wall: Page, capsys: pytest.CaptureFixture[str]) -> None:
    waits = [_once(line, wall, FIRST_ID + number) for number in range(ROUNDS)]
    with capsys.disabled():
        print(f"\ncommit to wall: median {median(waits):.2f} s, longest {max(waits):.2f} s, {ROUNDS} rows")
    assert median(waits) < 2
