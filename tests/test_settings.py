"""Settings and calendars: what is written is what is meant, and what is wrong is named with its line."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from data.settings import ROOT, CalendarFile, UnfitSetting, filled, load_calendars, load_settings, rooted
from data.strict_yaml import StrictYamlError, model_from
from metrics.desk import annotations_from, calendar_from, desk_from, targets_from
from metrics.model import Annotation, Desk, ReachRule, SlaTier, Slice, Stage

GOLDEN = ROOT.parent / "shared/spec/golden/golden.yaml"
KNOWN = ("frt", "backlog")
SQL = "sources: [{id: a, name: A, kind: sql, url: 'sqlite:///a.db', mapping: m.yaml}]\n"


def _file(folder: Path, text: str) -> Path:
    path = folder / "settings.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def _refusal(folder: Path, text: str) -> str:
    with pytest.raises(StrictYamlError) as caught:
        load_settings(_file(folder, text))
    return str(caught.value)


def _desk(path: Path) -> Desk:
    settings = load_settings(path)
    return desk_from(settings, load_calendars(settings))


def _calendar(name: str) -> CalendarFile:
    return model_from(ROOT / f"data/calendars/{name}.yaml", CalendarFile)


@pytest.mark.parametrize("name", ["demo.yaml", "settings.example.yaml"])
def test_the_shipped_settings_make_a_desk(name: str) -> None:
    desk = _desk(ROOT / "data" / name)
    assert desk.calendar in desk.calendars
    assert desk.sla["P1"] == SlaTier(5, 120)
    assert desk.sla["P3"].resolution_min is None


def test_the_three_stage_maps_are_shipped_and_the_example_writes_them_out() -> None:
    desk = _desk(ROOT / "data/settings.example.yaml")
    assert {name: len(way) for name, way in desk.stages.items()} == {"D1": 4, "D2": 4, "D4": 6}
    assert desk.stages == Desk().stages
    assert (desk.complaints, desk.urgent_reach) == (Desk().complaints, Desk().urgent_reach)


def test_a_stage_map_is_what_the_file_says(tmp_path: Path) -> None:
    text = "stages: {own: [{id: a, name: {en: A}, start: created, stop: [reply, closed]}]}\n"
    assert _desk(_file(tmp_path, text)).stages == {"own": (Stage("a", {"en": "A"}, "created", ("reply", "closed")),)}


def test_the_desk_of_urgent_tickets_is_what_the_file_says(tmp_path: Path) -> None:
    text = "urgent_reach: {department: 技术支持部, minutes: 15, priorities: [P1, P2]}\n"
    assert _desk(_file(tmp_path, text)).urgent_reach == ReachRule("技术支持部", 15, ("P1", "P2"))


def test_problem_types_are_a_tree_in_which_a_category_has_one_place(tmp_path: Path) -> None:
    tree = "problem_types: [{name: L, of: [late, {name: D, of: [torn]}]}, {name: B, of: [bill%s]}]\n"
    assert _desk(_file(tmp_path, tree % "")).problem_types == {"late": ("L",), "torn": ("L", "D"), "bill": ("B",)}
    assert "'late' is under L and under B" in _refusal(tmp_path, tree % ", late")


@pytest.mark.parametrize(
    ("written", "clocks"),
    [
        ("", ("calendar", "calendar")),
        ("calendar: a\n", ("business", "business")),
        ("tier_calendars: {P1: a}\nclock: calendar\n", ("calendar", "business")),
        ("team_calendars: {X: a}\nsla_clock: calendar\n", ("business", "calendar")),
    ],
)
def test_clocks_are_those_of_business_where_there_are_hours(
    tmp_path: Path, written: str, clocks: tuple[str, str]
) -> None:
    settings = load_settings(_file(tmp_path, "calendars: {a: data/calendars/always.yaml}\n" + written))
    desk = desk_from(settings, load_calendars(settings))
    assert (desk.clock, desk.sla_clock) == settings.clocks == clocks


def test_an_event_has_both_its_days_and_a_part_of_the_desk(tmp_path: Path) -> None:
    text = "annotations:\n- {first: 2026-06-16, last: 2026-06-20, text: {en: Sale}, where: {category: parcel}}\n"
    text += "- {first: 2026-07-01, text: {zh-CN: 故障}}\n"
    sale, outage = annotations_from(load_settings(_file(tmp_path, text)))
    assert sale == Annotation(date(2026, 6, 16), date(2026, 6, 21), {"en": "Sale"}, Slice.of(category="parcel"))
    assert (outage.start, outage.end, dict(outage.text)) == (date(2026, 7, 1), date(2026, 7, 2), {"zh-CN": "故障"})


def test_an_event_of_a_dimension_there_is_none_of_is_refused_with_its_line(tmp_path: Path) -> None:
    path = _file(tmp_path, "annotations:\n- {first: 2026-06-16, text: {en: Sale}, where: {taem: A}}\n")
    with pytest.raises(UnfitSetting) as caught:
        annotations_from(load_settings(path))
    assert caught.value.in_file(path).startswith(f"{path}:2: annotations.0.where: unknown dimension 'taem'; known: ")


def test_an_event_that_ends_before_it_begins_is_refused(tmp_path: Path) -> None:
    text = "annotations:\n- {first: 2026-06-16, last: 2026-06-15, text: {en: Sale}}\n"
    with pytest.raises(StrictYamlError, match="the last day 2026-06-15 is before the first, 2026-06-16"):
        load_settings(_file(tmp_path, text))


def test_an_empty_file_is_all_defaults(tmp_path: Path) -> None:
    settings = load_settings(_file(tmp_path, "# nothing yet\n"))
    assert (settings.timezone, settings.sources, settings.csi.min_weight) == ("Asia/Shanghai", (), 0.8)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("language: zh-CN\nlangauge: en\n", "settings.yaml:2: langauge: unknown field, did you mean `language`?"),
        ("clock: calendar\nclock: business\n", "settings.yaml:2: clock: key given twice"),
        ("targets:\n  - metric: frt\n    value: fast\n", "settings.yaml:3: targets.0.value: got 'fast'"),
        (
            "stages:\n  own:\n    - {id: a, name: {}, start: lunch, stop: [reply]}\n",
            "settings.yaml:3: stages.own.0.start",
        ),
        (
            "stages:\n  own:\n    - {id: a, name: {}, start: created, stop: [reply]}\n"
            "    - {id: a, name: {}, start: created, stop: [reply]}\n",
            "stages: two stages of own have the id 'a'; every stage needs its own",
        ),
        ("timezone: Asia/Peking\n", "settings.yaml:1: timezone: unknown time zone 'Asia/Peking'"),
        ("calendar: cn_office\n", "settings.yaml:1: calendar: unknown calendar 'cn_office'; known: none"),
        ("team_calendars: {Night: moon}\n", "unknown calendar 'moon'"),
        ("csi:\n  weights: {a: 0.5, b: 0.4}\n", "settings.yaml:2: csi.weights: weights add up to 0.9"),
        ("sla: {urgent: {first_reply_min: 5, resolution_min: 9}}\n", "settings.yaml:1: sla.urgent"),
        ("sla: {P1: {first_reply_min: 0, resolution_min: 9}}\n", "sla.P1.first_reply_min: got 0"),
        (SQL.replace("url", "path"), "a source of kind sql has 'url' and no 'path'"),
        (SQL.replace("}]", "}, {id: a, name: B, kind: file, path: b.csv, mapping: m.yaml}]"), "the id 'a'"),
        ("loyalty: {}\n", "every tier starts at a score of its own"),
        ('loyalty: {"5": 4.6, best: 4.6}\n', "settings.yaml:1: loyalty"),
        ("server: {port: 99999}\n", "server.port: got 99999"),
    ],
)
def test_a_wrong_setting_is_named_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    assert told in _refusal(tmp_path, text)


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    assert len(_refusal(tmp_path, "timezone: Mars\nrepeat_days: -1\n").splitlines()) == 2


def test_a_target_for_an_unknown_kpi_names_the_line_and_the_known(tmp_path: Path) -> None:
    path = _file(tmp_path, "targets:\n  - {metric: frt, value: 20}\n  - {metric: ftr, value: 20}\n")
    with pytest.raises(UnfitSetting) as caught:
        targets_from(load_settings(path), KNOWN)
    assert caught.value.in_file(path) == f"{path}:3: targets.1.metric: unknown metric 'ftr'; known: backlog, frt"


def test_a_target_for_an_unknown_dimension_is_refused(tmp_path: Path) -> None:
    path = _file(tmp_path, "targets: [{metric: frt, value: 20, where: {taem: A}}]\n")
    with pytest.raises(UnfitSetting, match="unknown dimension 'taem'"):
        targets_from(load_settings(path), KNOWN)


def test_a_target_keeps_its_slice_and_its_critical_limit(tmp_path: Path) -> None:
    text = "targets: [{metric: frt, value: 5, critical_below: 60, where: {priority: P1}}]\n"
    target = targets_from(load_settings(_file(tmp_path, text)), KNOWN)[0]
    assert (target.slice.by, target.critical_below) == ((("priority", ("P1",)),), 60)


def test_spans_become_minutes_of_the_day_monday_first() -> None:
    calendar = calendar_from("always", _calendar("always"))
    assert calendar.weekly == (((0, 1440),),) * 7


def test_promises_may_change_from_a_day_on(tmp_path: Path) -> None:
    text = "sla_changes: {2025-07-01: {P1: {first_reply_min: 3, resolution_min: null}}}\n"
    desk = desk_from(load_settings(_file(tmp_path, text)), {})
    assert desk.sla_changes == ((date(2025, 7, 1), {"P1": SlaTier(3, None)}),)


def test_opening_hours_may_change_from_a_day_on(tmp_path: Path) -> None:
    text = 'name: {en: x}\ntimezone: UTC\nyears: all\nweekly: {}\nchanges: {2025-07-01: {tue: ["08:00-24:00"]}}\n'
    calendar = calendar_from("x", model_from(_file(tmp_path, text), CalendarFile))
    assert calendar.changes == ((date(2025, 7, 1), ((), ((480, 1440),), (), (), (), (), ())),)


@pytest.mark.skipif(not GOLDEN.exists(), reason="the golden cases are not here")
def test_china_2025_is_as_in_the_golden_cases() -> None:
    wanted = yaml.safe_load(GOLDEN.read_text(encoding="utf-8"))["calendars"]["cn_office"]
    ours = _calendar("cn_office")
    assert {str(day) for day in ours.holidays if day.year == 2025} == set(wanted["holidays"])
    assert {str(day): list(spans) for day, spans in ours.makeup.items() if day.year == 2025} == wanted["makeup"]
    assert {day: list(spans) for day, spans in ours.weekly.items()} == wanted["weekly"]


def test_every_office_holiday_of_a_published_year_is_a_working_weekday_or_golden() -> None:
    ours = _calendar("cn_office")
    weekend = [day for day in ours.holidays if day.weekday() > 4 and day.year == 2026]
    assert weekend == [] and all(day.weekday() > 4 for day in ours.makeup)


def test_as_many_office_days_are_worked_in_exchange_as_published() -> None:
    ours = _calendar("cn_office")
    per_year = {year: sum(day.year == year for day in ours.makeup) for year in (2024, 2025, 2026)}
    assert per_year == {2024: 8, 2025: 5, 2026: 6}
    assert date(2026, 2, 23) in ours.holidays and date(2026, 2, 28) in ours.makeup


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('weekly: {mon: ["18:00-09:00"]}', "18:00-09:00 does not end after it starts"),
        ('weekly: {mon: ["09:00-13:00", "12:00-18:00"]}', "12:00-18:00 starts before"),
        ('weekly: {mon: ["9-18"]}', "weekly.mon"),
        ("weekly: {}\nholidays: [2031-01-01]", "2031-01-01 is listed, but 2031 is not under years"),
        ("weekly: {}\nmakeup: {2025-02-30: []}", "makeup"),
        ('weekly: {}\nchanges: {2025-02-03: {mon: ["18:00-09:00"]}}', "2025-02-03: 18:00-09:00 does not end"),
    ],
)
def test_wrong_opening_hours_are_refused(tmp_path: Path, line: str, told: str) -> None:
    path = _file(tmp_path, f"name: {{en: x}}\ntimezone: UTC\nyears: [2025]\n{line}\n")
    with pytest.raises(StrictYamlError) as caught:
        model_from(path, CalendarFile)
    assert told in str(caught.value)


def test_secrets_come_from_the_environment_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s3cret\n")
    assert (
        filled("db://${U}:${file:" + str(tmp_path / "key") + "}@${H:-local}", {"U": "me"}) == "db://me:s3cret@local"
    )


def test_a_missing_secret_is_named() -> None:
    with pytest.raises(KeyError, match="DESK_URL is not set"):
        filled("${DESK_URL}", {})


def test_relative_paths_start_at_the_project() -> None:
    assert rooted(Path("data/x.yaml")) == ROOT / "data/x.yaml"
    assert rooted(Path("/etc/x.yaml")) == Path("/etc/x.yaml")
