"""Years without published holidays: business figures that touch one say so, nothing is guessed silently (3.4)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from metrics.calendar import Axis
from metrics.model import Desk, Reading, Text

Parts = tuple[tuple[str, float | int | None], ...]
WARNING: Text = {
    "en": "No published holidays for {years}: there the usual week is taken, without holidays and make-up days",
    "zh-CN": "{years} 年的节假日尚未公布：按通常的一周计算，不含节假日与调休",
}


def unknown_years(desk: Desk, first: datetime, last: datetime) -> list[int]:
    """Return the years between two instants that a calendar in force has no holidays for (local years of each)."""
    found: set[int] = set()
    for name in {desk.calendar, *desk.team_calendars.values(), *desk.tier_calendars.values()} - {None}:
        calendar = desk.calendars[str(name)]
        axis, zone = Axis(calendar), ZoneInfo(calendar.tz)
        years = range(first.astimezone(zone).year, last.astimezone(zone).year + 1)
        found.update(year for year in years if not axis.is_known(year))
    return sorted(found)


def year_parts(desk: Desk, first: datetime | None, last: datetime | None) -> Parts:
    """Return the parts of a business figure: number of unknown years, the first and the last; () when all are known.

    first, last   the instants between which the rows behind the figure lie; None = no rows
    """
    if first is None or last is None:
        return ()
    years = unknown_years(desk, first, last)
    if not years:
        return ()
    return ("unknown_years", len(years)), ("unknown_from", years[0]), ("unknown_to", years[-1])


def years_text(reading: Reading) -> str:
    """Return the unknown years of a reading as "2027" or "2027-2029"; "" without any."""
    first, last = reading.part("unknown_from"), reading.part("unknown_to")
    if first is None or last is None:
        return ""
    return f"{first}" if first == last else f"{first}-{last}"
