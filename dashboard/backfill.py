"""POST /api/backfill: reading a past span of a source again, for machines and the command line beside the monitor."""

from datetime import date
from typing import Any

import flask

from dashboard.room import Room
from dashboard.sources.door import refusal
from dashboard.sources.messages import told
from dashboard.words import Words, languages, words

Told = tuple[dict[str, Any], int]


def read_again(room: Room) -> Told:
    """Begin to read {"source", "from", "until"} again and return {"done"}; else {"error"} with its status.

    400 names a day that is none, 404 a desk that reads nothing, 409 tells why it cannot be; else as for the buttons
    of the data page.
    """
    asked, backfill = flask.request.args.get("lang"), room.loads.backfill
    text = words(asked if asked in languages() else room.site.language)
    found = refusal(room.loads.token)
    if found is not None:
        return _error(text, f"denied.{found[0]}", found[1])
    if backfill is None:
        return _error(text, "backfill.none", 404)
    given = flask.request.get_json(silent=True)
    values = [given.get(key) if isinstance(given, dict) else None for key in ("source", "from", "until")]
    days = [_day(value) for value in values[1:]]
    if not isinstance(values[0], str) or days[0] is None or days[1] is None:
        return _error(text, "backfill.span", 400)
    try:
        backfill(values[0], days[0], days[1])
    except ValueError as error:
        return {"error": {"code": "cannot", "message": told(str(error), text.language)}}, 409
    message = text("backfill.done", source=values[0], first=days[0], end=days[1])
    return {"done": "backfill", "source": values[0], "message": message}, 200


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def _error(text: Words, key: str, status: int) -> Told:
    return {"error": {"code": key.partition(".")[2], "message": text(key)}}, status
