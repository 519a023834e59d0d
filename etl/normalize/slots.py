"""Fields of the mapping as slots: columns of the typed table that one batch is read into.

Reading N has the value vN, and bN: something is given but cannot be used; instants of a zone with clock changes
also gN: ambiguous_time or nonexistent_time; where it is told nN: an instant without an offset.
Slots that read the same text in the same way share a reading.
"""

from collections.abc import Mapping as Lookup
from collections.abc import Sequence
from dataclasses import dataclass

from etl.mapping import Field, Mapping, Part, TableMapping
from etl.mapping.fields import REFUSE
from etl.model import MappingError
from etl.normalize.header import Header
from etl.normalize.marks import PLAIN, Marks
from etl.normalize.personal import KEEP, policy_of
from etl.normalize.sqltext import listing, literal, lookup
from etl.normalize.tidy import tidy


@dataclass(frozen=True, slots=True)
class Form:
    """What a place in the canonical model takes.

    kind      text | closed | boolean | integer | number | duration_s | duration_min | duration_h | instant |
              version | tags
    words     of a closed field; rule names what is wrong with an unusable value
    essential an unusable value sets the row aside, else it is a defect and the value NULL
    required  a missing value sets the row aside
    silent    unusable values are dealt with by the place itself
    signed    a duration may be negative
    numeric   null markers hold for equal numbers too: "6" for 6.0
    """

    kind: str = "text"
    words: tuple[str, ...] = ()
    rule: str = "unparsed_cell"
    essential: bool = False
    required: bool = False
    silent: bool = False
    signed: bool = False
    numeric: bool = False


@dataclass(slots=True, eq=False)
class Slot:
    """A compiled field: `text` is SQL over the staged row, the rest tells how to read it.

    guard    slot whose value must be true for a value to matter; None = always
    plus     slot of a duration that is added to the instant
    reading  number of the first slot that is read in the same way (Plan.share)
    """

    no: int
    path: str
    form: Form
    field: Field
    text: str
    date_format: str | None
    zone: str
    every_row: bool
    marks: Marks = PLAIN
    guard: "Slot | None" = None
    plus: "Slot | None" = None
    reading: int = -1
    policy: str = KEEP
    salt: str = ""

    @property
    def value(self) -> str:
        """Return the name of the value column."""
        return f"v{self.reading}"

    @property
    def bad(self) -> str:
        """Return SQL: a value that matters is given and cannot be used."""
        return self._guarded(f"b{self.reading}")

    @property
    def naive(self) -> str:
        """Return SQL: the instant matters and has no offset; only where Reader.tells_naive."""
        return self._guarded(f"n{self.reading}")

    @property
    def refuses_naive(self) -> bool:
        """Return whether instants without an offset are refused (semantics 1.1)."""
        return self.form.kind == "instant" and self.zone == REFUSE

    @property
    def unreadable(self) -> str:
        """Return SQL: bad for another reason than a missing offset."""
        return f"({self.bad} AND NOT {self.naive})" if self.refuses_naive else self.bad

    def _guarded(self, test: str) -> str:
        return f"({test} AND coalesce({self.guard.value}, false))" if self.guard is not None else test

    @property
    def flag(self) -> str:
        """Return the name of the clock change flag."""
        return f"g{self.reading}"

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the staged columns the slot reads."""
        return tuple(dict.fromkeys(self.text.split("\x01")[1::2]))

    @property
    def manner(self) -> str:
        """Return all that decides the value, save inferred date formats: equal manners give equal values."""
        form = f"{self.form.kind}|{self.form.words}|{self.form.signed}"
        return f"{self.text}|{form}|{self.policy}|{self.field.model_dump_json(exclude={'column'})}"

    @property
    def is_number(self) -> bool:
        """Return whether the value is read as a number or a duration."""
        return self.form.kind in ("integer", "number") or self.form.kind.startswith("duration")

    @property
    def is_words(self) -> bool:
        """Return whether the value is compared as text, so that it must be tidy."""
        is_compared = self.field.when is not None or self.field.equals is not None or self.field.values is not None
        return is_compared or self.form.kind in ("text", "closed", "tags")

    @property
    def is_checked(self) -> bool:
        """Return whether a value can be given and unusable."""
        return self.form.kind not in ("text", "tags") and self.field.when is None and self.field.equals is None


class Plan:
    """All slots of one table over one header."""

    def __init__(self, mapping: Mapping, table: TableMapping, header: Header, salt: str = "") -> None:
        self.mapping = mapping
        self.salt = salt
        self.table = table
        self.header = header
        self.slots: list[Slot] = []
        self.columns: dict[str, None] = {}
        self.marks = Marks(table.decimal, table.thousands)
        self._place = f"tables.{mapping.tables.index(table)}"
        self._nulls = tuple(tidy(text) for text in mapping.nulls)
        self._known: dict[str, Slot] = {}

    def place(self, path: str) -> str:
        """Return `file.yaml:line: path` for errors about a field."""
        return self.mapping.place(f"{self._place}.{path}")

    def share(self, formats: Lookup[int, tuple[str, ...]]) -> None:
        """Let slots that are read in the same way share a reading; `formats` are date formats by slot number."""
        first: dict[tuple[str, tuple[str, ...]], int] = {}
        for slot in self.slots:
            slot.reading = first.setdefault((slot.manner, formats.get(slot.no, ())), slot.no)

    @property
    def readings(self) -> list[Slot]:
        """Return the first slot of every reading."""
        return [slot for slot in self.slots if slot.reading == slot.no]

    def slot(self, path: str, field: Field, form: Form, every_row: bool, guard: Slot | None) -> Slot:
        """Return the slot of a field; equal fields in equal forms share a slot."""
        known = f"{form}|{every_row}|{guard.no if guard else None}|{policy_of(path, field, form.kind)}"
        known += f"|{field.model_dump_json()}"
        if known not in self._known:
            self._known[known] = self._compiled(path, field, form, every_row, guard)
            self.slots.append(self._known[known])
        return self._known[known]

    def _compiled(self, path: str, field: Field, form: Form, every_row: bool, guard: Slot | None) -> Slot:
        plus = self._plus(path, field.plus, form, every_row, guard) if field.plus is not None else None
        text = self._text(path, field, field.nulls, _is_numeric(form))
        if field.policy is not None and form.kind != "text":
            raise MappingError(
                f"{self.place(path)}: `policy` is for texts, and this is read as {form.kind}; leave it out"
            )
        return Slot(
            len(self.slots),
            path,
            form,
            field,
            text,
            field.format or self.table.date_format,
            field.zone or self.mapping.timezone,
            every_row,
            self.marks,
            guard,
            plus,
            policy=policy_of(path, field, form.kind),
            salt=self.salt,
        )

    def _plus(self, path: str, field: Field, form: Form, every_row: bool, guard: Slot | None) -> Slot:
        """Return the slot of a duration that leads to an instant; it may be negative, the facts judge that (2.7)."""
        if form.kind != "instant":
            raise MappingError(f"{self.place(path)}: `plus` gives an instant, and none belongs here; use the column")
        added = Form(field.type or "duration_s", essential=form.essential, signed=True)
        return self.slot(f"{path}.plus", field, added, every_row, guard)

    def _text(self, path: str, part: Part, nulls: Sequence[str], numeric: bool) -> str:
        markers = (*self._nulls, *(tidy(text) for text in nulls))
        if part.constant is not None:
            return literal(part.constant)
        if part.row_number:
            return "s.row_no::VARCHAR"
        if part.template is not None:
            return self._template(path, part, markers, numeric)
        if part.first_of is not None:
            pieces = [self._text(path, piece, (*nulls, *piece.nulls), numeric) for piece in part.first_of]
            return f"coalesce({', '.join(pieces)}, NULL)"
        if part.when is not None:
            tests = [
                f"{self._column(path, name, markers, numeric)} IN {listing(tidy(v) for v in values)}"
                for name, values in part.when.items()
            ]
            return f"({' AND '.join(tests) or 'true'})"
        return self._column(path, part.column or "", markers, numeric)

    def _template(self, path: str, part: Part, markers: Sequence[str], numeric: bool) -> str:
        rest = part.template or ""
        pieces: list[str] = []
        for name in part.placeholders():
            before, rest = rest.split("{" + name + "}", 1)
            pieces += [literal(before), self._column(path, name, markers, numeric)]
        return "(" + " || ".join([*pieces, literal(rest)]) + ")"

    def _column(self, path: str, name: str, markers: Sequence[str], numeric: bool) -> str:
        column = self.header.column(name, self.place(path))
        self.columns[column] = None
        raw = staged(column)
        test = f"{raw} IN {listing(('', *markers))}"
        numbers = [marker for marker in markers if numeric and _is_number(marker)]
        if numbers:
            test += f" OR TRY_CAST({self.marks.plain(raw)} AS DOUBLE) IN ({', '.join(numbers)})"
        return f"CASE WHEN {test} THEN NULL ELSE {raw} END"


def staged(column: str) -> str:
    """Return the mark that stands for a staged column in the text of a slot until its tidied form is known."""
    return f"\x01{column}\x01"


def _is_numeric(form: Form) -> bool:
    return form.numeric or form.kind in ("integer", "number") or form.kind.startswith("duration")


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit() and text.isascii()


def mapped_text(slot: Slot, text: str) -> str:
    """Return SQL for the text after aliases, values and default; NULL = nothing given or not among the values."""
    field, closed = slot.field, slot.form.kind == "closed"
    default = literal(field.default)
    if field.aliases:
        text = lookup(text, _tidy_keys(field.aliases), text)
    if field.values is not None:
        rest = "NULL" if closed else text
        return lookup(text, _tidy_keys(field.values), default if field.default is not None else rest)
    if closed:
        cased = f"{'upper' if slot.form.words[0].isupper() else 'lower'}({text})"
        return f"CASE WHEN {cased} IN {listing(slot.form.words)} THEN {cased} ELSE {default} END"
    return f"coalesce({text}, {default})" if field.default is not None else text


def _tidy_keys(table: dict[str, str]) -> dict[str, str]:
    return {tidy(key): value for key, value in table.items()}
