"""Instants, counts and times taken as the reader's language writes them."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_compact_decimal

from dashboard.dates import day_form
from dashboard.face import epoch_ms
from dashboard.numbers import DASH, whole
from dashboard.sources.messages import told
from dashboard.tree import Child, Node, node
from dashboard.words import Words
from metrics.catalog import CATALOG
from metrics.model import Text

DAILY = re.compile(r"(\d+) (\d+) \* \* \*")
HOURLY = re.compile(r"(\d+) \* \* \* \*")
KPIS = re.compile(r"(?<=KPIs without it: )[a-z_]+(?:, [a-z_]+)*")
NEAR = timedelta(hours=20)  # within it a time of day is clear without its day


@dataclass(frozen=True)
class Teller:
    """Whom it is told to, and when."""

    words: Words
    tz: str
    now: datetime

    def time(self, instant: datetime | None) -> str:
        """Return the time of day, with its day when that is not clear; a dash for none."""
        if instant is None:
            return DASH
        near = abs(self.now - instant) < NEAR
        local = instant.astimezone(ZoneInfo(self.tz))
        form = "HH:mm:ss" if near else day_form(self.words, local.year != self.now.year) + " HH:mm"
        return str(format_datetime(instant, form, tzinfo=ZoneInfo(self.tz), locale=self.words.locale))

    def age(self, instant: datetime | None, css: str = "age") -> Node:
        """Return the place where the browser counts the age of an instant; empty without one."""
        return node("span", css, data_age=epoch_ms(instant) or None)

    def span(self, since: datetime | None, until: datetime | None) -> str:
        """Return from when to when, once where both are the same; "" when unknown."""
        ends = [self.time(one) for one in (since, until) if one is not None]
        return self.words("period.range", first=ends[0], last=ends[1]) if len(set(ends)) == 2 else "".join(ends[:1])

    def count(self, number: int) -> str:
        """Return a count with the language's grouping."""
        return whole(number, self.words)

    def pace(self, per_minute: float | None) -> str:
        """Return rows per minute in two to four digits: 1,234,567 -> 1.2M, in Chinese 123.5万; a dash for none."""
        if per_minute is None:
            return DASH
        if per_minute < 10_000:
            return self.count(round(per_minute))
        digits = 0 if per_minute < 1_000_000 and self.words.language == "en" else 1
        return str(format_compact_decimal(per_minute, locale=self.words.locale, fraction_digits=digits))

    def rhythm(self, cron: str) -> str:
        """Return a line of cron in words where it is a plain one, daily or hourly; else the line itself."""
        if found := DAILY.fullmatch(cron):
            return self.words("data.daily", time=f"{int(found[2]):02}:{int(found[1]):02}")
        if found := HOURLY.fullmatch(cron):
            return self.words("data.hourly", minute=found[1])
        return cron

    def seconds(self, taken: float | None) -> str:
        """Return a time taken or a limit, short: 0.3 s, 45 s, 12 min, 3 h; a dash for none."""
        if taken is None:
            return DASH
        for limit, factor, unit in ((10, 1, "s1"), (120, 1, "s"), (7200, 60, "min"), (172_800, 3600, "h")):
            if taken < limit:
                n = f"{taken:.1f}".removesuffix(".0") if unit == "s1" else f"{taken / factor:,.0f}"
                return self.words(f"data.{unit.removesuffix('1')}", n=n)
        return self.words("data.d", n=f"{taken / 86_400:,.0f}")

    def title(self, text: Text, name: str) -> str:
        """Return a title in the reader's language, else the name itself."""
        return text.get(self.words.language, name)

    def marked(self, text: str | None) -> list[Child]:
        """Return what etl said with what stands between backticks as code; nothing for None."""
        parts = self.said(text).split("`")
        return [node("code", "", part) if place % 2 else part for place, part in enumerate(parts) if part]

    def said(self, text: str | None) -> str:
        """Return what etl said, in the reader's language and with KPIs by their titles; "" for nothing."""
        return KPIS.sub(self._titles, told(text, self.words.language)) if text else ""

    def _titles(self, found: re.Match[str]) -> str:
        keys = found[0].split(", ")
        return self.words("tile.comma").join(self.title(CATALOG[key].title, key) for key in keys if key in CATALOG)
