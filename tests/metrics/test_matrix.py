"""Problem types and satisfaction: impact, shrunk scores, and how sure their order is (semantics 9.3)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.analysis import rank_ranges, shrunk_scores, within_variance
from metrics.measure import measure
from metrics.model import Question, Window
from metrics.scenes import problem_matrix
from tests.metrics.world import World, at

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))
RATINGS = {"delivery": (1, 2, 3, 2), "invoice": (4, 5, 5, 4), "login": (5,)}


def test_scores_are_drawn_to_the_mean_by_how_little_they_rest_on() -> None:
    # g = 4, sum n (x - g)^2 = 8, t2 = (8 - 1 * 1) / (8 - 32 / 8) = 1.75, trust 1.75 / (1.75 + 1 / 4) = .875
    assert shrunk_scores({"a": (4, 3.0), "b": (4, 5.0)}, 1.0) == pytest.approx({"a": 3.125, "b": 4.875})


def test_types_that_differ_by_chance_only_share_the_mean() -> None:
    assert shrunk_scores({"a": (2, 3.0), "b": (2, 3.2)}, 4.0) == pytest.approx({"a": 3.1, "b": 3.1})
    assert shrunk_scores({"a": (3, 3.0)}, 1.0) == {"a": 3.0}


def test_the_variance_within_types_is_pooled() -> None:
    assert within_variance([(3, 1.0), (5, 2.0), (1, None)]) == pytest.approx((2 * 1 + 4 * 4) / 6)
    assert within_variance([(1, None)]) is None


def test_a_clear_order_has_one_rank_each_and_a_close_one_several() -> None:
    clear = rank_ranges({"a": (1000, 2.0), "b": (1000, 3.0), "c": (1000, 4.4)}, 4.5, 1.0)
    assert clear == {"a": (1, 1), "b": (2, 2), "c": (3, 3)}
    close = rank_ranges({"a": (10, 3.0), "b": (10, 3.1), "c": (10, 3.2)}, 4.5, 1.0)
    assert close == {"a": (1, 3), "b": (1, 3), "c": (1, 3)}


@given(
    st.dictionaries(st.text(max_size=3), st.tuples(st.integers(1, 50), st.floats(1.0, 5.0)), min_size=1, max_size=6)
)
def test_shrinking_never_passes_the_mean_and_ranks_stay_in_range(types: dict[str, tuple[int, float]]) -> None:
    overall = sum(n * score for n, score in types.values()) / sum(n for n, _ in types.values())
    for name, drawn in shrunk_scores(types, 0.5).items():
        low, high = sorted((overall, types[name][1]))
        assert low - 1e-9 <= drawn <= high + 1e-9
    assert all(1 <= low <= high <= len(types) for low, high in rank_ranges(types, 4.5, 0.5, draws=50).values())


def test_the_matrix_tells_shrunk_scores_and_ranks_where_the_spread_is_asked_for() -> None:
    made = World()
    key = 0
    for category, scores in RATINGS.items():
        for score in scores:
            key += 1
            made.ticket(key, "10 10:00", customer_key=key, category=category)
            made.survey(key, f"1{key % 3} 10:00", ticket_key=key, customer_key=key, overall=float(score))
    made.refresh()
    plain, asked = (
        measure(made.con, made.desk, [question], at("31 10:00"))[question]
        for question in (
            Question("overall_mean", MARCH, split="category", with_interval=one) for one in (False, True)
        )
    )
    assert {(one.shrunk, one.ranks) for one in problem_matrix(plain, 4.5)} == {(None, None)}
    found = {one.member: one for one in problem_matrix(asked, 4.5)}
    assert list(found) == ["delivery", "invoice", "login"]
    # within: (2 + 1) / 6 = .5; shares 4/9, 4/9, 1/9; overall 31/9
    expected = shrunk_scores({"delivery": (4, 2.0), "invoice": (4, 4.5), "login": (1, 5.0)}, 0.5)
    assert {name: one.shrunk for name, one in found.items()} == pytest.approx(expected)
    assert found["delivery"].ranks == (1, 1)
    assert sum(one.impact for one in found.values()) == pytest.approx(4.5 - 31 / 9)
