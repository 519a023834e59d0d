"""A KPI by team, worst first; rows travel as one attribute so that a tick never remounts the table."""

import json
from math import inf
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.face import Face, holidays_text
from dashboard.markup import attrs
from dashboard.model import Leaves
from dashboard.numbers import DASH, digits_that_agree, scale_for, show, sign, whole
from dashboard.tiles import Kind
from metrics.model import DataState, Reading, Unit, Verdict

LEAVES = (("rows", "data-rows"),)
MOST = 12


def draw(prefix: str, face: Face) -> Component:
    """Return the empty table; the browser paints the rows from the attribute."""
    return html.Div(id=f"{prefix}-rows", className="breakdown", **attrs(data_rows=values(face)[LEAVES[0]]))


def values(face: Face) -> Leaves:
    """Return the rows as JSON: name, value, width of the bar in %, n, level, word, flag, worst first."""
    is_count = face.answer.subject.unit is Unit.COUNT
    present = [one for one in face.answer.members if one[0].n or (one[0].value is not None and not is_count)]
    members = sorted(present, key=lambda member: _badness(face, *member))
    top = max((abs(reading.value) for reading, _ in members if reading.value is not None), default=0.0)
    words = face.words
    table = {
        "head": [words(f"team.{name}") for name in ("name", "value", "n", "verdict")],
        "none": words("team.none"),
        "plain": is_count and all(verdict.level is None for _, verdict in members),
        "goal": _share(face.answer.verdict.target.value if face.answer.verdict.target else None, top),
        "rows": [_row(face, reading, verdict, top) for reading, verdict in members[:MOST]],
    }
    return {LEAVES[0]: json.dumps(table, ensure_ascii=False, separators=(",", ":"))}


def _badness(face: Face, reading: Reading, verdict: Verdict) -> tuple[bool, float, float, str]:
    """Return a key that puts the furthest from target first and what has no value last (semantics 1.9)."""
    if reading.value is None:
        return True, 0.0, 0.0, reading.member or ""
    side = 1.0 if face.answer.subject.better == "higher" else -1.0
    return (
        False,
        inf if verdict.met and verdict.attainment is None else verdict.attainment or 0.0,
        side * reading.value,
        reading.member or "",
    )


def _share(value: float | None, top: float) -> float | None:
    return None if value is None or not top or value > top else round(100 * value / top, 1)


def _row(face: Face, reading: Reading, verdict: Verdict, top: float) -> dict[str, Any]:
    scale = scale_for(face.answer.subject.unit, reading.value, face.answer.subject.digits)
    goal = verdict.target.value if verdict.target else None
    digits = digits_that_agree(reading.value, goal, verdict.met, scale)
    unit = sign(scale, face.words) if reading.value is not None else ""
    state = verdict.state
    key = f"level.{verdict.level or 'none'}" if state is DataState.FRESH else f"state.{state}"
    return {
        "name": face.words.tag("member", reading.member or ""),
        "value": show(reading.value, scale, face.words, digits),
        "unit": unit,
        "bar": _share(abs(reading.value), top) if reading.value is not None else 0,
        "n": whole(reading.n, face.words),
        "level": verdict.level or "none",
        "state": state,
        "flag": holidays_text(reading, face.words),
        "word": DASH if key == "level.none" else face.words(key),
    }


KIND = Kind(LEAVES, draw, values)
