"""A random desk from a seed, with everything that goes wrong in real ones."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from metrics.model import Calendar, Desk, ReachRule, SlaTier
from tests.oracle.raw import Due, Event, Message, Rows, Survey, Ticket

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
SPLIT = ((540, 720), (810, 1080))
LATE = ((0, 240), (1200, 1440))
CALENDARS = {
    "office": Calendar(
        "office", "Asia/Shanghai", (SPLIT,) * 5 + ((), ()),
        holidays=frozenset(date(2025, 1, 28) + timedelta(days=n) for n in range(8)) | {date(2025, 4, 4)},
        makeup=((date(2025, 1, 26), SPLIT), (date(2025, 2, 8), ((600, 900),))),
    ),
    "night": Calendar(
        "night", "America/New_York", (LATE,) * 5 + (((600, 615), (1380, 1440)), ((0, 1440),)),
        holidays=frozenset({date(2025, 2, 17)}),
    ),
    "always": Calendar("always", "Europe/Berlin", (((0, 1440),),) * 7, years="all"),
}  # fmt: skip
SLA = {"P1": SlaTier(5, 120), "P2": SlaTier(15, 1440), "P3": SlaTier(1440, None)}
WEIGHTS = {"efficiency": 0.29, "attitude": 0.22, "clarity": 0.18, "resolution": 0.16, "empathy": 0.15}
PROBLEMS = {"x": ("goods",), "y": ("bill", "wrong")}  # category -> its problem types from the top
PLAIN = Desk(
    calendars=CALENDARS,
    calendar="office",
    team_calendars={"B": "night", "C": "always"},
    sla=SLA,
    csi_weights=WEIGHTS,
    problem_types=PROBLEMS,
    urgent_reach=ReachRule("tech"),
)
START, AS_OF = datetime(2025, 1, 20, tzinfo=UTC), datetime(2025, 4, 22, 3, 17, 11, 13, tzinfo=UTC)
VALUES: dict[str, tuple[str | None, ...]] = {
    "team": ("A", "A", "B", "C", None),
    "agent": ("a1", "a2", "a3", None),
    "channel": ("online", "phone", "email", None),
    "channel_detail": ("chat", "hotline", None),
    "type": ("inquiry", "complaint", "tech", None),
    "category": ("x", "x", "y", None),
    "priority": ("P1", "P2", "P3", None),
    "region": ("north", "south", None),
    "tier": ("gold", "plain", None),
    "product": ("app", "web", None),
}
TAGS: tuple[tuple[str, ...], ...] = ((), ("vip",), ("slow_response",), ("slow_response", "vip"), ("vip", "vip"))
DEPTS = ("front", "tech", "tech", "billing", None)
ACTORS: tuple[tuple[str | None, str | None], ...] = (
    ("a1", "agent"), ("a1", "agent"), ("a2", "agent"), ("boss", "agent"), ("a9", None), (None, "agent"), (None, None),
    ("robot", "bot"), ("rule", "automation"), ("c1", "customer"),
)  # fmt: skip
ROLES = {"boss": "supervisor", "a1": "agent"}
VENDOR: tuple[dict[str, bool | int | float], ...] = (
    {}, {"made_sla": True, "moves": 2}, {"made_sla": False, "moves": 0.5},
)  # fmt: skip
STATUSES = ("open", "pending_customer", "on_hold", "resolved", "closed", "new")
EDGES = (0, 540, 720, 810, 1080, 1440)
DST_DAYS = (date(2025, 3, 9), date(2025, 3, 30))


@dataclass
class Maker:
    """Writes random tickets, the customers of some of them coming back."""

    random: Random
    rows: Rows = field(default_factory=Rows)
    serial: int = 0

    def next_key(self) -> int:
        self.serial += 1
        return self.serial

    def moment(self) -> datetime:
        """Return an instant: just now, anywhere, on the edge of a window, or on a day the clocks change."""
        random = self.random
        where = random.random()
        if where < 0.04:
            return AS_OF - timedelta(minutes=random.choice((0, 1, 7, 12, 60, 200)))
        if where < 0.75:
            return START + timedelta(microseconds=random.randrange(93 * 86_400_000_000))
        if where < 0.9:
            zone = random.choice((SHANGHAI, NEW_YORK))
            day = datetime(2025, 1, 20, tzinfo=zone) + timedelta(days=random.randrange(91))
            return (day + timedelta(minutes=random.choice(EDGES))).astimezone(UTC)
        changing = datetime.combine(random.choice(DST_DAYS), datetime.min.time(), UTC)
        return changing + timedelta(minutes=random.randrange(1440))

    def later(self, instant: datetime, scale_h: float = 12.0) -> datetime:
        """Return an instant after another: at once, seconds, minutes, hours or days later, at times before it."""
        kind = self.random.random()
        if kind < 0.03:
            return instant
        if kind < 0.05:
            return instant - timedelta(seconds=self.random.choice((20, 60, 61, 600)))
        if kind < 0.25:
            return instant + timedelta(minutes=self.random.choice((5, 10, 15, 30, 120, 240, 1440)))
        return instant + timedelta(seconds=round(self.random.expovariate(1 / (scale_h * 3600)), 6))

    def event(self, ticket: int, when: datetime, kind: str, new: str | None = None, dept: str | None = None) -> None:
        """Write an event, at times in the instant of the one before, by somebody of any kind."""
        actor = self.random.choice(ACTORS)
        self.rows.events.append(Event(self.next_key(), ticket, when, kind, new, dept, *actor))

    def ticket(self, key: int) -> Ticket:
        random = self.random
        one = Ticket(
            key,
            self.moment(),
            random.choice(("customer",) * 8 + ("agent", "system")),
            {name: random.choice(values) for name, values in VALUES.items()},
            random.choice((None, random.randrange(1, 300), random.randrange(1, 300))),
            is_spam=random.random() < 0.02,
            is_test=random.random() < 0.02,
            is_deleted=random.random() < 0.02,
            tags=random.choice(TAGS),
            resolution_kind=random.choice((None, "resolved", "resolved", "unresolved")),
            solution_complete=random.choice((None, True, True, False)),
            plan=random.choice((None, "basic", "pro")),
            is_common=(None, True, False)[key % 3],
            vendor=random.choice(VENDOR),
        )
        self.rows.tickets.append(one)
        return one

    def talk(self, one: Ticket, start: datetime) -> None:
        """Write messages: bots, hand-offs, acknowledgements, notes, replies."""
        random, when = self.random, start
        if random.random() < 0.3:
            when = self.later(start, 0.1)
            self.say(one.key, when, "bot")
            if random.random() < 0.5:
                self.event(one.key, max(start, self.later(when, 0.2)), "handoff")
        for _ in range(random.choice((0, 1, 1, 1, 2, 3))):
            when = self.later(when, 6)
            self.say(one.key, when, random.choice(("agent", "agent", "agent", "customer")))
        if random.random() < 0.2:
            self.say(one.key, self.later(start, 1), "agent", is_public=False)
        if random.random() < 0.2:
            self.say(one.key, start, "bot", is_auto=True)

    def say(self, ticket: int, when: datetime, kind: str, is_public: bool = True, is_auto: bool = False) -> None:
        author = self.random.choice(("a1", "a2", "a9", "boss", None)) if kind == "agent" else None
        self.rows.messages.append(Message(self.next_key(), ticket, when, author, kind, is_public, is_auto))

    def work(self, one: Ticket, start: datetime) -> None:
        """Write assignments, statuses with pauses and reopens, priority changes, follow-ups, due times."""
        random, when = self.random, start
        for _ in range(random.choice((0, 1, 1, 2, 3))):
            when = self.later(when, 2)
            self.event(one.key, when, "assign", random.choice(("a1", "a2", "a9", None)), random.choice(DEPTS))
        when = start
        for status in random.choices(STATUSES, (2, 3, 1, 5, 2, 1), k=random.choice((0, 1, 1, 2, 3, 5))):
            when = self.later(when, 20)
            self.event(one.key, when, "status", status)
        if random.random() < 0.5:
            self.event(one.key, self.later(when, 24), "status", "closed")
        for _ in range(random.choice((0, 0, 0, 1, 2))):
            self.event(one.key, self.later(start, 3), "priority", random.choice(("P1", "P2", "P3")))
        if random.random() < 0.4:
            self.event(one.key, self.later(when, 20), "followup")
            self.rows.events[-1].effective = (None, True, False, True)[one.key % 4]
            self.rows.events[-1].satisfied = (True, False, None)[one.key % 3]
        if random.random() < 0.05:
            what = random.choice(("first_reply", "resolution"))
            self.rows.dues.append(Due(one.key, what, self.later(start, 8)))

    def survey(self, ticket: int | None, customer: int | None, when: datetime | None) -> None:
        random = self.random
        score = random.choice
        scores = (None, 1.0, 2.0, 3.0, 4.0, 4.0, 5.0, 5.0, 9.0)
        dims = {name: score(scores) for name in (*WEIGHTS, "speed") if random.random() < 0.95}
        if random.random() < 0.1:
            dims = dict.fromkeys(dims, score((1.0, 5.0)))
        self.rows.surveys.append(
            Survey(
                self.next_key(), ticket, customer, when, score((None, 12.0, 29.9, 30.0, 90.0, 90.0)),
                score((None, 0.0, 1.0, 2.0, 4.0, 5.0, 7.0)), score((None, 0, 3, 6, 7, 8, 9, 10, 11)), dims,
                score((None, 1.0, 2.5, 7.0)), score((None, True, False)), score((None, True, False)),
                score((None, 0.5, 1.0, 2.25)), score((None, "phone", "web")), score((None, "A", "T")),
                score((None, "a1", "z")), score(((1.0, 5.0), (1.0, 5.0), (0.0, 10.0), (1.0, 7.0))),
                None if when is None else score((None, when, when - timedelta(minutes=2))),
            )
        )  # fmt: skip

    def invitation(self, ticket: int | None, customer: int | None, when: datetime) -> None:
        """Write an invitation that nobody has answered."""
        mode = self.random.choice((None, "phone", "web"))
        blank = Survey(self.next_key(), ticket, customer, None, None, None, None, {"speed": None}, mode=mode)
        self.rows.surveys.append(replace(blank, offered=when))

    def opinions(self, one: Ticket, start: datetime) -> None:
        for _ in range(self.random.choice((0, 0, 1, 1, 2))):
            self.survey(one.key, self.random.choice((one.customer, one.customer, None)), self.later(start, 48))
        if self.random.random() < 0.6:
            self.invitation(one.key, self.random.choice((one.customer, None)), self.later(start, 48))
        if self.random.random() < 0.1:
            self.survey(None, self.random.choice((None, 1, 2, 3)), self.moment())

    def comeback(self, one: Ticket) -> None:
        """Write a ticket of the same customer and category, born exactly when the repeat time ends, or just after."""
        ends = [event.when for event in self.rows.events if event.ticket == one.key and event.kind == "status"]
        if not ends or one.created is None:
            return
        again = self.ticket(self.next_key())
        again.created = ends[-1] + timedelta(days=7, microseconds=self.random.choice((0, 1)))
        again.customer, again.labels = one.customer, {**again.labels, "category": one.labels["category"]}


def merges(maker: Maker) -> None:
    """Merge some tickets into others, in chains too; survivors are in the population and not of the future."""
    kept = [
        one for one in maker.rows.tickets
        if one.created and one.created < AS_OF and not (one.is_spam or one.is_test or one.is_deleted)
    ]  # fmt: skip
    for number, one in enumerate(kept[1:], start=1):
        if maker.random.random() < 0.06:
            into = kept[maker.random.randrange(max(0, number - 40), number)].key
            if maker.random.random() < 0.3:
                one.merged_into = into
            else:
                maker.event(one.key, maker.later(one.created or AS_OF, 24), "merge", str(into))


def undated(maker: Maker) -> None:
    """Write tickets without a creation instant, with a given duration or none, and their opinions."""
    for _ in range(12):
        one = maker.ticket(maker.next_key())
        start, one.created = one.created or START, None
        one.customer = one.customer or 1
        one.given_resolution_s = maker.random.choice((None, 90.5, 7200.0))
        maker.talk(one, start)
        maker.work(one, start)


def desk(seed: int, size: int) -> Rows:
    """Return a random desk of about `size` tickets."""
    maker = Maker(Random(seed))
    for _ in range(size):
        one = maker.ticket(maker.next_key())
        start = one.created or START
        maker.talk(one, start)
        maker.work(one, start)
        maker.opinions(one, start)
        if maker.random.random() < 0.03:
            maker.comeback(one)
    merges(maker)
    undated(maker)
    return maker.rows
