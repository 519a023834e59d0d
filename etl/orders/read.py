"""From what was sent, a verb and its arguments, to an order."""

from collections.abc import Mapping
from hashlib import sha256
from json import dumps

from pydantic import ValidationError

from data.settings import Settings
from etl.orders.loading import Backfill, Import, Redrive, Run
from etl.orders.order import Order
from etl.orders.upkeeping import Accept, Erase, Forget, Rebuild, Reconcile

VERBS: Mapping[str, type[Order]] = {
    each.verb: each for each in (Import, Redrive, Backfill, Run, Reconcile, Accept, Erase, Forget, Rebuild)
}


class NoOrder(TypeError):
    """What was sent is no order; the message names its fields and what is wrong with them, but no value of them."""


def order_of(verb: str, wanted: object) -> Order:
    """Return the order of a verb, a key of VERBS, with its arguments as they came in JSON; raises NoOrder."""
    try:
        return VERBS[verb].model_validate_json(dumps(wanted))
    except ValidationError as error:
        raise NoOrder("; ".join(f"{_place(one['loc'])}: {one['msg']}" for one in error.errors())) from None


def sent(order: Order) -> dict[str, object]:
    """Return the arguments of an order for JSON; `order_of` reads them."""
    return order.model_dump(mode="json")


def fingerprint(settings: Settings) -> str:
    """Return what tells settings apart that mean something else; their secrets cannot be read off it."""
    return sha256(settings.model_dump_json().encode()).hexdigest()


def _place(loc: tuple[int | str, ...]) -> str:
    return ".".join(map(str, loc)) or "order"
