"""One refresh of the facts: on which connection, as of when, for which desk, of all tickets or of a scope."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from duckdb import DuckDBPyConnection

from metrics import slots
from metrics.facts.held import Held, HeldCases
from metrics.facts.script import DIMS, dims_of, instant_sql, quoted, sections
from metrics.model import Desk
from metrics.visits import ACTING, WRITING

CLOSED = "('resolved', 'closed')"
TIERS = "('P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8', 'P9')"
MANIFOLD = (
    "created_at IS NOT NULL"
    " AND (reason = 'agent_initiated' OR last_asked_at >= reply_at OR last_asked_at >= first_resolved_at)"
)
UNSURE = "((visits_a & (visits_a >> 1)) | (visits_b & (visits_b >> 1))) & 1537228672809129301 <> 0"  # some digit is 3
INITIAL = (
    "coalesce(o.priority, t.priority)"  # sources deliver the priority of today; the first change tells the one before
)
TICKET_TABLES = {  # the columns that facts need
    "ticket": "ticket_key, source_no, created_at, created_by, customer_key, is_spam, is_test, is_deleted,"
    f" merged_into, given_resolution_s, tags, {DIMS}",
    "ticket_event": "event_key, ticket_key, stream, seq, occurred_at, kind, old, new, actor, actor_kind, dept",
    "message": "message_key, ticket_key, stream, seq, occurred_at, author, author_kind, is_public, is_auto,"
    " article_id",
    "sla_due": "ticket_key, what, due_at",
}
PLACED = (  # instants of a case that are looked up on its business axis
    *("created", "start", "reply", "any", "first_resolved", "last_resolved", "assigned"),
    *("action", "acknowledged", "closed", "called", "surveyed"),
)
SURVEY_TABLES = {"survey_response": "*", "survey_answer": "*"}
COLUMNS = TICKET_TABLES | SURVEY_TABLES


@dataclass(frozen=True)
class Job:
    """What one refresh needs to know.

    watermark  None = nothing dated was delivered: undated rows alone are visible (semantics 12.2)
    whole   every ticket is recomputed; else those of temp table `scope` (ticket_key)
            and the surveys of temp table `scope_survey` (response_key), their rows in `scoped_<table>`
    """

    con: DuckDBPyConnection
    watermark: datetime | None
    desk: Desk
    whole: bool

    def run(self, noun: str, section: str, **more: str) -> None:
        """Run a section of <noun>.sql with the placeholders filled in."""
        self.con.execute(self.text(noun, section, **more))

    def text(self, noun: str, section: str, **more: str) -> str:
        """Return a section of <noun>.sql with the placeholders filled in."""
        return sections(noun)[section].format(**self.words, **more)

    def rows(self, noun: str, section: str, **more: str) -> list[tuple[Any, ...]]:
        """Run a section of <noun>.sql and return its rows."""
        return self.con.execute(self.text(noun, section, **more)).fetchall()

    def number(self, noun: str, section: str, **more: str) -> int:
        """Run a section of <noun>.sql that selects one number and return it; NULL is 0."""
        return int(self.rows(noun, section, **more)[0][0] or 0)

    def gather(self, keys: str, section: str, *tables: str) -> None:
        """Copy the rows of canonical tables whose key is in temp table `keys` to temp tables scoped_<table>."""
        for table in tables:
            key = "response_key" if table in SURVEY_TABLES else "ticket_key"
            self.run("scope", section, table=table, columns=COLUMNS[table], key=key, keys=keys)

    def placed(self, rows: str, *instants: str) -> str:
        """Return SQL of rows (a table, or a query in brackets) with the positions <name>_pos_us of columns <name>_at.

        They lie on the axis of the calendar that column calendar_no of the row tells.
        """
        columns = {f"{name}_pos_us": f"epoch_us({name}_at)" for name in instants}
        return slots.placed_sql(slots.width_us(self.desk), rows, "calendar_no", columns)

    @cached_property
    def held(self) -> Held:
        """Return what the rows of the job hold, as of the first question: before stored rows are forgotten."""
        return Held(
            *self.rows("scope", "held", old="IS NULL" if self.whole else "IN (SELECT ticket_key FROM scope)")[0]
        )

    @cached_property
    def cases(self) -> HeldCases:
        """Return what the cases of the job are; needs new_case."""
        return HeldCases(*self.rows("cases", "held")[0])

    def drop(self, *tables: str) -> None:
        """Drop temporary tables that are no longer needed, to keep memory bounded."""
        self.con.execute("; ".join(f"DROP TABLE IF EXISTS temp.{table}" for table in tables))

    @cached_property
    def words(self) -> dict[str, str]:
        """Return the placeholders that every section may use."""
        return {
            "watermark": instant_sql(self.watermark),
            "new_case": "fact_case" if self.whole else "new_case",
            "acting": ACTING,
            "writing": WRITING,
            "is_manifold": MANIFOLD,
            "is_unsure": UNSURE,
            "width": str(slots.width_us(self.desk)),
            "closed": CLOSED,
            "tier_names": TIERS,
            "pauses": self._pauses(),
            "dims": DIMS,
            "c_dims": dims_of("c"),
            "author_dims": dims_of("c").replace("c.agent", "coalesce(a.member_id, 0)"),
            "moved_surveys": "(SELECT response_key FROM touched_survey UNION ALL"
            f" SELECT response_key FROM awaited_survey WHERE visible_at <= {instant_sql(self.watermark)})",
            "repeat_us": str(round(self.desk.repeat_days * 86_400_000_000)),
            **self._sources(),
            **self._ticket_words(),
            "placed_intervals": self.placed("(SELECT * FROM new_interval WHERE end_at IS NOT NULL)", "start", "end"),
            "placed_visits": self.placed("visit", "start", "end"),
        }

    def _sources(self) -> dict[str, str]:
        return {f"{name}_rows": name if self.whole else f"scoped_{name}" for name in COLUMNS}

    def _pauses(self) -> str:
        return ", ".join(quoted(status) for status in self.desk.pause_statuses) or "NULL"

    def _ticket_words(self) -> dict[str, str]:
        earliest = self.desk.merge_clock == "earliest"
        return {
            "population": (
                "t.is_spam IS NOT TRUE AND t.is_test IS NOT TRUE AND t.is_deleted IS NOT TRUE"
                f" AND (t.created_at IS NULL OR t.created_at <= {instant_sql(self.watermark)})"
            ),
            "created": "least(t.created_at, g.created_at)" if earliest else "t.created_at",
            "calendar": self._calendar_sql(),
            "sla_calendar": self._sla_calendar_sql(),
            "initial": INITIAL,
        }

    def _calendar_sql(self) -> str:
        """Return the calendar in force: the initial priority's, else the team's, else the desk's (1.8, 4.9)."""
        of_team = self._choice("t.team", self.desk.team_calendars, self._number(self.desk.calendar))
        return self._choice(f"coalesce({INITIAL}, 'P2')", self.desk.tier_calendars, of_team)

    def _sla_calendar_sql(self) -> str:
        return "NULL" if self.desk.sla_clock == "calendar" else self._calendar_sql()

    def _choice(self, column: str, calendars: Mapping[str, str], default: str) -> str:
        if not calendars:
            return default
        cases = " ".join(f"WHEN {quoted(key)} THEN {self._number(name)}" for key, name in sorted(calendars.items()))
        return f"CASE {column} {cases} ELSE {default} END"

    def _number(self, calendar: str | None) -> str:
        return "NULL" if calendar is None else str(slots.numbered(self.desk)[calendar])
