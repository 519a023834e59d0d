"""POST /api/data/<verb>: the buttons of the data page, for its script and for machines with the token."""

from typing import Any

import flask

from dashboard.model import Loads
from dashboard.room import Room
from dashboard.sources.door import refusal
from dashboard.sources.messages import told
from dashboard.sources.standing import standings
from dashboard.words import Words, languages, words

Told = tuple[dict[str, Any], int]


def press(room: Room, verb: str) -> Told:
    """Do what the button says and return {"done": verb}; else {"error": {"code", "message"}} with its status.

    400 names a field that is not text, 404 a verb or source that there is none of, 409 tells why it cannot be now.
    """
    text = _words(room)
    found = refusal(room.loads.token)
    if found is not None:
        return _error(text, *found)
    if verb not in room.loads.verbs:
        return _error(text, "verb", 404, verb=verb, known=", ".join(room.loads.verbs))
    given = flask.request.get_json(silent=True)
    source, rule = (given.get(key) if isinstance(given, dict) else None for key in ("source", "rule"))
    if not isinstance(source, str) or not (rule is None or isinstance(rule, str)):
        return _error(text, "field", 400)
    if source not in (known := {one.source_id: one.name for one in standings(room.stock())}):
        return _error(text, "source", 404, source=source, known=", ".join(known))
    refused = _do(room.loads, verb, source, rule)
    if refused is not None:
        return {"error": {"code": "cannot", "message": told(refused, text.language)}}, 409
    return {"done": verb, "source": source, "message": text(f"done.{verb}", source=known[source])}, 200


def _do(loads: Loads, verb: str, source: str, rule: str | None) -> str | None:
    """Do what a button says; return why it cannot be, None when it was done."""
    try:
        if verb == "redrive" and loads.redrive is not None:
            loads.redrive(source, rule or None)
        else:
            getattr(loads, verb)(source)
    except ValueError as error:
        return str(error)
    return None


def _error(text: Words, code: str, status: int, **values: object) -> Told:
    return {"error": {"code": code, "message": text(f"denied.{code}", **values)}}, status


def _words(room: Room) -> Words:
    asked = flask.request.args.get("lang")
    return words(asked if asked in languages() else room.site.language)
