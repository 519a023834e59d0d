"""Shares of customers' rows: rows of one customer are not independent, so their interval is wider (semantics 8.5)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.intervals import wilson, wilson_by_cluster
from metrics.measure import measure
from metrics.model import Grain, Question, Reading, Window
from tests.metrics.world import World, at

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))
# Customer 1: two issues solved, 2: two not, 3 and 4: one solved each. p = 4/6; by hand: sum (x - pm)^2 = 22/9, its
# variance 22/9 * 4 / (3 * 36) = 0.090535 is 2.037 times that of 6 independent issues, p (1 - p) / 5: worth 2.9455.
BY_HAND = (20.5345, 93.9318)


def test_rows_of_one_customer_weigh_less() -> None:
    assert wilson_by_cluster([(2, 2, 1), (0, 2, 1), (1, 1, 2)]) == pytest.approx(BY_HAND, abs=1e-4)
    assert wilson(4, 6) == pytest.approx((29.9993, 90.3227), abs=1e-3)


def test_a_customer_who_is_always_content_counts_once_or_so() -> None:
    assert wilson_by_cluster([(30, 30, 1)]) == wilson(1, 1)
    assert wilson_by_cluster([(3, 3, 1), (1, 1, 1)]) == wilson(1.6, 1.6)  # 4^2 / (9 + 1)
    assert wilson_by_cluster([(0, 3, 1), (0, 1, 1)]) == wilson(0.0, 1.6)


def test_nothing_has_no_interval() -> None:
    assert wilson_by_cluster([]) is None
    assert wilson_by_cluster([(0, 0, 5)]) is None


@given(st.integers(0, 40), st.integers(1, 40))
def test_one_row_each_is_plain_wilson(failed: int, passed: int) -> None:
    found = wilson_by_cluster([(0, 1, failed), (1, 1, passed)])
    assert found == pytest.approx(wilson(passed, passed + failed), abs=1e-9)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 5)), min_size=1, max_size=20))
def test_it_is_never_narrower_than_plain_wilson(given: list[tuple[int, int]]) -> None:
    clusters = [(min(x, m), m, 1) for x, m in given]
    found, plain = wilson_by_cluster(clusters), wilson(sum(c[0] for c in clusters), sum(c[1] for c in clusters))
    assert found is not None and plain is not None
    assert found[1] - found[0] >= plain[1] - plain[0] - 1e-9


@pytest.fixture(scope="module")
def world() -> World:
    """Six issues of four customers, as by hand, and one of nobody; the third and fourth were reopened."""
    made = World()
    for key, customer in enumerate((1, 1, 2, 2, 3, 4, None), 1):
        made.ticket(key, "10 10:00", customer_key=customer, category=f"c{key}", team="A")
        made.reply(key, "10 10:30")
        made.status(key, "10 11:00", "resolved")
    for key in (3, 4):
        made.status(key, "10 12:00", "open")
        made.status(key, "10 13:00", "resolved")
    for key, customer in enumerate((1, 1, 2, 2, 3, 4), 1):
        made.survey(key, "12 10:00", customer_key=customer, ticket_key=None, source_tag=str(key), rules=[],
                    solved_first=customer != 2)  # fmt: skip
    made.refresh()
    return made


def ask(world: World, metric: str, **more: object) -> Reading:
    question = Question(metric, MARCH, **more)  # type: ignore[arg-type]
    found = measure(world.con, world.desk, [question], at("2025-05-01 00:00:00"))[question]
    return next(one for one in found if one.n)


@pytest.mark.parametrize("metric", ["fcr", "fcr_survey"])
def test_the_interval_is_by_customer(world: World, metric: str) -> None:
    found = ask(world, metric, with_interval=True)
    assert (found.value, found.n, found.part("passed")) == pytest.approx((400 / 6, 6, 4))
    assert found.interval == pytest.approx(BY_HAND, abs=1e-4)
    assert found.method == "wilson by customer"


def test_a_figure_of_answers_has_its_interval_unasked_one_of_cases_does_not(world: World) -> None:
    assert ask(world, "fcr_survey").interval == pytest.approx(BY_HAND, abs=1e-4)
    for metric in ("fcr", "fcr_one_touch"):
        assert (ask(world, metric).interval, ask(world, metric).method) == (None, None)


def test_a_case_without_customer_stands_alone(world: World) -> None:
    found = ask(world, "fcr_one_touch", with_interval=True)
    assert (found.n, found.part("passed")) == (7, 5)
    assert found.interval == wilson_by_cluster([(2, 2, 1), (0, 2, 1), (1, 1, 3)])


@pytest.mark.parametrize(("grain", "split"), [("day", None), (None, "team"), ("week", "team")])
def test_buckets_and_members_have_it_when_asked(world: World, grain: Grain | None, split: str | None) -> None:
    plain, wanted = (ask(world, "fcr", grain=grain, split=split, with_interval=one) for one in (False, True))
    assert (plain.interval, plain.method) == (None, None)
    assert wanted.interval == pytest.approx(BY_HAND, abs=1e-4)
    assert (wanted.value, wanted.n, wanted.parts) == (plain.value, plain.n, plain.parts)


def test_two_windows_in_one_scan_keep_their_customers_apart(world: World) -> None:
    before = Question("fcr", Window(date(2025, 2, 1), date(2025, 3, 1)), with_interval=True)
    asked = [before, Question("fcr", MARCH, with_interval=True)]
    found = measure(world.con, world.desk, asked, at("2025-05-01 00:00:00"))
    assert [found[question][0].n for question in asked] == [0, 6]
    assert found[asked[1]][0].interval == pytest.approx(BY_HAND, abs=1e-4)
