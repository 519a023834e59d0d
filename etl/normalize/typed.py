"""The typed table: one staged batch with every mapped field read, as temp table kw_typed."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb

from etl.model import MappingError
from etl.normalize.readings import SQL_TYPES, instant_sql, later, plain_value
from etl.normalize.slots import Plan, Slot, staged
from etl.normalize.sqltext import literal
from etl.normalize.tidy import tidy_table, untidy_columns
from etl.normalize.zones import fixed_offset_us, zone_table

STAGE = "kw_stage"
TYPED = "kw_typed"


@dataclass
class Reader:
    """Turns the staged rows of a plan into kw_typed; `formats` holds date formats inferred from the data.

    is_trial   tell of every instant whether it has an offset, not only where those without are refused
    is_picked  the rows were picked for their faults: bad values condemn no column
    """

    con: duckdb.DuckDBPyConnection
    plan: Plan
    fingerprint: str
    is_trial: bool = False
    is_picked: bool = False
    keys: dict[str, str] = field(default_factory=dict)
    formats: dict[int, tuple[str, ...]] = field(default_factory=dict)
    _tidied: dict[str, str] = field(default_factory=dict)
    _zones: dict[str, str] = field(default_factory=dict)

    def prepare(self) -> None:
        """Tidy the columns that are compared as text, and lay out the zones needed."""
        self.tidy([slot for slot in self.plan.slots if slot.is_words])
        for slot in self.plan.slots:
            if _needs_spans(slot) and slot.zone not in self._zones:
                self._zones[slot.zone] = f"kw_zone_{len(self._zones)}"
                zone_table(self.con, slot.zone, self._zones[slot.zone])

    def tidy(self, slots: Sequence[Slot]) -> bool:
        """Look the columns of slots through for untidy text; return whether there is more of it than known."""
        columns = {column: None for slot in slots for column in slot.columns if column not in self._tidied}
        known = len(self._tidied)
        for column in untidy_columns(self.con, STAGE, list(columns)):
            table = f"kw_tidy_{column}"
            if tidy_table(self.con, STAGE, column, table):
                self._tidied[column] = table
        return len(self._tidied) > known

    def read(self) -> None:
        """Create kw_typed: row_no, row_hash, the keys and v, b, g, n of every reading."""
        slots = self.plan.readings
        checked = [slot for slot in slots if slot.is_checked]
        bads = [f"t{slot.no} IS NOT NULL AND {slot.value} IS NULL AS b{slot.no}" for slot in checked]
        keys = [f"{sql} AS {name}" for name, sql in self.keys.items()]
        texts = ", ".join(f"t{slot.no}" for slot in checked)
        exclude = f" EXCLUDE ({texts})" if texts else ""
        selected = ", ".join([f"*{exclude}", *bads, *keys])
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE {TYPED} AS SELECT {selected} FROM ({self._values()})")

    def _values(self) -> str:
        """Return SQL for one row per staged row with vN and gN, and tN where it is needed to tell bad values.

        Every step is a query of its own: DuckDB computes what stands in an inner query once.
        """
        slots = self.plan.readings
        outer = [piece for slot in slots for piece in self._outer(slot)]
        joins = "".join(self._zone_join(slot) for slot in slots)
        return f"SELECT {', '.join(['r.row_no', 'r.row_hash', *outer])} FROM ({self._inner()}) r{joins}"

    def _inner(self) -> str:
        """Return SQL for one row per staged row with tN, the text, and for instants lN and dN."""
        texts = ", ".join(["s.row_no", f"{self._hash()} AS row_hash", *(self.text(s) for s in self.plan.readings)])
        instants = [piece for slot in self.plan.readings for piece in self._instant(slot)]
        return f"SELECT {', '.join(['*', *instants])} FROM (SELECT {texts} FROM {self.staged()})"

    def _hash(self) -> str:
        parts = [literal(self.fingerprint), *(f"s.{column}" for column in self.plan.columns)]
        return f"(hash({', '.join(parts)}) >> 1)::BIGINT"

    def text(self, slot: Slot) -> str:
        """Return SQL for the text of a slot as tN, over `staged`."""
        return f"{self.source_text(slot)} AS t{slot.no}"

    def source_text(self, slot: Slot) -> str:
        """Return SQL for the text of a slot as the source gives it, over `staged`."""
        text = slot.text
        for column in self.plan.columns:
            table = self._tidied.get(column)
            text = text.replace(staged(column), f"coalesce({table}.tidy, s.{column})" if table else f"s.{column}")
        return text

    def staged(self) -> str:
        """Return the FROM clause: the stage as s with the tables of tidied values."""
        joins = [f" LEFT JOIN {table} ON s.{column} = {table}.raw" for column, table in self._tidied.items()]
        return f"{STAGE} s" + "".join(joins)

    def _formats(self, slot: Slot) -> tuple[str, ...]:
        return self.formats.get(slot.no) or (slot.date_format or "iso",)

    def _instant(self, slot: Slot) -> list[str]:
        if slot.form.kind != "instant":
            return []
        sql = instant_sql(slot, f"t{slot.no}", self._formats(slot))
        return [f"{sql.local} AS l{slot.no}", f"{sql.given} AS d{slot.no}"]

    def _outer(self, slot: Slot) -> list[str]:
        value, text = self._value(slot), f"t{slot.no}"
        if slot.plus is not None:
            # an instant is bad when it cannot be read, not when the duration is missing or cannot
            begin, seconds = value, plain_value(slot.plus, f"t{slot.plus.reading}")
            value = later(begin, seconds)
            text = f"CASE WHEN {begin} IS NULL OR {seconds} IS NOT NULL THEN {text} END AS {text}"
        pieces = [f"({value})::{SQL_TYPES[slot.form.kind]} AS {slot.value}"]
        if slot.is_checked:
            pieces.append(text)
        if self.has_flag(slot):
            pieces.append(f"z{slot.no}.flag AS {slot.flag}")
        if self.tells_naive(slot):
            pieces.append(f"(l{slot.no} IS NOT NULL AND d{slot.no} IS NULL) AS n{slot.no}")
        return pieces

    def _value(self, slot: Slot) -> str:
        if slot.form.kind != "instant":
            return plain_value(slot, f"t{slot.no}")
        if slot.refuses_naive:
            return f"d{slot.no}"
        offset = fixed_offset_us(slot.zone)
        shift = f"z{slot.no}.offset_us" if offset is None else str(offset)
        return f"coalesce(d{slot.no}, make_timestamptz(epoch_us(l{slot.no}) - {shift}))"

    def tells_naive(self, slot: Slot) -> bool:
        """Return whether a slot has a column that tells instants without an offset."""
        return slot.refuses_naive or (self.is_trial and slot.form.kind == "instant")

    def has_flag(self, slot: Slot) -> bool:
        """Return whether a slot has a column for clock changes."""
        return slot.form.kind == "instant" and slot.zone in self._zones

    def _zone_join(self, slot: Slot) -> str:
        if not self.has_flag(slot):
            return ""
        zone, local = f"z{slot.no}", f"r.l{slot.no}"
        return (
            f" LEFT JOIN {self._zones[slot.zone]} {zone}"
            f" ON {zone}.day = {local}::DATE AND {local} >= {zone}.low AND {local} < {zone}.high"
        )

    def drop(self) -> None:
        """Drop the temp tables of this batch."""
        for table in (*self._tidied.values(), *self._zones.values(), TYPED, STAGE):
            self.con.execute(f"DROP TABLE IF EXISTS {table}")


def _needs_spans(slot: Slot) -> bool:
    return slot.form.kind == "instant" and not slot.refuses_naive and fixed_offset_us(slot.zone) is None


def example(plan: Plan, slot: Slot) -> str:
    """Return what a field reads, for messages: the column name or the form of the field."""
    return repr(slot.field.column) if slot.field.column else slot.path


def refuse(plan: Plan, slot: Slot, what: str) -> MappingError:
    """Return the error of a field that does not fit the data."""
    return MappingError(f"{plan.place(slot.path)}: table {plan.table.name}: column {example(plan, slot)}: {what}")
