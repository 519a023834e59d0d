"""POST /api/drift: taking note of what changed about a column, for machines and the command line."""

from typing import Any

import flask

from dashboard.room import Room
from dashboard.sources.door import refusal
from dashboard.sources.messages import told
from dashboard.words import Words, languages, words

Told = tuple[dict[str, Any], int]


def accept(room: Room) -> Told:
    """Begin to take note of {"source", "column"} and return {"done", "changes"}; else {"error"} with its status.

    400 names a field that is not text, 404 a desk without sources, 409 tells why it cannot be; else as for the
    buttons of the data page.
    """
    asked, take_note = flask.request.args.get("lang"), room.loads.accept
    text = words(asked if asked in languages() else room.site.language)
    found = refusal(room.loads.token)
    if found is not None:
        return _error(text, f"denied.{found[0]}", found[1])
    if take_note is None:
        return _error(text, "accept.none", 404)
    given = flask.request.get_json(silent=True)
    source, column = (given.get(key) if isinstance(given, dict) else None for key in ("source", "column"))
    if not isinstance(source, str) or not isinstance(column, str):
        return _error(text, "accept.wanted", 400)
    try:
        changes = [told(line, text.language) for line in take_note(source, column)]
    except ValueError as error:
        return {"error": {"code": "cannot", "message": told(str(error), text.language)}}, 409
    message = text("accept.done", source=source, changes="; ".join(changes))
    return {"done": "accept", "source": source, "changes": changes, "message": message}, 200


def _error(text: Words, key: str, status: int) -> Told:
    return {"error": {"code": key.partition(".")[2], "message": text(key)}}, status
