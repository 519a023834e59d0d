"""The knowledge base by hand: links, TOP-20 issues, revisions (semantics 4.19, 12.11; decision 20)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from metrics.definition import with_sql
from metrics.drill import drill
from metrics.measure import measure
from metrics.model import DataState, Question, Reading, Slice, Window
from metrics.problems import place
from tests.metrics.world import DESK, World, at

NOW = at("30 10:00")
MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))
LINKS = Question("article_links", MARCH)
REUSE, COVERAGE, PERIOD, CHANGES = (
    replace(LINKS, metric=name) for name in ("top_reuse", "top_coverage", "revision_period", "article_changes")
)


@pytest.fixture
def world() -> Iterator[World]:
    made = World(DESK)
    yield made
    made.con.close()


def ask(world: World, question: Question) -> Reading:
    world.refresh(NOW)
    return measure(world.con, world.desk, [question], NOW)[question][0]


def resolved(world: World, key: int, category: str | None = None, **more: object) -> None:
    world.ticket(key, "10 10:00", category=category, **more)
    world.status(key, "10 12:00", "resolved")


def linked(world: World, ticket: int, kind: str = "agent", when: str = "10 11:00", **more: object) -> None:
    world.message(ticket, when, kind, "a1", article_id=7, **more)


def article(world: World, key: int, category: str | None, published: str | None = "01 08:00") -> None:
    world.insert("kb_article", article_key=key, category=category, published_at=published and at(published))


def revised(world: World, key: int, *instants: str) -> None:
    for when in instants:
        world.insert("kb_revision", article_key=key, revised_at=at(when))


def test_links_in_replies_and_in_notes_count_alike_and_are_told_apart(world: World) -> None:
    for key in (1, 2, 3, 4):
        resolved(world, key)
    linked(world, 1)
    linked(world, 2, is_public=False)
    linked(world, 3)
    linked(world, 3, is_public=False)
    found = ask(world, LINKS)
    assert (found.value, found.n) == (75.0, 4)
    assert (found.part("passed"), found.part("public"), found.part("note")) == (3, 2, 2)
    assert len(drill(world.con, world.desk, LINKS, NOW)) == 4


@pytest.mark.parametrize(("kind", "is_auto"), [("bot", False), ("customer", False), ("agent", True)])
def test_links_of_bots_customers_and_machines_are_none(world: World, kind: str, is_auto: bool) -> None:
    for key in (1, 2):
        resolved(world, key)
    linked(world, 1, kind, is_auto=is_auto)
    linked(world, 2)
    assert ask(world, LINKS).value == 50.0


def test_data_that_never_link_an_article_cannot_tell(world: World) -> None:
    resolved(world, 1, "x")
    found = ask(world, LINKS)
    assert (found.value, found.n, found.state) == (None, 1, DataState.EMPTY)
    assert ask(world, REUSE).value is None


def test_no_link_among_some_is_0(world: World) -> None:
    resolved(world, 1, "x")
    resolved(world, 2, "y")
    linked(world, 2)
    assert ask(world, replace(LINKS, slice=Slice.of(category="x"))).value == 0.0
    assert ask(world, replace(REUSE, slice=Slice.of(category="x"))).value == 0.0


def test_links_of_merged_tickets_are_those_of_their_survivor(world: World) -> None:
    resolved(world, 1)
    world.ticket(2, "10 10:30")
    linked(world, 2)
    world.event(2, "10 11:30", "merge", 1)
    assert (ask(world, LINKS).value, ask(world, LINKS).n) == (100.0, 1)


def test_an_open_case_is_not_counted_and_a_link_after_the_resolution_is(world: World) -> None:
    resolved(world, 1)
    world.ticket(2, "10 10:00")
    linked(world, 1, when="10 18:00")
    linked(world, 2)
    assert (ask(world, LINKS).value, ask(world, LINKS).n) == (100.0, 1)


def test_a_link_later_than_the_watermark_is_not_there_yet(world: World) -> None:
    resolved(world, 1)
    resolved(world, 2)
    linked(world, 2)
    linked(world, 1, when="2025-04-02 11:00:00")
    assert ask(world, LINKS).value == 50.0


def test_reuse_is_that_of_the_20_most_frequent_categories(world: World) -> None:
    """Category 00 has one case with a link; 01 to 20 have two each, one of them with a link."""
    for number in range(21):
        for nth in range(2 if number else 1):
            key = 10 * number + nth + 1
            resolved(world, key, f"{number:02}")
            if nth == 0:
                linked(world, key)
    resolved(world, 900)  # no category, no issue
    found = ask(world, REUSE)
    assert (found.value, found.part("cases"), found.part("passed"), found.n) == (50.0, 40, 20, 41)
    assert len(drill(world.con, world.desk, REUSE, NOW)) == found.n


def test_coverage_asks_for_a_published_article_of_the_category(world: World) -> None:
    for key, category in enumerate(("a", "b", "c", "d", None), start=1):
        resolved(world, key, category)
    article(world, 1, "a")
    article(world, 2, "b", None)
    article(world, 3, "c", "2025-04-02 08:00:00")
    article(world, 4, "a")
    article(world, 5, "elsewhere")
    found = ask(world, COVERAGE)
    assert (found.value, found.part("issues"), found.part("covered"), found.n) == (25.0, 4, 1, 4)


def test_without_any_article_loaded_coverage_is_not_known(world: World) -> None:
    resolved(world, 1, "a")
    assert (ask(world, COVERAGE).value, ask(world, COVERAGE).state) == (None, DataState.EMPTY)


def test_open_intervals_are_censored_and_not_left_out(world: World) -> None:
    """Ten days and ten days with a revision at their end, eight and a half so far: 28.5 days over two revisions."""
    article(world, 1, "a", "01 22:00")
    revised(world, 1, "11 22:00", "21 22:00", "21 22:00")
    found = ask(world, PERIOD)
    assert found.value == pytest.approx((10 + 10 + 8.5) / 2)
    assert (found.n, found.part("open")) == (2, 1)
    assert len(drill(world.con, world.desk, PERIOD, NOW)) == 2


def test_an_article_never_revised_has_no_period_but_lengthens_that_of_others(world: World) -> None:
    article(world, 1, "a", "20 10:00")
    assert (ask(world, PERIOD).value, ask(world, PERIOD).part("open")) == (None, 1)
    article(world, 2, "a", "25 10:00")
    revised(world, 2, "30 10:00")
    assert ask(world, PERIOD).value == pytest.approx(10 + 5 + 0)


def test_intervals_belong_to_the_period_in_which_they_end(world: World) -> None:
    article(world, 1, "a", "2025-02-20 08:00:00")
    revised(world, 1, "02 08:00", "12 08:00")
    first = replace(PERIOD, window=Window(date(2025, 3, 1), date(2025, 3, 10)))
    assert (ask(world, first).value, ask(world, first).part("open")) == (10.0, 0)


def test_publications_and_revisions_are_changes_once_per_instant(world: World) -> None:
    article(world, 1, "a", "01 08:00")
    article(world, 2, None, None)
    revised(world, 1, "01 08:00", "05 08:00", "2025-04-20 08:00:00")
    revised(world, 2, "06 08:00")
    assert (ask(world, CHANGES).value, ask(world, CHANGES).n) == (3.0, 3)
    assert len(drill(world.con, world.desk, CHANGES, NOW)) == 3
    april = replace(CHANGES, window=Window(date(2025, 4, 1), date(2025, 5, 1)))
    assert ask(world, april).value == 0.0


def test_changes_can_be_sliced_by_category_and_problem_type(world: World) -> None:
    place(world.con, {"a": ("goods",)})
    resolved(world, 1, "a")
    article(world, 1, "a")
    article(world, 2, None)
    for part, n in ((Slice.of(category="a"), 1), (Slice.of(problem="goods"), 1), (Slice.of(team="A"), 0)):
        assert ask(world, replace(CHANGES, slice=part)).n == n


def test_the_panel_of_articles_tells_of_no_tickets_left_out(world: World) -> None:
    world.ticket(1, "10 10:00", is_spam=True)
    article(world, 1, "a")
    world.refresh(NOW)
    assert "spam: " not in with_sql(world.con, world.desk, CHANGES, NOW, "en")["exclusions"]
