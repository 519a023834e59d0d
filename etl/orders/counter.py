"""The counter of the order book: orders as the monitor's web address takes and tells them."""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from etl.orders.book import Book
from etl.orders.loading import Backfill, Redrive
from etl.orders.placed import Placed
from etl.orders.read import VERBS, fingerprint, order_of
from etl.orders.upkeeping import Accept
from etl.premises import Premises
from etl.pull.backfill import Span
from etl.schedule.puller import EXPECTED
from etl.upkeep.upkeep import Upkeep

OTHER_SETTINGS = "note: the settings were changed after the monitor started, which goes on with those of its start"


class Counter:
    """Takes orders and tells how they go; raises ValueError, in words, for what cannot be."""

    def __init__(self, book: Book, home: Premises, clock: Callable[[], datetime]) -> None:
        self._book, self._upkeep = book, Upkeep(home, clock)
        self._known = {rule.id for rule in home.settings.sources}
        self._settings = fingerprint(home.settings)

    @property
    def verbs(self) -> tuple[str, ...]:
        """Return what can be ordered."""
        return tuple(VERBS)

    def place(self, verb: str, wanted: object, settings: object) -> Mapping[str, object]:
        """Take an order and return how it stands.

        settings  fingerprint of those that its giver reads; None = whatever they are
        Raises LookupError for a verb that there is none of, TypeError for arguments that do not fit.
        """
        if verb not in VERBS:
            raise LookupError(verb)
        note = OTHER_SETTINGS if settings not in (None, self._settings) else None
        return self._standing(self._book.place(order_of(verb, wanted), note), 0)

    def told(self, number: int, after: int) -> Mapping[str, object] | None:
        """Return how an order stands, with its lines behind the first `after`; None = it is not known any more."""
        placed = self._book.placed(number)
        return None if placed is None else self._standing(placed, after)

    def redrive(self, source_id: str, rule: str | None) -> None:
        """Have the rejected rows of a source taken up again, those of one rule or (None) all."""
        if source_id not in self._known:
            raise ValueError(f"{source_id!r} is not in the settings; take its rows up with app.py redrive")
        self._book.place(Redrive(source=source_id, rule=rule))

    def backfill(self, source_id: str, first: date, end: date) -> None:
        """Have a past span of a source read again; `end` is the first day that is not read."""
        try:
            self._upkeep.backfill(source_id, Span(first, end))  # it is read when the first report is asked for
        except EXPECTED as error:
            raise ValueError(str(error)) from None
        self._book.place(Backfill(source=source_id, first=first, end=end))

    def accept(self, source_id: str, column: str) -> list[str]:
        """Have note taken of what changed about a column; return it in words."""
        try:
            found = self._upkeep.acceptable(source_id, column)
        except EXPECTED as error:
            raise ValueError(str(error)) from None
        self._book.place(Accept(source=source_id, column=column))
        return found

    def _standing(self, placed: Placed, after: int) -> Mapping[str, object]:
        return {**placed.standing(after), "since": self._book.since.isoformat()}
