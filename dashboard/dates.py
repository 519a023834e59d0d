"""Days as people write them."""

from datetime import timedelta

from babel.dates import format_date

from dashboard.spans import bounds
from dashboard.words import Words
from metrics.model import Window


def days_text(window: Window, words: Words) -> str:
    """Return first and last day of a window: "Nov 12 – Nov 18", or one day alone; words for one without ends."""
    if window.start is None:
        return words("period.undated")
    start, end = bounds(window)
    form = "M月d日" if words.language.startswith("zh") else "MMM d"
    first, last = (format_date(day, form, locale=words.locale) for day in (start, end - timedelta(days=1)))
    return first if first == last else words("period.range", first=first, last=last)
