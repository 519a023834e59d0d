"""Date formats: inferred from the whole column, asked for when undecidable, refused when they do not fit (2.8)."""

import re
from dataclasses import dataclass

from etl.normalize.census import Census
from etl.normalize.slots import Plan, Slot, mapped_text
from etl.normalize.typed import TYPED, Reader, refuse

_CLOCK = r"[ T,]+[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?( ?[AaPp][Mm])?"
_SLASHED = rf"[0-9]{{1,2}}[/.-][0-9]{{1,2}}[/.-]([0-9]{{4}}|[0-9]{{2}})({_CLOCK})?"
_FEW = 20  # a pull of a live source that is smaller never stops the line: its rows go to the ledger
_STRAY = 20  # one in so many values of another form is a bad cell, more is a mixed column
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the values of a column look like; counts of values."""

    given: int
    bad: int
    slashed: int
    first_over_12: int
    second_over_12: int


def settle_dates(reader: Reader, census: Census) -> bool:
    """Check the instants with unusable values; return whether formats were inferred and the rows must be reread.

    Raises MappingError when the mapping does not fit.
    """
    inferred = False
    for slot in reader.plan.slots:
        bad = census.unreadable(slot)
        if slot.form.kind != "instant" or not bad:
            continue
        given = census.given[slot.no]
        if slot.date_format is None and slot.no not in reader.formats:
            inferred |= _infer(reader, slot, given, bad)
        elif is_hopeless(reader.plan, given, bad):
            raise _misfit(reader, slot, given, bad)
    return inferred


def is_hopeless(plan: Plan, given: int, bad: int) -> bool:
    """Return whether so many values are bad that the mapping must be wrong; few rows of a live source never are."""
    return bad * 2 > given and (plan.table.query is None or given >= _FEW)


def _misfit(reader: Reader, slot: Slot, given: int, bad: int) -> Exception:
    form = slot.date_format or "iso"
    shown = examples(reader, slot, "true")
    row = reader.con.execute(f"SELECT text FROM {unusable(reader, slot)} ORDER BY row_no LIMIT 1").fetchone()
    look = lookalike(row[0] if row else "")
    would = f"they look like `date_format: {look}`" if look else _WRITE
    what = f"{bad} of {given} values are not dates of the form {form}: {shown}"
    return refuse(reader.plan, slot, f"{what}; {would}, or name another column")


_WRITE = 'write the form they have, for instance `date_format: "%d/%m/%Y %H:%M"`'
_LOOKS = (
    ("epoch_ms", r"[0-9]{12,13}(\.0)?"),
    ("epoch_s", r"[0-9]{9,10}(\.[0-9]+)?"),
    ("excel", r"[3-6][0-9]{4}(\.[0-9]+)?"),
    ("iso", r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9:.]+( ?([Zz]|[+-][0-9:]+))?)?"),
    ('"%Y%m%d%H%M%S"', r"(19|20)[0-9]{12}"),
    ('"%Y%m%d"', r"(19|20)[0-9]{6}"),
    ('"%Y/%m/%d"', r"[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}"),
    ('"%Y/%m/%d %H:%M"', r"[0-9]{4}/[0-9]{1,2}/[0-9]{1,2} [0-9]{1,2}:[0-9]{2}"),
    ('"%Y/%m/%d %H:%M:%S"', r"[0-9]{4}/[0-9]{1,2}/[0-9]{1,2} [0-9]{1,2}:[0-9]{2}:[0-9]{2}"),
    ('"%Y/%m/%d %p %I:%M"', r"[0-9]{4}/[0-9]{1,2}/[0-9]{1,2} (上午|下午) [0-9]{1,2}:[0-9]{2}"),
    ('"%Y/%m/%d %p%I:%M"', r"[0-9]{4}/[0-9]{1,2}/[0-9]{1,2} (上午|下午)[0-9]{1,2}:[0-9]{2}"),
    ('"%Y年%m月%d日"', r"[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日"),
)


def lookalike(text: str) -> str | None:
    """Return the date format a value looks like, as a mapping writes it; None = nothing that is known."""
    return next((form for form, pattern in _LOOKS if re.fullmatch(pattern, text)), None)


def _infer(reader: Reader, slot: Slot, given: int, bad: int) -> bool:
    """Find the formats of a column that is not ISO; return False when its bad values are single bad cells."""
    found = _evidence(reader, slot, given, bad)
    if not found.slashed:
        if is_hopeless(reader.plan, given, bad):
            raise _misfit(reader, slot, given, bad)
        return False
    if bad < given:
        if found.slashed * _STRAY <= given:
            return False
        shown = examples(reader, slot, "true")
        raise refuse(reader.plan, slot, f"mixed date formats, ISO and others: {shown}; {_REMEDY}")
    day_first = _is_day_first(reader, slot, found)
    reader.formats[slot.no] = tuple(_format(shape, day_first) for shape in _shapes(reader, slot))
    return True


_REMEDY = 'write `date_format: "%d/%m/%Y %H:%M"` (day first) or `date_format: "%m/%d/%Y %H:%M"` (month first)'


def _is_day_first(reader: Reader, slot: Slot, found: Evidence) -> bool:
    if found.first_over_12 and found.second_over_12:
        days = examples(reader, slot, f"{_part(1)} > 12", 2)
        months = examples(reader, slot, f"{_part(2)} > 12", 2)
        raise refuse(
            reader.plan, slot, f"mixed date formats: day first in {days}, month first in {months}; {_REMEDY}"
        )
    if not found.first_over_12 and not found.second_over_12:
        shown = examples(reader, slot, "true")
        raise refuse(
            reader.plan, slot, f"day and month cannot be told apart in {found.given} values: {shown}; {_REMEDY}"
        )
    return found.first_over_12 > 0


def _part(number: int) -> str:
    lead = "[0-9]+[/.-]" * (number - 1)
    return f"TRY_CAST(regexp_extract(text, '^{lead}([0-9]+)', 1) AS INTEGER)"


def unusable(reader: Reader, slot: Slot) -> str:
    """Return SQL for (row_no, text) of the values of a slot that cannot be read."""
    text = mapped_text(slot, f"({reader.source_text(slot)})")
    bad = f"SELECT row_no FROM {TYPED} WHERE {slot.unreadable}"
    return f"(SELECT s.row_no, {text} AS text FROM {reader.staged()} WHERE s.row_no IN ({bad}))"


def _evidence(reader: Reader, slot: Slot, given: int, bad: int) -> Evidence:
    row = reader.con.execute(
        f"SELECT count(*), count(*) FILTER ({_part(1)} > 12), count(*) FILTER ({_part(2)} > 12)"
        f" FROM {unusable(reader, slot)} WHERE regexp_full_match(text, '{_SLASHED}')"
    ).fetchone()
    slashed, first, second = row or (0, 0, 0)
    return Evidence(given, bad, slashed, first, second)


def examples(reader: Reader, slot: Slot, condition: str, limit: int = SHOWN) -> str:
    """Return the first unusable values of a slot that meet a condition over `text`, with their rows."""
    rows = reader.con.execute(
        f"SELECT row_no, left(text, 40) FROM {unusable(reader, slot)} WHERE {condition} ORDER BY row_no LIMIT {limit}"
    ).fetchall()
    return ", ".join(f"row {number} {text!r}" for number, text in rows)


def _shapes(reader: Reader, slot: Slot) -> list[str]:
    """Return the distinct shapes of the values: digits as 9, a year of four digits as Y, halves of the day as P."""
    year = r"regexp_replace(upper(text), '^([0-9]+[/.-][0-9]+[/.-])[0-9]{4}', '\1Y')"
    shape = f"regexp_replace(regexp_replace({year}, '[0-9]+', '9', 'g'), '[AP]M', 'P')"
    rows = reader.con.execute(
        f"SELECT {shape} AS shape FROM {unusable(reader, slot)} WHERE regexp_full_match(text, '{_SLASHED}')"
        f" GROUP BY shape ORDER BY count(*) DESC, shape LIMIT 20"
    ).fetchall()
    return [row[0] for row in rows]


def _format(shape: str, day_first: bool) -> str:
    """Return the strptime format of a shape such as 9/9/Y 9:9."""
    clock = iter(["%I" if "P" in shape else "%H", "%M", "%S", "%f"])
    date = iter(["%d", "%m", "%y"] if day_first else ["%m", "%d", "%y"])
    day, separator, time = re.split(r"([ T,]+)", shape, maxsplit=1) if re.search(r"[ T,]", shape) else (shape, "", "")
    day = re.sub("9", lambda _: next(date), day).replace("Y", "%Y")
    time = re.sub("9", lambda _: next(clock), time).replace("P", "%p")
    return day + separator + time
