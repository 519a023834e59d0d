"""How a column writes its instants, judged over all its values."""

import re
from dataclasses import dataclass

import duckdb

SLASHED = r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})([ T,].*)?$"
ISO = r"^\d{4}[-/]\d{1,2}[-/]\d{1,2}([ T].*)?$"
OFFSET = r":\d{2}.*([Zz]|[+-]\d{2}(:?\d{2})?)$"
CHINESE = r"^\d{4}年\d{1,2}月\d{1,2}日.*$"
HALVED = r"^\d{4}([-/.年])\d{1,2}([-/.月])\d{1,2}(日?\s*)(上午|下午)(\s*)\d{1,2}:\d{2}(:\d{2})?$"
# Numbers of 2000 to 2100; only a header that speaks of a time makes them instants.
NUMBERS = {
    "epoch_ms": (946_684_800_000, 4_102_444_800_000),
    "epoch_s": (946_684_800, 4_102_444_800),
    "excel": (36_526, 73_051),
}
MOST = 0.8


@dataclass(frozen=True)
class Dates:
    """How instants are written.

    form     date format of a mapping
    order    iso, day (first), month (first), mixed, open (every value reads both ways) or named (by its form)
    decided  how many values say so
    local    whether values lack an offset, so that a zone has to be known
    """

    form: str
    order: str
    decided: int
    example: str
    local: bool = True


def dates_of(con: duckdb.DuckDBPyConnection, values: str, filled: int, is_time: bool) -> Dates | None:
    """Return how a column writes its instants; None = most of its values are none.

    values   SQL of a table with the texts as v
    is_time  the header speaks of a time, so that numbers may be instants
    """
    if not filled:
        return None
    found = _halved(con, values, filled) or _written(con, values, filled) or _spelled(con, values, filled, is_time)
    return found or (_numbered(con, values, filled) if is_time else None)


def _halved(con: duckdb.DuckDBPyConnection, values: str, filled: int) -> Dates | None:
    """Return the form of times told by halves of the day in Chinese, such as 2026/11/3 下午 3:05."""
    row = con.execute(f"SELECT count(*), any_value(v) FROM {values} WHERE regexp_matches(v, '{HALVED}')").fetchone()
    told, example = row or (0, None)
    if example is None or told < MOST * filled:
        return None
    first, second, end, _, blank, seconds = re.findall(HALVED, example)[0]
    form = f"%Y{first}%m{second}%d{end}%p{blank}%I:%M{':%S' if seconds else ''}"
    return Dates(form, "named", told, example)


def _written(con: duckdb.DuckDBPyConnection, values: str, filled: int) -> Dates | None:
    part = "TRY_CAST(regexp_extract(v, '{0}', {1}) AS INTEGER)"
    row = con.execute(
        "SELECT count(*) FILTER (iso), count(*) FILTER (slashed), count(*) FILTER (chinese),"
        f" count(*) FILTER (slashed AND {part.format(SLASHED, 1)} > 12),"
        f" count(*) FILTER (slashed AND {part.format(SLASHED, 2)} > 12),"
        f" any_value(v) FILTER (slashed OR iso OR chinese), count(*) FILTER (NOT regexp_matches(v, '{OFFSET}'))"
        f" FROM (SELECT v, regexp_matches(v, '{ISO}') AS iso, regexp_matches(v, '{SLASHED}') AS slashed,"
        f" regexp_matches(v, '{CHINESE}') AS chinese FROM {values})"
    ).fetchone()
    iso, slashed, chinese, first, second, example, local = row or (0, 0, 0, 0, 0, "", 0)
    if iso + slashed + chinese < MOST * filled:
        return None
    if chinese and not ("时" in example and "分" in example):
        return Dates(f"%Y年%m月%d日{_clock(example.partition('日')[2])}", "named", chinese, example)
    if chinese:
        return None
    order = _order(iso, slashed, first, second)
    form = "iso" if order == "iso" else _slashed_form(example, order)
    return Dates(form, order, first or second, example, order != "iso" or local > 0)


# Forms with names of months or without separators; the first that fits is taken.
_DAYS = ("%d/%b/%y", "%d/%b/%Y", "%d-%b-%y", "%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%Y.%m.%d")
_CLOCKS = (" %I:%M %p", " %H:%M", " %H:%M:%S", " %I:%M:%S %p", "")
_SPELLED = (
    *(day + clock for day in _DAYS for clock in _CLOCKS),
    *("%a, %d %b %Y %H:%M:%S %z", "%Y年%m月%d日 %H时%M分", "%Y年%m月%d日 %H时%M分%S秒", "%Y年%m月%d日%H时%M分"),
)
_DIGITS = ("%Y%m%d%H%M%S", "%Y%m%d")  # could be any number, unless the header speaks of a time


def _spelled(con: duckdb.DuckDBPyConnection, values: str, filled: int, is_time: bool) -> Dates | None:
    sample = con.execute(f"SELECT v FROM {values} LIMIT 1").fetchone()
    forms = (*_SPELLED, *(_DIGITS if is_time else ()))
    told = con.execute(f"SELECT {', '.join(map(_fits, forms))} FROM (SELECT ? AS v)", sample).fetchone() or ()
    for form in (form for form, fits in zip(forms, told, strict=True) if fits):
        row = con.execute(f"SELECT count(*), any_value(v) FROM {values} WHERE {_fits(form)}").fetchone()
        if row is not None and row[0] >= MOST * filled:
            return Dates(form, "named", row[0], row[1], "%z" not in form)
    return None


def _fits(form: str) -> str:
    return f"try_strptime(v, '{form}') BETWEEN TIMESTAMP '1990-01-01' AND TIMESTAMP '2100-01-01'"


def _order(iso: int, slashed: int, first: int, second: int) -> str:
    if not slashed:
        return "iso"
    if iso or (first and second):
        return "mixed"
    if first:
        return "day"
    return "month" if second else "open"


def _slashed_form(example: str, order: str) -> str:
    separator = next((each for each in "/.-" if each in example[:3]), "/")
    day, month = ("%m", "%d") if order == "month" else ("%d", "%m")
    date, _, clock = example.partition(" ")
    year = "%Y" if len(date.split(separator)[-1]) == 4 else "%y"
    return separator.join((day, month, year)) + _clock(f" {clock}" if clock else "")


def _clock(text: str) -> str:
    """Return the directives of a time of day as it stands behind a date, blanks included."""
    blank = " " * (len(text) - len(text.lstrip()))
    clock = text.strip()
    if ":" not in clock:
        return ""
    half = clock.upper().endswith(("AM", "PM"))
    seconds = ":%S" if clock.count(":") == 2 else ""
    fraction = ".%f" if "." in clock else ""
    return blank + ("%I:%M" if half else "%H:%M") + seconds + fraction + (" %p" if half else "")


def _numbered(con: duckdb.DuckDBPyConnection, values: str, filled: int) -> Dates | None:
    for form, (low, high) in NUMBERS.items():
        row = con.execute(
            f"SELECT count(*), any_value(v) FROM {values}"
            f" WHERE TRY_CAST(v AS DOUBLE) >= {low} AND TRY_CAST(v AS DOUBLE) < {high}"
        ).fetchone()
        if row is not None and row[0] >= MOST * filled:
            return Dates(form, "named", row[0], row[1], form == "excel")
    return None
