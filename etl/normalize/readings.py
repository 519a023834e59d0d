"""SQL that reads a mapped text as a number, truth, duration, version, list or instant; NULL = not readable."""

from collections.abc import Callable
from dataclasses import dataclass

from etl.normalize.marks import PLAIN, Marks
from etl.normalize.personal import governed
from etl.normalize.slots import Slot, mapped_text
from etl.normalize.sqltext import listing, literal

_TRUE = ("true", "t", "yes", "y", "1", "1.0", "on")
_FALSE = ("false", "f", "no", "n", "0", "0.0", "off")
_CENTURY = 3_155_760_000  # seconds; no ticket takes longer, and instants stay within what can be told
# groups of _SPOKEN and their seconds
_UNITS = {"sign": 0, "day": 86400, "ch": 3600, "cm": 60, "cs": 1, "hour": 3600, "minute": 60, "second": 1}
_CLOCK = r"([0-9]+):([0-5][0-9])(?::([0-5][0-9](?:\.[0-9]+)?))?"
_PIECES = (
    r"(?:([0-9]+(?:\.[0-9]+)?) ?(?:hours?|hrs?|h|小时|时) ?)?"
    r"(?:([0-9]+(?:\.[0-9]+)?) ?(?:minutes?|mins?|m|分钟|分) ?)?"
    r"(?:([0-9]+(?:\.[0-9]+)?) ?(?:seconds?|secs?|s|秒))?"
)
_SPOKEN = rf"(-)?(?:([0-9]+) ?(?:days?|d|天|日)(?:, ?| )?)?(?:{_CLOCK}|{_PIECES})"
_LOW, _HIGH = "1970-01-01", "2100-01-01"
SQL_TYPES = {
    "text": "VARCHAR",
    "closed": "VARCHAR",
    "boolean": "BOOLEAN",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "duration_s": "DOUBLE",
    "duration_min": "DOUBLE",
    "duration_h": "DOUBLE",
    "instant": "TIMESTAMPTZ",
    "version": "BIGINT",
    "tags": "VARCHAR[]",
}


def plain_value(slot: Slot, text: str) -> str:
    """Return SQL for the value of a slot that is no instant; `text` is SQL of its text."""
    if slot.field.when is not None:
        return text
    mapped = mapped_text(slot, text)
    if slot.field.equals is not None:
        return f"{mapped} IN {listing(slot.field.equals)}"
    if slot.form.kind == "tags":
        return _tags(mapped, slot.field.split)
    return governed(_read(slot, mapped), slot.policy, slot.salt)


def _read(slot: Slot, text: str) -> str:
    """Return SQL for the typed value of a mapped text; words of the mapping itself have a decimal point."""
    read = _READINGS.get(slot.form.kind)
    if read is None:
        return text
    value = read(text, slot.marks, slot.form.signed)
    own = {*(slot.field.values or {}).values(), slot.field.default, slot.field.constant} - {None}
    if slot.marks == PLAIN or not own:
        return value
    words = listing(sorted(str(word) for word in own))
    return f"CASE WHEN {text} IN {words} THEN {read(text, PLAIN, slot.form.signed)} ELSE {value} END"


def _boolean(text: str, marks: Marks, signed: bool) -> str:
    word = f"lower({text})"
    return f"CASE WHEN {word} IN {listing(_TRUE)} THEN true WHEN {word} IN {listing(_FALSE)} THEN false END"


def _number(text: str, marks: Marks, signed: bool) -> str:
    number = f"TRY_CAST({marks.plain(text)} AS DOUBLE)"
    return f"CASE WHEN isfinite({number}) THEN {number} END"


def _whole(text: str, marks: Marks, signed: bool) -> str:
    number = f"TRY_CAST({marks.plain(text)} AS DOUBLE)"
    return f"CASE WHEN abs({number}) < 9e15 AND {number} = trunc({number}) THEN {number}::BIGINT END"


def _duration(factor: int) -> Callable[[str, Marks, bool], str]:
    def read(text: str, marks: Marks, signed: bool) -> str:
        seconds = f"coalesce({_number(text, marks, signed)} * {factor}, {spoken(text)})"
        low = -_CENTURY if signed else 0
        high = f" AND {seconds} <= {_CENTURY}" if signed else ""
        return f"CASE WHEN {seconds} >= {low}{high} THEN {seconds} END"

    return read


def spoken(text: str) -> str:
    """Return SQL for the seconds of texts such as 26:03:04, 1 day, 02:03:04, 2h 15m or 2小时15分."""
    parts = f"regexp_extract(lower({text}), '{_SPOKEN}', {list(_UNITS)})"
    sums = " + ".join(
        f"coalesce(TRY_CAST(kw.{name} AS DOUBLE), 0) * {seconds}" for name, seconds in _UNITS.items() if seconds
    )
    value = f"CASE WHEN kw.sign = '-' THEN -1 ELSE 1 END * ({sums})"
    matched = f"regexp_full_match(lower({text}), '{_SPOKEN}') AND regexp_matches({text}, '[0-9]')"
    return f"CASE WHEN {matched} THEN list_transform([{parts}], lambda kw: {value})[1] END"


def _version(text: str, marks: Marks, signed: bool) -> str:
    return f"coalesce(TRY_CAST({text} AS BIGINT), epoch_us(TRY_CAST({text} AS TIMESTAMPTZ)))"


_READINGS: dict[str, Callable[[str, Marks, bool], str]] = {
    "boolean": _boolean,
    "integer": _whole,
    "number": _number,
    "version": _version,
    "duration_s": _duration(1),
    "duration_min": _duration(60),
    "duration_h": _duration(3600),
}


def _tags(text: str, separator: str) -> str:
    from_json = f"TRY_CAST(TRY_CAST({text} AS JSON) AS VARCHAR[])"
    pieces = (
        f"CASE WHEN starts_with({text}, '[') THEN {from_json} ELSE string_split({text}, {literal(separator)}) END"
    )
    return f"list_filter(list_transform({pieces}, lambda kw: trim(kw)), lambda kw: kw <> '')"


@dataclass(frozen=True, slots=True)
class InstantSql:
    """Two readings of a text, one of which is NULL: a local time without offset, or an instant."""

    local: str
    given: str


def instant_sql(slot: Slot, text: str, formats: tuple[str, ...]) -> InstantSql:
    """Return SQL for both readings; `formats` are date formats, tried in turn."""
    mapped = mapped_text(slot, text)
    named = formats[0]
    if named == "iso":
        return _iso(mapped)
    if named in ("epoch_s", "epoch_ms"):
        # a double tells microseconds apart until 2255, and is read many times faster than a wide decimal
        scale = 1_000_000 if named == "epoch_s" else 1000
        return InstantSql("NULL::TIMESTAMP", _from_us(f"round(TRY_CAST({mapped} AS DOUBLE) * {scale})"))
    if named == "excel":
        # day 0 is 1899-12-30, so that 1900-03-01 is 61; times are fractions of a day
        number = f"TRY_CAST({mapped} AS DOUBLE)"
        moment = f"make_timestamp(round(({number} - 25569) * 86400000)::BIGINT * 1000)"
        inside = f"{number} >= 25569 AND {number} < 73051"
        return InstantSql(f"CASE WHEN {inside} THEN {moment} END", "NULL::TIMESTAMPTZ")
    if any("%p" in one for one in formats):
        mapped = f"replace(replace({mapped}, '上午', 'AM'), '下午', 'PM')"
    parsed = f"try_strptime({mapped}, [{', '.join(literal(one) for one in formats)}])"
    if any("%z" in one or "%Z" in one for one in formats):
        return InstantSql("NULL::TIMESTAMP", _within(parsed, "TIMESTAMPTZ"))
    return InstantSql(_within(parsed, "TIMESTAMP"), "NULL::TIMESTAMPTZ")


def _iso(text: str) -> InstantSql:
    # texts such as 2024-01-02 15:41:48 are told at a glance; 2024-01-02 alone must not be taken for an offset
    glance = f"strlen({text}) = 19 AND substr({text}, 17, 1) = ':'"
    has_offset = f"CASE WHEN {glance} THEN false ELSE regexp_matches({text}, '[A-Za-z]$|:.*[+-]') END"
    local = f"CASE WHEN NOT {has_offset} THEN {_within(f'TRY_CAST({text} AS TIMESTAMP)', 'TIMESTAMP')} END"
    # DuckDB wants seconds before an offset, ISO 8601 does not
    padded = f"regexp_replace({text}, '^([^:]+:[0-9]{{2}})([^:0-9].*)$', '\\1:00\\2')"
    moment = f"coalesce(TRY_CAST({text} AS TIMESTAMPTZ), TRY_CAST({padded} AS TIMESTAMPTZ))"
    given = f"CASE WHEN {has_offset} THEN {_within(moment, 'TIMESTAMPTZ')} END"
    return InstantSql(local, given)


def _from_us(number: str) -> str:
    inside = f"{number} >= 0 AND {number} < 4102444800000000"
    return f"CASE WHEN {inside} THEN make_timestamptz({number}::BIGINT) END"


def later(instant: str, seconds: str) -> str:
    """Return SQL for an instant some seconds later; NULL beyond what can be told."""
    return _from_us(f"(epoch_us({instant}) + round({seconds} * 1000000))")


def _within(moment: str, sql_type: str) -> str:
    return f"CASE WHEN {moment} >= {sql_type} '{_LOW}' AND {moment} < {sql_type} '{_HIGH}' THEN {moment} END"
