"""POST /api/backfill: reading a past span of a source again, for the data page and for machines."""

from datetime import date

from dashboard.room import Room
from dashboard.sources.order import Told, asked_in, barred, cannot, fields, refused


def read_again(room: Room) -> Told:
    """Begin to read {"source", "from", "until"} again and return {"done"}; else {"error"} with its status.

    400 names a day that is none, 404 a desk that reads nothing, 409 tells why it cannot be; else as for the buttons
    of the data page.
    """
    text, backfill = asked_in(room), room.loads.backfill
    if (no := barred(room, text)) is not None:
        return no
    if backfill is None:
        return refused(text, "backfill.none", 404)
    source, *span = fields("source", "from", "until")
    first, end = map(_day, span)
    if not isinstance(source, str) or first is None or end is None:
        return refused(text, "backfill.span", 400)
    try:
        backfill(source, first, end)
    except ValueError as error:
        return cannot(text, str(error))
    message = text("backfill.done", source=source, first=first, end=end)
    return {"done": "backfill", "source": source, "message": message}, 200


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
