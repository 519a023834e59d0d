"""Every reply by hand: turns of customer and agent (semantics 4.2, 12.11; decision 10)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from metrics.model import NONE_LABEL
from tests.oracle.cases import Case, House, Label
from tests.oracle.figures import MINUTE, Figure, Row, mean_of
from tests.oracle.raw import Message
from tests.oracle.replies import reason, span

ASKED, REPLIED, CLOSED = 0, 1, 2


@dataclass(slots=True)
class Turn:
    """Asked at an instant; answered by a reply, or ended without one, or still waiting (neither)."""

    asked: datetime
    reply: Message | None = None
    ended: datetime | None = None
    is_next: bool = False


def _walk(case: Case) -> list[tuple[datetime, int, Message | None]]:
    """Return what matters to turns in order; at equal instants messages come before a closing."""
    steps: list[tuple[datetime, int, int, int, Message | None]] = [
        (one.when, 0, one.key, ASKED, one)
        for one in case.messages
        if one.author_kind == "customer" and one.is_public and not one.is_auto
    ]
    steps += [(one.when, 0, one.key, REPLIED, one) for one in case.replies]
    steps += [(when, 1, 0, CLOSED, None) for when in case.resolves]
    return [(when, what, one) for when, _, _, what, one in sorted(steps, key=lambda step: step[:3])]


def turns_of(case: Case) -> list[Turn]:
    """Return the turns of a case; creation opens the first one unless an agent opened the case."""
    found: list[Turn] = []
    waiting = None if case.ticket.created_by == "agent" else Turn(case.created)
    closing: datetime | None = None
    for when, what, message in _walk(case):
        if what == CLOSED:
            closing = when
        elif what == REPLIED and waiting:
            waiting.reply, waiting.is_next = message, any(one.reply for one in found)
            found, waiting, closing = [*found, waiting], None, None
        elif what == ASKED and waiting and closing:
            waiting.ended = max(closing, waiting.asked, case.created)
            found, waiting, closing = [*found, waiting], Turn(when), None
        elif what == ASKED and not waiting:
            waiting, closing = Turn(when), None
    if waiting and case.is_closed:
        waiting.ended = max(case.resolves[-1], waiting.asked, case.created)
    return [*found, waiting] if waiting else found


def turns_of_people(house: House) -> Iterator[tuple[Case, Turn]]:
    """Return the turns that people have to answer: not those of cases the bot closed alone."""
    return ((case, turn) for case in house.cases if reason(case) != "bot_contained" for turn in turns_of(case))


def labels_of_turn(case: Case, turn: Turn) -> Label:
    """Return the case's labels; an answered turn is its author's."""
    return {**case.labels, "agent": turn.reply.author or NONE_LABEL} if turn.reply else case.labels


def response_time(house: House, clock: str) -> Iterator[Row]:
    """Return answered turns with their duration, unanswered ones with None; a reply too early is neither."""
    for case, turn in turns_of_people(house):
        if turn.reply:
            value = span(house.clock(case, clock), max(turn.asked, case.created), turn.reply.when)
            if value is not None:
                yield Row(turn.reply.when, case.created, labels_of_turn(case, turn), (value, turn.is_next), case.key)
        elif turn.ended:
            yield Row(turn.ended, case.created, case.labels, None)


def waiting(house: House, clock: str) -> Iterator[Row]:
    """Return the turns that wait as of now; they are those of the case's owner, as nobody has replied."""
    for case, turn in turns_of_people(house):
        if not turn.reply and not turn.ended:
            yield Row(None, case.created, case.labels, None)


def _answered(rows: Sequence[Row], is_next: bool) -> list[Row]:
    given = [row for row in rows if row.value is not None and (row.value[1] or not is_next)]
    return [Row(row.moment, row.created, row.labels, row.value[0]) for row in given]


def all_turns(rows: Sequence[Row]) -> Figure:
    """Return the mean of the answered turns, the unanswered beside it as count and share."""
    figure = mean_of(MINUTE)(_answered(rows, is_next=False))
    unanswered = sum(1 for row in rows if row.value is None)
    ended = figure.n + unanswered
    figure.parts |= {"unanswered": unanswered, "unanswered_share": 100 * unanswered / ended if ended else None}
    return figure


def next_turns(rows: Sequence[Row]) -> Figure:
    """Return the mean of the answered turns after a case's first."""
    return mean_of(MINUTE)(_answered(rows, is_next=True))
