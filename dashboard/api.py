"""The same readings for machines, and the pulse that every screen polls."""

from typing import Any

import flask

from dashboard.cases import download
from dashboard.events import take
from dashboard.face import difference
from dashboard.frame import silent_sources
from dashboard.model import Answer, Loading
from dashboard.named import KEYS, named
from dashboard.room import Room
from dashboard.sources.accept import accept
from dashboard.sources.backfill import read_again
from dashboard.sources.lists import listed
from dashboard.sources.orders import follow, place
from dashboard.sources.told import told
from dashboard.sources.verbs import press
from metrics.model import Annotation, Reading, Window
from metrics.parameters import Fault


def register(server: flask.Flask, room: Room) -> None:
    """Add /api/pulse, /api/readings, /api/cases.csv, /api/quality, /api/data, its buttons and what is sent here."""
    server.add_url_rule("/api/pulse", "pulse", lambda: pulse(room))
    server.add_url_rule("/api/readings", "readings", lambda: readings(room))
    server.add_url_rule("/api/cases.csv", "cases", lambda: download(room))
    server.add_url_rule("/api/quality", "quality", lambda: quality(room))
    server.add_url_rule("/api/data", "data", lambda: told(room.stock(), room.clock()))
    server.add_url_rule("/api/data/<verb>", "press", lambda verb: press(room, verb), methods=["POST"])
    server.add_url_rule("/api/drift", "accept", lambda: accept(room), methods=["POST"])
    server.add_url_rule("/api/lists/<verb>", "lists", lambda verb: listed(room, verb), methods=["POST"])
    server.add_url_rule("/api/orders/<verb>", "place", lambda verb: place(room, verb), methods=["POST"])
    server.add_url_rule("/api/orders/<int:number>", "follow", lambda number: follow(room, number))
    server.add_url_rule("/api/backfill", "backfill", lambda: read_again(room), methods=["POST"])
    server.add_url_rule("/api/events", "events", lambda: take(room.loads.inlet), methods=["POST"])


def pulse(room: Room) -> dict[str, Any]:
    """Return version, mark, watermark and clock in ms, build id, source states and the first load.

    as_of is null before any load, loading after the first; waiting as long as there is nothing to show.
    """
    found, loading = room.answers.pulse(), room.loading()
    return {
        "version": found.version,
        "mark": room.mark(flask.request.args.get("page"), found),
        "as_of": round(found.as_of.timestamp() * 1000) if found.as_of else None,
        "now": round(room.clock().timestamp() * 1000),
        "build": room.build_id,
        "sources": dict(found.sources),
        "silent": silent_sources(found),
        "waiting": room.is_waiting(found),
        "loading": _loading(loading) if loading else None,
    }


def _loading(one: Loading) -> dict[str, Any]:
    since = round(one.since.timestamp() * 1000)
    return {"since": since, "rows": one.rows, "total": one.total, "per_s": one.per_s, "left_s": one.left_s}


def readings(room: Room) -> dict[str, Any] | tuple[dict[str, Any], int]:
    """Return the readings of the desk's tiles for a query as on the page; no value is null, never 0.

    With `metric`, and `parameter` for a KPI that takes one, those of any KPI of the catalogue. 400 names the field
    that fits nothing, its value and what would do.
    """
    page, scope = room.pages["/"], named(room)
    if isinstance(scope, Fault):
        told = {"field": scope.field, "value": scope.value, "wanted": dict(scope.wanted)}
        return {"error": {**told, "message": scope.sentence("en")}}, 400
    screen = room.screen(page, "?" + flask.request.query_string.decode("utf-8", "replace"), scope)
    board = screen.board
    return {
        "as_of": _instant(board.as_of),
        "version": room.answers.pulse().version,
        "period": {"name": board.view.period, **_window(board.window)},
        "compared_with": _window(board.before),
        "clock": board.view.clock,
        "filters": {dimension: list(values) for dimension, values in board.view.slice.by},
        "ignored": [
            {"key": notice.key, "value": notice.value} for notice in screen.notices if notice.key not in KEYS
        ],
        "annotations": [_event(one) for one in room.answers.annotations(board.window, board.view.slice)],
        "readings": [_reading(answer) for answer in board.answers.values()],
    }


def quality(room: Room) -> dict[str, Any]:
    """Return per rule of data quality, the most frequent first: rows refused, and rows loaded with a flaw."""
    return {
        "version": room.answers.pulse().version,
        "rules": [
            {"rule": one.rule, "title": dict(one.title), "refused": one.refused, "flawed": one.flawed, "n": one.n}
            for one in room.answers.quality()
        ],
    }


def _reading(answer: Answer) -> dict[str, Any]:
    verdict, target = answer.verdict, answer.verdict.target
    return {
        "metric": answer.subject.name,
        "parameter": answer.current.question.parameter,
        "title": dict(answer.subject.title),
        "unit": answer.subject.unit,
        "better": answer.subject.better,
        "period": _window(answer.current.question.window),
        **_figure(answer.current),
        "state": verdict.state,
        "level": verdict.level,
        "target": target.value if target else None,
        "attainment": verdict.attainment,
        "met": verdict.met,
        "previous": answer.previous.value if answer.previous else None,
        "change": difference(answer),
        "partial": answer.partial,
        "teams": [{"team": reading.member, **_figure(reading)} for reading, _ in answer.members],
    }


def _figure(reading: Reading) -> dict[str, Any]:
    return {
        "value": reading.value,
        "n": reading.n,
        "state": reading.state,
        "as_of": _instant(reading.as_of),
        "parts": dict(reading.parts),
        "interval": reading.interval,
        "method": reading.method,
    }


def _event(one: Annotation) -> dict[str, Any]:
    where = {dimension: list(values) for dimension, values in one.slice.by}
    return {"from": one.start.isoformat(), "to": one.end.isoformat(), "text": dict(one.text), "where": where}


def _instant(instant: Any) -> str | None:
    return instant.isoformat() if instant else None


def _window(window: Window) -> dict[str, Any]:
    """Return both ends as days; `to` is the first day after, as in all exports (semantics 1.4)."""
    ends = {"from": window.start, "to": window.end}
    return {key: day.isoformat() if day else None for key, day in ends.items()} | {"tz": window.tz}
