"""Intervals and quantiles of distributions against printed tables and worked examples."""

import pytest

from metrics.distributions import beta_share, binomial_quantile, binomial_share, t_quantile
from metrics.intervals import (
    day_cluster,
    day_cluster_se,
    margin_of_error,
    mean_interval,
    nps,
    nps_interval,
    nps_margin,
    order_ranks,
    population_factor,
    quantile_interval,
    required_n,
    wilson,
)


@pytest.mark.parametrize(
    ("df", "t"), [(1, 12.7062047), (2, 4.30265273), (10, 2.22813885), (30, 2.04227246), (1000, 1.96233908)]
)
def test_student_t_as_in_the_tables(df: int, t: float) -> None:
    assert t_quantile(df) == pytest.approx(t, abs=1e-7)


def test_student_t_needs_a_degree_of_freedom() -> None:
    with pytest.raises(ValueError, match="at least 1 degree of freedom, got 0"):
        t_quantile(0)


def test_the_beta_function_at_its_ends_and_middle() -> None:
    assert (beta_share(2, 3, 0.0), beta_share(2, 3, 1.0)) == (0.0, 1.0)
    assert beta_share(2, 2, 0.5) == pytest.approx(0.5)
    assert beta_share(1, 3, 0.2) == pytest.approx(1 - 0.8**3)


def test_the_binomial_is_summed_right() -> None:
    assert binomial_share(1, 3, 0.5) == pytest.approx(0.5)
    assert (binomial_share(-1, 3, 0.5), binomial_share(3, 3, 0.5)) == (0.0, 1.0)
    assert binomial_quantile(0.5, 3, 0.5) == 1
    assert binomial_quantile(0.025, 100, 0.5) == 40
    assert binomial_quantile(0.975, 100, 0.5) == 60


@pytest.mark.parametrize(("q", "least"), [(0.5, 6), (0.9, 36), (0.95, 72)])
def test_a_quantile_interval_exists_from_its_minimum_n_on(q: float, least: int) -> None:
    assert order_ranks(least, q) is not None
    assert order_ranks(least - 1, q) is None


def test_a_quantile_interval_is_made_of_values() -> None:
    assert quantile_interval([float(i) for i in range(1, 7)], 0.5) == (1.0, 6.0)


@pytest.mark.parametrize(
    ("x", "n", "low", "high"), [(10, 10, 72.2467, 100.0), (82, 100, 73.3326, 88.2998), (0, 5, 0.0, 43.4482)]
)
def test_wilson(x: int, n: int, low: float, high: float) -> None:
    assert wilson(x, n) == pytest.approx((low, high), abs=1e-4)


def test_no_share_of_nothing() -> None:
    assert wilson(0, 0) is None


def test_days_are_the_clusters_of_a_mean() -> None:
    days = [(10, 100.0), (20, 300.0), (30, 300.0)]
    assert day_cluster_se(days) == pytest.approx(1.7347216)
    low, high = day_cluster(days) or (0.0, 0.0)
    assert (high - low) / 2 == pytest.approx(4.30265273 * 1.7347216, abs=1e-5)
    assert (high + low) / 2 == pytest.approx(700 / 60)


def test_one_day_has_no_clusters_and_days_without_rows_are_none() -> None:
    assert day_cluster_se([(10, 100.0)]) is None
    assert day_cluster([(10, 100.0), (0, 0.0)]) is None


def test_the_interval_of_a_mean_needs_two_rows() -> None:
    assert mean_interval(1, 5.0, 25.0) is None
    assert mean_interval(2, 10.0, 50.0) == pytest.approx((5.0, 5.0))


def test_nps_and_its_two_margins() -> None:
    assert nps(60, 25, 15) == 45
    assert nps_margin(60, 25, 15) == pytest.approx(14.5024, abs=1e-3)
    assert nps_interval(10, 0, 0) == pytest.approx((47.5036, 100.0), abs=1e-3)
    assert (nps(0, 0, 0), nps_margin(0, 0, 0), nps_interval(0, 0, 0)) == (None, None, None)


def test_margin_and_sample_size() -> None:
    assert margin_of_error(1056) == pytest.approx(3.0157, abs=1e-4)
    assert margin_of_error(1056, 1234) == pytest.approx(1.1458, abs=1e-4)
    assert margin_of_error(0) is None
    assert (required_n(0.03), required_n(0.03, 1234)) == (1068, 573)
    with pytest.raises(ValueError, match="a margin must be positive"):
        required_n(0.0)


def test_a_whole_population_has_no_sampling_error() -> None:
    assert population_factor(3, 3) == 0.0
    assert population_factor(3, None) == 1.0
    assert population_factor(1, 1) == 0.0
