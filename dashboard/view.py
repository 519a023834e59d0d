"""What the address bar says and what the screen shows, both ways; nothing is kept anywhere else."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Literal
from urllib.parse import parse_qs, urlencode

from dashboard.words import languages
from metrics.model import Clock, Slice

Theme = Literal["light", "dark"]
PERIODS = ("today", "yesterday", "7d", "28d", "week", "month", "last_month", "custom")
FILTERS = ("team", "channel", "type", "category", "priority", "region", "product")
CHOICES: Mapping[str, tuple[str, ...]] = {
    "period": PERIODS,
    "clock": ("calendar", "business"),
    "theme": ("light", "dark"),
    "palette": ("standard", "colour_blind", "red_good"),
}
LONGEST = timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True)
class View:
    """One state of a page: period, filters, clock, language, theme. Hashable; the URL holds all of it.

    first, last     days of a custom period, both included (a person's reading of "from - to")
    """

    period: str = "7d"
    first: date | None = None
    last: date | None = None
    slice: Slice = field(default_factory=Slice)
    clock: Clock = "calendar"
    language: str = "zh-CN"
    theme: Theme = "light"
    palette: str = "standard"

    def filter(self, dimension: str) -> tuple[str, ...]:
        """Return the chosen members of a dimension; empty means all."""
        return dict(self.slice.by).get(dimension, ())

    def query(self, default: "View") -> str:
        """Return the shortest query string, with its "?", that leads from the default view to this one."""
        pairs = [(key, value) for key, value in self._plain() if value != dict(default._plain()).get(key)]
        pairs += [(dimension, value) for dimension, values in self.slice.by for value in values]
        return "?" + urlencode(pairs) if pairs else ""

    def _plain(self) -> list[tuple[str, str]]:
        days = [(key, day.isoformat()) for key, day in (("from", self.first), ("to", self.last)) if day]
        plain = [("period", self.period), *days, ("clock", self.clock)]
        return [*plain, ("lang", self.language), ("theme", self.theme), ("palette", self.palette)]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something of the address that was not understood and therefore not obeyed; shown to the reader."""

    key: str
    value: str


def parse(query: str, default: View, members: Callable[[str], Sequence[str]]) -> tuple[View, tuple[Notice, ...]]:
    """Return the view a query string asks for, and a notice for each part of it that cannot be had.

    An unknown value falls back to the default's: a mistyped address never breaks a screen.
    """
    given = parse_qs(query.lstrip("?"), keep_blank_values=True, max_num_fields=200, errors="replace")
    notices: list[Notice] = []
    chosen: dict[str, Any] = {key: _one_of(key, given, choices, notices) for key, choices in _closed().items()}
    view = replace(default, **{_FIELD.get(key, key): value for key, value in chosen.items() if value})
    view = _with_days(view, given, notices)
    view = replace(view, slice=_slice(given, members, notices))
    known = {*_closed(), "from", "to", *FILTERS}
    notices += [Notice(key, "") for key in given if key not in known]
    return view, tuple(notices)


_FIELD = {"lang": "language"}


def _closed() -> dict[str, tuple[str, ...]]:
    return {**CHOICES, "lang": languages()}


def _one_of(key: str, given: Mapping[str, list[str]], choices: Sequence[str], notices: list[Notice]) -> str | None:
    value = given.get(key, [None])[-1]
    if value is None or value in choices:
        return value
    notices.append(Notice(key, value))
    return None


def _with_days(view: View, given: Mapping[str, list[str]], notices: list[Notice]) -> View:
    if view.period != "custom":
        notices += [Notice(key, given[key][-1]) for key in ("from", "to") if key in given]
        return replace(view, first=None, last=None)
    first, last = (_day(key, given, notices) for key in ("from", "to"))
    if first and last and first <= last and last - first < LONGEST:
        return replace(view, first=first, last=last)
    notices.append(Notice("period", "custom"))
    return replace(view, period="7d", first=None, last=None)


def _day(key: str, given: Mapping[str, list[str]], notices: list[Notice]) -> date | None:
    text = given.get(key, [""])[-1]
    try:
        day = date.fromisoformat(text)
    except ValueError:
        notices.append(Notice(key, text))
        return None
    if 1990 <= day.year <= 2200:
        return day
    notices.append(Notice(key, text))
    return None


def _slice(given: Mapping[str, list[str]], members: Callable[[str], Sequence[str]], notices: list[Notice]) -> Slice:
    by = []
    for dimension in FILTERS:
        if dimension not in given:
            continue
        known = set(members(dimension))
        values = tuple(sorted({value for value in given[dimension] if value in known}))
        notices += [Notice(dimension, value) for value in given[dimension] if value not in known]
        if values:
            by.append((dimension, values))
    return Slice(tuple(sorted(by)))
