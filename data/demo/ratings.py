"""What customers answer when they are asked how it was."""

import numpy as np

from data.demo import cast
from data.demo.draws import Draws, Flags, Floats, Ints
from data.demo.life import Lives
from data.demo.rows import CASE_ID, CONTACT_ID, INVITES, RATES, Happenings, happenings
from data.demo.tables import MISSING, Block

# How much better (> 0) a dimension is liked than the visit as a whole.
DIMENSIONS = {"efficiency": -0.16, "attitude": 0.26, "clarity": 0.10, "resolution": 0.0, "empathy": -0.02}
WAYS = (0.55, 0.20, 0.15, 0.10)


def _draws(lives: Lives, found: Happenings) -> Draws:
    return Draws(0, lives.draws.below("rating", 1 << 60)[found.life] + found.which)


def invite_rows(lives: Lives, after_ms: int, until_ms: int, first_id: int) -> Block:
    """Return the invitations to a rating of (after, until], ids rising with time from first_id."""
    found = happenings(lives, INVITES, after_ms, until_ms)
    case, opening = found.life, lives.opening
    contact = np.where(opening.is_anonymous, MISSING, CONTACT_ID + opening.contact)[case]
    return {
        "id": first_id + np.arange(len(case)),
        "case_id": CASE_ID + opening.cases[case],
        "contact_id": contact,
        "way": _draws(lives, found).pick("way", WAYS),
        "sent_at": found.at_ms,
    }


def rating_rows(lives: Lives, after_ms: int, until_ms: int, first_id: int) -> Block:
    """Return the ratings of (after, until], ids rising with time from first_id."""
    found = happenings(lives, RATES, after_ms, until_ms)
    case, opening = found.life, lives.opening
    draws = _draws(lives, found)
    liked = _liked(lives, found, draws)
    crossed = draws.chance("contradicts", 0.012)
    contact = np.where(opening.is_anonymous, MISSING, CONTACT_ID + opening.contact)[case]
    owner = np.where(np.isnan(lives.steps["transfer"]), opening.owner, lives.next_owner)
    return {
        "id": first_id + np.arange(len(case)),
        "case_id": CASE_ID + opening.cases[case],
        "contact_id": contact,
        "agent_id": np.where(lives.fate.contained, cast.ROBOT_ID, owner)[case],
        "way": draws.pick("way", WAYS),
        "seconds": _seconds(draws),
        "overall": np.where(crossed, 5, _score(draws, "overall", liked, 0.02)),
        **{name: _dimension(draws, name, liked + better, crossed) for name, better in DIMENSIONS.items()},
        "nps": _nps(draws, liked),
        "solved_first": _solved_first(lives, found, draws),
        "answered_at": found.at_ms,
        "updated_at": found.at_ms,
    }


def _liked(lives: Lives, found: Happenings, draws: Draws) -> Floats:
    """Return how each customer felt, about 1 to 5 and beyond."""
    waited = np.nan_to_num(lives.steps["reply_1"], nan=60.0) / 60.0
    warmth = np.array([group.warmth for group in cast.GROUPS])[lives.opening.group]
    felt = 4.72 + warmth - 0.13 * np.log1p(waited / 15.0) - 0.9 * lives.not_fixed - 0.5 * (lives.opening.kind == 1)
    felt = felt - 0.8 * ~np.isnan(lives.steps["reopen"]) - 0.25 * ~np.isnan(lives.steps["transfer"])
    liked: Floats = (felt - 0.25 * lives.fate.contained)[found.life] + 0.62 * draws.normal("mood")
    return liked


def _score(draws: Draws, what: str, liked: Floats, missing: float) -> Ints:
    """Return a score of 1 to 5; some are left out, a few are no score at all (0, 6, 9)."""
    score = np.clip(np.rint(liked + 0.35 * draws.normal(what)), 1, 5).astype(np.int64)
    odd = draws.uniform(what + "/odd")
    score = np.where(odd < 0.0015, np.array([0, 6, 9])[draws.below(what + "/which", 3)], score)
    return np.where(odd > 1.0 - missing, MISSING, score)


def _dimension(draws: Draws, name: str, liked: Floats, crossed: Flags) -> Ints:
    low = 1 + draws.below(name + "/low", 2)
    return np.where(crossed, low, _score(draws, name, liked, 0.05))


def _nps(draws: Draws, liked: Floats) -> Ints:
    score = np.clip(np.rint(2.3 * liked - 1.9 + 0.9 * draws.normal("nps")), 0, 10).astype(np.int64)
    return np.where(draws.chance("no nps", 0.08), MISSING, score)


def _seconds(draws: Draws) -> Ints:
    taken = np.rint(draws.spread("seconds", 92.0, 0.5)).astype(np.int64)
    taken = np.where(draws.chance("speeds", 0.035), 4 + draws.below("speed", 25), np.maximum(taken, 30))
    return np.where(draws.chance("no seconds", 0.05), MISSING, taken)


def _solved_first(lives: Lives, found: Happenings, draws: Draws) -> Ints:
    easy = np.isnan(lives.steps["reopen"]) & ~lives.not_fixed & (lives.opening.before < 0)
    yes = draws.chance("solved at first contact", np.where(easy, 0.88, 0.25)[found.life])
    return np.where(draws.chance("no word on first contact", 0.10), MISSING, yes.astype(np.int64))
