"""What few customers said is not to be had by subtraction either (semantics 1.12)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.disclosure import LEAST, telling


@pytest.mark.parametrize(
    ("counts", "also"),
    [
        ([40, 3], {0}),  # the whole less 40 would be the three
        ([40, 12, 3], {1}),  # the smallest goes
        ([12, 12, 3], {0}),  # the first of equals
        ([40, 3, 2], set()),  # together they are five
        ([40, 3, 1], {0}),
        ([40, 0], set()),  # nobody is nobody's secret
        ([3], set()),  # the whole is hidden itself
        ([40, 12], set()),
        ([], set()),
    ],
)
def test_the_smallest_shown_part_covers_a_lonely_hidden_one(counts: list[int], also: set[int]) -> None:
    assert telling(counts) == also


@given(st.lists(st.integers(0, 12), max_size=8))
def test_what_is_hidden_is_nobody_or_at_least_five(counts: list[int]) -> None:
    also = telling(counts)
    shown = [n for place, n in enumerate(counts) if n >= LEAST and place not in also]
    hidden = sum(counts) - sum(shown)
    assert hidden == 0 or hidden >= LEAST or not shown
