"""Reading a past span of a source again, from its card: two days and a button."""

from zoneinfo import ZoneInfo

from dashboard.model import Stock
from dashboard.sources.standing import Standing
from dashboard.sources.teller import Teller
from dashboard.tree import Node, node


def again(one: Standing, stock: Stock, tell: Teller) -> Node | None:
    """Return the form; None where nobody may press it, or the source cannot be read again, as what is pushed."""
    if "backfill" not in stock.verbs or stock.door == "shut" or one.schedule is None or one.kind == "push":
        return None
    words = tell.words
    today = tell.now.astimezone(ZoneInfo(tell.tz)).date().isoformat()
    days = [
        node("input", "day", type="date", max=today, data_day=end, aria_label=f"{words(f'shape.{end}')}: {one.name}")
        for end in ("first", "last")
    ]
    label = words("shape.backfill")
    button = node(
        "button",
        "verb backfill",
        label,
        type="button",
        data_verb="backfill",
        data_source=one.source_id,
        aria_label=f"{label}: {one.name}",
    )
    told = node("span", "label", words("shape.past"))
    return node("div", "again", told, days[0], node("span", "", "–"), days[1], button)
