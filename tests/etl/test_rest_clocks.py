"""Systems over the web whose clocks are ten minutes off, and answers that customers change long after."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from data.settings import ROOT
from etl.mapping import load_mapping
from etl.model import SourceError
from etl.sources.rest import freshdesk
from etl.sources.rest.access import Access
from etl.sources.rest.freshdesk import FRESHDESK
from etl.sources.rest.jira import JIRA
from etl.sources.rest.zendesk import ZENDESK
from tests.etl.contract import NOW
from tests.etl.rest_desk import RestDesk
from tests.etl.servers import freshdesk as freshdesk_server
from tests.etl.servers import jira as jira_server
from tests.etl.servers.freshdesk import Freshdesk
from tests.etl.servers.jira import Jira
from tests.etl.servers.web import Reply
from tests.etl.servers.zendesk import TOKEN, USER, Desk
from tests.etl.zendesk_desk import answered, opened, rating, serving

MAPPINGS = ROOT / "data/mappings"
BEGIN = date(2026, 1, 1)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
AHEAD = pytest.mark.parametrize("ahead", [-10 * MINUTE, 0 * MINUTE, 10 * MINUTE])
RATED = "SELECT overall FROM survey_response WHERE overall IS NOT NULL ORDER BY 1"


@pytest.fixture
def desk() -> Iterator[Desk]:
    with serving() as found:
        yield found


@pytest.fixture
def helpdesk() -> Iterator[Freshdesk]:
    found = Freshdesk()
    found.web.clock = NOW
    with found.serving():
        yield found


@pytest.fixture
def tracker() -> Iterator[Jira]:
    found = Jira()
    found.web.clock = NOW
    with found.serving():
        yield found


def of_zendesk(desk: Desk) -> RestDesk:
    access = Access(desk.web.url, TOKEN, USER, BEGIN)
    return RestDesk(desk.web, ZENDESK, load_mapping(MAPPINGS / "zendesk.yaml"), access)


def of_freshdesk(helpdesk: Freshdesk) -> RestDesk:
    access = Access(helpdesk.web.url, freshdesk_server.TOKEN, since=BEGIN)
    return RestDesk(helpdesk.web, FRESHDESK, load_mapping(MAPPINGS / "freshdesk.yaml"), access)


def of_jira(tracker: Jira) -> RestDesk:
    access = Access(tracker.web.url, jira_server.TOKEN, jira_server.USER, BEGIN)
    return RestDesk(tracker.web, JIRA, load_mapping(MAPPINGS / "jira.yaml"), access)


def at(instant: datetime) -> str:
    return instant.isoformat()[:19]


def reached(at_work: RestDesk) -> datetime | None:
    (found,) = at_work.all("SELECT watermark FROM source")
    assert found is None or isinstance(found, datetime)
    return found


@AHEAD
def test_zendesk_is_read_by_its_own_clock(desk: Desk, ahead: timedelta) -> None:
    at_work, desk.web.clock = of_zendesk(desk), NOW + ahead
    opened(desk, 1, "09:00")
    answered(desk, 1, at(desk.web.clock - 2 * MINUTE))
    desk.ratings.append(rating(1, "good", "11:00"))
    at_work.pull(NOW)
    assert reached(at_work) == min(NOW, NOW + ahead - MINUTE)
    changed = desk.web.clock
    opened(desk, 2, at(changed))
    desk.ratings.append(rating(2, "bad") | {"updated_at": f"{at(changed)}Z", "created_at": f"{at(changed)}Z"})
    desk.web.clock += 5 * MINUTE
    at_work.pull(NOW + 5 * MINUTE)
    assert at_work.all("SELECT count(*) FROM ticket") == [2]
    assert at_work.all("SELECT count(*) FROM message") == [3]
    assert at_work.all(RATED) == [1.0, 5.0]


@AHEAD
def test_freshdesk_is_read_by_its_own_clock(helpdesk: Freshdesk, ahead: timedelta) -> None:
    at_work, helpdesk.web.clock = of_freshdesk(helpdesk), NOW + ahead
    helpdesk.ticket(1, "09:00")
    at_work.pull(NOW)
    assert reached(at_work) == min(NOW, NOW + ahead - MINUTE)
    helpdesk.ticket(2, at(helpdesk.web.clock))
    helpdesk.web.clock += 5 * MINUTE
    at_work.pull(NOW + 5 * MINUTE)
    assert at_work.all("SELECT count(*) FROM ticket") == [2]


@AHEAD
def test_jira_is_read_by_its_own_clock(tracker: Jira, ahead: timedelta) -> None:
    at_work, tracker.web.clock = of_jira(tracker), NOW + ahead
    tracker.issue(1, "09:00")
    at_work.pull(NOW)
    assert reached(at_work) == NOW + ahead - 10 * MINUTE
    tracker.issue(2, at(tracker.web.clock))
    tracker.web.clock += 5 * MINUTE
    at_work.pull(NOW + 5 * MINUTE)
    assert at_work.all("SELECT count(*) FROM ticket") == [2]


@pytest.mark.parametrize("is_by_creation", [False, True])
@pytest.mark.parametrize("days", [2, 25])
def test_a_rating_of_zendesk_that_is_changed_days_later_is_seen(desk: Desk, is_by_creation: bool, days: int) -> None:
    at_work, desk.is_rated_by_creation = of_zendesk(desk), is_by_creation
    opened(desk, 1)
    desk.ratings.append(rating(1, "bad"))
    at_work.pull()
    desk.web.clock += days * DAY
    at_work.pull()
    assert at_work.all(RATED) == [1.0]
    desk.ratings[0] |= {"score": "good", "updated_at": f"{at(desk.web.clock)}Z"}
    desk.web.clock += DAY
    at_work.pull()
    assert at_work.all(RATED) == [5.0]


def test_ratings_of_long_ago_are_asked_for_once_a_day(desk: Desk) -> None:
    at_work = of_zendesk(desk)
    opened(desk, 1)
    desk.ratings.append(rating(1, "bad"))
    for _ in range(3):
        at_work.pull()
        desk.web.clock += timedelta(hours=12)
    asked = [each.second for each in desk.web.asked if "satisfaction_ratings" in each.path]
    first, second, third = (each for each in asked if each is not None)
    assert second > third > first


def rated(score: int, created: str, number: int = 1, updated: str | None = None) -> dict[str, object]:
    told = {"id": number, "ticket_id": 1, "user_id": 5, "agent_id": 6, "ratings": {"default_question": score}}
    return {**told, "created_at": f"2026-03-02T{created}:00Z", "updated_at": updated or f"2026-03-02T{created}:00Z"}


def test_a_rating_of_freshdesk_that_is_changed_days_later_is_seen(helpdesk: Freshdesk) -> None:
    at_work = of_freshdesk(helpdesk)
    helpdesk.ticket(1, "09:00")
    helpdesk.ratings.append(rated(-103, "10:00"))
    at_work.pull()
    helpdesk.web.clock += 9 * DAY
    helpdesk.ratings[0] = rated(103, "10:00", updated=f"{at(helpdesk.web.clock)}Z")
    at_work.pull()
    assert at_work.all(RATED) == [5.0]


@pytest.mark.parametrize("is_newest_first", [False, True])
def test_ratings_of_freshdesk_come_in_any_order(
    helpdesk: Freshdesk, monkeypatch: pytest.MonkeyPatch, is_newest_first: bool
) -> None:
    monkeypatch.setattr(freshdesk, "PER_PAGE", 3)
    at_work = of_freshdesk(helpdesk)
    helpdesk.ticket(1, "09:00")
    helpdesk.ratings.extend(rated(103, f"10:{number:02}", number) for number in range(1, 11))
    if is_newest_first:
        helpdesk.ratings.reverse()
    at_work.pull()
    assert at_work.all("SELECT count(*) FROM survey_response") == [10]
    helpdesk.ratings.insert(0 if is_newest_first else 10, rated(100, "12:01", 11))
    helpdesk.web.clock += 5 * MINUTE
    helpdesk.web.asked.clear()
    at_work.pull()
    assert at_work.all("SELECT count(*) FROM survey_response") == [11]
    asked = [each for each in helpdesk.web.asked if "ratings" in each.path]
    assert asked[0].query["created_since"] == "2026-03-02T10:09:00Z"


@pytest.mark.parametrize("n_answered", [0, 1, 2])
def test_a_first_load_that_was_broken_off_claims_nothing(helpdesk: Freshdesk, n_answered: int) -> None:
    at_work = of_freshdesk(helpdesk)
    helpdesk.ticket(1, "09:00")
    helpdesk.web.faults.extend([None] * n_answered + [Reply(503)] * 3)
    with pytest.raises(SourceError, match="status 503"):
        at_work.pull()
    assert at_work.all("SELECT watermark FROM source WHERE watermark IS NOT NULL") == []
    at_work.pull()
    assert reached(at_work) == helpdesk.web.clock - MINUTE


@pytest.mark.parametrize("days", [0, 1])
def test_a_first_day_that_has_hardly_begun_is_asked_for_from_an_hour_ago(desk: Desk, days: int) -> None:
    """Zendesk refuses a beginning in the last minute or the future; so early it is still yesterday in UTC."""
    desk.web.clock = datetime(2026, 3, 2, 0, 0, 20, tzinfo=UTC)
    desk.ticket(1, "2026-03-01T23:30:00")
    access = Access(desk.web.url, TOKEN, USER, date(2026, 3, 2) + days * DAY)
    at_work = RestDesk(desk.web, ZENDESK, load_mapping(MAPPINGS / "zendesk.yaml"), access)
    at_work.pull()
    assert at_work.all("SELECT src_ticket_id FROM ticket") == ["1"]
    assert all(asked.second <= int(desk.web.clock.timestamp()) - 3600 for asked in desk.web.asked if asked.second)
