"""sfo_customer_survey: one row per questionnaire, four years, four headers; also against somebody else's figures."""

import csv
from typing import Any

import pytest

from metrics.model import Case
from tests.reference.book import Book, accounts_for_every_row, changes_nothing, printed, share, shared

pytestmark = pytest.mark.reference

YEARS = ("2014", "2015", "2016", "2017")
N = {"2014": 2818, "2015": 2958, "2016": 3087, "2017": 2831}
OVERALL = {  # n, mean, weighted mean, top-2 share
    "2014": (2677, "3.995891", "4.006966", "0.788569"),
    "2015": (2810, "4.048043", "4.044173", "0.800000"),
    "2016": (2919, "4.038027", "4.053325", "0.809866"),
    "2017": (2688, "4.064360", "4.071203", "0.820685"),
}
ART = {  # n, mean, top-2 share
    "2014": (2145, "3.915618", "0.675991"),
    "2015": (2396, "4.028381", "0.723706"),
    "2016": (2573, "3.989506", "0.713953"),
    "2017": (2284, "3.992557", "0.716287"),
}
FOOD = {
    "2014": (2339, "3.580590"),
    "2015": (2460, "3.680081"),
    "2016": (2680, "3.631343"),
    "2017": (2421, "3.615448"),
}
AIRTRAIN = {
    "2014": (1410, "4.082270"),
    "2015": (1451, "4.119917"),
    "2016": (1522, "4.147175"),
    "2017": (1450, "4.106897"),
}


def others(name: str) -> list[dict[str, str]]:
    """Return the rows of a ref_*.csv file."""
    with shared(f"sfo_customer_survey/ref_agg_{name}_2017_atefalvi.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def near(text: str) -> Any:
    """Return what equals a figure printed in full precision."""
    return pytest.approx(float(text), rel=1e-12)


def scoring(cases: list[Case], *scores: int) -> int:
    """Return how many answers of a list have one of the scores."""
    return sum(case.value in scores for case in cases)


@pytest.mark.parametrize("year", YEARS)
def test_every_questionnaire_is_valid(sfo: dict[str, Book], year: str) -> None:
    accounts_for_every_row(sfo[year].report, N[year])
    assert sfo[year].report.n_new == N[year]
    assert [sfo[year].one(metric).n for metric in ("survey_received", "survey_valid")] == [N[year], N[year]]


@pytest.mark.parametrize("year", YEARS)
def test_overall_rating(sfo: dict[str, Book], year: str) -> None:
    n, mean, weighted, top = OVERALL[year]
    found = {name: sfo[year].one(name) for name in ("overall_mean", "overall_mean_weighted", "csat")}
    assert [one.n for one in found.values()] == [n, n, n]
    assert [one.value for one in found.values()] == [printed(mean), printed(weighted), share(top)]


@pytest.mark.parametrize("year", YEARS)
def test_art(sfo: dict[str, Book], year: str) -> None:
    n, mean, top = ART[year]
    found, best = (sfo[year].one(name, parameter="art") for name in ("dimension_mean", "dimension_top2"))
    assert (found.n, found.value) == (n, printed(mean))
    assert (best.n, best.value) == (n, share(top))


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize(("dimension", "wanted"), [("food", FOOD), ("airtrain", AIRTRAIN)])
def test_food_and_airtrain(
    sfo: dict[str, Book], year: str, dimension: str, wanted: dict[str, tuple[int, str]]
) -> None:
    n, mean = wanted[year]
    found = sfo[year].one("dimension_mean", parameter=dimension)
    assert (found.n, found.value) == (n, printed(mean))


def test_net_promoter_score_leaves_blank_codes_out(sfo: dict[str, Book]) -> None:
    found = sfo["2017"].one("nps")
    assert (found.n, found.part("promoters"), found.part("detractors")) == (2746, 1436, 342)
    assert found.value == printed("39.8398")
    assert sfo["2017"].one("nps_weighted").value == printed("40.3984")


@pytest.mark.parametrize("year", YEARS[:3])
def test_years_that_did_not_ask_have_no_net_promoter_score(sfo: dict[str, Book], year: str) -> None:
    found = sfo[year].one("nps")
    assert (found.value, found.n) == (None, 0)


def test_every_item_agrees_with_the_outside_figures(sfo: dict[str, Book]) -> None:
    rows = [row for row in others("q7_metrics") if row["q7_item"] != "Q7ALL"]
    assert len(rows) == 14
    for row in rows:
        name = row["q7_item"].removeprefix("Q7").lower()
        mean, top = (sfo["2017"].one(metric, parameter=name) for metric in ("dimension_mean", "dimension_top2"))
        low = scoring(sfo["2017"].cases("dimension_mean", parameter=name), 1, 2)
        assert (name, mean.n, top.part("passed"), low) == (name, *_ints(row, "n", "top2_n", "bottom2_n"))
        assert (mean.value, top.value) == (near(row["avg_score"]), near(row["top2_per100"]))


def test_the_overall_item_agrees_with_the_outside_figures(sfo: dict[str, Book]) -> None:
    (row,) = (row for row in others("q7_metrics") if row["q7_item"] == "Q7ALL")
    mean, top = sfo["2017"].one("overall_mean"), sfo["2017"].one("csat")
    low = sum(int(sfo["2017"].one("rating_share", parameter=score).part("passed") or 0) for score in "12")
    assert (mean.n, top.part("passed"), low) == _ints(row, "n", "top2_n", "bottom2_n")
    assert (mean.value, top.value) == (near(row["avg_score"]), near(row["top2_per100"]))


def test_cleanliness_agrees_with_the_outside_figures(sfo: dict[str, Book]) -> None:
    """Their "clean" is the score 5, their "dirty" the scores 1 and 2."""
    rows = others("q9_metrics")
    assert len(rows) == 6
    for row in rows:
        name = "clean_" + row["q9_item"].removeprefix("Q9").lower()
        mean = sfo["2017"].one("dimension_mean", parameter=name)
        answers = sfo["2017"].cases("dimension_mean", parameter=name)
        found = (name, mean.n, len(answers), scoring(answers, 5), scoring(answers, 1, 2))
        assert found == (name, *_ints(row, "n", "n", "clean_n", "dirty_n"))
        assert mean.value == near(row["avg_score"])


def test_promoters_by_day_agree_with_the_outside_figures(sfo: dict[str, Book]) -> None:
    """The file has the day of the month only; they put two forms of a wrong weekday into June and August."""
    days = {one.bucket or "": one for one in sfo["2017"].all("nps", grain="day") if one.n}
    parts = ("detractor", "passive", "promoter")
    theirs: dict[str, list[int]] = {}
    for row in others("nps_daily"):
        day = f"2017-05-{row['date'][-2:]}"
        before = theirs.get(day, [0, 0, 0])
        theirs[day] = [n + int(float(row[name])) for n, name in zip(before, parts, strict=True)]
    assert {day: [one.part(f"{name}s") for name in parts] for day, one in days.items()} == theirs


def test_scores_by_day_agree_with_the_outside_figures(sfo: dict[str, Book]) -> None:
    days = {one.bucket or "": one.value for one in sfo["2017"].all("nps", grain="day") if one.n}
    moved = ("2017-05-05", "2017-05-15")
    same = [row for row in others("nps_daily") if row["date"].startswith("2017-05") and row["date"] not in moved]
    assert len(same) == 18
    assert [days[row["date"]] for row in same] == [near(row["nps"]) for row in same]


def _ints(row: dict[str, str], *names: str) -> tuple[int, ...]:
    return tuple(int(float(row[name])) for name in names)


@pytest.mark.parametrize("year", YEARS)
def test_a_second_import_of_the_questionnaires_changes_nothing(sfo: dict[str, Book], year: str) -> None:
    changes_nothing(sfo[year])
