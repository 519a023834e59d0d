"""POST /api/events: what systems send by themselves, each with a token of its own (docs/sources.md)."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

import flask
from werkzeug.exceptions import RequestEntityTooLarge

from dashboard.model import Inlet, Receipt

MOST_BYTES = 8 * 2**20
MOST_EVENTS = 10_000
JSON = ("application/json",)
LINES = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines")
BUSY_S = 30  # after a fault of the disk


class _Refused(Exception):
    """Why a request is not taken: status, code, message and headers."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status, self.code, self.headers = status, code, headers


def take(inlet: Inlet | None) -> flask.Response:
    """Keep the events of the request and return what became of each, once they are safe on the disk.

    202 {"source", "new", "same", "rejected", "unused", "events": [{"event", "state", ...}]}, 200 when none was kept.
    400 names the place of what is no JSON, 401 a wrong token, 404 nothing that is pushed in the settings, 413 too
    much at once, 415 another content type, 503 with Retry-After when too much waits or the disk is full. Nothing of
    a request that was refused is kept.
    """
    try:
        return _taken(inlet)
    except _Refused as refusal:
        answer = flask.jsonify({"error": {"code": refusal.code, "message": str(refusal)}})
        answer.status_code = refusal.status
        for name, value in refusal.headers.items():
            answer.headers[name.replace("_", "-")] = value
        return answer


def _taken(inlet: Inlet | None) -> flask.Response:
    if inlet is None:
        raise _Refused(404, "push", "No source of the settings is of kind push.")
    source_id = _source(inlet)
    events = _events()
    wait_s = inlet.wait_s(source_id)
    if wait_s is not None:
        told = f"Too many events of {source_id} wait to be loaded; nothing was kept, send it again in {wait_s} s."
        raise _Refused(503, "full", told, Retry_After=str(wait_s))
    try:
        receipts = inlet.accept(source_id, events)
    except OSError as error:
        raise _Refused(503, "disk", f"Nothing was kept: {error}.", Retry_After=str(BUSY_S)) from error
    return _told(source_id, receipts)


def _told(source_id: str, receipts: Sequence[Receipt]) -> flask.Response:
    counts = {state: sum(one.state == state for one in receipts) for state in ("new", "same", "rejected", "unused")}
    listed = [{"event": number, **_receipt(one)} for number, one in enumerate(receipts, start=1)]
    answer = flask.jsonify({"source": source_id, **counts, "events": listed})
    answer.status_code = 202 if counts["new"] or counts["rejected"] else 200
    return answer


def _receipt(one: Receipt) -> dict[str, str]:
    told = {"state": one.state, "rule": one.rule, "field": one.field, "value": one.value, "hint": one.hint}
    return {name: value for name, value in told.items() if value is not None}


def _source(inlet: Inlet) -> str:
    kind, _, token = flask.request.headers.get("Authorization", "").partition(" ")
    source_id = inlet.source(token.strip()) if kind.lower() == "bearer" and token.strip() else None
    if source_id is None:
        told = (
            "The token is missing, or no source of the settings (or more than one) has it: Authorization: Bearer ..."
        )
        raise _Refused(401, "token", told, WWW_Authenticate="Bearer")
    return source_id


def _events() -> list[Any]:
    """Return the events of the body, in order."""
    kind = flask.request.mimetype
    if kind not in (*JSON, *LINES) or flask.request.headers.get("Content-Encoding", "identity") != "identity":
        raise _Refused(
            415, "type", f"Send plain {JSON[0]} (an event or a list of them) or {LINES[0]} (one per line)."
        )
    text = _text()
    events = _lines(text) if kind in LINES else _document(text)
    if len(events) > MOST_EVENTS:
        raise _Refused(413, "events", f"{len(events):,} events; send no more than {MOST_EVENTS:,} at once.")
    return events


def _text() -> str:
    flask.request.max_content_length = MOST_BYTES
    try:
        return flask.request.get_data(cache=False).decode("utf-8")
    except RequestEntityTooLarge:
        raise _Refused(413, "bytes", f"Send no more than {MOST_BYTES:,} bytes at once.") from None
    except UnicodeDecodeError as error:
        raise _Refused(400, "encoding", f"Byte {error.start + 1} is no UTF-8.") from None


def _document(text: str) -> list[Any]:
    found = _parsed(text, 1)
    if not isinstance(found, (dict, list)):
        raise _Refused(400, "json", f"Wanted an object or a list of them, not {json.dumps(found)[:40]}.")
    return found if isinstance(found, list) else [found]


def _lines(text: str) -> list[Any]:
    numbered: Iterable[tuple[int, str]] = enumerate(text.split("\n"), start=1)
    return [_parsed(line, number) for number, line in numbered if line.strip()]


def _parsed(text: str, line: int) -> Any:
    try:
        return json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        place = f"Line {line + error.lineno - 1}, column {error.colno}"
        raise _Refused(400, "json", f"{place}: {error.msg}.") from None
    except (ValueError, RecursionError) as error:
        why = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise _Refused(400, "json", f"Line {line}: {why}.") from None


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")
