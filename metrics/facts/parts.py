"""A rebuild in parts: cases by the time of their creation, so that memory is bounded however long the history."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from duckdb import DuckDBPyConnection

from metrics.facts import chains, spans
from metrics.facts.job import SURVEY_TABLES, TICKET_TABLES, Job

BYTES_AT_ONCE = 1200  # what the widest join holds of each case of a history that is made at once
BYTES_IN_PART = 2400  # with little memory more of it goes to what is not of the part's cases
UNITS = {"bytes": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}


@dataclass(frozen=True)
class Part:
    """Cases created from one instant to before another, microseconds since 1970; None = no bound.

    The last part has the undated cases, the first one the surveys of no ticket.
    """

    low_us: int | None
    high_us: int | None

    @property
    def within(self) -> str:
        """Return SQL: a ticket lies in this part."""
        bounds = [("epoch_us(created_at) >=", self.low_us), ("epoch_us(created_at) <", self.high_us)]
        tests = " AND ".join(f"{test} {bound}" for test, bound in bounds if bound is not None) or "true"
        return tests if self.high_us is not None else f"({tests} OR created_at IS NULL)"


def fitting(con: DuckDBPyConnection, tickets: int) -> int:
    """Return how many of so many tickets can be made at a time with the memory that the engine may use."""
    row = con.execute("SELECT current_setting('memory_limit')").fetchone()
    number, unit = re.fullmatch(r"([\d.]+) (\w+)", row[0] if row else "").groups()  # type: ignore[union-attr]
    limit = int(float(number) * UNITS[unit])
    return tickets if tickets * BYTES_AT_ONCE <= limit else limit // BYTES_IN_PART


def parts(job: Job, size: int | None) -> list[Part]:
    """Return the parts of some `size` cases each that all cases fall into, the oldest first; None = what fits."""
    tickets = job.number("parts", "count")
    number = -(-tickets // max(1, size or fitting(job.con, tickets)))
    shares = [place / number for place in range(1, number)]
    cuts = sorted({cut for (cut,) in job.rows("parts", "cuts", shares=str(shares))}) if shares else []
    return [Part(low, high) for low, high in pairwise([None, *cuts, None])]


def entered(job: Job, found: list[Part]) -> Iterator[Part]:
    """Yield each part when its rows are gathered in temp tables scoped_<table>, as for a refresh of its cases.

    Needs the links of all tickets, and facts only of the parts before it.
    """
    for part in found:
        job.run("parts", "scope", within=part.within)
        job.gather("scope", "gather", *TICKET_TABLES)
        alone = job.text("parts", "alone") if part.low_us is None else ""
        job.run("parts", "surveys", and_alone=alone)
        job.gather("scope_survey", "gather", *SURVEY_TABLES)
        chains.remember(job)
        spans.remember(job)
        yield part
