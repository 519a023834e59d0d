"""Lines of cron as people write them: five fields, 0 and 7 both Sunday, names of months and weekdays."""

import re
from dataclasses import dataclass

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
SHORT = {"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *"}
PART = re.compile(r"(?P<star>\*)(?:/(?P<each>\d+))?|(?P<first>\w+)(?:-(?P<last>\w+)(?:/(?P<step>\d+))?)?", re.ASCII)


class UnfitCron(ValueError):
    """A line of cron that cannot be read or never comes; the message names the field, its text and what would do."""


@dataclass(frozen=True)
class Cron:
    """The local minutes that a line of cron names.

    weekdays      0 = Sunday
    is_day_or     both days and weekdays are restricted: either of them will do, as cron has it
    is_each_hour  the hours are not fixed ("*"), so every real hour counts when clocks are set back
    """

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    is_day_or: bool
    is_each_hour: bool

    def has_day(self, month: int, day: int, weekday: int) -> bool:
        """Return whether the line comes on a day; weekday 0 = Sunday."""
        if month not in self.months:
            return False
        found = (day in self.days, weekday in self.weekdays)
        return any(found) if self.is_day_or else all(found)


def parse_cron(line: str) -> Cron:
    """Return what a line of five fields (minute hour day month weekday) names; raises UnfitCron."""
    fields = SHORT.get(line.strip().lower(), line).lower().split()
    if len(fields) != 5:
        raise UnfitCron(
            f"{line!r} has {len(fields)} fields; five are wanted: minute hour day month weekday, such as"
            " 30 6 * * mon-fri"
        )
    minute, hour, day, month, weekday = fields
    found = Cron(
        minutes=_numbers("minute", minute, 0, 59),
        hours=_numbers("hour", hour, 0, 23),
        days=_numbers("day", day, 1, 31),
        months=_numbers("month", month, 1, 12, MONTHS),
        weekdays=tuple(sorted({number % 7 for number in _numbers("weekday", weekday, 0, 7, WEEKDAYS)})),
        is_day_or=not day.startswith("*") and not weekday.startswith("*"),
        is_each_hour=hour.startswith("*"),
    )
    if not found.is_day_or and all(min(found.days) > LONGEST[month - 1] for month in found.months):
        raise UnfitCron(f"{line!r} never comes: none of its months has a day {min(found.days)}")
    return found


def _numbers(field: str, text: str, least: int, most: int, names: tuple[str, ...] = ()) -> tuple[int, ...]:
    """Return the numbers that a field names, in order; weekdays count to 7, which is Sunday again."""
    found: set[int] = set()
    for part in text.split(","):
        match = PART.fullmatch(part)
        step = int(match["each"] or match["step"] or 1) if match else 0
        if match is None or step == 0:
            raise _unfit(field, part, least, most, names)
        if match["star"]:
            first, last = least, most - (most == 7)
        else:
            first = _number(field, match["first"], least, most, names)
            last = _number(field, match["last"], least, most, names) if match["last"] else first
            last = 7 if most == 7 and last == 0 and first > 0 else last  # fri-sun
        if first > last:
            raise UnfitCron(f"{field} {part!r} ends before it starts; write two ranges with a comma between")
        found.update(range(first, last + 1, step))
    return tuple(sorted(found))


def _number(field: str, text: str, least: int, most: int, names: tuple[str, ...]) -> int:
    if text[:3] in names and text.isalpha():
        return names.index(text[:3]) + (1 if least == 1 else 0)
    if not text.isdigit() or not least <= int(text) <= most:
        raise _unfit(field, text, least, most, names)
    return int(text)


def _unfit(field: str, text: str, least: int, most: int, names: tuple[str, ...]) -> UnfitCron:
    named = f", or {names[0]} to {names[-1]}" if names else ""
    return UnfitCron(f"{field} {text!r} is not understood; {least} to {most}{named}, as 5, 1-5, */10 or 0,30")
