"""A random desk as the files of a ticket system, brought in the way any files are."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import duckdb

from data.warehouse import Warehouse
from etl.mapping import load_mapping
from etl.model import LoadReport, Origin
from etl.pull.run import Intake, pull
from etl.sources import open_source
from metrics import facts
from metrics.model import Desk
from tests.oracle.desk import AS_OF, ROLES
from tests.oracle.knowledge import ARTICLES, REVISIONS
from tests.oracle.raw import Rows, Survey

MAPPING = Path(__file__).with_name("mapping.yaml")
SCALES = ((1, 5), (0, 10), (1, 7))
DIMENSIONS = ("efficiency", "attitude", "clarity", "resolution", "empathy", "speed")
Table = list[Mapping[str, Any]]


def tables(rows: Rows) -> dict[str, Table]:
    """Return the rows of every file by its name."""
    dues = {(one.ticket, one.what): one.due for one in rows.dues}
    found: dict[str, Table] = {
        "tickets.csv": [
            {
                **one.labels, "id": one.key, "created": one.created, "created_by": one.created_by,
                "customer": one.customer, "tags": "|".join(one.tags), "is_spam": one.is_spam, "is_test": one.is_test,
                "is_deleted": one.is_deleted, "merged_into": one.merged_into, "plan": one.plan,
                "is_common": one.is_common,
                "resolution_kind": one.resolution_kind, "solution_complete": one.solution_complete,
                "given_resolution_s": one.given_resolution_s, "made_sla": one.vendor.get("made_sla"),
                "moves": one.vendor.get("moves"), "due_first_reply": dues.get((one.key, "first_reply")),
                "due_resolution": dues.get((one.key, "resolution")),
            }
            for one in rows.tickets
        ],
        "events.csv": [
            {"id": one.key, "ticket": one.ticket, "at": one.when, "kind": one.kind, "to": one.new, "dept": one.dept,
             "actor": one.actor, "actor_kind": one.actor_kind, "effective": one.effective,
             "satisfied": one.satisfied}
            for one in rows.events
        ],
        "messages.csv": [
            {"id": one.key, "ticket": one.ticket, "at": one.when, "author": one.author,
             "author_kind": one.author_kind, "is_public": one.is_public, "is_auto": one.is_auto,
             "article": one.article}
            for one in rows.messages
        ],
        "articles.csv": [
            {"id": key, "category": category, "published": published}
            for key, (category, published) in ARTICLES.items()
        ],
        "revisions.csv": [{"article": article, "at": when} for article, when in REVISIONS],
        "agents.csv": [{"id": name, "role": role} for name, role in ROLES.items()],
    }  # fmt: skip
    for low, high in SCALES:
        found[f"surveys_{low}_{high}.csv"] = [_survey(one) for one in rows.surveys if one.scale == (low, high)]
    return found


def _survey(one: Survey) -> Mapping[str, Any]:
    return {
        "id": one.key, "ticket": one.ticket, "customer": one.customer, "agent": one.agent, "team": one.team,
        "submitted": one.submitted, "seconds": one.seconds, "overall": one.overall, "nps": one.nps,
        "effort": one.effort, "solved_first": one.solved_first, "resolved_confirmed": one.resolved_confirmed,
        "weight": one.weight, "mode": one.mode, "offered": one.offered,
        **{f"d_{name}": one.dims.get(name) for name in DIMENSIONS},
    }  # fmt: skip


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else str(value)


def write(folder: Path, rows: Rows, random: Random | None = None) -> list[Path]:
    """Write all files, their rows as they come or mixed, and return their paths."""
    folder.mkdir()
    for name, found in tables(rows).items():
        listed = random.sample(found, len(found)) if random else found
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(found[0])
            writer.writerows([_text(value) for value in one.values()] for one in listed)
    return sorted(folder.iterdir())


@dataclass
class Office:
    """A warehouse that files are imported into, with facts after every import."""

    desk: Desk
    store: Warehouse = field(default_factory=lambda: Warehouse(None, threads=1))

    def __post_init__(self) -> None:
        self.con: duckdb.DuckDBPyConnection = self.store.cursor()
        facts.create(self.con)

    def bring(self, paths: Sequence[Path]) -> list[LoadReport]:
        """Import files and return what became of their rows."""
        mapping = load_mapping(MAPPING)
        source = open_source("desk", "file", paths, mapping)
        return list(pull(self.con, Intake("desk", source, mapping, Origin(salt="s")), self._refresh, AS_OF))

    def _refresh(self, con: duckdb.DuckDBPyConnection, watermark: datetime | None) -> None:
        assert watermark == AS_OF
        facts.refresh(con, watermark, self.desk)

    def keys(self, table: str, key: str, name: str) -> dict[int, int]:
        """Return the key that the warehouse gave to each of the source's own ids."""
        return {int(own): given for own, given in self.con.execute(f"SELECT {name}, {key} FROM {table}").fetchall()}


def _moved(rows: Rows, keys: Mapping[int, int]) -> Iterator[Any]:
    yield [replace(one, key=keys[one.key], merged_into=_of(keys, one.merged_into)) for one in rows.tickets]
    yield [
        replace(one, ticket=keys[one.ticket], new=str(keys[int(one.new or 0)]) if one.kind == "merge" else one.new)
        for one in rows.events
    ]
    yield [replace(one, ticket=keys[one.ticket]) for one in rows.messages]
    yield [replace(one, ticket=_of(keys, one.ticket)) for one in rows.surveys]
    yield [replace(one, ticket=keys[one.ticket]) for one in rows.dues]


def _of(keys: Mapping[int, int], key: int | None) -> int | None:
    return None if key is None else keys[key]


def rekeyed(rows: Rows, office: Office) -> Rows:
    """Return the rows under the warehouse's keys: they decide between tickets created in one instant."""
    found = Rows(*_moved(rows, office.keys("ticket", "ticket_key", "src_ticket_id")))
    surveys = office.keys("survey_response", "response_key", "src_response_id")
    found.surveys = [replace(one, key=surveys[one.key]) for one in found.surveys]
    return found
