"""Orders that keep loaded rows in order: reconcile, accept, erase, forget, rebuild."""

from collections.abc import Collection
from contextlib import closing, nullcontext
from typing import Annotated, ClassVar

from pydantic import Field

from data.warehouse import transaction
from etl.orders.order import Order, Place, SourceOrder
from etl.upkeep.upkeep import Upkeep

UNFOLDED = "others read meanwhile, so the file still holds what is gone; it goes with a later load, or with the stop"


class Reconcile(SourceOrder):
    """Mark the tickets that a source has no more, and unmark those that came back."""

    verb: ClassVar[str] = "reconcile"
    allow_mass: bool = False

    def is_run(self, known: Collection[str]) -> bool:
        """Return whether there is a source to ask."""
        return self.source in known

    def carry_out(self, place: Place) -> None:
        """Hold the source's keys against the warehouse; raises SourceError or MappingError."""
        place.say(Upkeep(place.home, place.clock).reconcile(self.source, self.allow_mass).told())


class Accept(SourceOrder):
    """Take note of what changed about a column, and try a source again that was stopped by it."""

    verb: ClassVar[str] = "accept"
    column: str

    def carry_out(self, place: Place) -> None:
        """Take note of it; raises MappingError for a column that cannot be gone, or about which nothing is open."""
        for line in Upkeep(place.home, place.clock).accept(self.source, self.column):
            place.say(f"accepted: {line}")
        place.again(self.source)


class Erase(SourceOrder):
    """Erase a person; every count stays."""

    verb: ClassVar[str] = "erase"
    is_private: ClassVar[bool] = True
    person: Annotated[str, Field(repr=False)]

    def carry_out(self, place: Place) -> None:
        """Erase the customer of that id; raises UnknownPerson."""
        erased = Upkeep(place.home, place.clock).erase(self.source, self.person)
        place.say(erased.told())
        if not erased.is_folded:
            place.say(UNFOLDED)


class Forget(Order):
    """Empty rejected rows that were not delivered for so many days; their counts stay."""

    verb: ClassVar[str] = "forget"
    days: Annotated[int, Field(ge=0)]

    def carry_out(self, place: Place) -> None:
        """Empty them."""
        place.say(Upkeep(place.home, place.clock).forget(self.days).told())


class Rebuild(Order):
    """Work out all facts anew from the loaded rows."""

    verb: ClassVar[str] = "rebuild"

    def carry_out(self, place: Place) -> None:
        """Work them out; where others read, the old ones stand until the new ones are whole (decision 33)."""
        home = place.home
        with (
            closing(home.store.cursor()) as con,
            home.turn(con),
            transaction(con) if place.is_read else nullcontext(),
        ):
            is_loaded = home.rebuild(con)
        place.say("All facts were worked out anew." if is_loaded else "Nothing is loaded yet.")
