"""POST /api/backfill: who may ask for it, and what it answers."""

from datetime import date
from typing import Any

import pytest

from dashboard.model import Loads
from dashboard.server import create_app
from tests.dashboard.conftest import SITE
from tests.dashboard.fake_answers import NOON, FakeAnswers

OURS = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
ORDER = {"source": "desk", "from": "2025-01-10", "until": "2025-01-20"}


def refusing(source: str, first: date, end: date) -> None:
    raise ValueError("it is being read")


def post(body: object, loads: Loads, language: str = "en", **headers: str) -> tuple[int, Any]:
    client = create_app(FakeAnswers(), SITE, lambda: NOON, "b", loads=loads).server.test_client()
    answer = client.post(f"/api/backfill?lang={language}", json=body, headers=headers or OURS)
    return answer.status_code, answer.get_json()


def test_a_span_is_handed_on_as_days() -> None:
    calls: list[tuple[str, date, date]] = []
    status, told = post(ORDER, Loads(backfill=lambda *order: calls.append(order)))
    assert (status, calls) == (200, [("desk", date(2025, 1, 10), date(2025, 1, 20))])
    assert told["message"] == "desk is being read again from 2025-01-10 up to 2025-01-20, which is not read."


def test_it_is_told_in_the_readers_language() -> None:
    assert "正在重新读取 desk" in post(ORDER, Loads(backfill=lambda *order: None), "zh-CN")[1]["message"]


@pytest.mark.parametrize(
    "body", [{}, [], {**ORDER, "from": "January"}, {**ORDER, "until": None}, {**ORDER, "source": 7}]
)
def test_what_is_no_span_is_refused(body: object) -> None:
    status, told = post(body, Loads(backfill=lambda *order: None))
    assert (status, told["error"]["code"]) == (400, "span") and '"from"' in told["error"]["message"]


def test_why_it_cannot_be_is_told() -> None:
    assert post(ORDER, Loads(backfill=refusing)) == (
        409,
        {"error": {"code": "cannot", "message": "it is being read"}},
    )


def test_a_desk_that_reads_nothing_reads_nothing_again() -> None:
    assert post(ORDER, Loads())[0] == 404


def test_a_page_of_another_site_asks_for_nothing() -> None:
    status, told = post(ORDER, Loads(backfill=lambda *order: None), Origin="https://evil.example")
    assert (status, told["error"]["code"]) == (403, "origin")
