"""From an emulated desk to its KPIs: three tickets worked out by hand, pulled whole and in pieces."""

from collections.abc import Iterator
from datetime import date, datetime

import duckdb
import pytest

from metrics import facts
from metrics.measure import measure
from metrics.model import Desk as KpiDesk
from metrics.model import Question, Window
from tests.etl.servers.zendesk import Desk
from tests.etl.zendesk_desk import ANNA, BEN, CARL, Puller, answered, change, comment, opened, rating, serving, status

KPIS = KpiDesk(tz="UTC")
MARCH = Window(date(2026, 3, 1), date(2026, 4, 1), "UTC")
RULE = {"channel": "rule"}


def refresh(con: duckdb.DuckDBPyConnection, watermark: datetime | None) -> None:
    facts.refresh(con, watermark, KPIS)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with serving() as found:
        _first(found)
        _second(found)
        opened(found, 3, "10:30")
        yield found


def _first(desk: Desk) -> None:
    """Answered after 20 minutes, resolved after 60, rated good."""
    opened(desk, 1, "09:00")
    answered(desk, 1, "09:20")
    desk.event(1, "10:00", ANNA, comment(ANNA), status("solved", "open"))
    desk.ratings.append(rating(1, "good", at="10:10"))


def _second(desk: Desk) -> None:
    """Acknowledged by a trigger, noted by Ben, answered after 40 minutes; reopened; resolved after 180; rated bad."""
    opened(desk, 2, "08:00")
    desk.event(2, "08:01", CARL, comment(-1, via=RULE))
    desk.event(2, "08:05", BEN, comment(BEN, public=False), change(assignee_id=ANNA), change(group_id=8))
    answered(desk, 2, "08:40")
    desk.event(2, "10:00", ANNA, status("solved", "open"))
    desk.event(2, "10:30", CARL, comment(CARL), status("open", "solved"))
    desk.event(2, "11:00", ANNA, comment(ANNA), status("solved", "open"))
    desk.ratings.append(rating(2, "bad", at="11:10"))
    desk.ratings.append(rating(3, "offered", at="10:40"))


def _kpis(at_work: Puller) -> dict[str, tuple[float | None, int]]:
    questions = [
        Question(name, MARCH)
        for name in ("frt", "resolution", "first_resolution", "reopen_events", "volume", "csat", "survey_received")
    ]
    (as_of,) = at_work.all("SELECT watermark FROM source")
    found = measure(at_work.con, KPIS, questions, as_of)
    return {question.metric: (found[question][0].value, found[question][0].n) for question in questions}


EXPECTED = {
    "frt": (30.0, 2),  # minutes: 20 and 40; neither the trigger nor the note is a reply
    "resolution": (2.0, 2),  # hours: 1 and 3, up to the last resolution
    "first_resolution": (1.5, 2),  # hours: 1 and 2
    "reopen_events": (1.0, 1),
    "volume": (3.0, 3),
    "csat": (50.0, 2),
    "survey_received": (2.0, 2),
}


def test_the_kpis_of_the_desk_are_those_worked_out_by_hand(desk: Desk) -> None:
    at_work = Puller(desk, refresh=refresh)
    facts.create(at_work.con)
    at_work.pull()
    assert _kpis(at_work) == EXPECTED


@pytest.mark.parametrize("size", [1, 3])
def test_pages_and_pulls_make_no_difference(desk: Desk, size: int) -> None:
    desk.page, desk.per_minute = size, 1000
    at_work = Puller(desk, refresh=refresh)
    facts.create(at_work.con)
    for hour in (9, 10, 12):
        desk.web.clock = desk.web.clock.replace(hour=hour)
        at_work.pull(rows=6)
    assert _kpis(at_work) == EXPECTED


def test_a_ticket_that_was_deleted_leaves_the_kpis(desk: Desk) -> None:
    at_work = Puller(desk, refresh=refresh)
    facts.create(at_work.con)
    at_work.pull()
    desk.ticket(2, "12:05", status="deleted")
    desk.web.clock = desk.web.clock.replace(minute=10)
    at_work.pull()
    found = _kpis(at_work)
    assert (found["frt"], found["volume"]) == ((20.0, 1), (2.0, 2))
