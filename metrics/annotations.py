"""Named events that explain a series: a promotion, an outage, a new form (semantics 2.3, 9.5; R-070, R-101)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from metrics.model import Annotation, Reading, Slice, Window
from metrics.periods import next_step

Members = Mapping[str, str]  # dimension -> member that a figure is of


def carried(window: Window, part: Slice, known: Sequence[Annotation]) -> tuple[Annotation, ...]:
    """Return the events that touch a window and a slice, in order of their days."""
    touching = [
        one
        for one in known
        if (window.end is None or one.start < window.end) and (window.start is None or one.end > window.start)
    ]
    return _ordered(one for one in touching if _concerns(one, part, {}))


def by_reading(readings: Sequence[Reading], known: Sequence[Annotation]) -> list[tuple[Annotation, ...]]:
    """Return the events of each reading of a series: those of its bucket's days that concern its slice and member."""
    return [_of_reading(one, carried(one.question.window, one.question.slice, known)) for one in readings]


def on_day(on: date, known: Sequence[Annotation], members: Members | None = None) -> tuple[Annotation, ...]:
    """Return the events of a day that concern the members, such as {"category": "parcel"}; for anomalies."""
    return _ordered(one for one in known if one.start <= on < one.end and _concerns(one, Slice(), members or {}))


def _of_reading(reading: Reading, touching: Sequence[Annotation]) -> tuple[Annotation, ...]:
    question = reading.question
    split, member = question.split, reading.member
    members = {split: member} if split and member is not None else {}
    found = [one for one in touching if _concerns(one, question.slice, members)]
    if reading.bucket is None or question.grain is None:
        return tuple(found)
    start = date.fromisoformat(reading.bucket[:10])
    end = start + timedelta(days=1) if question.grain == "hour" else next_step(start, question.grain)
    return tuple(one for one in found if one.start < end and one.end > start)


def _concerns(one: Annotation, part: Slice, members: Members) -> bool:
    """Return whether an event's part of the desk and a figure's part have cases in common."""
    asked = dict(part.by) | {dimension: (member,) for dimension, member in members.items()}
    return all(dimension not in asked or set(values) & set(asked[dimension]) for dimension, values in one.slice.by)


def _ordered(found: Iterable[Annotation]) -> tuple[Annotation, ...]:
    return tuple(sorted(found, key=lambda one: (one.start, one.end)))
