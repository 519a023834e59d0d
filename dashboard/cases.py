"""The cases behind a tile as a file: every row, out of the tile's own question, in the reader's language (1.13)."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from zoneinfo import ZoneInfo

import flask

from dashboard.access import visible
from dashboard.board import Scope
from dashboard.frame import Screen
from dashboard.model import Subject
from dashboard.room import Room
from dashboard.view import parse
from metrics.drill import LABELS
from metrics.model import Case, Reading

IN_MEMORY = 8_000_000  # bytes; a longer file waits on disk for its reader
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a text that begins so would run in a spreadsheet
PLACES = 6


def download(room: Room) -> flask.Response:
    """Return the CSV file of the KPI `metric` for a query as on the desk page; its name tells the number of rows.

    `parameter` is that of a KPI that takes one. 404 for a KPI that there is none of, 400 for a parameter that fits
    nothing, 403 where too few answered for the figure itself to be shown (1.12).
    """
    query = "?" + flask.request.query_string.decode("utf-8", "replace")
    metric = flask.request.args.get("metric", "")
    if wrong := room.answers.fault(metric, flask.request.args.get("parameter")):
        language = parse(query, room.default("/"), room.answers.members)[0].language
        return _refused(404 if wrong.field == "metric" else 400, wrong.sentence(language))
    screen = room.screen(room.pages["/"], query, Scope((metric,), parameter=flask.request.args.get("parameter")))
    answer = screen.board.answers[metric]
    file = _File(screen, answer.subject)
    reading = room.answers.behind(answer.current.question, file.fill)
    if file.is_hidden:
        file.content.close()
        return _refused(403, screen.words("cases.hidden"))
    found = flask.send_file(file.content, "text/csv; charset=utf-8", True, file.name(reading))
    found.call_on_close(file.content.close)
    return found


def _refused(status: int, text: str) -> flask.Response:
    return flask.Response(text + "\n", status, mimetype="text/plain")


class _File:
    """The file while it is written: with a byte order mark, so that spreadsheets read Chinese."""

    def __init__(self, screen: Screen, subject: Subject) -> None:
        self._screen, self._subject = screen, subject
        self._zone = ZoneInfo(screen.site.tz)
        self.content: IO[bytes] = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed when it was sent
        self.is_hidden = False

    def fill(self, reading: Reading, cases: Iterator[Case]) -> Reading:
        """Write heading and rows; nothing of a figure that may not be seen."""
        self.is_hidden = bool(reading.n) and visible(reading, self._subject).value is None
        if not self.is_hidden:
            text = io.TextIOWrapper(self.content, "utf-8-sig", newline="", write_through=True)
            rows = csv.writer(text)
            rows.writerow(self._heading())
            rows.writerows(self._row(number, case) for number, case in enumerate(cases, 1))
            text.detach()
            self.content.seek(0)
        return reading

    def name(self, reading: Reading) -> str:
        """Return KPI, first and last day, and the number of rows."""
        window = reading.question.window
        days = [window.start, window.end - timedelta(days=1)] if window.start and window.end else []
        return "_".join([self._subject.name, *(day.isoformat() for day in days), str(reading.n)]) + ".csv"

    def _heading(self) -> list[str]:
        words = self._screen.words
        sign = words.tag("unit", self._subject.unit.value)
        value = self._screen.title(self._subject.name) + (f" ({sign})" if sign else "")
        zone = self._screen.site.tz
        moments = [f"{words(f'cases.{key}')} ({zone})" for key in ("created", "moment")]
        dimensions = [words(f"filter.{name}") for name in LABELS]
        return [words("cases.number"), words("cases.ticket"), words("cases.source"), *moments, value, *dimensions]

    def _row(self, number: int, case: Case) -> list[Any]:
        value = "" if case.value is None else round(case.value, PLACES)
        moments = [self._local(case.created_at), self._local(case.moment)]
        labels = [_harmless(self._screen.words.tag("member", label)) for _, label in case.labels]
        return [number, _harmless(case.ticket or ""), case.source_no, *moments, value, *labels]

    def _local(self, instant: datetime | None) -> str:
        return "" if instant is None else f"{instant.astimezone(self._zone):%Y-%m-%d %H:%M:%S}"


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
