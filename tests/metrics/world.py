"""Tiny worlds written straight into the canonical tables, and the facts read back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import duckdb

from metrics import facts
from metrics.model import Calendar, Desk, SlaTier
from tests.engine import beside, fresh

CST = timezone(timedelta(hours=8))
OFFICE = ((9 * 60, 18 * 60),)
CN_OFFICE = Calendar("cn_office", "Asia/Shanghai", (OFFICE,) * 5 + ((), ()))
TIERS = {"P1": SlaTier(5, 120), "P2": SlaTier(15, 1440), "P3": SlaTier(1440, None)}
DESK = Desk(calendars={"cn_office": CN_OFFICE}, calendar="cn_office", sla=TIERS)
END = datetime(2025, 6, 1, tzinfo=CST)


def at(text: str) -> datetime:
    """Return "10 09:30" (day and time of March 2025, Shanghai) or a full "2025-03-10 09:30:00" as an instant."""
    full = text if text.count("-") == 2 else f"2025-03-{text}"
    return datetime.fromisoformat(full).replace(tzinfo=CST)


class World:
    """A warehouse in memory with a few tickets; facts are refreshed on demand."""

    def __init__(self, desk: Desk = DESK, **changes: Any) -> None:
        self.desk = replace(desk, **changes)
        self.con: duckdb.DuckDBPyConnection = fresh(with_facts=True)
        self.con.execute("CREATE TEMP TABLE touched_ticket (ticket_key BIGINT)")
        self.con.execute("CREATE TEMP TABLE touched_survey (response_key BIGINT)")
        self._seq = 0

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Return another cursor in the same warehouse, with temporary tables of its own."""
        return beside(self.con)

    def insert(self, table: str, **values: Any) -> None:
        names = ", ".join(values)
        marks = ", ".join("?" for _ in values)
        self.con.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values.values()))

    def touch(self, ticket: int) -> None:
        self.con.execute("INSERT INTO touched_ticket VALUES (?)", [ticket])

    def ticket(self, key: int, created: str | None = "10 10:00", **more: Any) -> None:
        self.con.execute("DELETE FROM ticket WHERE ticket_key = ?", [key])
        values = {"source_no": 0, "created_by": "customer", **more}
        self.insert("ticket", ticket_key=key, src_ticket_id=str(key), created_at=created and at(created), **values)
        self.touch(key)

    def event(
        self, ticket: int, when: str, kind: str, new: Any = None, seq: int | None = None, actor: str | None = None
    ) -> None:
        self._seq += 1
        key = self._seq
        self.insert(
            "ticket_event", event_key=key, ticket_key=ticket, stream=1, seq=key if seq is None else seq,
            occurred_at=at(when), kind=kind, new=None if new is None else str(new), actor=actor,
        )  # fmt: skip
        self.touch(ticket)

    def status(self, ticket: int, when: str, to: str) -> None:
        self.event(ticket, when, "status", to)

    def message(self, ticket: int, when: str, kind: str, by: str | None, **more: Any) -> None:
        self._seq += 1
        values = {"is_public": True, "is_auto": False, "seq": self._seq, **more}
        self.insert(
            "message", message_key=self._seq, ticket_key=ticket, stream=2, occurred_at=at(when),
            author=by, author_kind=kind, **values,
        )  # fmt: skip
        self.touch(ticket)

    def reply(self, ticket: int, when: str, by: str | None = "a1") -> None:
        self.message(ticket, when, "agent", by)

    def bot(self, ticket: int, when: str) -> None:
        self.message(ticket, when, "bot", "robot")

    def survey(
        self, key: int, submitted: str | None = "10 12:00", dims: dict[str, float | None] | None = None, **more: Any
    ) -> None:
        self.con.execute("DELETE FROM survey_response WHERE response_key = ?", [key])
        self.con.execute("DELETE FROM survey_answer WHERE response_key = ?", [key])
        values = {"source_no": 0, "scale_min": 1.0, "scale_max": 5.0, "seconds": 60.0, **more}
        self.insert("survey_response", response_key=key, submitted_at=submitted and at(submitted), **values)
        for name, score in (dims or {}).items():
            self.insert(
                "survey_answer", response_key=key, dimension=name, score=score, scale_min=1.0, scale_max=5.0,
            )  # fmt: skip
        self.con.execute("INSERT INTO touched_survey VALUES (?)", [key])

    def refresh(self, watermark: datetime = END) -> None:
        self.con.execute("BEGIN")
        facts.refresh(self.con, watermark, self.desk)
        self.con.execute("DELETE FROM touched_ticket")
        self.con.execute("DELETE FROM touched_survey")
        self.con.execute("COMMIT")

    def rebuild(self, watermark: datetime = END) -> None:
        facts.rebuild(self.con, watermark, self.desk)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.con.execute(sql).fetchall()

    def row(self, sql: str) -> tuple[Any, ...]:
        found = self.rows(sql)
        assert len(found) == 1, f"{len(found)} rows: {sql}"
        return found[0]

    def case(self, key: int, columns: str) -> Any:
        """Return columns of one case; a single one bare."""
        found = self.row(f"SELECT {columns} FROM fact_case WHERE case_key = {key}")
        return found[0] if len(found) == 1 else found

    def defects(self) -> list[tuple[Any, ...]]:
        return self.rows("SELECT ticket_key, rule, field FROM fact_defect ORDER BY ALL")


def minutes(value: float) -> int:
    """Return minutes as microseconds."""
    return round(value * 60_000_000)


def first(found: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Return the first column."""
    return [row[0] for row in found]
