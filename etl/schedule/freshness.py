"""How old what a source has delivered may grow before it counts as stale."""

from datetime import datetime
from math import ceil

from data.source_rules import SourceRule
from etl.schedule.rhythm import Rhythm, turns

LEAST_S = 10  # a load takes its time, also where a source is asked twice a second
PUSH_S = 3_600  # nobody is asked: silence may mean that nothing happened, or that the sender is down
FILES_S = 2 * 86_400  # of files only the next delivery tells that the last is old; they come daily as a rule


def max_age_s(rule: SourceRule, rhythm: Rhythm, now: datetime) -> int | None:
    """Return the limit from the settings, or the time of two turns from now on; None = never stale.

    A source that is dead has by then missed the turn after its last delivery, and the one after that.
    """
    if rule.max_age_s is not None:
        return None if rule.max_age_s == "never" else rule.max_age_s
    if rule.kind == "push":
        return PUSH_S
    if rule.path is not None:
        return FILES_S
    second = turns(rhythm, now, 2)[-1]
    return max(LEAST_S, ceil((second - now).total_seconds() + 2 * rule.jitter_s))
