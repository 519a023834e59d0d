"""What came in, read back from the ledger: sources, runs, rows that did not load."""

from datetime import timedelta

from metrics import ledger
from metrics.answers import Answers
from metrics.model import DataState
from tests.metrics.world import DESK, World, at

NOW = at("20 10:00")
ROW = '{"id": "17", "status": "Opne", "customer_name": "Li Lei", "note": "call 13812345678"}'


def world() -> World:
    """A live source with two runs and three rows refused, and one that only ever failed."""
    found = World(DESK)
    found.insert(
        "source", source_no=0, source_id="desk", name="Desk", kind="sql", is_live=True,
        watermark=at("20 09:59"), max_age_s=900,
    )  # fmt: skip
    run(found, 1, "desk", at("20 09:00"), seconds=6, n_read=1200, n_new=1200)
    run(found, 2, "desk", at("20 09:30"), seconds=0, n_read=10, n_same=7, n_rejected=3)
    run(found, 3, "mail", at("20 09:40"), state="failed", message="no route to ann@example.org")
    for row_no in (4, 5, 6):
        refuse(found, 2, row_no)
    refuse(found, 1, 1, resolved_at=at("20 09:30"))
    return found


def run(found: World, run_id: int, source: str, start: object, seconds: int = 0, **more: object) -> None:
    values = {"state": "done", **more}
    assert hasattr(start, "astimezone")
    found.insert("load_run", run_id=run_id, source_id=source, started_at=start, **values)
    found.con.execute(
        "UPDATE load_run SET ended_at = started_at + to_seconds(?::BIGINT) WHERE run_id = ?", [seconds, run_id]
    )


def refuse(found: World, run_id: int, row_no: int, **more: object) -> None:
    values = {"rule": "unknown_status", "field": "to", "value": "Opne", "hint": "add it to values", **more}
    found.insert("reject", run_id=run_id, source_id="desk", table_name="cases", row_no=row_no, payload=ROW, **values)


def test_every_source_has_its_runs_oldest_first() -> None:
    desk, mail = ledger.ledger(world().con, NOW).sources
    assert [one.run_id for one in desk.runs] == [1, 2]
    assert (desk.state, desk.trouble, desk.max_age_s) == (DataState.FRESH, None, 900)
    assert (mail.state, mail.watermark, mail.name) == (DataState.ERROR, None, "mail")


def test_a_run_that_failed_is_the_trouble_of_its_source() -> None:
    _, mail = ledger.ledger(world().con, NOW).sources
    assert mail.trouble and mail.trouble.message == "no route to •••"


def test_trouble_begins_with_the_first_of_the_failures_in_a_row() -> None:
    found = world()
    run(found, 4, "mail", at("20 09:50"), state="failed", message="no route")
    desk, mail = ledger.ledger(found.con, NOW).sources
    assert (desk.troubled_since, mail.troubled_since) == (None, at("20 09:40"))


def test_the_pace_is_rows_over_the_time_they_took() -> None:
    first, second = ledger.ledger(world().con, NOW).sources[0].runs
    assert first.rows_per_minute == 12_000
    assert second.rows_per_minute is None  # no time passed on the clock: no pace, which is not 0


def test_only_the_last_forty_runs_are_kept_in_view() -> None:
    found = world()
    for number in range(10, 60):
        run(found, number, "desk", at("20 09:30") + timedelta(minutes=number))
    runs = ledger.ledger(found.con, NOW).sources[0].runs
    assert (len(runs), runs[0].run_id, runs[-1].run_id) == (40, 20, 59)


def test_rows_refused_for_one_reason_stand_together_with_examples() -> None:
    (reason,) = ledger.ledger(world().con, NOW).refusals
    assert (reason.rule, reason.table, reason.field, reason.n) == ("unknown_status", "cases", "to", 3)
    assert (reason.since, reason.until) == (at("20 09:30"), at("20 09:30"))
    assert [one.row_no for one in reason.examples] == [4, 5, 6]
    assert reason.examples[0].hint == "add it to values"


def test_an_example_names_the_files_it_came_with() -> None:
    found = world()
    run(found, 5, "desk", at("20 09:50"), file_name="monday.csv")
    found.insert("reject", run_id=5, source_id="desk", table_name="cases", row_no=2, rule="missing_key", payload=ROW)
    by_rule = {one.rule: one.examples[0].file for one in ledger.ledger(found.con, NOW).refusals}
    assert by_rule == {"unknown_status": None, "missing_key": "monday.csv"}


def test_an_example_names_nobody() -> None:
    (reason,) = ledger.ledger(world().con, NOW).refusals
    assert reason.examples[0].payload == {
        "id": "17", "status": "Opne", "customer_name": "•••", "note": "call •••",
    }  # fmt: skip


def test_two_hundred_refusals_of_thirty_rules_come_with_three_examples_each() -> None:
    found = world()
    for number in range(200):
        refuse(found, 2, 100 + number, rule=f"rule_{number % 30}")
    told = ledger.ledger(found.con, NOW).refusals
    assert len(told) == 31
    assert sum(one.n for one in told) == 203
    assert {len(one.examples) for one in told} == {3}


def test_flaws_of_the_import_and_of_the_facts_stand_in_one_list() -> None:
    found = world()
    found.insert("defect", rule="unknown_channel", source_id="desk", run_id=1, field="channel", value="pigeon")
    found.ticket(1, "25 10:00")
    found.refresh(at("20 10:00"))
    told = {one.rule: one for one in ledger.ledger(found.con, NOW).flaws}
    assert (told["unknown_channel"].example, told["unknown_channel"].since) == ("pigeon", at("20 09:00"))
    assert (told["future_ticket"].n, told["future_ticket"].since, told["future_ticket"].source_id) == (
        1,
        None,
        "desk",
    )


def test_the_mark_moves_with_new_runs_those_that_go_on_failing_and_rows_settled() -> None:
    found = world()
    first = ledger.mark(found.con)
    found.con.execute("UPDATE load_run SET ended_at = ended_at + INTERVAL 1 HOUR WHERE run_id = 3")
    second = ledger.mark(found.con)
    run(found, 4, "desk", at("20 09:50"))
    third = ledger.mark(found.con)
    found.con.execute("UPDATE reject SET resolved_at = ? WHERE row_no = 4", [NOW])
    assert len({first, second, third, ledger.mark(found.con)}) == 4


def test_an_empty_warehouse_has_an_empty_ledger() -> None:
    empty = World(DESK)
    assert ledger.ledger(empty.con, NOW) == ledger.Ledger()
    assert ledger.mark(empty.con) == "0-None-None-0-0"


def test_states_move_with_the_clock_and_rows_with_the_mark() -> None:
    found = world()
    now = [NOW]
    answers = Answers(found.cursor, DESK, (), lambda: now[0])
    assert answers.ledger().sources[0].state is DataState.FRESH
    now[0] += timedelta(hours=1)
    assert answers.ledger().sources[0].state is DataState.STALE
    refuse(found, 2, 7)
    assert answers.ledger().refusals[0].n == 4


def test_answers_tell_the_ledger() -> None:
    found = world()
    answers = Answers(found.cursor, DESK, (), lambda: NOW)
    told = answers.ledger()
    assert [one.source_id for one in told.sources] == ["desk", "mail"]
    assert answers.ledger().refusals is told.refusals
    assert answers.ledger_mark() == ledger.mark(found.con)


def test_a_sample_of_a_refused_load_is_not_taken_up_again() -> None:
    found = world()
    run(found, 4, "desk", at("20 09:50"), state="refused", message="too many")
    kept: dict[str, object] = {"source_id": "desk", "table_name": "t", "payload": ROW, "rule": "missing_key"}
    changes: tuple[dict[str, object], ...] = ({}, {"payload": None}, {"rule": "malformed"}, {"run_id": 4})
    for row_no, change in enumerate(changes):
        found.insert("reject", **{"run_id": 2, "row_no": row_no, **kept, **change})
    told = {one.rule: (one.n, one.again) for one in ledger.ledger(found.con, NOW).refusals if one.table == "t"}
    assert told == {"missing_key": (3, 1), "malformed": (1, 0)}
