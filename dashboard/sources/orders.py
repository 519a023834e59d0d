"""POST /api/orders/<verb>, GET /api/orders/<number>: what only the owner of the warehouse can do, for commands."""

import flask

from dashboard.room import Room
from dashboard.sources.messages import told
from dashboard.sources.order import Told, asked_in, barred_from_rows, cannot, fields, refused


def place(room: Room, verb: str) -> Told:
    """Take {"order": arguments, "settings"} and return how the order stands, as `follow` does; else {"error"}.

    401 and 403 for whoever may not see rows as they were delivered, 404 for a verb that there is none of, 400 names
    the argument that does not fit, 409 tells why it cannot be now. 202: it is under way.
    """
    text, orders = asked_in(room), room.loads.orders
    if (no := barred_from_rows(room, text, "orders.elsewhere")) is not None:
        return no
    if orders is None:
        return refused(text, "orders.none", 404)
    wanted, settings = fields("order", "settings")
    try:
        return dict(orders.place(verb, wanted, settings)), 202
    except LookupError:
        return refused(text, "denied.verb", 404, verb=verb, known=", ".join(orders.verbs))
    except TypeError as error:
        return refused(text, "orders.wanted", 400, what=told(str(error), text.language))
    except ValueError as error:
        return cannot(text, str(error))


def follow(room: Room, number: int) -> Told:
    """Return how an order stands: order, verb, source, state, lines behind the first `?after=`, next, error, since.

    state is waiting, running, done or failed (then error tells why), next what to ask for after, since when the
    monitor began to number orders. 404 for a number that there is no order of, or not any more.
    """
    text, orders = asked_in(room), room.loads.orders
    if (no := barred_from_rows(room, text, "orders.elsewhere")) is not None:
        return no
    found = orders.told(number, flask.request.args.get("after", 0, type=int)) if orders is not None else None
    return (dict(found), 200) if found is not None else refused(text, "orders.gone", 404, number=number)
