"""What the rows of a job hold, and what its cases do: for the rest no statement is run.

A statement about no rows costs a millisecond or two all the same, for the engine has to read and to plan it. Most
loads bring few tickets, and most tickets were never handed over, reopened, merged or complained about.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Held:
    """How many of a sort the rows hold, at least.

    acts        messages and events that name who acted
    given       tickets that came with the time of their resolution
    later       rows of after the watermark
    old_cases, old_complaints  stored for the tickets in scope; a rebuild starts with none
    """

    assigns: int
    priorities: int
    followups: int
    articles: int
    acts: int
    customers: int
    complaints: int
    given: int
    surveys: int
    later: int
    old_cases: int
    old_complaints: int


@dataclass(frozen=True, slots=True)
class HeldCases:
    """How many cases there are of a sort.

    manifold   of several turns, or of none at creation
    unsure     visits are to be walked
    odd        a reply or a resolution before its start
    """

    answered: int
    unanswered: int
    resolved: int
    manifold: int
    unsure: int
    odd: int
