"""What may be seen: every reading passes here before any screen, export or API shows it (semantics 1.12)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from dashboard.model import Subject
from metrics.disclosure import LEAST, telling
from metrics.model import DataState, Reading, Window

GREY_BELOW = 30
SURVEYS = (
    *("csi", "csat", "nps", "ces", "overall", "dimension", "rating"),
    *("fcr_survey", "survey_confirmed", "loyalty"),
)


def is_survey(subject: Subject) -> bool:
    """Return whether the KPI is formed of what single customers said."""
    return subject.name.startswith(SURVEYS)


def visible(reading: Reading, subject: Subject) -> Reading:
    """Return the reading, marked too_few below thirty answers and without its value below five.

    One without a value is empty, however many rows stand behind it: there is nothing to show or to judge.
    """
    if reading.value is None and reading.state is DataState.FRESH:
        return replace(reading, state=DataState.EMPTY)
    if not is_survey(subject) or reading.value is None or reading.n >= GREY_BELOW:
        return reading
    return replace(reading, state=DataState.TOO_FEW) if reading.n >= LEAST else _hidden(reading)


def visible_parts(readings: Sequence[Reading], subject: Subject) -> tuple[Reading, ...]:
    """Return the parts of a figure that is shown too; no hidden one can be had by subtracting the others from it."""
    shown = tuple(visible(reading, subject) for reading in readings)
    if not is_survey(subject):
        return shown
    also = telling([reading.n for reading in readings])
    return tuple(_hidden(reading) if place in also else reading for place, reading in enumerate(shown))


def visible_days(readings: Sequence[Reading], subject: Subject, told: Iterable[Window]) -> tuple[Reading, ...]:
    """Return the days of a trend; those of a period whose own figure is told are parts of it."""
    days = list(readings)
    for window in told:
        places = [place for place, reading in enumerate(days) if _is_in(window, reading.bucket)]
        for place, reading in zip(places, visible_parts([readings[one] for one in places], subject), strict=True):
            days[place] = reading if reading.value is None else days[place]
    return tuple(visible(reading, subject) for reading in days)


def _is_in(window: Window, day: str | None) -> bool:
    if day is None:
        return False
    on = date.fromisoformat(day[:10])
    return (window.start is None or window.start <= on) and (window.end is None or on < window.end)


def _hidden(reading: Reading) -> Reading:
    return replace(reading, value=None, state=DataState.TOO_FEW, parts=(), interval=None)
