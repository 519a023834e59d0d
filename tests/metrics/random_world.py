"""Random worlds for property tests: loaded in batches, with everything that goes wrong in real desks."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from tests.metrics.world import World, at

STATUSES = ("open", "pending_customer", "on_hold", "resolved", "closed", "new")
HOURS = 24 * 12
N_TICKETS = 9


def when(random: Random, low: int = 0) -> str:
    """Return a random instant of twelve days, often on equal quarters of an hour, "12 09:30:00"."""
    quarter = random.randrange(low * 4, HOURS * 4)
    minute = quarter % 4 * 15 + random.choice((0, 0, 0, random.randrange(15)))
    hour = quarter // 4
    return f"{10 + hour // 24:02d} {hour % 24:02d}:{minute:02d}:{random.choice((0, 0, 31)):02d}"


@dataclass
class Loader:
    """Writes random rows into a world."""

    world: World
    random: Random

    def batch(self, size: int) -> None:
        """Write `size` random rows: tickets new and changed, events, messages, surveys, due times."""
        kinds: Sequence[str] = ("ticket", "ticket", "event", "event", "event", "message", "message", "survey", "due")
        for _ in range(size):
            getattr(self, "_" + self.random.choice(kinds))()

    def _key(self) -> int:
        return self.random.randrange(1, N_TICKETS + 1)

    def _ticket(self) -> None:
        choice, key = self.random.choice, self._key()
        self.world.ticket(
            key,
            choice((None, when(self.random), when(self.random), when(self.random))),
            created_by=choice(("customer", "customer", "customer", "agent")),
            is_spam=choice((None, False, False, True)),
            is_deleted=choice((None, False, False, False, True)),
            priority=choice((None, "P1", "P2", "P3", "P9")),
            team=choice((None, "A", "B")),
            category=choice((None, "x", "x", "y")),
            customer_key=choice((None, 1, 1, 2)),
            merged_into=choice((None, None, None, self._key())),
            given_resolution_s=choice((None, 90.5)),
            type=choice((None, "inquiry", "complaint", "complaint")),
            tags=choice((None, ["slow_response"], ["vip", "slow_response"])),
        )

    def _event(self) -> None:
        kind = self.random.choice(("status",) * 6 + ("priority", "priority", "handoff", "merge", "followup"))
        new = {
            "status": self.random.choice(STATUSES),
            "priority": self.random.choice(("P1", "P2", "P3")),
            "merge": self.random.choice((self._key(), 77)),
        }.get(kind)
        actor = self.random.choice(("a1", "a2", None))
        self.world.event(self._key(), when(self.random), kind, new, self.random.randrange(3), actor)

    def _message(self) -> None:
        kind = self.random.choice(("agent", "agent", "bot", "customer"))
        by = self.random.choice(("a1", "a2", None))
        public, auto = self.random.choice(((True, False), (True, False), (False, False), (True, True), (None, None)))
        key, sent = self._key(), when(self.random)
        article = 7 if sent.endswith("31") else None  # a link or none, without another throw of the dice
        self.world.message(key, sent, kind, by, is_public=public, is_auto=auto, article_id=article)

    def _survey(self) -> None:
        choice = self.random.choice
        dims = {name: choice((None, 1.0, 2.0, 4.0, 5.0, 9.0)) for name in ("clarity", "attitude")}
        self.world.survey(
            self.random.randrange(1, 6),
            choice((None, when(self.random), when(self.random))),
            dims,
            ticket_key=choice((None, self._key(), self._key(), 88)),
            customer_key=choice((None, 1, 2)),
            overall=choice((None, 1.0, 5.0, 7.0)),
            seconds=choice((None, 12.0, 40.0)),
            team=choice((None, "A", "T")),
            rules=choice((None, ["duplicate"], ["speeder", "contradictory"])),
            nps=choice((None, 3, 11)),
            offered_at=choice((None, at(when(self.random)))),
        )

    def _due(self) -> None:
        key, what = self._key(), self.random.choice(("first_reply", "resolution"))
        self.world.con.execute("DELETE FROM sla_due WHERE ticket_key = ? AND what = ?", [key, what])
        self.world.insert("sla_due", ticket_key=key, what=what, due_at=at(when(self.random)))
        self.world.touch(key)
