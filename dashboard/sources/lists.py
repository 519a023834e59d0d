"""POST /api/lists/<verb>: what the command line lists, for the command line beside the monitor."""

from dashboard.room import Room
from dashboard.sources.order import Told, asked_in, barred_from_rows, fields, refused


def listed(room: Room, verb: str) -> Told:
    """Return {"lines"} for {"limit", "source", "rule"}; else {"error"} with its status.

    401 and 403 for whoever may not see rows as they were delivered, 404 for a list that there is none of, 400 for
    a field of another kind.
    """
    text = asked_in(room)
    if (no := barred_from_rows(room, text, "lists.elsewhere")) is not None:
        return no
    if verb not in room.loads.lists:
        return refused(text, "denied.verb", 404, verb=verb, known=", ".join(room.loads.lists))
    limit, source, rule = fields("limit", "source", "rule")
    if not isinstance(source, str | None) or not isinstance(rule, str | None) or type(limit) is not int or limit < 0:
        return refused(text, "lists.wanted", 400)
    return {"lines": list(room.loads.lists[verb](limit, source, rule))}, 200
