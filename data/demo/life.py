"""What happens to a case from its opening to its end: a column of instants per kind of step, NaN = never.

Times are seconds after the opening; NaN passes through sums, so what waits for something that never
comes never comes either. Nothing here knows the present: a life is drawn whole, and shown as it passes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from data.demo import cast
from data.demo.draws import Draws, Flags, Floats, Ints
from data.demo.people import Opening, agent_of
from data.demo.rhythm import DAY, World

MINUTE, HOUR_S, DAY_S = 60.0, 3600.0, 86400.0
LONGEST_MS = 45 * DAY  # no step of any life comes later than this after its opening
_FIRST_REPLY = np.array([2.0, 5.9, 17.5]) * MINUTE  # median by urgency: high, normal, low
_FIRST_REPLY_SPREAD = np.array([0.75, 0.85, 1.0])

Steps = dict[str, Floats]


@dataclass(frozen=True)
class Fate:
    """Which kind of case it is; every case is exactly one of the first six."""

    spam: Flags
    test: Flags
    merged: Flags
    contained: Flags
    unanswered: Flags
    served: Flags
    outbound: Flags  # opened by an agent
    by_system: Flags  # opened by a monitoring rule
    bot_first: Flags
    stuck: Flags  # served, but never brought to an end
    trashed: Flags
    dirty: Floats  # a number in [0, 1): the smallest few have something wrong in their rows


@dataclass(frozen=True)
class Lives:
    """Whole lives: how the cases begin, what kind they are, when each step happens, who takes over."""

    opening: Opening
    fate: Fate
    steps: Mapping[str, Floats]
    next_group: Ints
    next_owner: Ints
    next_urgency: Ints
    not_fixed: Flags
    draws: Draws

    def when_ms(self, step: str) -> Floats:
        """Return the instants of a step in epoch ms (whole numbers), NaN = never."""
        when: Floats = np.rint(self.steps[step] * 1000.0) + self.opening.opened_ms
        return when


def lives(world: World, opening: Opening) -> Lives:
    """Return the lives of the cases; a pure function of the world and the case numbers."""
    draws = Draws(world.seed, opening.cases)
    fate = _fate(world, opening, draws)
    steps = _before_reply(opening, fate, draws)
    _conversation(opening, fate, draws, steps)
    _resolution(opening, fate, draws, steps)
    _short_ends(fate, draws, steps)
    _afterwards(opening, fate, draws, steps)
    next_group = (opening.group + 1 + draws.below("other group", len(cast.GROUPS) - 1)) % len(cast.GROUPS)
    return Lives(
        opening=opening,
        fate=fate,
        steps=steps,
        next_group=next_group,
        next_owner=agent_of(world, draws, "next owner", next_group),
        next_urgency=np.where(opening.urgency == 0, 1, opening.urgency - 1),
        not_fixed=draws.chance("not fixed", 0.07),
        draws=draws,
    )


def _fate(world: World, opening: Opening, draws: Draws) -> Fate:
    lot = draws.uniform("lot")
    spam, test = lot < 0.012, (lot >= 0.012) & (lot < 0.014)
    outbound, by_system = (lot >= 0.014) & (lot < 0.044), (lot >= 0.044) & (lot < 0.050)
    plain = ~(spam | test | outbound | by_system)
    merged = plain & (opening.before >= 0) & draws.chance("merged", 0.08)
    plain &= ~merged
    bot_first = plain & draws.chance("robot first", np.array(cast.SOURCE_BOT)[opening.source])
    contained = bot_first & draws.chance("contained", np.where(opening.kind == 1, 0.12, 0.42))
    unanswered = plain & ~bot_first & draws.chance("unanswered", np.where(opening.is_brisk, 0.001, 0.003))
    served = ~(spam | test | merged | contained | unanswered)
    return Fate(
        spam=spam,
        test=test,
        merged=merged,
        contained=contained,
        unanswered=unanswered,
        served=served,
        outbound=outbound,
        by_system=by_system,
        bot_first=bot_first,
        stuck=served & draws.chance("stuck", _stuck_share(world, opening)),
        trashed=served & draws.chance("trashed", 0.003),
        dirty=draws.uniform("dirty"),
    )


def _stuck_share(world: World, opening: Opening) -> Floats:
    """Return how likely a case is left lying: often in the first tenth of the history (the desk had just moved
    to this system), so that the backlog starts near its level instead of growing from nothing.
    """
    young = world.started_ms + (world.settled_ms - world.started_ms) // 10
    first_cases = max(world.per_day * (young - world.started_ms) / DAY, 1.0)
    usual = np.where(opening.is_brisk, 0.0002, np.where(opening.is_bad, 0.004, 0.0004))
    share: Floats = np.where(opening.opened_ms < young, min(0.14 * world.per_day / first_cases, 0.5), usual)
    return share


def _only(flags: Flags, times: Floats | float) -> Floats:
    """Return the times where the flag holds, NaN elsewhere."""
    return np.where(flags, times, np.nan)


def _then(earlier: Floats, extra: Floats) -> Floats:
    """Return the later of the two steps where the second happens, else the first."""
    return np.where(np.isnan(extra), earlier, extra)


def _factor(values: list[float] | tuple[float, ...], places: Ints) -> Floats:
    return np.array(values, dtype=np.float64)[places]


def _before_reply(opening: Opening, fate: Fate, draws: Draws) -> Steps:
    """Return the steps up to the first reply: acknowledgement, robot, hand-off, assignment, reply."""
    steps: Steps = {}
    steps["open"] = _only(~fate.outbound & ~fate.by_system, 0.0)
    steps["ack"] = _only(
        draws.chance("ack", _factor(cast.SOURCE_ACK, opening.source)) & ~fate.outbound & ~fate.by_system,
        1.0 + 4.0 * draws.uniform("ack after"),
    )
    steps["robot_reply"] = _only(fate.bot_first, 1.5 + draws.exponential("robot after", 3.0))
    talked = steps["robot_reply"] + draws.spread("robot talk", 75.0, 0.6)
    steps["handoff"] = _only(fate.served, talked)
    start = np.where(fate.bot_first, talked, 0.0)
    wait = np.where(fate.outbound, 4.0 + 40.0 * draws.uniform("outbound"), _first_wait(opening, draws))
    reply = _only(fate.served, start + wait)
    queue = draws.spread("queue", 1.3 * MINUTE, 0.9)
    assigned = fate.served | fate.merged | (fate.unanswered & draws.chance("assigned", 0.7))
    steps["assign"] = _only(assigned, start + np.where(fate.served, np.minimum(queue, 0.5 * wait), queue))
    moved = draws.uniform("transfer")
    steps["transfer"] = _only(fate.served & (moved < 0.05), start + 0.75 * wait)
    steps["work"] = _only(fate.served, start + 0.9 * wait)
    steps["reply_1"] = reply
    return steps


def _first_wait(opening: Opening, draws: Draws) -> Floats:
    """Return the seconds a human takes to the first reply."""
    slow = _factor([group.slowness for group in cast.GROUPS], opening.group)
    slow = slow * _factor(cast.SOURCE_PACE, opening.source)
    slow = slow * np.where(opening.is_bad, 2.6, 1.0)
    slow = slow * np.where(opening.is_night, np.where(opening.is_brisk, 1.15, 1.9), 1.0)
    slow = slow * (1.0 + 0.13 * np.sin(opening.opened_ms * (2.0 * np.pi / (63.0 * DAY))))
    median = _FIRST_REPLY[opening.urgency] * slow
    drawn = median * np.exp(_FIRST_REPLY_SPREAD[opening.urgency] * draws.normal("first reply"))
    wait: Floats = np.clip(drawn, 8.0, 3.0 * DAY_S)
    return wait


def _conversation(opening: Opening, fate: Fate, draws: Draws, steps: Steps) -> None:
    """Add the turns between the first reply and the work on a solution; `settled` is where they end."""
    now = steps["reply_1"]
    late = fate.served & (draws.uniform("transfer") >= 0.05) & (draws.uniform("transfer") < 0.105)
    handed = _only(late & np.isnan(steps["transfer"]), now + draws.spread("transfer after", 6.0 * MINUTE, 0.8))
    steps["transfer"] = _then(steps["transfer"], handed)
    now = _then(now, handed)
    steps["cust_2"] = _only(draws.chance("second turn", 0.20), now + draws.spread("asks again", 5.0 * MINUTE, 1.0))
    steps["reply_2"] = steps["cust_2"] + draws.spread("second reply", 2.5 * MINUTE, 1.0)
    now = _then(now, steps["reply_2"])
    waits = draws.chance("awaiting", np.where(opening.is_brisk, 0.05, 0.15)) | (
        fate.stuck & draws.chance("stuck awaiting", 0.3)
    )
    steps["await"] = _only(waits, now + 3.0)
    heard = np.minimum(draws.spread("contact returns", 45.0 * MINUTE, 1.2), 6.0 * DAY_S)
    steps["cust_3"] = _only(~fate.stuck, steps["await"] + heard)
    steps["resume"] = steps["cust_3"] + 1.0
    steps["reply_3"] = steps["cust_3"] + draws.spread("third reply", 8.0 * MINUTE, 0.9)
    now = _then(now, steps["reply_3"])
    holds = draws.chance("parked", np.where(opening.is_brisk, 0.0, 0.05)) & np.isnan(steps["await"])
    holds |= fate.stuck & np.isnan(steps["await"]) & draws.chance("stuck parked", 0.25)
    steps["park"] = _only(holds, now + 40.0)
    away = np.minimum(draws.spread("parked for", 9.0 * HOUR_S, 0.8), 8.0 * DAY_S)
    steps["unpark"] = _only(~fate.stuck, steps["park"] + away)
    steps["settled"] = _only(~fate.stuck, _then(now, steps["unpark"]))


def _resolution(opening: Opening, fate: Fate, draws: Draws, steps: Steps) -> None:
    """Add the note, the answer and the solution of served cases."""
    slow = _factor(cast.SOURCE_WORK, opening.source) * np.where(opening.is_bad, 1.7, 1.0)
    slow = slow * _factor([group.slowness for group in cast.GROUPS], opening.group)
    median = np.where(opening.is_brisk, 9.0 * MINUTE, 57.0 * MINUTE) * slow
    drawn = median * np.exp(np.where(opening.is_brisk, 0.7, 1.15) * draws.normal("work"))
    work = np.minimum(drawn, 6.0 * DAY_S)
    steps["note"] = _only(draws.chance("note", 0.16), steps["settled"] + 0.4 * work)
    steps["solve"] = steps["settled"] + work
    steps["answer"] = _only(draws.chance("answer", 0.32), steps["solve"] - np.minimum(15.0, 0.3 * work))
    shifted = draws.chance("urgency changes", 0.03) & fate.served
    steps["urgency"] = _only(shifted, steps["reply_1"] * (0.3 + 0.9 * draws.uniform("urgency after")))
    steps["odd_state"] = _only(fate.dirty < 0.0012, steps["settled"] + 0.6 * work)


def _short_ends(fate: Fate, draws: Draws, steps: Steps) -> None:
    """Add the ends of cases no human served: contained by the robot, spam, tests, merged, ignored."""
    steps["cust_bot"] = _only(fate.contained, steps["robot_reply"] + draws.spread("bot turn", 35.0, 0.6))
    steps["robot_reply_2"] = steps["cust_bot"] + 1.0 + draws.exponential("bot answers", 2.5)
    steps["robot_solve"] = steps["robot_reply_2"] + draws.spread("bot done", 3.0 * MINUTE, 0.6)
    steps["merge"] = _only(fate.merged, steps["assign"] + draws.spread("merged after", 9.0 * MINUTE, 0.8))
    removed = _only(fate.spam | fate.test, draws.spread("removed after", 14.0 * MINUTE, 0.9))
    ignored = _only(fate.unanswered & draws.chance("closed unread", 0.5), HOUR_S * (1 + 19 * draws.uniform("unread")))
    steps["drop"] = _then(_then(removed, ignored), steps["merge"] + 1.0)
    steps["trash"] = _only(fate.trashed, steps["solve"] + draws.spread("trashed after", 2.0 * HOUR_S, 0.7))


def _afterwards(opening: Opening, fate: Fate, draws: Draws, steps: Steps) -> None:
    """Add what follows a solution: closing, call-back, reopening, ratings."""
    solve = _then(steps["solve"], steps["robot_solve"])
    reopens = draws.chance("reopen", np.where(fate.contained, 0.0, 0.042))
    back = draws.spread("reopen after", np.where(opening.is_brisk, 2.0, 8.0) * HOUR_S, 1.0)
    steps["cust_5"] = _only(reopens, steps["solve"] + np.clip(back, 5.0 * MINUTE, 8.0 * DAY_S))
    steps["reopen"] = steps["cust_5"] + 2.0
    again = _only(~draws.chance("stuck again", 0.03), draws.spread("again", 1.6 * HOUR_S, 0.9))
    again = np.minimum(again, 4.0 * DAY_S)
    steps["reply_5"] = steps["reopen"] + 0.4 * again
    steps["solve_2"] = steps["reopen"] + again
    closing = draws.uniform("closing")
    by_rule = _only((closing >= 0.12) & (closing < 0.75) & np.isnan(steps["trash"]), 2.0 * DAY_S)
    last = np.where(np.isnan(steps["reopen"]), solve, steps["solve_2"])
    steps["close_rule"] = last + by_rule
    steps["close_agent"] = _then(_only(closing < 0.12, last + 4.0 * MINUTE), steps["trash"])
    calls = draws.chance("callback", np.where(opening.kind == 1, 0.55, 0.04))
    steps["callback"] = _only(calls, steps["solve"] + draws.spread("callback after", 9.0 * HOUR_S, 0.9))
    rates = draws.chance("rates", np.where(fate.contained, 0.10, 0.235)) & ~fate.trashed
    delay = np.minimum(draws.spread("rates after", 25.0 * MINUTE, 1.3), 6.0 * DAY_S)
    steps["rate"] = _only(rates, solve + delay)
    invited = (rates | draws.chance("invited", 0.8)) & ~fate.trashed
    steps["invite"] = _only(invited, solve + np.where(rates, np.minimum(0.5 * delay, MINUTE), MINUTE))
    steps["rate_again"] = _only(draws.chance("rates again", 0.006), steps["rate"] + 4.0 * MINUTE)
