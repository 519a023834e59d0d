"""Event and message lines: one stream each, with keys that are the same in every load (semantics 2.5)."""

from collections.abc import Mapping
from dataclasses import dataclass

from data.keys import key_sql, space
from etl.mapping import EventLine, Field, MessageLine
from etl.mapping.model import ACTORS, KINDS, PRIORITIES, STATUSES
from etl.normalize.forms import AUTHOR, BOOLEAN, CHANNEL, INSTANT, INTEGER, TEXT, VITAL_INSTANT
from etl.normalize.ledger import set_aside
from etl.normalize.slots import Form
from etl.normalize.sqltext import listing, literal
from etl.normalize.tickets import insert_agents
from etl.normalize.typed import TYPED
from etl.normalize.work import Work, constant_value

_ACTOR = Form("closed", ACTORS, "unknown_actor_kind")
_KIND = Form("closed", KINDS, "unknown_kind")
_CLOSED_TO = {"status": STATUSES, "priority": PRIORITIES}


@dataclass
class Stream:
    """One line of the mapping at work: `rows` it reads, `valid` = the row gives an event or message."""

    work: Work
    number: int
    path: str
    line: EventLine | MessageLine
    is_row_wise: bool
    ordinals: str = ""

    @property
    def rows(self) -> str:
        """Return the table the line reads: every row, or the rows that won their ticket."""
        return TYPED if self.is_row_wise else self.work.folded

    def value(self, name: str, sql_type: str = "VARCHAR") -> str:
        """Return the value column of a field of the line."""
        return self.work.value(f"{self.path}.{name}", sql_type)

    @property
    def is_wanted(self) -> str:
        """Return SQL: the line takes the row and its instant is known."""
        only = f" AND {self.value('only')}" if self.line.only else ""
        return f"{self.value('at')} IS NOT NULL{only}"

    @property
    def has_owner(self) -> bool:
        """Return whether the line is of assignments and says to whom: then `by` is always who assigned."""
        line = self.line
        return isinstance(line, EventLine) and line.kind.constant == "assign" and line.to is not None

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds its events can be of: all of them where a column tells."""
        line = self.line
        if not isinstance(line, EventLine):
            return ()
        told = line.kind.constant if constant_value(line.kind, _KIND) is not None else None
        return KINDS if told is None else (told,)

    def by_kind(self, told: Mapping[str, str], rest: str) -> str:
        """Return SQL that is another one for some kinds of events; those that cannot be are left out."""
        apart = [(name, sql) for name, sql in told.items() if name in self.kinds]
        if len(self.kinds) == 1:
            return apart[0][1] if apart else rest
        cases = "".join(f" WHEN {self.value('kind')} = '{name}' THEN {sql}" for name, sql in apart)
        return f"CASE{cases} ELSE {rest} END"

    @property
    def new(self) -> str:
        """Return SQL for what the event changes to."""
        to = self.value("to")
        owner = to if self.has_owner else f"coalesce({to}, {self.value('by')})"
        merged = f"({self.work.ticket_key(self.value('into'))})::VARCHAR"
        return self.by_kind({"assign": owner, "merge": merged}, to)

    @property
    def actor(self) -> str:
        """Return SQL for who did it; `by` of an assignment without `to` is the assignee, not the actor."""
        by, to = self.value("by"), self.value("to")
        if self.has_owner:
            return by
        return self.by_kind({"assign": f"CASE WHEN {to} IS NOT NULL THEN {by} END"}, by)

    @property
    def is_unknown(self) -> str:
        """Return SQL: a status or priority change to a word that is not canonical."""
        to = self.value("to")
        slot = self.work.slots.get(f"{self.path}.to")
        tests = {name: f"{to} NOT IN {listing(words)}" for name, words in _CLOSED_TO.items()}
        bad = [slot.bad] if slot is not None and slot.is_checked else []
        return f"coalesce({' OR '.join([*bad, self.by_kind(tests, 'false')])}, false)"

    @property
    def is_valid(self) -> str:
        """Return the column of the typed table that tells whether the row gives an event or message of this line."""
        return f"k{self.number}"

    @property
    def validity(self) -> str:
        """Return SQL over the typed values for `is_valid`."""
        if isinstance(self.line, MessageLine):
            return self.is_wanted
        complete = self.by_kind(dict.fromkeys(("status", "priority", "merge"), f"{self.new} IS NOT NULL"), "true")
        return f"({self.is_wanted} AND {self.value('kind')} IS NOT NULL AND NOT {self.is_unknown} AND {complete})"

    @property
    def identity(self) -> str:
        """Return SQL for the text that names the event or message for ever."""
        if self.line.id is not None:
            return self.value("id")
        ticket = self.work.value("ticket.id")
        if not self.is_row_wise:
            return ticket
        if self.work.table.rows == "update":
            return f"({ticket} || '|' || t.version || {self._ordinal(first='')})"
        who = self.value("by")
        what = (
            f"{self.value('kind')}, '|', {self.new}"
            if isinstance(self.line, EventLine)
            else self.value("author_kind")
        )
        return f"concat({ticket}, '|', epoch_us({self.value('at')}), '|', {what}, '|', {who}, {self._ordinal('|1')})"

    def _ordinal(self, first: str) -> str:
        if not self.ordinals:
            return literal(first)
        number = f"{self.ordinals}.ordinal"
        return f"CASE WHEN {number} > 1 THEN '|' || {number} ELSE {literal(first)} END"

    @property
    def key(self) -> str:
        """Return SQL for the event or message key."""
        return key_sql(space(self.work.source_no, self.number), self.identity)

    @property
    def join(self) -> str:
        """Return the join of the rows that would else share a key; empty when there are none."""
        return f" LEFT JOIN {self.ordinals} ON {self.ordinals}.row_no = t.row_no" if self.ordinals else ""

    @property
    def is_fresh(self) -> str:
        """Return SQL: the row is not told again by another row of the same identity."""
        return f" AND NOT coalesce({self.ordinals}.is_repeat, false)" if self.ordinals else ""


def plan_streams(work: Work) -> list[Stream]:
    """Lay out the slots of all event and message lines of the table."""
    numbered = work.mapping.streams(work.table.name)
    streams = []
    for place, (number, line) in enumerate(numbered):
        events = len(work.table.events)
        path = f"events.{place}" if place < events else f"messages.{place - events}"
        row_wise = work.table.rows in ("event", "message") or (work.table.rows == "update" and line.each == "row")
        stream = Stream(work, number, path, line, row_wise)
        _plan_line(stream)
        streams.append(stream)
    return streams


def _plan_line(stream: Stream) -> None:
    line, forms = stream.line, {"at": VITAL_INSTANT, "by": TEXT, "role": TEXT, "id": TEXT, "seq": INTEGER}
    if isinstance(line, EventLine):
        forms |= {"kind": _KIND, "to": _to_form(line), "old": TEXT, "dept": TEXT, "into": TEXT}
        forms |= {"actor_kind": _ACTOR, "observed_at": INSTANT, "effective": BOOLEAN, "satisfied": BOOLEAN}
    else:
        forms |= {"author_kind": AUTHOR, "public": BOOLEAN, "auto": BOOLEAN, "channel": CHANNEL, "article": TEXT}
    only = f"{stream.path}.only"
    if line.only:
        stream.work.add(only, Field(when=line.only), BOOLEAN, stream.is_row_wise)
    for name, form in forms.items():
        stream.work.add(f"{stream.path}.{name}", getattr(line, name), form, stream.is_row_wise, only)


def _to_form(line: EventLine) -> Form:
    words = _CLOSED_TO.get(line.kind.constant or "")
    return Form("closed", words, f"unknown_{line.kind.constant}", silent=True) if words else TEXT


def insert_streams(work: Work, streams: list[Stream]) -> None:
    """Append events, messages and their agents; status changes to unknown words go to the reject ledger."""
    for stream in streams:
        _settle_identities(stream)
        if isinstance(stream.line, EventLine):
            _refuse_unknown(stream)
            _insert_events(stream)
        else:
            _insert_messages(stream)


def _settle_identities(stream: Stream) -> None:
    """Number rows of one identity, or mark all but one as repeated: the last of an id, the first of equal updates."""
    if stream.line.id is None and not stream.is_row_wise:
        return
    rows = (
        f"(SELECT t.row_no, t.row_hash, hash({stream.identity}) AS same FROM {stream.rows} t WHERE {stream.is_valid})"
    )
    con = stream.work.con
    counts = con.execute(f"SELECT count(*), count(DISTINCT same) FROM {rows}").fetchone() or (0, 0)
    if counts[0] == counts[1]:
        return
    first = "min(row_no) OVER (PARTITION BY same, row_hash) AS first_no"
    several = f"(SELECT *, {first} FROM {rows} QUALIFY count(*) OVER (PARTITION BY same) > 1)"
    stream.ordinals = f"kw_ordinal_{stream.number}"
    con.execute(f"CREATE OR REPLACE TEMP TABLE {stream.ordinals} AS SELECT {_numbering(stream)} FROM {several}")


def _numbering(stream: Stream) -> str:
    if stream.line.id is not None:
        return "row_no, 1 AS ordinal, row_no <> max(row_no) OVER (PARTITION BY same) AS is_repeat"
    if stream.work.table.rows == "update":
        rank = "dense_rank() OVER (PARTITION BY same ORDER BY first_no)"
        return f"row_no, {rank} AS ordinal, row_no <> first_no AS is_repeat"
    return "row_no, row_number() OVER (PARTITION BY same ORDER BY row_no) AS ordinal, false AS is_repeat"


def _refuse_unknown(stream: Stream) -> None:
    work, slot = stream.work, stream.work.slots.get(f"{stream.path}.to")
    if slot is None:
        return
    for name, words in _CLOSED_TO.items():
        if name not in stream.kinds:
            continue
        condition = f"{stream.is_wanted} AND {stream.value('kind')} = '{name}' AND {stream.is_unknown}"
        remedy = f"add the value to `values` of {slot.path} with one of {', '.join(words)}"
        set_aside(work.reader, slot, condition, f"unknown_{name}", remedy, stream.rows)


def _shared(stream: Stream, key: str) -> dict[str, str]:
    seq = f"coalesce({stream.value('seq')}, t.row_no)" if stream.line.seq else "t.row_no"
    return {
        key: stream.key,
        "ticket_key": "t.ticket_key",
        "stream": str(stream.number),
        "seq": seq,
        "occurred_at": stream.value("at"),
        "row_no": "t.row_no",
        "table_name": stream.work.name,
    }


def _insert_events(stream: Stream) -> None:
    columns = _shared(stream, "event_key") | {
        "observed_at": stream.value("observed_at", "TIMESTAMPTZ"),
        "kind": stream.value("kind"),
        "old": stream.value("old"),
        "new": stream.new,
        "actor": stream.actor,
        "actor_kind": stream.value("actor_kind"),
        "dept": stream.value("dept"),
        "origin": "'native'",
        **{name: stream.value(name, "BOOLEAN") for name in ("effective", "satisfied")},
    }
    tail = f"{stream.join} WHERE {stream.is_valid}{stream.is_fresh}"
    stream.work.insert("norm_event", columns, stream.rows, tail)
    human = f"coalesce({stream.value('actor_kind')}, 'agent') IN ('agent', 'bot') AND {stream.is_valid}"
    insert_agents(stream.work, f"{stream.path}.by", "false", stream.rows, human)


def _insert_messages(stream: Stream) -> None:
    kind = stream.value("author_kind")
    columns = _shared(stream, "message_key") | {
        "author": f"CASE WHEN {kind} IN ('agent', 'bot') THEN {stream.value('by')} END",
        "author_kind": kind,
        "is_public": f"coalesce({stream.value('public', 'BOOLEAN')}, true)",
        "is_auto": f"coalesce({stream.value('auto', 'BOOLEAN')}, false)",
        "channel": stream.value("channel"),
        "article_id": stream.work.article_key(stream.value("article")),
    }
    tail = f"{stream.join} WHERE {stream.is_valid}{stream.is_fresh}"
    stream.work.insert("norm_message", columns, stream.rows, tail)
    insert_agents(stream.work, f"{stream.path}.by", f"{kind} = 'bot'", stream.rows, f"{kind} IN ('agent', 'bot')")


def account_streams(work: Work, streams: list[Stream]) -> None:
    """Write down the rows of an event or message table that gave something; the rest is set aside."""
    kinds = " ".join(f"WHEN {s.is_valid} THEN '{_row_kind(s)}'" for s in streams)
    keys = " ".join(f"WHEN {s.is_valid} THEN {s.key}" for s in streams)
    columns = {
        "table_name": work.name,
        "row_no": "t.row_no",
        "kind": f"CASE {kinds} END",
        "key": f"CASE {keys} END",
        "row_hash": "t.row_hash",
    }
    anything = " OR ".join(s.is_valid for s in streams)
    work.insert("norm_row", columns, TYPED, "".join(s.join for s in streams) + f" WHERE {anything}")
    slot = work.slots[f"{streams[0].path}.at"]
    remedy = f"the instant is empty or the kind unknown; {_where(work)} keeps such rows out"
    set_aside(work.reader, slot, f"NOT coalesce({anything}, false)", "no_event", remedy)


def _where(work: Work) -> str:
    return "WHERE in the query" if work.table.query else "`only` of the line or of `file`"


def _row_kind(stream: Stream) -> str:
    return "event" if isinstance(stream.line, EventLine) else "message"
