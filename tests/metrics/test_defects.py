"""What is odd in the data, per rule: refused rows and flawed ones in one answer (semantics 2.4, 2.7)."""

import re
from pathlib import Path

from etl.normalize import forms
from etl.normalize.slots import Form
from etl.upkeep import quarantine
from metrics.answers import Answers
from metrics.defects import TITLES, UNREADABLE, defects, findings
from tests.metrics.world import DESK, World, at

ROOT = Path(__file__).resolve().parents[2]
NAMED = r"['\"](unknown_[a-z_]+|naive_time|missing_key|no_event|bad_file|malformed|duplicate_id|number_marks)['\"]"


def world() -> World:
    """Three naive instants, one refusal resolved since, a future ticket and a reply before its start."""
    found = World(DESK)
    found.insert("reject", rule="naive_time", row_no=1)
    found.insert("reject", rule="naive_time", row_no=2)
    found.insert("reject", rule="missing_key", row_no=3, resolved_at=at("11 10:00"))
    found.insert("defect", rule="naive_time", row_no=4)
    found.ticket(1, "10 10:00")
    found.reply(1, "10 09:00")
    found.ticket(2, "25 10:00")
    found.refresh(at("20 10:00"))
    return found


def test_rows_refused_and_rows_with_a_flaw_stand_in_one_answer() -> None:
    found = [(one.rule, one.refused, one.flawed, one.n) for one in findings(world().con)]
    assert found == [("naive_time", 2, 1, 3), ("future_ticket", 0, 1, 1), ("negative_duration", 0, 1, 1)]


def test_the_count_of_a_rule_is_of_both() -> None:
    assert defects(world().con) == {"naive_time": 3, "future_ticket": 1, "negative_duration": 1}


def test_answers_tell_the_quality_of_the_data() -> None:
    found = world()
    told = Answers(found.cursor, DESK, (), lambda: at("20 10:00")).quality()
    assert (told[0].rule, told[0].title["zh-CN"]) == ("naive_time", "没有时区的时间")


def test_clean_data_have_nothing_to_tell() -> None:
    clean = World(DESK)
    clean.ticket(1)
    clean.refresh()
    assert findings(clean.con) == ()


def test_every_rule_of_the_import_and_of_the_facts_has_a_title_in_both_languages() -> None:
    given = [value for value in vars(forms).values() if isinstance(value, Form)]
    given += [*forms.TICKET_FORMS.values(), *forms.SURVEY_FORMS.values()]
    rules = {form.rule for form in given}
    for path in (ROOT / "etl").rglob("*.py"):
        rules |= set(re.findall(NAMED, path.read_text("utf-8")))
    text = (ROOT / "metrics/facts/defects.sql").read_text("utf-8")
    rules |= set(re.findall(r"'((?:future|negative|clock)_[a-z_]+)'", text))
    assert rules - TITLES.keys() == set()
    assert {tuple(title) for title in TITLES.values()} == {("en", "zh-CN")}
    assert len(rules) >= 20


def test_a_rule_nobody_named_goes_by_its_name() -> None:
    odd = World(DESK)
    odd.insert("defect", rule="of_tomorrow")
    assert findings(odd.con)[0].title == {"en": "of_tomorrow", "zh-CN": "of_tomorrow"}


def test_what_cannot_be_taken_up_again_is_what_the_redrive_leaves_out() -> None:
    assert UNREADABLE == quarantine.UNREADABLE
