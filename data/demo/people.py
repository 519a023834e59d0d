"""Who opens a case about what: new and returning customers, repeats, topic, group, urgency."""

from dataclasses import dataclass

import numpy as np

from data.demo import cast
from data.demo.draws import Draws, Flags, Floats, Ints
from data.demo.rhythm import DAY, HOUR, Rhythm, World, local_hour

REPEAT_SHARE = 0.195
RETURNING_SHARE = 0.40
NOBODY = -1


@dataclass(frozen=True)
class Opening:
    """Everything known about cases at the moment they are opened; arrays of equal length.

    before      number of the case this one repeats, NOBODY if none
    contact     number of the contact's first case
    is_new      this is the contact's first case
    is_brisk    owed to the living desk's brisk pace: handled quickly
    """

    cases: Ints
    opened_ms: Ints
    before: Ints
    contact: Ints
    topic: Ints
    source: Ints
    kind: Ints
    urgency: Ints
    group: Ints
    owner: Ints
    level: Ints
    region: Ints
    is_new: Flags
    is_brisk: Flags
    is_bad: Flags
    is_night: Flags

    @property
    def is_anonymous(self) -> Flags:
        """Return which cases carry no contact (walk-ins, withheld numbers)."""
        withheld: Flags = self.contact == NOBODY
        return withheld


def opening(world: World, rhythm: Rhythm, cases: Ints) -> Opening:
    """Return how each case begins; a pure function of the world and the case number."""
    draws = Draws(world.seed, cases)
    opened = rhythm.opened_ms(cases)
    first, contact = _first_of_chain(world, rhythm, cases), _contact(world, rhythm, cases)
    topic = _topic(world, rhythm, first)
    level = Draws(world.seed, contact).pick("level", cast.LEVEL_WEIGHTS)
    source = _source(draws, topic)
    kind = _kind(draws, topic)
    group = _group(draws, topic, kind, level)
    return Opening(
        cases=cases,
        opened_ms=opened,
        before=_repeated(world, rhythm, cases),
        contact=np.where(draws.chance("anonymous", 0.03), NOBODY, contact),
        topic=topic,
        source=source,
        kind=kind,
        urgency=_urgency(draws, kind, level),
        group=group,
        owner=agent_of(world, draws, "owner", group),
        level=level,
        region=Draws(world.seed, contact).pick("region", cast.REGION_WEIGHTS),
        is_new=contact == cases,
        is_brisk=draws.uniform("brisk") >= rhythm.natural_share(opened),
        is_bad=rhythm.is_bad(opened),
        is_night=(local_hour(opened) < 8) | (local_hour(opened) >= 22),
    )


def agent_of(world: World, draws: Draws, what: str, group: Ints) -> Ints:
    """Return an agent id inside each group; some agents take more cases than others."""
    seats = world.agents_per_group
    seat = (draws.uniform(what) ** 1.25 * seats).astype(np.int64)
    return cast.FIRST_AGENT + group * seats + seat


def _repeated(world: World, rhythm: Rhythm, cases: Ints) -> Ints:
    """Return the case each one repeats (same customer, same topic), NOBODY when it is about something new."""
    draws = Draws(world.seed, cases)
    opened = rhythm.opened_ms(cases)
    brisk = draws.uniform("brisk") >= rhythm.natural_share(opened)
    lag = draws.exponential("repeat after", np.where(brisk, 2.5 * HOUR, 1.8 * DAY)) + 0.2 * HOUR
    before = np.floor(rhythm.position((opened - lag).astype(np.int64))).astype(np.int64)
    is_repeat = draws.chance("repeat", REPEAT_SHARE) & (before >= 0) & (before < cases)
    is_repeat &= opened - lag > world.started_ms
    return np.where(is_repeat, before, NOBODY)


def _returned(world: World, rhythm: Rhythm, cases: Ints) -> Ints:
    """Return an earlier case of the same customer, NOBODY for a new customer."""
    draws = Draws(world.seed, cases)
    before = _repeated(world, rhythm, cases)
    returns = draws.chance("returning", RETURNING_SHARE) & (cases > 0)
    return np.where(before >= 0, before, np.where(returns, draws.below("earlier case", cases), NOBODY))


def _first_of_chain(world: World, rhythm: Rhythm, cases: Ints) -> Ints:
    first = cases.copy()
    open_ends = np.arange(len(cases))
    while len(open_ends):
        before = _repeated(world, rhythm, first[open_ends])
        open_ends, before = open_ends[before >= 0], before[before >= 0]
        first[open_ends] = before
    return first


def _contact(world: World, rhythm: Rhythm, cases: Ints) -> Ints:
    first = cases.copy()
    open_ends = np.arange(len(cases))
    while len(open_ends):
        before = _returned(world, rhythm, first[open_ends])
        open_ends, before = open_ends[before >= 0], before[before >= 0]
        first[open_ends] = before
    return first


def _topic(world: World, rhythm: Rhythm, first: Ints) -> Ints:
    draws = Draws(world.seed, first)
    usual = draws.pick("topic", [topic.share for topic in cast.TOPICS])
    outage = rhythm.is_bad(rhythm.opened_ms(first)) & draws.chance("about the outage", 0.45)
    return np.where(outage, cast.OUTAGE_TOPIC, usual)


def _source(draws: Draws, topic: Ints) -> Ints:
    is_foreign = _of_topic(topic, [t.group for t in cast.TOPICS]) == cast.OVERSEAS_DESK
    at_home = draws.pick("source", cast.SOURCE_WEIGHTS)
    return np.where(is_foreign, draws.pick("foreign source", cast.FOREIGN_WEIGHTS), at_home)


def _kind(draws: Draws, topic: Ints) -> Ints:
    usual = _of_topic(topic, [t.kind for t in cast.TOPICS])
    return np.where(draws.chance("turns into a complaint", 0.05), 1, usual)


def _group(draws: Draws, topic: Ints, kind: Ints, level: Ints) -> Ints:
    usual = _of_topic(topic, [t.group for t in cast.TOPICS])
    escalated = (kind == 1) & draws.chance("complaints desk", 0.5) & (usual != cast.OVERSEAS_DESK)
    privileged = (level == 3) & draws.chance("vip desk", 0.8)
    return np.where(privileged, cast.VIP_DESK, np.where(escalated, cast.COMPLAINTS, usual))


def _urgency(draws: Draws, kind: Ints, level: Ints) -> Ints:
    drawn: Floats = draws.uniform("urgency")
    pressing = (kind == 1) | (level == 3)
    high, normal = np.where(pressing, 0.14, 0.05), np.where(pressing, 0.72, 0.45)
    return np.where(drawn < high, 0, np.where(drawn < normal, 1, 2))


def _of_topic(topic: Ints, values: list[int]) -> Ints:
    return np.array(values, dtype=np.int64)[topic]
