"""Erasing a person: whatever names or reaches them goes, whatever is counted stays (decision 26)."""

import json
from dataclasses import dataclass
from datetime import datetime

import duckdb

from data.keys import key_sql, space
from data.warehouse import bump_data_version, transaction, watermark
from etl.load.deferral import finish
from etl.mapping import Mapping
from etl.model import Refresh, SourceError
from etl.normalize.sqltext import literal
from etl.normalize.tidy import tidy
from etl.normalize.work import CUSTOMER_STREAM
from etl.people.patterns import HIDDEN, masked

LONG = 4  # an id so long is looked for inside texts too, a shorter one only as a whole cell


class UnknownPerson(SourceError):
    """Nothing of such a customer is here."""

    def __init__(self, source_id: str) -> None:
        # the id itself is not repeated: it would stand in logs
        super().__init__(f"source {source_id!r}: no customer of that id is here", permanent=True)


@dataclass(frozen=True)
class Person:
    """A customer, as the source calls them.

    source_id  name of the source
    person     the customer's id there, as the mapping's column gives it
    salt       of the warehouse, which the id was hashed with
    stand_in   what they are hashed from instead; secret, made for this once and then thrown away
    """

    source_id: str
    person: str
    salt: str
    stand_in: str


@dataclass(frozen=True)
class Erased:
    """How many tickets and surveys lost their person, and how many rejected rows and noted cells were emptied.

    is_folded  the file holds nothing of it any more; else until its log is folded in
    """

    tickets: int
    surveys: int
    rows: int
    cells: int
    is_folded: bool = True

    def told(self) -> str:
        """Return it in one line."""
        return (
            f"erased: {self.tickets:,} tickets and {self.surveys:,} surveys are nobody's now, {self.rows:,} rejected"
            f" rows and {self.cells:,} noted cells are empty. Erase the person in the source as well, or the next"
            " change of a ticket brings them back"
        )


def erase(con: duckdb.DuckDBPyConnection, person: Person, refresh: Refresh, now: datetime) -> Erased:
    """Give what a person did to an unknown customer and empty what may tell who they were, in one transaction.

    Every count stays, tickets of the person still belong together. Raises UnknownPerson. con needs its own cursor.
    """
    row = con.execute("SELECT source_no, mapping FROM source WHERE source_id = ?", [person.source_id]).fetchone()
    if row is None:
        raise UnknownPerson(person.source_id)
    source_no, mapping = row
    with transaction(con):
        _find(con, person, source_no)
        emptied = _empty_rejects(con, person, mapping), _empty_defects(con)
        moved = _rekey(con, person, source_no)
        if not any((*moved, *emptied)):
            raise UnknownPerson(person.source_id)
        later = refresh(con, watermark(con))
        bump_data_version(con)
        erased = Erased(*moved, *emptied)
        con.execute(
            "INSERT INTO audit_log VALUES (?, 'operator', 'erase', ?)",
            [now, json.dumps({"source": person.source_id, "tickets": erased.tickets, "surveys": erased.surveys})],
        )
    finish(con, later)
    return erased


def _key(person: Person, source_no: int) -> str:
    return key_sql(space(source_no, CUSTOMER_STREAM), literal(f"{person.salt}|{tidy(person.person)}"))


def _find(con: duckdb.DuckDBPyConnection, person: Person, source_no: int) -> None:
    """Create the touched lists of all that is theirs."""
    for touched, key, table in (
        ("touched_ticket", "ticket_key", "ticket"),
        ("touched_survey", "response_key", "survey_response"),
    ):
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {touched} AS SELECT {key} FROM {table}"
            f" WHERE source_no = {source_no} AND customer_key = {_key(person, source_no)}"
        )


def _rekey(con: duckdb.DuckDBPyConnection, person: Person, source_no: int) -> tuple[int, int]:
    """Move tickets, surveys and the customer to a key that nobody can work out; return tickets and surveys."""
    old, new = (
        _key(person, source_no),
        key_sql(space(source_no, CUSTOMER_STREAM), literal(f"erased|{person.stand_in}")),
    )
    for table, touched, key in (
        ("ticket", "touched_ticket", "ticket_key"),
        ("survey_response", "touched_survey", "response_key"),
    ):
        for column in ("custom", "vendor") if table == "ticket" else ("custom",):
            _hide(con, table, key, column, person)
        con.execute(f"UPDATE {table} SET customer_key = {new} FROM {touched} AS t WHERE t.{key} = {table}.{key}")
    con.execute(
        "UPDATE survey_answer SET raw = ? FROM touched_survey AS t WHERE t.response_key = survey_answer.response_key"
        " AND TRY_CAST(raw AS DOUBLE) IS NULL AND raw IS NOT NULL",
        [HIDDEN],
    )
    con.execute(
        f"UPDATE customer SET customer_key = {new}, person_hash = sha256(?), attrs = NULL WHERE customer_key = {old}"
        " AND source_no = ?",
        [f"erased|{person.stand_in}", source_no],
    )
    return _count(con, "touched_ticket"), _count(con, "touched_survey")


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    row = con.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0


def _hide(con: duckdb.DuckDBPyConnection, table: str, key: str, column: str, person: Person) -> None:
    """Hide the person in the texts of a JSON column; numbers and names of attributes stay."""
    touched = "touched_ticket" if table == "ticket" else "touched_survey"
    rows = con.execute(
        f"SELECT {key}, {column} FROM {table} SEMI JOIN {touched} USING ({key}) WHERE {column} IS NOT NULL"
    ).fetchall()
    for row_key, text in rows:
        told = json.dumps(_hidden(json.loads(text), person.person), ensure_ascii=False)
        con.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", [told, row_key])


def _hidden(value: object, person: str) -> object:
    if isinstance(value, dict):
        return {name: _hidden(inner, person) for name, inner in value.items()}
    if isinstance(value, list):
        return [_hidden(inner, person) for inner in value]
    if not isinstance(value, str):
        return value
    return HIDDEN if value == person else masked(value.replace(person, HIDDEN) if len(person) >= LONG else value)


def _empty_rejects(con: duckdb.DuckDBPyConnection, person: Person, mapping: str | None) -> int:
    """Empty the rejected rows that name the person or are of one of their tickets; return how many."""
    ids = "SELECT src_ticket_id FROM ticket SEMI JOIN touched_ticket USING (ticket_key)"
    tests = ["list_contains(map_values(cells), $person)", "value = $person"]
    if len(person.person) >= LONG:
        tests.append("contains(array_to_string(map_values(cells), chr(31)), $person)")
    tests += [
        f"(table_name = {literal(table)} AND map_extract(cells, {literal(column)})[1] IN ({ids}))"
        for table, column in _ticket_columns(mapping)
    ]
    done = con.execute(
        "UPDATE reject SET payload = NULL, value = NULL FROM (SELECT rowid AS place,"
        " CAST(payload AS MAP(VARCHAR, VARCHAR)) AS cells FROM reject WHERE payload IS NOT NULL) AS held"
        f" WHERE held.place = reject.rowid AND source_id = $source AND ({' OR '.join(tests)})",
        {"person": person.person, "source": person.source_id},
    ).fetchone()
    return int(done[0]) if done else 0


def _ticket_columns(mapping: str | None) -> list[tuple[str, str]]:
    """Return table and name of the columns that hold the id of a ticket, by the mapping last loaded with."""
    if mapping is None:
        return []
    found = []
    for table in Mapping.model_validate_json(mapping).tables:
        field = table.ticket.id if table.ticket is not None else table.survey.ticket if table.survey else None
        if field is not None and field.column is not None:
            found.append((table.name, field.column))
    return found


def _empty_defects(con: duckdb.DuckDBPyConnection) -> int:
    done = con.execute(
        "UPDATE defect SET value = NULL FROM touched_ticket AS t WHERE t.ticket_key = defect.ticket_key"
        " AND defect.value IS NOT NULL"
    ).fetchone()
    return int(done[0]) if done else 0
