"""Lives told as rows: what the desk's tables hold of them between two instants."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.demo import cast
from data.demo.draws import Floats, Ints
from data.demo.life import Lives
from data.demo.tables import BAD_DATE, MISSING, Block

CASE_ID = 100_001  # id of case number 0
CONTACT_ID = 500_001  # id of the contact of case number 0


@dataclass(frozen=True)
class Change:
    """How a step of a life stands in the log."""

    step: str
    action: int
    actor: int
    value: int = MISSING


@dataclass(frozen=True)
class Word:
    """How a step of a life stands among the posts."""

    step: str
    author: int
    is_internal: int = 0
    is_automatic: int = 0


# Order decides among equal instants.
CHANGES = (
    Change("handoff", cast.HANDOFF, cast.ROBOT),
    Change("assign", cast.ASSIGN, cast.RULE),
    Change("transfer", cast.ASSIGN, cast.AGENT),
    Change("work", cast.STATE, cast.AGENT, cast.WORKING),
    Change("urgency", cast.URGENCY, cast.AGENT),
    Change("await", cast.STATE, cast.AGENT, cast.AWAITING),
    Change("resume", cast.STATE, cast.RULE, cast.WORKING),
    Change("park", cast.STATE, cast.AGENT, cast.PARKED),
    Change("unpark", cast.STATE, cast.AGENT, cast.WORKING),
    Change("odd_state", cast.STATE, cast.AGENT, cast.IN_REVIEW),
    Change("solve", cast.STATE, cast.AGENT, cast.SOLVED),
    Change("robot_solve", cast.STATE, cast.ROBOT, cast.SOLVED),
    Change("reopen", cast.STATE, cast.RULE, cast.WORKING),
    Change("solve_2", cast.STATE, cast.AGENT, cast.SOLVED),
    Change("merge", cast.MERGE, cast.AGENT),
    Change("drop", cast.STATE, cast.AGENT, cast.ARCHIVED),
    Change("close_agent", cast.STATE, cast.AGENT, cast.ARCHIVED),
    Change("close_rule", cast.STATE, cast.RULE, cast.ARCHIVED),
    Change("callback", cast.CALLBACK, cast.AGENT),
)
WORDS = (
    Word("open", cast.CONTACT),
    Word("ack", cast.ROBOT, is_automatic=1),
    Word("robot_reply", cast.ROBOT),
    Word("cust_bot", cast.CONTACT),
    Word("robot_reply_2", cast.ROBOT),
    Word("reply_1", cast.AGENT),
    Word("cust_2", cast.CONTACT),
    Word("reply_2", cast.AGENT),
    Word("cust_3", cast.CONTACT),
    Word("reply_3", cast.AGENT),
    Word("note", cast.AGENT, is_internal=1),
    Word("answer", cast.AGENT),
    Word("cust_5", cast.CONTACT),
    Word("reply_5", cast.AGENT),
)
INVITES = ("invite",)
RATES = ("rate", "rate_again")
_STEPS = (*(change.step for change in CHANGES), *(word.step for word in WORDS), *INVITES, *RATES)


@dataclass(frozen=True)
class Happenings:
    """Steps that happen in an interval, in order of time: position of the life, instant, which of the kinds."""

    life: Ints
    at_ms: Ints
    which: Ints


def happenings(lives: Lives, steps: Sequence[str], after_ms: int, until_ms: int) -> Happenings:
    """Return what of these steps happens in (after, until], ordered by instant, case, order of the kinds."""
    parts = [_within(lives.when_ms(step), after_ms, until_ms) for step in steps]
    life = np.concatenate([where for where, _ in parts])
    at_ms = np.concatenate([when for _, when in parts])
    which = np.repeat(np.arange(len(parts)), [len(where) for where, _ in parts])
    order = np.lexsort((which, lives.opening.cases[life], at_ms))
    return Happenings(life[order], at_ms[order], which[order])


def _within(when: Floats, after_ms: int, until_ms: int) -> tuple[Ints, Ints]:
    where = np.flatnonzero((when > after_ms) & (when <= until_ms))
    return where, when[where].astype(np.int64)


def due(lives: Lives, after_ms: int) -> tuple[Ints, Ints]:
    """Return (instant, case number) of every step still to come after an instant."""
    parts = [_within(lives.when_ms(step), after_ms, 1 << 62) for step in _STEPS]
    return np.concatenate([at for _, at in parts]), lives.opening.cases[np.concatenate([life for life, _ in parts])]


def contact_rows(lives: Lives, start: int) -> Block:
    """Return the contacts whose first case is among the lives from position `start` on."""
    first = start + np.flatnonzero(lives.opening.is_new[start:])
    draws, number = lives.draws, lives.opening.cases[first]
    joined = lives.opening.opened_ms - (draws.exponential("joined", 200.0) * 86_400_000.0).astype(np.int64)
    return {
        "id": CONTACT_ID + number,
        "full_name": draws.below("name", len(cast.NAMES))[first],
        "region": lives.opening.region[first],
        "level": lives.opening.level[first],
        "joined_at": joined[first],
    }


def case_rows(lives: Lives, as_of_ms: int, start: int) -> Block:
    """Return the cases from position `start` on as they stand at an instant."""
    return {name: values[start:] for name, values in _cases(lives, as_of_ms).items()}


def _cases(lives: Lives, as_of_ms: int) -> dict[str, Ints]:
    opening, fate = lives.opening, lives.fate
    gone = {step: lives.when_ms(step) <= as_of_ms for step in ("drop", "merge", "trash", "transfer", "urgency")}
    assigned = lives.when_ms("assign") <= as_of_ms
    solved = (lives.when_ms("solve") <= as_of_ms) | (lives.when_ms("robot_solve") <= as_of_ms)
    owner = np.where(gone["transfer"], lives.next_owner, opening.owner)
    topics = cast.TOPICS
    return {
        "id": CASE_ID + opening.cases,
        "subject": opening.topic,
        "source": opening.source,
        "kind": opening.kind,
        "topic": np.where(lives.draws.chance("no topic", 0.012), MISSING, opening.topic),
        "is_common": np.array([int(topic.is_common) for topic in topics])[opening.topic],
        "product": np.array([topic.product for topic in topics])[opening.topic],
        "urgency": opening.urgency,
        "urgency_now": np.where(gone["urgency"], lives.next_urgency, opening.urgency),
        "state": _state(lives, as_of_ms),
        "outcome": np.where(solved, lives.not_fixed.astype(np.int64), MISSING),
        "group_id": np.where(gone["transfer"], lives.next_group, opening.group) + 1,
        "owner_id": np.where(assigned, owner, np.where(fate.contained & solved, cast.ROBOT_ID, MISSING)),
        "contact_id": np.where(opening.is_anonymous, MISSING, CONTACT_ID + opening.contact),
        "opened_by": np.where(fate.outbound, 1, np.where(fate.by_system, 3, np.where(opening.source == 8, 2, 0))),
        "is_spam": (fate.spam & gone["drop"]).astype(np.int64),
        "is_test": fate.test.astype(np.int64),
        "is_trashed": gone["trash"].astype(np.int64),
        "duplicate_of": np.where(gone["merge"], CASE_ID + opening.before, MISSING),
        "region": np.where(opening.is_anonymous, MISSING, opening.region),
        "level": np.where(opening.is_anonymous, MISSING, opening.level),
        "tags": np.where((opening.kind == 1) & lives.draws.chance("slow", 0.2), 0, MISSING),
        "opened_at": opening.opened_ms,
        "updated_at": _updated(lives, as_of_ms),
    }


def _state(lives: Lives, as_of_ms: int) -> Ints:
    """Return the last state each case entered up to an instant."""
    entered = [change for change in CHANGES if change.action == cast.STATE]
    latest = lives.opening.opened_ms.astype(np.float64)
    state = np.full(len(latest), cast.QUEUED, dtype=np.int64)
    for change in entered:
        when = lives.when_ms(change.step)
        later = (when <= as_of_ms) & (when >= latest)
        latest, state = np.where(later, when, latest), np.where(later, change.value, state)
    return state


def _updated(lives: Lives, as_of_ms: int) -> Ints:
    latest = lives.opening.opened_ms.astype(np.float64)
    for step in _STEPS:
        when = lives.when_ms(step)
        latest = np.where((when <= as_of_ms) & (when > latest), when, latest)
    return latest.astype(np.int64)


def log_rows(lives: Lives, after_ms: int, until_ms: int, first_id: int) -> Block:
    """Return the log of (after, until], ids rising with time from first_id."""
    found = happenings(lives, [change.step for change in CHANGES], after_ms, until_ms)
    action = np.array([change.action for change in CHANGES])[found.which]
    actor = np.array([change.actor for change in CHANGES])[found.which]
    value = np.array([change.value for change in CHANGES])[found.which]
    owner, group = _in_charge(lives, found)
    is_assign, is_urgency = action == cast.ASSIGN, action == cast.URGENCY
    new_urgency = len(cast.STATES) + lives.next_urgency[found.life]
    return {
        "id": first_id + np.arange(len(found.life)),
        "case_id": CASE_ID + lives.opening.cases[found.life],
        "action": action,
        "old_value": np.where(is_urgency, len(cast.STATES) + lives.opening.urgency[found.life], MISSING),
        "new_value": np.where(is_urgency, new_urgency, value),
        "group_id": np.where(is_assign, group, MISSING),
        "owner_id": np.where(is_assign, owner, MISSING),
        "other_case_id": np.where(action == cast.MERGE, CASE_ID + lives.opening.before[found.life], MISSING),
        "actor_kind": actor,
        "actor_id": _author(actor, owner),
        "logged_at": found.at_ms,
    }


def _in_charge(lives: Lives, found: Happenings) -> tuple[Ints, Ints]:
    """Return owner and group id in charge at each happening."""
    moved = found.at_ms >= np.nan_to_num(lives.when_ms("transfer"), nan=np.inf)[found.life]
    owner = np.where(moved, lives.next_owner[found.life], lives.opening.owner[found.life])
    return owner, np.where(moved, lives.next_group[found.life], lives.opening.group[found.life]) + 1


def _author(kind: Ints, owner: Ints) -> Ints:
    return np.where(kind == cast.AGENT, owner, np.where(kind == cast.ROBOT, cast.ROBOT_ID, MISSING))


def post_rows(lives: Lives, after_ms: int, until_ms: int, first_id: int) -> Block:
    """Return the posts of (after, until], ids rising with time from first_id."""
    found = happenings(lives, [word.step for word in WORDS], after_ms, until_ms)
    kind = np.array([word.author for word in WORDS])[found.which]
    owner, _ = _in_charge(lives, found)
    return {
        "id": first_id + np.arange(len(found.life)),
        "case_id": CASE_ID + lives.opening.cases[found.life],
        "author_kind": kind,
        "author_id": _author(kind, owner),
        "is_internal": np.array([word.is_internal for word in WORDS])[found.which],
        "is_automatic": np.array([word.is_automatic for word in WORDS])[found.which],
        "medium": lives.opening.source[found.life],
        "sent_at": _sent(lives, found),
        "updated_at": found.at_ms,
    }


def _sent(lives: Lives, found: Happenings) -> Ints:
    """Return the time of sending: a few rows carry one before the opening, or none that can be read."""
    dirty = lives.fate.dirty[found.life]
    is_reply = np.array([word.step == "reply_1" for word in WORDS])[found.which]
    early = lives.opening.opened_ms[found.life] - 300_000
    sent = np.where(is_reply & (dirty >= 0.0012) & (dirty < 0.0024), early, found.at_ms)
    is_note = np.array([word.step in ("note", "cust_2") for word in WORDS])[found.which]
    return np.where(is_note & (dirty >= 0.0024) & (dirty < 0.0060), BAD_DATE, sent)
