"""The address bar and the screen say the same, both ways."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.view import FILTERS, PERIODS, Notice, View, parse
from dashboard.words import languages
from metrics.model import Slice
from tests.dashboard.fake_answers import MEMBERS

DEFAULT = View()


def members(dimension: str) -> Sequence[str]:
    return MEMBERS.get(dimension, ())


def slices() -> st.SearchStrategy[Slice]:
    some = st.fixed_dictionaries(
        {}, optional={d: st.sets(st.sampled_from(v), min_size=1) for d, v in MEMBERS.items()}
    )
    return some.map(lambda by: Slice(tuple((d, tuple(sorted(by[d]))) for d in sorted(by))))


@st.composite
def views(draw: st.DrawFn) -> View:
    period = draw(st.sampled_from(PERIODS))
    first = draw(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
    last = first + timedelta(days=draw(st.integers(0, 800)))
    return View(
        period,
        first if period == "custom" else None,
        last if period == "custom" else None,
        draw(slices()),
        draw(st.sampled_from(("calendar", "business"))),
        draw(st.sampled_from(languages())),
        draw(st.sampled_from(("light", "dark"))),
        draw(st.sampled_from(("standard", "colour_blind", "red_good"))),
    )


@given(views())
def test_an_address_leads_back_to_its_view(view: View) -> None:
    assert parse(view.query(DEFAULT), DEFAULT, members) == (view, ())


@given(views(), views())
def test_any_default_will_do(view: View, default: View) -> None:
    bare = View(clock=default.clock, language=default.language, theme=default.theme, palette=default.palette)
    assert parse(view.query(bare), bare, members) == (view, ())


@given(st.text(max_size=120))
def test_no_address_breaks_the_screen(query: str) -> None:
    view, _ = parse(query, DEFAULT, members)
    assert view.period in PERIODS


@given(st.dictionaries(st.sampled_from(["period", "from", "to", "lang", "clock", *FILTERS]), st.text(max_size=20)))
def test_no_value_breaks_the_screen(values: dict[str, str]) -> None:
    from urllib.parse import urlencode

    view, notices = parse("?" + urlencode(values), DEFAULT, members)
    assert view.language in languages()
    assert all(notice.key in {"period", "from", "to", "lang", "clock", *FILTERS} for notice in notices)


def test_the_default_view_has_no_query() -> None:
    assert DEFAULT.query(DEFAULT) == ""


@pytest.mark.parametrize(
    ("query", "notice"),
    [
        ("?period=fortnight", Notice("period", "fortnight")),
        ("?lang=fr", Notice("lang", "fr")),
        ("?theme=pink", Notice("theme", "pink")),
        ("?team=Nobody", Notice("team", "Nobody")),
        ("?utm=1", Notice("utm", "")),
        ("?period=custom&from=yesterday&to=2026-11-02", Notice("from", "yesterday")),
        ("?period=custom&from=2026-11-09&to=2026-11-02", Notice("period", "custom")),
        ("?from=2026-11-02", Notice("from", "2026-11-02")),
        ("?period=custom&from=0001-01-01&to=2026-11-02", Notice("from", "0001-01-01")),
    ],
)
def test_what_is_not_understood_is_said(query: str, notice: Notice) -> None:
    view, notices = parse(query, DEFAULT, members)
    assert view == DEFAULT
    assert notice in notices


def test_two_values_of_a_dimension_are_one_filter() -> None:
    view, _ = parse("?team=Billing&team=VIP+care", DEFAULT, members)
    assert view.slice == Slice((("team", ("Billing", "VIP care")),))
    assert view.filter("team") == ("Billing", "VIP care")
    assert view.filter("channel") == ()
