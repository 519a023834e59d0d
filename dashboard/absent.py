"""Tells what the data cannot say at all from what merely did not happen in the days on screen."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from dashboard import spans
from dashboard.model import Answer, Answers
from metrics.model import DataState, Question

# A 0 of these says nothing where that other KPI never had a value: no tickets are no backlog of 0 (semantics 1.9),
# and where no reply was ever delivered no promise of one can be judged.
STANDS_ON = {"volume": "volume", "backlog": "volume", "sla_first_reply": "frt"}


def with_absent(answers: Answers, told: Mapping[str, Answer], tz: str) -> dict[str, Answer]:
    """Return the answers, marked absent where not one case of all time gives the KPI a value, whatever the filters.

    Asked only for what shows nothing or 0, so that a full screen costs nothing more.
    """
    doubtful = [name for name, answer in told.items() if _is_doubtful(answer)]
    wanted = {name: told[name].current.question.parameter for name in doubtful}
    ever = _ever(answers, {STANDS_ON[name]: None for name in doubtful if name in STANDS_ON} | wanted, tz)
    never = {name for name in doubtful if ever[name] is None or (name in STANDS_ON and not ever[STANDS_ON[name]])}
    return {name: _absent(answer) if name in never else answer for name, answer in told.items()}


def _ever(answers: Answers, wanted: Mapping[str, str | None], tz: str) -> dict[str, float | None]:
    """Return the value of each KPI, by name with its parameter, over all time and all cases."""
    asked = {name: Question(name, spans.everything(tz), parameter=wanted[name]) for name in sorted(wanted)}
    found = answers.ask(list(asked.values())) if asked else {}
    return {name: found[question][0].value for name, question in asked.items()}


def names(told: Iterable[Answer], language: str) -> list[str]:
    """Return the titles of the absent KPIs."""
    return [one.subject.title.get(language, one.subject.name) for one in told if one.absent]


def _is_doubtful(answer: Answer) -> bool:
    if answer.current.state is DataState.ERROR:
        return False
    return not answer.current.value and not any(reading.value for reading in answer.trend)


def _absent(answer: Answer) -> Answer:
    """Return the answer without its 0: nothing was delivered, which is not the same."""
    empty = replace(answer.current, value=None, state=DataState.EMPTY)
    verdict = replace(answer.verdict, level=None, state=DataState.EMPTY, attainment=None, met=None)
    trend = tuple(replace(reading, value=None) for reading in answer.trend)
    return replace(
        answer, current=empty, verdict=verdict, previous=None, change_from=empty, trend=trend, members=(), absent=True
    )
