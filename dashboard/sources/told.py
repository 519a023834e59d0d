"""GET /api/data: the data page for machines; states, instants and counts, no HTML."""

from datetime import datetime
from typing import Any

from dashboard.model import Loading, Schedule, Stock
from dashboard.sources.refusals import shown
from dashboard.sources.standing import Standing, standings
from metrics.drift import Change
from metrics.ledger import Flaw, Refusal, Run
from metrics.losses import Loss


def told(stock: Stock, now: datetime) -> dict[str, Any]:
    """Return sources, rejected rows, changed columns, flaws and losses; instants in ISO 8601, null = not known."""
    found = standings(stock)
    return {
        "now": now.isoformat(),
        "verbs": list(stock.verbs),
        "door": stock.door,
        "sources": [_source(one, now) for one in found],
        "rejects": [_refusal(one, stock.door) for one in stock.ledger.refusals],
        "drift": [_change(one) for one in stock.ledger.changes],
        "flaws": [_flaw(one) for one in stock.ledger.flaws],
        "losses": [_loss(one) for one in stock.losses],
    }


def _source(one: Standing, now: datetime) -> dict[str, Any]:
    entry, trouble = one.entry, one.entry.trouble if one.entry else None
    return {
        "id": one.source_id,
        "name": one.name,
        "kind": one.kind,
        "state": one.state,
        "watermark": _instant(one.watermark),
        "lag_s": one.lag_s(now),
        "max_age_s": entry.max_age_s if entry else None,
        "tickets": entry.tickets if entry else 0,
        "rejected": one.n_rejected,
        "rows_per_minute": one.rows_per_minute,
        "trouble": {"state": trouble.state, "since": _instant(entry.troubled_since), "message": trouble.message}
        if entry and trouble
        else None,
        "schedule": _schedule(one.schedule) if one.schedule else None,
        "runs": [_run(run) for run in one.runs],
    }


def _schedule(one: Schedule) -> dict[str, Any]:
    return {
        "every_s": one.every_s,
        "rhythm": one.rhythm,
        "next_at": _instant(one.next_at),
        "paused": one.is_paused,
        "running_since": _instant(one.running),
        "failures": one.failures,
        "circuit": one.circuit,
        "pulled_at": _instant(one.pulled_at),
        "first_load": _first(one.first_load) if one.first_load else None,
    }


def _first(one: Loading) -> dict[str, Any]:
    return {
        "since": _instant(one.since),
        "rows": one.rows,
        "total": one.total,
        "per_s": one.per_s,
        "left_s": one.left_s,
    }


def _run(run: Run) -> dict[str, Any]:
    return {
        "run": run.run_id,
        "state": run.state,
        "started_at": _instant(run.started_at),
        "ended_at": _instant(run.ended_at),
        "seconds": run.seconds,
        "read": run.n_read,
        "new": run.n_new,
        "changed": run.n_changed,
        "same": run.n_same,
        "rejected": run.n_rejected,
        "rows_per_minute": run.rows_per_minute,
        "file": run.file_name,
        "message": run.message,
    }


def _refusal(one: Refusal, door: str) -> dict[str, Any]:
    return {
        "source": one.source_id,
        "rule": one.rule,
        "title": dict(one.title),
        "table": one.table,
        "field": one.field,
        "n": one.n,
        "again": one.again,
        "since": _instant(one.since),
        "until": _instant(one.until),
        "examples": [
            {
                "file": each.file,
                "row": each.row_no,
                "value": each.value,
                "hint": each.hint,
                "payload": dict(shown(each.payload, door)),
            }
            for each in one.examples
        ],
    }


def _flaw(one: Flaw) -> dict[str, Any]:
    return {
        "source": one.source_id,
        "rule": one.rule,
        "title": dict(one.title),
        "field": one.field,
        "n": one.n,
        "since": _instant(one.since),
        "until": _instant(one.until),
        "example": one.example,
        "kpis": [dict(title) for title in one.kpis],
        "split": one.split,
    }


def _change(one: Change) -> dict[str, Any]:
    return {
        "source": one.source_id,
        "table": one.table,
        "column": one.column,
        "what": one.what,
        "types": list(one.types) if one.types else None,
        "renamed": one.renamed,
        "fields": list(one.fields),
        "kpis": [dict(title) for title in one.kpis],
        "dimensions": list(one.dimensions),
        "stops": one.is_stopping,
        "since": _instant(one.found_at),
    }


def _loss(one: Loss) -> dict[str, Any]:
    return {
        "metric": one.metric,
        "title": dict(one.title),
        "n": one.n,
        "lost": one.lost,
        "faults": one.faults,
        "rules": one.rules,
    }


def _instant(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
