"""Tickets folded to cases as of an instant: population, merges, status history (semantics 1.7, 2.6, 4.4)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from metrics.model import DIMENSIONS, NONE_LABEL, Desk
from tests.oracle.clock import ELAPSED, Clock, open_spans
from tests.oracle.desk import PROBLEMS, ROLES
from tests.oracle.raw import Event, Message, Rows, Survey, Ticket

DONE = ("resolved", "closed")
CASE_DIMENSIONS = (*DIMENSIONS, "handler", "tag", "custom.plan", "issue", "problem", "problem.2")
ISSUES = {True: "common", False: "other", None: None}
SEVERAL = "|"  # between the tags of one case
Label = Mapping[str, str]
Dated = TypeVar("Dated", Event, Message)


def labels_of(given: Mapping[str, str | None]) -> dict[str, str]:
    """Return every dimension's label; a missing value is one of its own (1.11)."""
    return {name: NONE_LABEL if given.get(name) is None else str(given[name]) for name in (*CASE_DIMENSIONS, "mode")}


def ticket_labels(ticket: Ticket, handler: str | None = None) -> dict[str, str]:
    """Return the labels of a ticket: its dimensions, what is declared and looked up, its tags, who answered it."""
    tags = SEVERAL.join(sorted(set(ticket.tags))) or None
    way = PROBLEMS.get(ticket.labels.get("category") or "", (None,))
    found = {"custom.plan": ticket.plan, "tag": tags, "handler": handler, "issue": ISSUES[ticket.is_common]}
    return labels_of({**ticket.labels, **found, "problem": way[0], "problem.2": way[-1]})


def members_of(labels: Label, dimension: str) -> list[str]:
    """Return the members a row counts under; with several tags it counts under each (5.11)."""
    return labels[dimension].split(SEVERAL)


@dataclass
class Case:
    """One case: the survivor's attributes, all messages and events of its group, its own statuses."""

    key: int
    ticket: Ticket
    created: datetime
    messages: list[Message]
    events: list[Event]
    dues: dict[str, datetime] = field(default_factory=dict)

    @cached_property
    def labels(self) -> Label:
        """The case's labels; a person who answered wins over a bot."""
        return ticket_labels(self.ticket, "human" if self.replies else "bot" if self.bot_replies else None)

    def of(self, kind: str) -> list[Event]:
        return [event for event in self.events if event.kind == kind]

    @cached_property
    def replies(self) -> list[Message]:
        """Agent replies in order."""
        return [one for one in self.messages if one.author_kind == "agent" and one.is_public and not one.is_auto]

    @cached_property
    def bot_replies(self) -> list[Message]:
        return [one for one in self.messages if one.author_kind == "bot" and one.is_public and not one.is_auto]

    @cached_property
    def changes(self) -> list[Event]:
        """Return the events that lead into or out of {resolved, closed}, in turn."""
        found: list[Event] = []
        for event in self.of("status"):
            if (event.new in DONE) != (len(found) % 2 == 1):
                found.append(event)
        return found

    @property
    def turns(self) -> list[tuple[datetime, bool]]:
        """Return (instant, is_resolve) of every way into and out of {resolved, closed}."""
        return [(event.when, number % 2 == 0) for number, event in enumerate(self.changes)]

    @property
    def resolves(self) -> list[datetime]:
        return [when for when, is_resolve in self.turns if is_resolve]

    @property
    def reopens(self) -> list[datetime]:
        return [when for when, is_resolve in self.turns if not is_resolve]

    @property
    def is_closed(self) -> bool:
        return bool(self.turns) and self.turns[-1][1]

    def spells(self, end: datetime) -> Iterator[tuple[datetime, datetime, str]]:
        """Return (from, to, status) from creation to `end`; it starts open."""
        since, status = self.created, "open"
        for event in self.of("status"):
            until = min(event.when, end)
            if until > since:
                yield since, until, status
                since = until
            status = event.new or status
        if end > since:
            yield since, end, status


@dataclass
class House:
    """A desk as of an instant: its cases, its surveys, its clocks."""

    rows: Rows
    desk: Desk
    as_of: datetime

    @cached_property
    def present(self) -> dict[int, Ticket]:
        """Tickets of the population that are visible, undated ones too."""
        return {
            one.key: one
            for one in self.rows.tickets
            if not (one.is_spam or one.is_test or one.is_deleted)
            and (one.created is None or one.created <= self.as_of)
        }

    @cached_property
    def into(self) -> dict[int, int]:
        """Return secondary -> the ticket it was merged into; one that is not there (yet) takes nothing in."""
        found = {one.key: one.merged_into for one in self.present.values() if one.merged_into}
        for event in self.rows.events:
            if event.kind == "merge" and event.when <= self.as_of and event.ticket in self.present:
                found[event.ticket] = int(event.new or 0)
        return {key: into for key, into in found.items() if into in self.present}

    def survivor(self, key: int) -> int:
        while key in self.into:
            key = self.into[key]
        return key

    @cached_property
    def cases(self) -> list[Case]:
        """Every dated case."""
        groups: dict[int, list[Ticket]] = defaultdict(list)
        for one in self.present.values():
            groups[self.survivor(one.key)].append(one)
        events, messages = self._by_case(self.rows.events), self._by_case(self.rows.messages)
        found = []
        for key, group in groups.items():
            ticket = self.present[key]
            starts = [one.created for one in group if one.created]
            if self.desk.merge_clock == "own":
                starts = [ticket.created] if ticket.created else []
            if starts:
                own = [event for event in events[key] if event.kind != "status" or event.ticket == key]
                found.append(Case(key, ticket, min(starts), messages[key], own, self._dues(key)))
        return found

    def _by_case(self, rows: Iterable[Dated]) -> dict[int, list[Dated]]:
        found: dict[int, list[Dated]] = defaultdict(list)
        for one in sorted(rows, key=lambda row: (row.when, row.key)):
            if one.when <= self.as_of and one.ticket in self.present:
                found[self.survivor(one.ticket)].append(one)
        return found

    def _dues(self, key: int) -> dict[str, datetime]:
        return {due.what: due.due for due in self.rows.dues if due.ticket == key}

    @cached_property
    def received(self) -> list[Survey]:
        """Return visible surveys; those of spam, test and deleted tickets left with their ticket (1.7)."""
        return [
            one
            for one in self.rows.surveys
            if (one.submitted is None or one.submitted <= self.as_of)
            and (one.ticket is None or one.ticket in self.present)
            and not one.is_only_offered
        ]

    @cached_property
    def offered(self) -> list[Survey]:
        """Return the visible invitations, answered or not (5.8)."""
        return [
            one
            for one in self.rows.surveys
            if one.offered and one.offered <= self.as_of and (one.ticket is None or one.ticket in self.present)
        ]

    @cached_property
    def submissions(self) -> dict[int, list[datetime]]:
        """Return when surveys of a case were submitted, by case."""
        found: dict[int, list[datetime]] = defaultdict(list)
        for one in self.received:
            if one.ticket is not None and one.submitted:
                found[self.survivor(one.ticket)].append(one.submitted)
        return found

    @cached_property
    def supervisors(self) -> set[str]:
        """Return the agents who are supervisors, by role or by name in the settings (12.8)."""
        rules = self.desk.complaints
        return {name for name, role in ROLES.items() if role == rules.role} | set(rules.supervisors)

    @cached_property
    def undated(self) -> list[Ticket]:
        """Return the tickets without a creation instant that stand for themselves."""
        return [one for one in self.present.values() if one.created is None and one.key not in self.into]

    @cached_property
    def by_key(self) -> dict[int, Case]:
        return {case.key: case for case in self.cases}

    @cached_property
    def _clocks(self) -> dict[str, Clock]:
        return {name: Clock(open_spans(calendar)) for name, calendar in self.desk.calendars.items()}

    def business(self, case: Case) -> Clock:
        """Return the case's business clock: the tier's calendar, else the team's, else the default."""
        name = self.desk.team_calendars.get(case.ticket.labels.get("team") or "", self.desk.calendar or "")
        return self._clocks[self.desk.tier_calendars.get(case.ticket.labels.get("priority") or "P2", name)]

    def clock(self, case: Case, clock: str) -> Clock:
        return self.business(case) if clock == "business" else ELAPSED

    def sla_clock(self, case: Case) -> Clock:
        return self.business(case) if self.desk.sla_clock == "business" else ELAPSED
