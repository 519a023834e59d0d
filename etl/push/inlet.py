"""Where pushed events come in: whose they are, what becomes of each, and their way into the inbox."""

import hmac
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from data.inbox import Entry, Inbox
from data.settings import filled, rooted
from data.source_rules import SourceRule
from data.strict_yaml import StrictYamlError
from etl.mapping import load_mapping
from etl.model import MappingError, SourceError
from etl.push.events import Sorted, id_of, is_heartbeat, written
from etl.push.judge import Fault, Judge

LEAST_TOKEN = 16
LONGEST_WAIT_S = 60
State = Literal["new", "same", "rejected", "unused", "heartbeat"]
UNUSED = Fault("unused", hint="no table of the mapping takes it (file.only), so it was not kept")


@dataclass(frozen=True)
class Receipt:
    """What became of one pushed event.

    state  new (kept, loads with the next turn), same (its id was kept before), rejected (kept, goes to the
           quarantine), unused (not kept: no table takes it), heartbeat
    rule   why it, or with `new` a part of it, will not load; None = it will
    """

    state: State
    rule: str | None = None
    field: str | None = None
    value: str | None = None
    hint: str | None = None


def token_of(rule: SourceRule, environment: Mapping[str, str]) -> str:
    """Return the token that a source pushes with. Raises SourceError for one that is not set or easily guessed."""
    try:
        token = filled(rule.token or "", environment)
    except KeyError as error:
        raise SourceError(f"source {rule.id}: {error.args[0]}", permanent=True) from None
    except OSError as error:
        place = f"{error.filename}: cannot be read ({error.strerror})"
        raise SourceError(f"source {rule.id}: {place}", permanent=True) from None
    if len(token) < LEAST_TOKEN:
        told = f"its token has {len(token)} characters and has to have {LEAST_TOKEN} or more; make one by chance"
        raise SourceError(f"source {rule.id}: {told}", permanent=True)
    return token


class Inlet:
    """Takes the events of all sources of kind push; safe to use from any thread."""

    def __init__(
        self,
        rules: Sequence[SourceRule],
        inbox: Inbox,
        environment: Mapping[str, str],
        clock: Callable[[], datetime],
        judge: Judge | None = None,
    ) -> None:
        self._rules = {rule.id: rule for rule in rules if rule.kind == "push"}
        self._inbox, self._environment, self._clock = inbox, environment, clock
        self._judge = judge or Judge()

    def source(self, token: str) -> str | None:
        """Return whose token it is; None = nobody's, or that of several. Takes as long for every wrong one."""
        owners = [name for name in self._rules if self._is_token(name, token)]
        return owners[0] if len(owners) == 1 else None

    def _is_token(self, source_id: str, token: str) -> bool:
        try:
            wanted = token_of(self._rules[source_id], self._environment)
        except SourceError:  # the schedule tells it with every pull
            return False
        return hmac.compare_digest(token.encode(), wanted.encode())

    def wait_s(self, source_id: str) -> int | None:
        """Return the seconds after which to try again, because too much waits to be loaded; None = there is room."""
        if not self._inbox.is_full(source_id):
            return None
        return min(LONGEST_WAIT_S, max(1, round(2 * self._rules[source_id].interval_s)))

    def accept(self, source_id: str, events: Sequence[object]) -> Sequence[Receipt]:
        """Return what became of each event. They are on the disk when this returns; raises OSError when they are not.

        Events that cannot be judged now, because the mapping cannot be read or too much is under way, are kept as
        new ones; what then does not load goes to the quarantine all the same.
        """
        event_id = self._rules[source_id].event_id
        ids = [id_of(event, event_id) for event in events]
        try:
            return self._received(source_id, events, ids)
        except sqlite3.Error as error:
            raise OSError(f"the inbox cannot be written: {error}") from error

    def _received(self, source_id: str, events: Sequence[object], ids: Sequence[str]) -> list[Receipt]:
        known = self._inbox.known(source_id, ids)
        faults = self._faults(source_id, {n: event for n, event in enumerate(events) if ids[n] not in known})
        found = [_receipt(event, ids[number] in known, faults.get(number)) for number, event in enumerate(events)]
        places = [number for number, one in enumerate(found) if one.state in ("new", "rejected")]
        entries = [
            Entry(written(events[number]), ids[number] if found[number].state == "new" else None) for number in places
        ]
        kept = self._inbox.keep(source_id, entries, self._clock())
        for number, is_new in zip(places, kept, strict=True):
            found[number] = found[number] if is_new else Receipt("same")
        return found

    def _faults(self, source_id: str, events: Mapping[int, object]) -> Mapping[int, Fault]:
        """Return what is wrong with new events; nothing where they cannot be judged."""
        try:
            found = Sorted(load_mapping(rooted(self._rules[source_id].mapping)))
            for number, event in events.items():
                if not is_heartbeat(event):
                    found.add(number, event)
            judged = self._judge.faults(found) if found.rows or found.malformed else {}
        except (MappingError, StrictYamlError, OSError):  # the schedule tells it with every pull
            return {}
        return {**(judged or {}), **dict.fromkeys(found.unused, UNUSED)}


def _receipt(event: object, is_known: bool, fault: Fault | None) -> Receipt:
    if is_heartbeat(event):
        return Receipt("heartbeat")
    if is_known:
        return Receipt("same")
    if fault is None:
        return Receipt("new")
    state: State = "new" if fault.is_partial else "unused" if fault is UNUSED else "rejected"
    rule = None if fault is UNUSED else fault.rule
    return Receipt(state, rule, fault.field, fault.value, fault.hint)
