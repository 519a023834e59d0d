"""Numbers and durations that cannot be read: when most of a column is so, the mapping is wrong."""

from etl.normalize.census import Census
from etl.normalize.dates import SHOWN, examples, is_hopeless, unusable
from etl.normalize.marks import remedy
from etl.normalize.slots import Slot
from etl.normalize.typed import Reader, refuse

UNITS = {"duration_s": "seconds", "duration_min": "minutes", "duration_h": "hours"}


def settle_numbers(reader: Reader, census: Census) -> None:
    """Raise MappingError for numbers mostly by other marks, and for added durations mostly not readable."""
    for slot in reader.plan.slots:
        bad, given = census.bad.get(slot.no, 0), census.given.get(slot.no, 0)
        if not slot.is_number or not bad or not is_hopeless(reader.plan, given, bad):
            continue
        if _marked(reader, slot) * 2 > given:
            raise _misfit(reader, slot, f"{bad} of {given} values are numbers with other marks")
        if slot.form.signed:
            raise _misfit(
                reader, slot, f"{bad} of {given} values are no durations in {UNITS[slot.form.kind]} or h:mm:ss"
            )


def _marked(reader: Reader, slot: Slot) -> int:
    row = reader.con.execute(
        f"SELECT count(*) FROM {unusable(reader, slot)} WHERE {slot.marks.misses('text')}"
    ).fetchone()
    return int(row[0]) if row else 0


def _misfit(reader: Reader, slot: Slot, what: str) -> Exception:
    rows = reader.con.execute(
        f"SELECT text FROM {unusable(reader, slot)} WHERE {slot.marks.misses('text')} ORDER BY row_no LIMIT {SHOWN}"
    ).fetchall()
    unit = "list what is no value under nulls, or name another column" if slot.form.signed else ""
    would = remedy(row[0] for row in rows) if rows else unit
    return refuse(reader.plan, slot, f"{what}: {examples(reader, slot, 'true')}; {would}")
