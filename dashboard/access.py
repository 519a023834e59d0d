"""What may be seen: every reading passes here before any screen, export or API shows it (semantics 1.12)."""

from dataclasses import replace

from dashboard.model import Subject
from metrics.model import DataState, Reading

PRIVATE_BELOW = 5  # answers of fewer people could be traced to one of them
GREY_BELOW = 30
SURVEYS = (
    *("csi", "csat", "nps", "ces", "overall", "dimension", "rating"),
    *("fcr_survey", "survey_confirmed", "loyalty"),
)


def is_survey(subject: Subject) -> bool:
    """Return whether the KPI is formed of what single customers said."""
    return subject.name.startswith(SURVEYS)


def visible(reading: Reading, subject: Subject) -> Reading:
    """Return the reading, marked too_few below thirty answers and without its value below five.

    One without a value is empty, however many rows stand behind it: there is nothing to show or to judge.
    """
    if reading.value is None and reading.state is DataState.FRESH:
        return replace(reading, state=DataState.EMPTY)
    if not is_survey(subject) or reading.value is None or reading.n >= GREY_BELOW:
        return reading
    if reading.n >= PRIVATE_BELOW:
        return replace(reading, state=DataState.TOO_FEW)
    return replace(reading, value=None, state=DataState.TOO_FEW, parts=(), interval=None)
