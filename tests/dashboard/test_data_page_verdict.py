"""What the data page says first: what holds the figures back, what they lose, and which columns changed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dashboard.model import Schedule, Stock
from dashboard.sources.cards import cards
from dashboard.sources.drift import drift
from dashboard.sources.quality import effects
from dashboard.sources.refusals import refusals
from dashboard.sources.shape import noted, parted
from dashboard.sources.standing import standings
from dashboard.sources.summary import summary
from dashboard.sources.teller import Teller
from dashboard.tree import text_of
from dashboard.words import words
from metrics.ledger import Example, Ledger
from metrics.model import DataState
from tests.dashboard.fake_answers import NOON
from tests.dashboard.fake_ledger import ledger_of, losses_of, schedules_of

TELL = Teller(words("en"), "Asia/Shanghai", NOON)
CHINESE = Teller(words("zh-CN"), "Asia/Shanghai", NOON)
LATE = NOON - timedelta(hours=31)
RETYPED = (
    "t: column 'opened' changed its type: instant before, text now; it gave ticket.created_at (nothing loads without"
    " it; KPIs without it: volume, frt), messages.agent.at (KPIs without it: frt)"
)
NEW = "t: column 'a, b' is new: the mapping does not read it"


def stock_of(world: str, **more: object) -> Stock:
    known = ledger_of(world, NOON, NOON)
    return replace(Stock(known, losses_of(world), schedules_of(world, NOON)), **more)  # type: ignore[arg-type]


def verdict(stock: Stock, tell: Teller = TELL) -> str:
    return text_of(summary(standings(stock), stock, tell, LATE)[0])


def with_message(message: str, state: str = "done") -> Stock:
    known = ledger_of("one", NOON, NOON)
    (source,) = known.sources
    run = replace(source.runs[-1], message=message, state=state)
    return replace(stock_of("one"), ledger=replace(known, sources=(replace(source, runs=(*source.runs[:-1], run)),)))


def test_a_silent_source_that_all_figures_end_at_is_named() -> None:
    told = verdict(stock_of("stale"))
    assert "Figures end at Nov 17 07:40: Satisfaction surveys has delivered nothing later. If no more files" in told


def test_figures_that_end_everywhere_alike_are_held_back_by_nobody() -> None:
    known = ledger_of("stale", NOON, LATE)
    assert "Figures end" not in verdict(stock_of("stale", ledger=known))


def test_a_source_that_is_never_stale_holds_nothing_back() -> None:
    known = ledger_of("stale", NOON, NOON)
    sources = tuple(replace(one, max_age_s=None) for one in known.sources)
    assert "Figures end" not in verdict(stock_of("stale", ledger=replace(known, sources=sources)))


def test_a_fresh_source_holds_nothing_back() -> None:
    known = ledger_of("stale", NOON, NOON)
    sources = tuple(replace(one, state=DataState.FRESH) for one in known.sources)
    assert "Figures end" not in verdict(stock_of("stale", ledger=replace(known, sources=sources)))


def test_a_kpi_that_loses_many_cases_spoils_the_good_news() -> None:
    (first, *_) = summary(standings(stock_of("much")), stock_of("much"), TELL, NOON)
    assert first[1]["data-level"] == "warn"
    assert text_of(first) == (
        "All 12 sources are up to date but First-contact resolution loses 38.1% of its cases to faults of the data"
    )


@pytest.mark.parametrize(
    ("message", "rest", "columns"),
    [
        (RETYPED, "", ["opened"]),
        (f"2 files; {RETYPED}; {NEW}", "2 files", ["opened", "a, b"]),
        (f"{RETYPED}. Was it renamed to 'begun'?; {NEW}", "", ["opened", "a, b"]),
        ("nothing of columns; at all", "nothing of columns; at all", []),
    ],
)
def test_what_a_run_says_of_columns_is_told_apart(message: str, rest: str, columns: list[str]) -> None:
    assert parted(message) == (rest, columns)


def test_a_note_of_columns_is_one_line_that_leads_to_them() -> None:
    known = with_message(f"2 files; {RETYPED}; {NEW}")
    told = text_of(cards(standings(known), known, TELL)[0])
    assert "2 files 2 columns changed: opened, a, b" in told
    assert "KPIs without it" not in told


def test_columns_lead_somewhere_only_while_they_are_open() -> None:
    known = with_message(NEW)
    changes = tuple(replace(one, source_id="helpdesk") for one in ledger_of("error", NOON, NOON).changes)
    opened = replace(known, ledger=replace(known.ledger, changes=changes))
    told = [text_of(cards(standings(one), one, TELL)[0]) for one in (known, opened)]
    assert ["what hangs on it" in each for each in told] == [False, True]


def test_many_columns_are_told_as_a_number() -> None:
    run = with_message("; ".join(f"t: column 'c{n}' is new: it is read" for n in range(9))).ledger.sources[0].runs[-1]
    assert noted(run, CHINESE) == "9 列有变化：c0、c1、c2、c3、c4、c5 等另外 3 列"


def test_kpis_are_named_by_their_titles_in_english_too() -> None:
    assert TELL.said(f"a.csv: {RETYPED}").count("KPIs without it: Tickets created, First response time)") == 1


def test_a_kpi_shows_what_of_all_its_cases_it_counts() -> None:
    told = str(effects(stock_of("error"), TELL))
    assert "Counts 1,090, Lost 14, Left out by its own rules 261" in told
    assert "{'class': 'of-lost', 'data-h': '1.0'}" in told


def test_a_kpi_without_any_case_has_no_bar() -> None:
    assert "of-counted" not in str(effects(stock_of("empty"), TELL))


def accepting(**more: object) -> str:
    stock = replace(stock_of("error"), **more)  # type: ignore[arg-type]
    return str(drift(stock, TELL))


def test_a_lost_column_is_accepted_by_a_button() -> None:
    told = accepting(verbs=("run_now", "accept"))
    assert "'data-verb': 'accept', 'data-source': 'surveys', 'data-column': 'Q7ALL'" in told


@pytest.mark.parametrize("more", [{"verbs": ()}, {"verbs": ("accept",), "door": "shut"}])
def test_where_there_are_no_buttons_the_command_is_told(more: dict[str, object]) -> None:
    told = accepting(**more)
    assert "data-verb" not in told and "app.py drift --source surveys --accept 'Q7ALL'" in told


def test_other_changes_are_taken_note_of_by_a_button() -> None:
    told = accepting(verbs=("accept",))
    assert "Take note of colour" in told and "Take note of source" in told
    assert "Take note of" not in accepting(verbs=("accept",), door="shut")


def test_a_column_that_nothing_loads_without_is_never_accepted() -> None:
    known = ledger_of("error", NOON, NOON)
    gone = replace(known.changes[0], is_essential=True)
    told = accepting(verbs=("accept",), ledger=replace(known, changes=(gone,)))
    assert "--accept" not in told and "data-verb" not in told


def forms(world: str, **more: object) -> list[str]:
    stock = replace(stock_of(world), **{"verbs": ("backfill",), **more})  # type: ignore[arg-type]
    drawn = {one[1]["data-key"]: str(one) for one in cards(standings(stock), stock, TELL)}
    return sorted(key for key, told in drawn.items() if "'data-verb': 'backfill'" in told)


def test_what_opens_the_runs_names_its_source() -> None:
    stock = stock_of("full")
    assert "'aria-label': 'Last runs: Satisfaction surveys'" in str(cards(standings(stock), stock, TELL))


def test_a_past_span_is_read_again_of_what_is_pulled() -> None:
    assert forms("full") == ["helpdesk", "hotline", "surveys"]  # and not of what is pushed, nor of what has no runs


@pytest.mark.parametrize("more", [{"door": "shut"}, {"verbs": ("run_now",)}, {"schedules": ()}])
def test_nothing_is_read_again_where_nobody_may(more: dict[str, object]) -> None:
    assert forms("full", **more) == []


def test_all_rows_of_a_reason_are_a_command_away() -> None:
    told = [text_of(one) for one in refusals(stock_of("error"), TELL)]
    assert "app.py rejects --source helpdesk --rule unknown_status --limit 31" in told[0]
    assert "app.py rejects" not in told[2]  # its one row is the example


def refused(rule: str, field: str | None, one: Example, **more: object) -> str:
    given = replace(stock_of("error").ledger.refusals[0], rule=rule, field=field, n=1, examples=(one,))
    known = replace(stock_of("error").ledger, refusals=(given,))
    return text_of(refusals(replace(stock_of("error"), ledger=known, **more), TELL)[0])  # type: ignore[arg-type]


def test_an_example_names_file_row_field_and_value() -> None:
    told = refused("unknown_status", "to", Example(17, "Opne", "add it", {"id": "7"}, "monday.csv"))
    assert "monday.csv · cases · row 17 to = Opne" in told


def test_what_is_no_row_has_no_value_to_tell() -> None:
    told = refused("malformed", None, Example(9, None, "quote it", {"line": "10", "raw": "a;b"}, "monday.csv"))
    assert "monday.csv · cases · line 10 line 10 raw a;b" in told and "no value" not in told


def test_a_whole_file_is_named_once() -> None:
    assert refused("bad_file", None, Example(None, "cases", "mend it", {"file": "cases"})).count("cases") == 2


@pytest.mark.parametrize(("schedules", "is_pressed"), [((), False), (schedules_of("error", NOON), True)])
def test_rows_imported_by_hand_are_taken_up_by_a_command(schedules: tuple[Schedule, ...], is_pressed: bool) -> None:
    told = refused("unknown_status", "to", Example(17, "Opne", None, {}), schedules=schedules, verbs=("redrive",))
    assert ("app.py redrive --source helpdesk --mapping FILE" in told) is not is_pressed
    assert ("Load these 31 again" in told) is is_pressed


def test_accepting_is_no_button_of_a_source() -> None:
    stock = replace(
        stock_of("full"), verbs=("run_now", "accept"), ledger=Ledger(ledger_of("full", NOON, NOON).sources)
    )
    assert "accept" not in str(cards(standings(stock), stock, TELL))
