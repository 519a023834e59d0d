"""What is told of pulls, and that telling it fails no pull."""

import sys
from datetime import UTC, datetime

import pytest

from etl.model import LoadReport
from etl.schedule.teller import Teller

NOW = datetime(2026, 11, 1, 8, tzinfo=UTC)


class Gone:
    """A terminal that was closed."""

    def write(self, text: str) -> int:
        raise BrokenPipeError(32, "Broken pipe")

    def flush(self) -> None:
        raise BrokenPipeError(32, "Broken pipe")


def report(n_new: int) -> LoadReport:
    return LoadReport(1, "desk", n_new, n_new, 0, 0, 0, NOW, 1)


def test_a_terminal_that_is_closed_fails_no_pull(monkeypatch: pytest.MonkeyPatch) -> None:
    changed: list[str] = []
    teller = Teller(lambda: NOW, UTC, lambda source_id: None, lambda: changed.append("now"))
    monkeypatch.setattr(sys, "stdout", Gone())
    teller.began("desk")
    teller.loaded(report(2))
    teller.ended("desk")
    assert changed == ["now"]


def test_a_pull_that_changed_nothing_makes_no_answers_anew() -> None:
    changed: list[str] = []
    teller = Teller(lambda: NOW, UTC, lambda source_id: None, lambda: changed.append("now"))
    teller.began("desk")
    teller.loaded(report(0))
    teller.ended("desk")
    assert changed == []
