"""Measuring: shared scans, slices, splits, grains, zones, and lists that are as long as their figure."""

from dataclasses import replace
from datetime import date
from typing import Any

import duckdb
import pytest

from metrics.catalog import CATALOG
from metrics.drill import drill
from metrics.measure import measure
from metrics.model import DataState, Grain, Question, Reading, Slice, Window
from tests.metrics.world import DESK, World, at

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))
WEEK = Window(date(2025, 3, 10), date(2025, 3, 17))
BEFORE = Window(date(2025, 3, 3), date(2025, 3, 10))
ALWAYS = Window(None, None)
AS_OF = at("20 10:00")
PARAMETERS = {
    "dimension": "a",
    "vendor field": "ok",
    "department/minutes": "tech/10",
    "hours": "4",
    "tickets": "1",
    "score": "5",
    "tier": "5",
    "map/stage": "D1/accept",
    "department/hours": "tech/4",
    "department": "tech",
}


class Counted:
    """A connection that counts its statements."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con, self.texts = con, list[str]()

    def execute(self, text: str, params: Any = None) -> duckdb.DuckDBPyConnection:
        self.texts.append(text)
        return self.con.execute(text, params)

    def scans(self) -> int:
        return sum("FROM member" not in text for text in self.texts)


@pytest.fixture(scope="module")
def world() -> World:
    """Twelve tickets, 10-15 March, one every twelve hours from 10:00 on; teams in turn, the last without one."""
    made = World(DESK, csi_weights={"a": 0.5, "b": 0.5})
    for i in range(12):
        key, day, hour = i + 1, 10 + i // 2, 10 + 12 * (i % 2)
        team = None if key == 12 else "AB"[i % 2]
        made.ticket(
            key, f"{day} {hour}:00", team=team, customer_key=key % 4, category="x", channel="phone",
            custom=f'{{"region": "{"north" if i % 3 else "south"}"}}', vendor='{"ok": true}', priority="P1",
        )  # fmt: skip
        made.reply(key, f"{day} {hour}:{key:02d}")
        if i % 3:
            made.status(key, f"{day} {hour + 1}:00", "resolved")
        made.survey(key, f"{day} {hour}:30", {"a": 4.0, "b": 5.0}, overall=5.0, ticket_key=key, nps=9)
    made.ticket(13, None, given_resolution_s=3600.0)
    made.refresh(AS_OF)
    return made


def ask(world: World, *questions: Question) -> list[tuple[Reading, ...]]:
    found = measure(world.con, world.desk, questions, AS_OF)
    return [found[question] for question in questions]


def one(world: World, metric: str, window: Window = WEEK, **more: Any) -> Reading:
    return ask(world, Question(metric, window, **more))[0][0]


def plain(metric: str) -> Question:
    return Question(metric, WEEK, parameter=PARAMETERS.get(CATALOG[metric].parameter or ""))


def statements(world: World, *questions: Question) -> int:
    counted = Counted(world.con)
    measure(counted, world.desk, questions, AS_OF)  # type: ignore[arg-type]
    return counted.scans()


def test_questions_on_the_same_rows_share_one_scan(world: World) -> None:
    family = [Question(name, WEEK, grain="day") for name in ("first_resolution", "reopen_rate", "fcr_one_touch")]
    assert statements(world, *family) == 1


def test_this_period_and_the_one_before_share_one_scan(world: World) -> None:
    assert statements(world, Question("volume", WEEK), Question("volume", BEFORE)) == 1
    current, previous = ask(world, Question("volume", WEEK), Question("volume", BEFORE))
    assert (current[0].value, previous[0].value) == (12.0, 0.0)


def test_periods_far_apart_are_scanned_apart(world: World) -> None:
    long_ago = Window(date(2020, 3, 1), date(2020, 3, 8))
    assert statements(world, Question("volume", WEEK), Question("volume", long_ago)) == 2


def test_overlapping_periods_are_scanned_apart(world: World) -> None:
    found = ask(world, Question("volume", WEEK), Question("volume", MARCH))
    assert [readings[0].value for readings in found] == [12.0, 12.0]


def test_the_backlog_now_before_by_day_comes_from_one_reading_of_the_days(world: World) -> None:
    trend = Question("backlog", WEEK, grain="day")
    assert statements(world, Question("backlog", WEEK), Question("backlog", BEFORE), trend) == 1


def test_the_same_question_twice_is_answered_once(world: World) -> None:
    assert len(measure(world.con, world.desk, [Question("frt", WEEK)] * 2, AS_OF)) == 1


@pytest.mark.parametrize("metric", CATALOG)
def test_the_drill_list_is_as_long_as_n(world: World, metric: str) -> None:
    question = plain(metric)
    listed = drill(world.con, world.desk, question, AS_OF)
    assert len(listed) == ask(world, question)[0][0].n


def test_the_drill_list_leads_with_the_worst_and_can_be_cut(world: World) -> None:
    listed = drill(world.con, world.desk, Question("frt", WEEK), AS_OF, limit=2)
    assert [(case.ticket, case.value) for case in listed] == [("12", 12.0), ("11", 11.0)]
    assert dict(listed[0].labels)["team"] == "(none)"


def test_the_drill_list_obeys_slice_and_window(world: World) -> None:
    team = Slice.of(team="A")
    listed = drill(world.con, world.desk, Question("frt", WEEK, team), AS_OF)
    assert {dict(case.labels)["team"] for case in listed} == {"A"}
    assert drill(world.con, world.desk, Question("frt", BEFORE), AS_OF) == []


@pytest.mark.parametrize("metric", ["volume", "frt", "backlog", "resolution", "survey_valid", "sla_first_reply"])
@pytest.mark.parametrize("split", ["team", "category", "custom.region"])
def test_slices_add_up_to_the_whole(world: World, metric: str, split: str) -> None:
    parts, whole = ask(world, Question(metric, WEEK, split=split), Question(metric, WEEK))
    assert sum(part.n for part in parts) == whole[0].n


@pytest.mark.parametrize("metric", ["volume", "frt", "resolution", "csat"])
@pytest.mark.parametrize("grain", ["hour", "day", "week", "sunday_week", "month", "quarter", "half_year", "year"])
@pytest.mark.parametrize("tz", ["Asia/Shanghai", "America/New_York", "UTC"])
def test_buckets_add_up_to_the_window_in_every_zone(world: World, metric: str, grain: Grain, tz: str) -> None:
    window = replace(WEEK, tz=tz)
    buckets, whole = ask(world, Question(metric, window, grain=grain), Question(metric, window))
    assert sum(bucket.n for bucket in buckets) == whole[0].n > 0


def test_a_split_names_the_missing_value(world: World) -> None:
    members = {reading.member: reading.n for reading in ask(world, Question("volume", WEEK, split="team"))[0]}
    assert members == {"A": 6, "B": 5, "(none)": 1}


def test_a_slice_equals_its_part_of_the_split(world: World) -> None:
    for member, n in (("A", 6), ("B", 5), ("(none)", 1)):
        assert one(world, "volume", slice=Slice.of(team=member)).n == n


def test_several_values_of_a_dimension_are_taken_together(world: World) -> None:
    both = Slice((("team", ("A", "B")),))
    assert one(world, "volume", slice=both).n == 11


def test_an_unknown_value_is_honestly_empty(world: World) -> None:
    found = one(world, "frt", slice=Slice.of(team="Z"))
    assert (found.value, found.n, found.state) == (None, 0, DataState.EMPTY)


@pytest.mark.parametrize("metric", ["volume", "csat", "csi", "backlog"])
def test_own_attributes_slice_cases_surveys_and_stock(world: World, metric: str) -> None:
    north = one(world, metric, slice=Slice((("custom.region", ("north",)),)))
    both = one(world, metric, slice=Slice((("custom.region", ("north", "south")),)))
    assert 0 < both.n == one(world, metric).n
    assert north.n == {"volume": 8, "csat": 8, "csi": 8, "backlog": 0}[metric]


def test_a_missing_own_attribute_is_a_value_too(world: World) -> None:
    assert one(world, "volume", slice=Slice((("custom.colour", ("(none)",)),))).n == 12
    assert one(world, "volume", slice=Slice((("custom.colour", ("red",)),))).n == 0


def test_an_attribute_cannot_break_out_of_its_text(world: World) -> None:
    assert one(world, "volume", slice=Slice((("custom.x' OR TRUE --", ("y",)),))).n == 0
    assert one(world, "vendor_share", parameter="x'; DROP TABLE ticket --").n == 0


def test_an_unknown_dimension_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown dimension 'teem'; known: team, agent"):
        Slice.of(teem="A")


def test_a_day_without_rows_is_no_value_and_a_count_of_0(world: World) -> None:
    waits, counts = ask(world, Question("frt", WEEK, grain="day"), Question("volume", WEEK, grain="day"))
    assert [reading.bucket for reading in counts] == [f"2025-03-{day}" for day in range(10, 17)]
    assert (waits[-1].value, counts[-1].value) == (None, 0.0)


def test_days_after_as_of_have_no_stock(world: World) -> None:
    days = ask(world, Question("backlog", MARCH, grain="day"))[0]
    stock = {reading.bucket: reading.value for reading in days}
    assert (stock["2025-03-20"], stock["2025-03-21"]) == (4.0, None)


def test_a_window_after_as_of_has_no_stock(world: World) -> None:
    found = one(world, "backlog", Window(date(2025, 3, 25), date(2025, 3, 26)))
    assert (found.value, found.state) == (None, DataState.EMPTY)


def test_the_stock_of_a_period_is_its_last_with_average_and_maximum(world: World) -> None:
    found = one(world, "backlog", Window(date(2025, 3, 10), date(2025, 3, 13)))
    assert (found.value, found.part("max")) == (2.0, 2)
    assert found.part("avg") == pytest.approx((1 + 2 + 2) / 3)


def test_an_undated_ticket_counts_only_where_everything_is_asked(world: World) -> None:
    assert one(world, "volume", ALWAYS).n == 13
    assert one(world, "volume", Window(None, date(2030, 1, 1))).n == 12
    assert one(world, "resolution", ALWAYS).n == one(world, "resolution").n + 1
    assert one(world, "backlog", ALWAYS).n == 4


def test_buckets_of_everything_run_from_the_first_row_to_the_last(world: World) -> None:
    days = ask(world, Question("volume", ALWAYS, grain="day"))[0]
    assert [days[0].bucket, days[-1].bucket] == ["2025-03-10", "2025-03-15"]
    assert {reading.question.window for reading in days} == {ALWAYS}


def test_a_cohort_is_booked_by_creation(world: World) -> None:
    night = Window(date(2025, 3, 10), date(2025, 3, 11))
    assert one(world, "first_resolution", night, basis="created").n == 1
    assert one(world, "frt", night, basis="created").n == 2


def test_quantiles_are_interpolated_between_neighbours(world: World) -> None:
    assert one(world, "frt").part("p50") == 6.5
    assert one(world, "frt", quantile=0.9).value == pytest.approx(10.9)
    assert one(world, "frt", quantile=0.25).value == pytest.approx(3.75)


def test_an_interval_comes_on_request(world: World) -> None:
    assert one(world, "frt").interval is None
    by_day = one(world, "frt", with_interval=True)
    assert by_day.interval is not None
    assert by_day.interval[0] < (by_day.value or 0) < by_day.interval[1]
    assert by_day.method == "day-cluster"


def test_an_interval_within_one_day_uses_its_rows(world: World) -> None:
    day = Window(date(2025, 3, 10), date(2025, 3, 11))
    found = one(world, "frt", day, with_interval=True)
    assert (found.method, found.n) == ("t", 2)
    assert found.interval == pytest.approx((1.5 - 12.7062047 * 0.5, 1.5 + 12.7062047 * 0.5))


def test_a_quantile_interval_is_made_of_ranks(world: World) -> None:
    found = one(world, "frt", quantile=0.5, with_interval=True)
    assert (found.interval, found.method) == ((3.0, 10.0), "order statistics")
    assert one(world, "frt", quantile=0.9, with_interval=True).interval is None


def test_few_surveys_are_marked_but_still_told(world: World) -> None:
    day = Window(date(2025, 3, 10), date(2025, 3, 11))
    found = one(world, "csi", day)
    assert (found.value, found.n, found.state) == (4.5, 2, DataState.TOO_FEW)


def test_weights_that_do_not_sum_to_1_are_an_error(world: World) -> None:
    desk = replace(world.desk, csi_weights={"a": 0.5, "b": 0.25})
    found = measure(world.con, desk, [Question("csi", WEEK)], AS_OF)[Question("csi", WEEK)][0]
    assert (found.value, found.state) == (None, DataState.ERROR)
    assert found.method == "error:weights questionnaire 'own': csi weights sum to 0.75, they must sum to 1"


def test_without_a_load_nothing_is_known(world: World) -> None:
    empty = World()
    for metric in ("frt", "volume", "backlog", "backlog_age", "csi"):
        found = measure(empty.con, empty.desk, [plain(metric)], None)[plain(metric)][0]
        assert (found.value, found.n, found.state) == (
            None,
            0,
            DataState.ERROR if metric == "csi" else DataState.EMPTY,
        )


def test_the_mean_of_a_dimension_carries_how_sure_it_is() -> None:
    world = World()
    for key, score in enumerate((3.0, 4.0, 5.0), 1):
        world.survey(key, "11 10:00", {"clarity": score}, customer_key=key)
    world.refresh()
    found = one(world, "dimension_mean", parameter="clarity")
    half = 4.30265273 / 3**0.5  # t of 2 degrees of freedom, standard deviation 1
    assert found.interval == pytest.approx((4.0 - half, 4.0 + half))
    assert found.method == "t"
