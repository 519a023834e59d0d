"""Days and periods as people write and call them."""

from datetime import date

import pytest

from dashboard.dates import days_text, is_past, period_word
from dashboard.view import PERIODS
from dashboard.words import languages, words
from metrics.model import Window

TODAY = date(2026, 11, 18)


@pytest.mark.parametrize(
    ("language", "start", "end", "text"),
    [
        ("en", date(2026, 11, 12), date(2026, 11, 19), "Nov 12 – Nov 18"),
        ("en", date(2017, 2, 11), date(2017, 2, 18), "Feb 11 – Feb 17, 2017"),
        ("en", date(2023, 12, 29), date(2024, 1, 5), "Dec 29, 2023 – Jan 4, 2024"),
        ("en", date(2017, 2, 17), date(2017, 2, 18), "Feb 17, 2017"),
        ("zh-CN", date(2026, 11, 12), date(2026, 11, 19), "11月12日 – 11月18日"),
        ("zh-CN", date(2017, 2, 11), date(2017, 2, 18), "2017年2月11日 – 2月17日"),
        ("zh-CN", date(2023, 12, 29), date(2024, 1, 5), "2023年12月29日 – 2024年1月4日"),
        ("zh-CN", date(2017, 2, 17), date(2017, 2, 18), "2017年2月17日"),
    ],
)
def test_the_year_is_written_where_it_is_not_the_readers(language: str, start: date, end: date, text: str) -> None:
    assert days_text(Window(start, end), words(language), TODAY) == text


def test_data_that_ended_before_yesterday_are_past() -> None:
    assert [is_past(date(2026, 11, day), TODAY) for day in (16, 17, 18)] == [True, False, False]


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("name", PERIODS)
def test_every_period_has_a_name_of_its_own_in_the_past(language: str, name: str) -> None:
    past, present = (period_word(name, words(language), is_so) for is_so in (True, False))
    assert (past == present) == (name == "custom" or (language == "en" and name == "none"))
