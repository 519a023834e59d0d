"""POST /api/data/<verb>: the buttons of the data page, for its script and for machines with the token."""

from dashboard.model import Loads
from dashboard.room import Room
from dashboard.sources.order import Told, asked_in, barred, cannot, fields, refused
from dashboard.sources.standing import standings


def press(room: Room, verb: str) -> Told:
    """Do what the button says and return {"done": verb}; else {"error": {"code", "message"}} with its status.

    400 names a field that is not text, 404 a verb or source that there is none of, 409 tells why it cannot be now.
    """
    text = asked_in(room)
    if (no := barred(room, text)) is not None:
        return no
    if verb not in room.loads.verbs:
        return refused(text, "denied.verb", 404, verb=verb, known=", ".join(room.loads.verbs))
    source, rule = fields("source", "rule")
    if not isinstance(source, str) or not (rule is None or isinstance(rule, str)):
        return refused(text, "denied.field", 400)
    if source not in (known := {one.source_id: one.name for one in standings(room.stock())}):
        return refused(text, "denied.source", 404, source=source, known=", ".join(known))
    why = _do(room.loads, verb, source, rule)
    if why is not None:
        return cannot(text, why)
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
