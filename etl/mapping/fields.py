"""One field of a mapping: where a value comes from and how its text is read."""

import re
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

FieldType = Literal["text", "integer", "number", "boolean", "instant", "duration_s", "duration_min", "duration_h"]
Policy = Literal["hash", "drop", "keep", "mask"]

REFUSE = "refuse"  # in place of a zone: instants without an offset have no meaning here and are refused
_NAMED_FORMATS = ("iso", "epoch_s", "epoch_ms", "excel")
_DIRECTIVES = re.compile(r"%-?[aAbBdfgGHIjmMnpSuUVwWyYzZ%]")
_SOURCES = ("column", "constant", "template", "row_number", "first_of", "when")


class Strict(BaseModel):
    """Frozen model that refuses unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def as_text(value: Any) -> Any:
    """Return whole numbers and booleans as the text they were written as; fractions must be quoted."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        raise ValueError(f"got the number {value}, write it in quotes exactly as the source has it")
    return value


def text_keys(value: Any) -> Any:
    """Return a table of values with its keys as text."""
    return {as_text(key): inner for key, inner in value.items()} if isinstance(value, dict) else value


def as_list(value: Any) -> Any:
    """Return a single value as a list of one."""
    return value if isinstance(value, (list, tuple)) else [value]


Text = Annotated[str, BeforeValidator(as_text)]
TextList = Annotated[tuple[Text, ...], BeforeValidator(as_list)]
TextTable = Annotated[dict[Text, Text], BeforeValidator(text_keys)]
Condition = Annotated[dict[Text, TextList], BeforeValidator(text_keys)]


def checked_zone(value: str) -> str:
    """Return an IANA zone name or `refuse`; raises ValueError for anything else (offsets are no zones)."""
    if value == REFUSE:
        return value
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            f"{value!r} is no IANA time zone, write for instance UTC or Asia/Shanghai, or {REFUSE}"
        ) from None
    return value


def checked_format(value: str) -> str:
    """Return a usable date format: iso, epoch_s, epoch_ms, excel or strptime directives."""
    if value in _NAMED_FORMATS:
        return value
    if "%" not in value or "%" in _DIRECTIVES.sub("", value):
        raise ValueError(
            f'{value!r} is no date format, write iso, epoch_s, epoch_ms, excel or for instance "%d/%m/%Y %H:%M"'
        )
    return value


Zone = Annotated[str, BeforeValidator(lambda value: checked_zone(value) if isinstance(value, str) else value)]
DateFormat = Annotated[str, BeforeValidator(lambda value: checked_format(value) if isinstance(value, str) else value)]


class Part(Strict):
    """A piece of text from the row: exactly one of column, constant, template, row_number, first_of or when."""

    column: Text | None = None
    constant: Text | None = None
    template: str | None = None
    row_number: Literal[True] | None = None
    first_of: tuple["ColumnPart", ...] | None = None
    when: Condition | None = None
    nulls: TextList = ()

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        given = [name for name in _SOURCES if getattr(self, name) is not None]
        if len(given) != 1:
            names = ", ".join(_SOURCES)
            raise ValueError(f"exactly one of {names} is needed, got {' and '.join(given) or 'none'}")
        return self

    def placeholders(self) -> tuple[str, ...]:
        """Return the columns named in braces by the template, in order."""
        return tuple(re.findall(r"\{([^{}]+)\}", self.template or ""))

    def columns(self) -> tuple[str, ...]:
        """Return every column that is read for it."""
        own = () if self.column is None else (self.column,)
        inner = tuple(name for piece in self.first_of or () for name in piece.columns())
        return (*own, *self.placeholders(), *(self.when or ()), *inner)


class Field(Part):
    """A part with its reading: aliases, values, default, then type (by format and zone for instants).

    plus    a duration from that instant on: the field is the instant at its end
    policy  what is kept of a text that may tell who somebody is: a salted hash, nothing, all, or all but addresses
    """

    aliases: TextTable | None = None
    values: TextTable | None = None
    default: Text | None = None
    equals: TextList | None = None
    format: DateFormat | None = None
    zone: Zone | None = None
    type: FieldType | None = None
    scale: tuple[float, float] | None = None
    split: str = ","
    plus: "ColumnField | None" = None
    policy: Policy | None = None

    def columns(self) -> tuple[str, ...]:
        """Return every column that is read for it."""
        return (*super().columns(), *(self.plus.columns() if self.plus is not None else ()))

    @model_validator(mode="after")
    def _plus_is_a_duration(self) -> Self:
        if self.plus is None:
            return self
        if not (self.plus.type or "").startswith("duration"):
            raise ValueError(
                "`plus` needs the unit of its duration, write type: duration_s, duration_min or duration_h"
            )
        if self.plus.plus is not None or self.type not in (None, "instant"):
            raise ValueError("`plus` adds one duration to an instant, it cannot be used here")
        return self

    @model_validator(mode="after")
    def _scale_rises(self) -> Self:
        if self.scale is not None and self.scale[0] >= self.scale[1]:
            raise ValueError(f"scale {list(self.scale)} must rise, write for instance [1, 5]")
        return self


def _as_column(value: Any) -> Any:
    if isinstance(value, str):
        return {"column": value}
    if isinstance(value, (bool, int, float)):
        raise ValueError(f"got {value!r}, write a column name in quotes or {{constant: {value!r}}}")
    return value


def _as_constant(value: Any) -> Any:
    return {"constant": value} if isinstance(value, (str, bool)) else value


ColumnPart = Annotated[Part, BeforeValidator(_as_column)]
ColumnField = Annotated[Field, BeforeValidator(_as_column)]
ConstantField = Annotated[Field, BeforeValidator(_as_constant)]
Part.model_rebuild()
Field.model_rebuild()
