"""What orders that come by POST have in common: language of the answer, their fields, how they are refused."""

from typing import Any

import flask

from dashboard.room import Room
from dashboard.sources.door import refusal, refusal_of_rows
from dashboard.sources.messages import told
from dashboard.words import Words, languages, words

Told = tuple[dict[str, Any], int]


def asked_in(room: Room) -> Words:
    """Return the words of the language that the request asks for (`?lang=`), else those of the site."""
    asked = flask.request.args.get("lang")
    return words(asked if asked in languages() else room.site.language)


def fields(*names: str) -> list[object]:
    """Return what the request says of each field; None for what it does not say, or when it is no JSON object."""
    given = flask.request.get_json(silent=True)
    return [given.get(name) if isinstance(given, dict) else None for name in names]


def barred(room: Room, text: Words) -> Told | None:
    """Return the answer to whoever may not change anything; None = may."""
    found = refusal(room.loads.token)
    return None if found is None else refused(text, f"denied.{found[0]}", found[1])


def barred_from_rows(room: Room, text: Words, elsewhere: str) -> Told | None:
    """Return the answer to whoever may not see rows as they were delivered; None = may.

    elsewhere  key of the text for whoever asks from another computer
    """
    found = refusal_of_rows(room.loads.token)
    return None if found is None else refused(text, {"elsewhere": elsewhere}.get(found[0], "denied.token"), found[1])


def refused(text: Words, key: str, status: int, **values: object) -> Told:
    """Return the answer that an order is not taken: the text of a key, whose last part is the code, and a status."""
    return {"error": {"code": key.partition(".")[2], "message": text(key, **values)}}, status


def cannot(text: Words, why: str) -> Told:
    """Return the answer that an order cannot be carried out now; why, etl says in English."""
    return {"error": {"code": "cannot", "message": told(why, text.language)}}, 409
