"""How many values of one batch are given, unusable, missing or unsure, and the latest instant: one pass."""

from dataclasses import dataclass
from datetime import datetime

from etl.normalize.slots import Slot
from etl.normalize.typed import TYPED
from etl.normalize.work import Work


@dataclass(frozen=True, slots=True)
class Census:
    """Counts by slot number over the typed rows, and the latest instant.

    naive  instants without an offset, of the slots where that is told
    """

    given: dict[int, int]
    bad: dict[int, int]
    missing: dict[int, int]
    flags: dict[int, int]
    naive: dict[int, int]
    until: datetime | None

    def unreadable(self, slot: Slot) -> int:
        """Return the number of values of a slot that are bad for another reason than a missing offset."""
        return self.bad.get(slot.no, 0) - (self.naive.get(slot.no, 0) if slot.refuses_naive else 0)


def census_of(work: Work) -> Census:
    """Count what was read; due times are no sign of how far the source has come."""
    slots, reader = work.plan.slots, work.reader
    checked = [slot for slot in slots if slot.is_checked]
    required = [slot for slot in slots if slot.form.required]
    flagged = [slot for slot in slots if reader.has_flag(slot)]
    told = [slot for slot in slots if reader.tells_naive(slot)]
    counts = [f"count(*) FILTER ({slot.bad})" for slot in checked]
    counts += [f"count({slot.value})" for slot in checked]
    counts += [f"count(*) FILTER ({slot.value} IS NULL)" for slot in required]
    counts += [f"count({slot.flag})" for slot in flagged]
    counts += [f"count(*) FILTER ({slot.naive})" for slot in told]
    row = work.con.execute(f"SELECT {', '.join([_latest(work), *counts])} FROM {TYPED}").fetchone() or ()
    numbers = iter(row[1:])
    bad = {slot.no: int(next(numbers)) for slot in checked}
    given = {slot.no: int(next(numbers)) + bad[slot.no] for slot in checked}
    missing = {slot.no: int(next(numbers)) for slot in required}
    flags = {slot.no: int(next(numbers)) for slot in flagged}
    naive = {slot.no: int(next(numbers)) for slot in told}
    return Census(given, bad, missing, flags, naive, row[0])


def _latest(work: Work) -> str:
    due = {slot.no for path, slot in work.slots.items() if path.startswith("due.")}
    instants = [slot for slot in work.plan.slots if slot.form.kind == "instant" and slot.no not in due]
    return f"greatest({', '.join(f'max({slot.value})' for slot in instants)}, NULL)" if instants else "NULL"
