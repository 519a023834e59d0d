"""A walk through a world's time: step by step, whatever happened since the last step."""

from dataclasses import dataclass

import numpy as np

from data.demo.draws import Ints
from data.demo.life import LONGEST_MS, Lives, lives
from data.demo.people import opening
from data.demo.ratings import invite_rows, rating_rows
from data.demo.rhythm import DAY, Rhythm, World
from data.demo.rows import case_rows, contact_rows, due, log_rows, post_rows
from data.demo.tables import Block, size

CHUNK = 200_000  # cases made at once; bounds memory to some 600 MB


@dataclass
class Numbers:
    """Last ids given out in the tables that are numbered in order of time."""

    log: int = 0
    post: int = 0
    invite: int = 0
    rating: int = 0


class Walk:
    """Where the world stands and what is still to come of the cases already open."""

    def __init__(self, world: World, at_ms: int, numbers: Numbers) -> None:
        self.world = world
        self.at_ms = at_ms
        self._numbers = numbers
        self._rhythm = Rhythm(world, at_ms + DAY)
        self._next_case = self._opened(at_ms)
        self._due_ms = self._due_case = np.empty(0, dtype=np.int64)
        self._remember()

    def _opened(self, at_ms: int) -> int:
        return self._rhythm.count(at_ms) if at_ms >= self.world.started_ms else 0

    def _remember(self) -> None:
        """Draw the cases again whose lives may still go on."""
        oldest = self._opened(self.at_ms - LONGEST_MS)
        for start in range(oldest, self._next_case, CHUNK):
            self._expect(self._lives(np.arange(start, min(start + CHUNK, self._next_case))))

    def _lives(self, cases: Ints) -> Lives:
        return lives(self.world, opening(self.world, self._rhythm, cases))

    def _expect(self, met: Lives) -> None:
        instants, cases = due(met, self.at_ms)
        self._due_ms = np.concatenate([self._due_ms, instants])
        self._due_case = np.concatenate([self._due_case, cases])

    def chunk_end(self, to_ms: int) -> int:
        """Return the furthest instant on the way to `to_ms` that opens no more than CHUNK new cases."""
        self._see(to_ms)
        last = self._next_case + CHUNK
        return to_ms if self._opened(to_ms) <= last else int(self._rhythm.opened_ms(np.array([last]))[0]) - 1

    def _see(self, to_ms: int) -> None:
        if to_ms > self._rhythm.horizon_ms:
            self._rhythm = Rhythm(self.world, to_ms + DAY)

    def step(self, to_ms: int, as_of_ms: int | None = None) -> dict[str, Block]:
        """Go on to an instant; return by table the rows that came, hd_case with the old cases that changed.

        With `as_of_ms` (bulk) hd_case holds only the new cases, already as they will stand at that later instant.
        """
        self._see(to_ms)
        after, end = self.at_ms, self._opened(to_ms)
        new = np.arange(self._next_case, end, dtype=np.int64)
        touched = np.unique(self._due_case[self._due_ms <= to_ms])
        met = self._lives(np.concatenate([touched, new]))
        self.at_ms, self._next_case = to_ms, end
        others = ~np.isin(self._due_case, touched)
        self._due_ms, self._due_case = self._due_ms[others], self._due_case[others]
        self._expect(met)
        return {
            "hd_contact": contact_rows(met, len(touched)),
            "hd_case": case_rows(met, as_of_ms or to_ms, len(touched) if as_of_ms else 0),
            **self._numbered(met, after, to_ms),
        }

    def _numbered(self, met: Lives, after_ms: int, until_ms: int) -> dict[str, Block]:
        log = log_rows(met, after_ms, until_ms, self._numbers.log + 1)
        post = post_rows(met, after_ms, until_ms, self._numbers.post + 1)
        invite = invite_rows(met, after_ms, until_ms, self._numbers.invite + 1)
        rating = rating_rows(met, after_ms, until_ms, self._numbers.rating + 1)
        self._numbers.log += size(log)
        self._numbers.post += size(post)
        self._numbers.invite += size(invite)
        self._numbers.rating += size(rating)
        return {"hd_case_log": log, "hd_post": post, "hd_invite": invite, "hd_rating": rating}
