"""Days and periods as people write and call them."""

from datetime import date, timedelta

from babel.dates import format_date

from dashboard.spans import bounds
from dashboard.words import Words
from metrics.model import Window


def days_text(window: Window, words: Words, today: date | None = None) -> str:
    """Return first and last day of a window: "Nov 12 – Nov 18", or one day alone; words for one without ends.

    The year is written where it is not the year of `today`, the reader's day.
    """
    if window.start is None:
        return words("period.undated")
    start, end = bounds(window)
    last = end - timedelta(days=1)
    with_year = start.year != last.year or last.year != (today or last).year
    if start == last:
        return format_date(start, day_form(words, with_year), locale=words.locale)
    forms = _forms(words, with_year, start.year == last.year)
    texts = [format_date(day, form, locale=words.locale) for day, form in zip((start, last), forms, strict=True)]
    return words("period.range", first=texts[0], last=texts[1])


def _forms(words: Words, with_year: bool, once: bool) -> tuple[str, str]:
    """Return the patterns of the first and the last day; a year both share is written once."""
    leads = words.language.startswith("zh")  # the year stands before the day and not behind it
    return (
        day_form(words, with_year and (leads or not once)),
        day_form(words, with_year and (not leads or not once)),
    )


def day_form(words: Words, with_year: bool) -> str:
    """Return the pattern of a day as the language writes it."""
    if words.language.startswith("zh"):
        return "y年M月d日" if with_year else "M月d日"
    return "MMM d, y" if with_year else "MMM d"


def is_past(data: date, today: date | None) -> bool:
    """Return whether the data ended before yesterday: "today" and "this week" are then not the reader's."""
    return today is not None and data < today - timedelta(days=1)


def period_word(name: str, words: Words, past: bool) -> str:
    """Return what a period is called; those of data that ended long ago are the final ones of the data."""
    return words(f"{'past' if past else 'period'}.{name}")
