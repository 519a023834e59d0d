"""POST /api/lists/<verb>: what the command line lists, for the command line beside the monitor."""

from typing import Any

import flask

from dashboard.room import Room
from dashboard.sources.door import refusal_of_rows
from dashboard.words import Words, languages, words

Told = tuple[dict[str, Any], int]


def listed(room: Room, verb: str) -> Told:
    """Return {"lines"} for {"limit", "source", "rule"}; else {"error"} with its status.

    401 and 403 for whoever may not see rows as they were delivered, 404 for a list that there is none of, 400 for
    a field of another kind.
    """
    asked = flask.request.args.get("lang")
    text = words(asked if asked in languages() else room.site.language)
    found = refusal_of_rows(room.loads.token)
    if found is not None:
        return _error(text, "lists.elsewhere" if found[0] == "elsewhere" else "denied.token", found[1])
    if verb not in room.loads.lists:
        return _error(text, "denied.verb", 404, verb=verb, known=", ".join(room.loads.lists))
    given = flask.request.get_json(silent=True)
    limit, *which = (given.get(key) if isinstance(given, dict) else None for key in ("limit", "source", "rule"))
    if type(limit) is not int or limit < 0 or not all(one is None or isinstance(one, str) for one in which):
        return _error(text, "lists.wanted", 400)
    return {"lines": list(room.loads.lists[verb](limit, *which))}, 200


def _error(text: Words, key: str, status: int, **values: object) -> Told:
    return {"error": {"code": key.partition(".")[2], "message": text(key, **values)}}, status
