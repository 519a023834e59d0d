"""POST /api/drift: taking note of what changed about a column, for the data page and for machines."""

from dashboard.room import Room
from dashboard.sources.messages import told
from dashboard.sources.order import Told, asked_in, barred, cannot, fields, refused


def accept(room: Room) -> Told:
    """Begin to take note of {"source", "column"} and return {"done", "changes"}; else {"error"} with its status.

    400 names a field that is not text, 404 a desk without sources, 409 tells why it cannot be; else as for the
    buttons of the data page.
    """
    text, take_note = asked_in(room), room.loads.accept
    if (no := barred(room, text)) is not None:
        return no
    if take_note is None:
        return refused(text, "accept.none", 404)
    source, column = fields("source", "column")
    if not isinstance(source, str) or not isinstance(column, str):
        return refused(text, "accept.wanted", 400)
    try:
        changes = [told(line, text.language) for line in take_note(source, column)]
    except ValueError as error:
        return cannot(text, str(error))
    message = text("accept.done", source=source, changes="; ".join(changes))
    return {"done": "accept", "source": source, "changes": changes, "message": message}, 200
