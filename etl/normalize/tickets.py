"""Ticket rows: folding to one row per ticket, the canonical ticket, given due times, customers and agents."""

from etl.mapping import Field
from etl.normalize.forms import INSTANT, TEXT, TICKET_FORMS, free_form, typed_form, version_form
from etl.normalize.typed import TYPED
from etl.normalize.work import FOLDED, Work

_TEXTS = (
    *("created_by", "channel", "channel_detail", "type", "category", "product", "priority", "team", "agent"),
    *("region", "tier", "resolution_kind", "reason_breach"),
)
_FALSE_WHEN_EMPTY = ("is_spam", "is_test", "is_deleted")
_OTHERS = {
    "created_at": "TIMESTAMPTZ",
    "is_common": "BOOLEAN",
    "tags": "VARCHAR[]",
    "solution_complete": "BOOLEAN",
    "given_resolution_s": "DOUBLE",
}


def plan_tickets(work: Work) -> None:
    """Lay out the slots of ticket, fold, due, vendor and custom."""
    ticket, table = work.table.ticket, work.table
    if ticket is not None:
        for name in ["id"] if table.rows in ("event", "message") else list(TICKET_FORMS):
            field: Field | None = getattr(ticket, name)
            work.add(f"ticket.{name}", field, typed_form(field, TICKET_FORMS[name]))
        _plan_channel_detail(work, ticket.channel)
    if table.fold is not None:
        work.add("fold.sequence", table.fold.sequence, version_form(table.fold.sequence))
    for what, field in table.due.items():
        work.add(f"due.{what}", field, INSTANT)
    for section, fields in (("vendor", table.vendor), ("custom", table.custom)):
        for name, field in fields.items():
            work.add(f"{section}.{name}", field, free_form(field))


def _plan_channel_detail(work: Work, channel: Field | None) -> None:
    """The source's own value of the channel is kept beside the canonical one (12.1)."""
    if channel is not None and "ticket.channel" in work.slots and "ticket.channel_detail" not in work.slots:
        plain = channel.model_copy(update={"values": None, "default": None, "aliases": None})
        work.add("ticket.channel_detail", plain, TEXT)


def key_columns(work: Work) -> dict[str, str]:
    """Return ticket_key, response_key and version, and the key of a row that stands alone, as SQL over the values."""
    keys = {"ticket_key": "NULL::BIGINT", "response_key": "NULL::BIGINT", "version": "NULL::BIGINT"}
    if "ticket.id" in work.slots:
        keys["ticket_key"] = work.ticket_key(work.slots["ticket.id"].value)
    if "survey.id" in work.slots:
        keys["response_key"] = work.survey_key(work.slots["survey.id"].value)
    elif work.table.survey is not None:
        keys["response_key"] = work.survey_key(work.slots["ticket.id"].value)
    if "agent.id" in work.slots:
        keys["agent_key"] = work.agent_key(work.slots["agent.id"].value)
    if "article.id" in work.slots:
        keys["article_key"] = work.article_key(work.slots["article.id"].value)
    if "revision.article" in work.slots:
        article, told = work.slots["revision.article"].value, work.value("revision.id")
        keys["article_key"] = work.article_key(article)
        keys["revision_key"] = work.revision_key(
            article, f"coalesce({told}, epoch_us({work.value('revision.at')})::VARCHAR)"
        )
    if "fold.sequence" in work.slots:
        slot = work.slots["fold.sequence"]
        keys["version"] = f"epoch_us({slot.value})" if slot.form.kind == "instant" else slot.value
    return keys


def fold(work: Work, key: str) -> None:
    """Keep the newest row per key: the highest version, else the last in the file (semantics 2.8)."""
    row = work.con.execute(f"SELECT count(*), count(DISTINCT {key}) FROM {TYPED}").fetchone() or (0, 0)
    if row[0] == row[1]:
        return
    newest = "arg_max(row_no, coalesce(version, -1)::HUGEINT * 1099511627776 + row_no)"
    work.con.execute(
        f"CREATE OR REPLACE TEMP TABLE {FOLDED} AS SELECT t.* FROM {TYPED} t"
        f" SEMI JOIN (SELECT {newest} AS row_no FROM {TYPED} GROUP BY {key}) USING (row_no)"
    )
    work.folded = FOLDED
    if work.table.fold is None:
        _note_duplicates(work, key)


def _note_duplicates(work: Work, key: str) -> None:
    path = {"response_key": "survey.id", "article_key": "article.id", "revision_key": "revision.article"}.get(key)
    path = path or "ticket.id"
    work.con.execute(
        f"INSERT INTO norm_defect SELECT {work.name}, t.row_no, t.ticket_key, 'duplicate_id', '{path}',"
        f" {work.value(path)} FROM {TYPED} t ANTI JOIN {FOLDED} USING (row_no)"
    )


def account(work: Work, kind: str, key: str) -> None:
    """Write down every row that loads, by the key it belongs to."""
    columns = {
        "table_name": work.name,
        "row_no": "t.row_no",
        "kind": f"'{kind}'",
        "key": f"t.{key}",
        "version": "t.version",
        "row_hash": "t.row_hash",
    }
    work.insert("norm_row", columns, TYPED)


def insert_tickets(work: Work) -> None:
    """Append tickets, given due times, customers and agents of the folded rows."""
    columns = {
        "ticket_key": "t.ticket_key",
        "source_no": str(work.source_no),
        "src_ticket_id": work.value("ticket.id"),
        **{name: work.value(f"ticket.{name}") for name in _TEXTS},
        **{name: work.value(f"ticket.{name}", kind) for name, kind in _OTHERS.items()},
        **{name: f"coalesce({work.value(f'ticket.{name}', 'BOOLEAN')}, false)" for name in _FALSE_WHEN_EMPTY},
        "customer_key": work.customer_key(work.value("ticket.customer")),
        "merged_into": work.ticket_key(work.value("ticket.merged_into")),
        "custom": work.document("custom", work.table.custom),
        "vendor": work.document("vendor", work.table.vendor),
        "version": "t.version",
        "row_hash": "t.row_hash",
        "row_no": "t.row_no",
        "table_name": work.name,
    }
    work.insert("norm_ticket", columns, work.folded)
    for what in work.table.due:
        _insert_due(work, what)
    insert_customers(work, "ticket.customer")
    insert_agents(work, "ticket.agent", "false", work.folded)


def _insert_due(work: Work, what: str) -> None:
    due = work.value(f"due.{what}")
    columns = {"ticket_key": "t.ticket_key", "what": f"'{what}'", "due_at": due, "origin": "'source'"}
    columns |= {"row_no": "t.row_no", "table_name": work.name}
    work.insert("norm_due", columns, work.folded, f"WHERE {due} IS NOT NULL")


def insert_customers(work: Work, path: str) -> None:
    """Append the customers that a field names, once each, with a salted hash instead of the source's id."""
    if path not in work.slots:
        return
    person, salt = work.value(path), work.salt.replace("'", "''")
    newest = {name: f"arg_max({work.value(f'ticket.{name}')}, t.row_no)" for name in ("tier", "region")}
    columns = {
        "customer_key": work.customer_key(person),
        "source_no": str(work.source_no),
        "person_hash": f"sha256('{salt}|' || {person})",
        **newest,
        "is_new": f"arg_max({work.value('ticket.customer_is_new', 'BOOLEAN')}, t.row_no)",
    }
    work.insert("norm_customer", columns, work.folded, f"WHERE {person} IS NOT NULL GROUP BY {person}")


def insert_agents(work: Work, path: str, is_bot: str, rows: str, condition: str = "true") -> None:
    """Append the agents that a field names, once each; `is_bot` and `condition` are SQL over the row.

    A field `role` beside it gives each the role of the last row that has one.
    """
    if path not in work.slots:
        return
    agent, role = work.value(path), work.value(f"{path.rpartition('.')[0]}.role")
    columns = {
        "agent_key": work.agent_key(agent),
        "source_no": str(work.source_no),
        "src_id": agent,
        "display": agent,
        "is_bot": f"bool_or({is_bot})",
        "role": f"arg_max({role}, t.row_no) FILTER ({role} IS NOT NULL)",
    }
    work.insert("norm_agent", columns, rows, f"WHERE {agent} IS NOT NULL AND {condition} GROUP BY {agent}")
