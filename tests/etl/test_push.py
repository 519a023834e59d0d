"""Pushed events: kept once, answered one by one, loaded like any other delivery."""

import json
import re
import sqlite3
from dataclasses import replace
from itertools import count
from pathlib import Path
from threading import Thread

import pytest
import yaml

from data.inbox import Inbox
from data.settings import ROOT
from data.source_rules import SourceRule
from etl.mapping import parse_mapping
from etl.model import MappingError, SourceError
from etl.pull.intakes import scheduled
from etl.pull.run import pull
from etl.push.inlet import Inlet, token_of
from etl.push.judge import Judge
from etl.push.source import PushSource
from etl.schedule.freshness import max_age_s
from etl.schedule.rhythm import Every
from etl.upkeep.quarantine import Lot, redrive
from tests.etl.contract import NOW, check_source
from tests.etl.pushing import MAPPING, START, TOKEN, Pushed, change, ticket, totals


@pytest.fixture
def hook(tmp_path: Path) -> Pushed:
    return Pushed(tmp_path)


def test_events_load_as_the_mapping_says(hook: Pushed) -> None:
    assert hook.send(ticket(1), change(1)) == ["new", "new"]
    assert totals(hook.load()) == (2, 0, 0, 0)
    assert hook.all("SELECT src_ticket_id FROM ticket") == ["1"]
    assert hook.all("SELECT new FROM ticket_event WHERE kind = 'status'") == ["resolved"]


def test_the_same_id_changes_nothing_within_a_request_and_ever_after(hook: Pushed) -> None:
    assert hook.send(change(1), change(1, "open"), change(1)) == ["new", "same", "same"]
    hook.load()
    assert hook.send(change(1, "open")) == ["same"]
    assert [one.n_read for one in hook.load()] == [0]
    assert hook.all("SELECT new FROM ticket_event WHERE kind = 'status'") == ["resolved"]


def test_without_an_id_the_content_tells_one_event_from_another(tmp_path: Path) -> None:
    hook = Pushed(tmp_path, event_id=None)
    assert hook.send(ticket(1), dict(reversed(ticket(1).items())), ticket(1, vip=True)) == ["new", "same", "new"]


def test_an_event_that_lacks_its_id_is_known_by_its_content(hook: Pushed) -> None:
    bare = {name: value for name, value in ticket(1).items() if name != "id"}
    assert hook.send(bare, bare, {**bare, "vip": True}) == ["new", "same", "new"]


def test_what_would_not_load_is_told_with_its_rule_and_remedy(hook: Pushed) -> None:
    good, late = hook.inlet.accept("hook", [ticket(1), {**ticket(2), "ticket": {"id": 2, "created": "late"}}])
    assert (good.state, good.rule) == ("new", None)
    assert (late.state, late.rule, late.field, late.value) == (
        "rejected",
        "unparsed_cell",
        "ticket.created_at",
        "late",
    )
    assert late.hint is not None and "iso" in late.hint


def test_rejected_events_stand_in_the_quarantine_whole_and_load_once_mended(hook: Pushed) -> None:
    assert hook.send(change(1, "parked", note="左侧")) == ["rejected"]
    assert totals(hook.load()) == (0, 0, 0, 1)
    assert hook.all("SELECT payload->>'note' FROM reject") == ["左侧"]
    (hook.folder / "hook.yaml").write_text(MAPPING.replace("{open: open,", "{open: open, parked: on_hold,"))
    intake = scheduled(hook.rule, "salt", {"HOOK": TOKEN}, None, inbox=hook.inbox)
    lot = Lot("hook", intake.mapping, intake.origin)
    assert redrive(hook.con, lot, lambda con, mark: None, hook.now).n_new == 1
    assert hook.all("SELECT new FROM ticket_event WHERE kind = 'status'") == ["on_hold"]


def test_a_rejected_event_may_come_again_mended_under_its_id(hook: Pushed) -> None:
    assert hook.send(change(1, "parked")) == ["rejected"]
    assert hook.send(change(1, "done")) == ["new"]
    hook.load()
    assert hook.all("SELECT new FROM ticket_event WHERE kind = 'status'") == ["resolved"]


def test_any_number_of_bad_events_keeps_no_good_one_out(hook: Pushed) -> None:
    bad = [change(number, "parked") for number in range(30)]
    assert set(hook.send(*bad)) == {"rejected"} and hook.send(ticket(1)) == ["new"]
    assert totals(hook.load()) == (1, 0, 0, 30)


def test_what_is_no_object_is_rejected_and_kept(hook: Pushed) -> None:
    assert hook.send("hello", [1], ticket(1)) == ["rejected", "rejected", "new"]
    assert totals(hook.load()) == (1, 0, 0, 2)
    assert hook.all("SELECT payload->>'raw' FROM reject WHERE rule = 'malformed' ORDER BY 1") == ['"hello"', "[1]"]


def test_what_no_table_takes_is_told_and_not_kept(hook: Pushed) -> None:
    assert hook.send({"id": "x", "type": "login"}) == ["unused"]
    assert [one.n_read for one in hook.load()] == [0]


def test_the_watermark_is_when_the_sender_was_last_heard(hook: Pushed) -> None:
    hook.send(ticket(1))
    assert hook.load()[-1].watermark == START
    hook.send()
    assert hook.load()[-1].watermark == hook.now.replace(second=1)
    assert hook.send({"heartbeat": 1}) == ["heartbeat"]
    assert hook.load()[-1].watermark == hook.now.replace(second=2)


def test_an_idle_turn_writes_nothing(hook: Pushed) -> None:
    hook.send(ticket(1))
    hook.load()
    before = hook.all("SELECT * FROM source")
    assert [one.message for one in hook.load()] == ["nothing new was pushed"]
    assert hook.all("SELECT * FROM source") == before


def test_many_events_load_in_deliveries_and_the_last_tells_how_far(tmp_path: Path) -> None:
    hook = Pushed(tmp_path, per_delivery=4)
    hook.send(*(ticket(number) for number in range(10)))
    assert [one.n_new for one in hook.load()] == [4, 4, 2]
    assert hook.count("ticket") == 10 and hook.all("SELECT watermark FROM source") == [START]


def test_an_event_without_some_columns_loses_no_column(hook: Pushed) -> None:
    hook.send(ticket(1, vip="yes"))
    hook.load()
    bare = {"id": "t2", "type": "ticket", "ticket": {"id": 2, "created": "2026-11-20T08:00:00Z"}}
    hook.send(bare)
    assert hook.load()[-1].n_new == 1
    assert hook.all("SELECT * FROM drift WHERE what = 'dropped'") == []


def test_a_column_that_the_mapping_names_from_now_on_may_be_missing_in_events(hook: Pushed) -> None:
    hook.send(ticket(1))
    hook.load()
    (hook.folder / "hook.yaml").write_text(
        MAPPING.replace("created_at: ticket.created", "created_at: ticket.created, team: team")
    )
    hook.send(ticket(2))
    intake = scheduled(hook.rule, "salt", {"HOOK": TOKEN}, None, inbox=hook.inbox)
    vouched = replace(intake, origin=replace(intake.origin, is_vouched=True))
    assert totals(list(pull(hook.con, vouched, lambda con, mark: None, hook.now))) == (1, 0, 0, 0)


def test_silence_of_an_hour_is_stale_unless_the_settings_say_otherwise(hook: Pushed) -> None:
    assert max_age_s(hook.rule, Every(5), START) == 3600
    assert max_age_s(hook.rule.model_copy(update={"max_age_s": 60}), Every(5), START) == 60
    assert hook.rule.interval_s == 5


def test_what_was_kept_before_a_kill_is_loaded_after_it_once(hook: Pushed) -> None:
    hook.send(ticket(1), change(1))
    hook.open()
    assert totals(hook.load()) == (2, 0, 0, 0)
    hook.open()
    assert [one.n_read for one in hook.load()] == [0] and hook.send(ticket(1)) == ["same"]


def test_texts_go_once_loaded_and_ids_stay(hook: Pushed) -> None:
    hook.send(ticket(1), change(1, "parked"))
    hook.load()
    hook.load()
    with sqlite3.connect(hook.folder / "w.inbox") as inbox:
        assert inbox.execute("SELECT body IS NULL, id IS NOT NULL FROM event").fetchall() == [(1, 1)]
    assert (hook.folder / "w.inbox").stat().st_mode & 0o077 == 0


def test_events_can_be_sent_again_when_an_older_warehouse_is_put_back(hook: Pushed) -> None:
    hook.send(ticket(1))
    hook.load()
    hook.load()
    hook.con = Pushed(hook.folder).con
    hook.load()
    assert hook.send(ticket(1)) == ["new"]
    hook.load()
    assert hook.count("ticket") == 1


def test_a_full_inbox_asks_to_wait_until_it_is_loaded(tmp_path: Path) -> None:
    hook = Pushed(tmp_path, room={"most_events": 2})
    hook.send(ticket(1))
    assert hook.inlet.wait_s("hook") is None
    hook.send(ticket(2))
    assert hook.inlet.wait_s("hook") == 10
    hook.load()
    hook.load()
    assert hook.inlet.wait_s("hook") is None


def test_events_are_kept_unjudged_when_the_mapping_cannot_be_read(hook: Pushed) -> None:
    (hook.folder / "hook.yaml").write_text("version: 2")
    assert hook.send(change(1, "parked")) == ["new"]
    (hook.folder / "hook.yaml").write_text(MAPPING)
    assert totals(hook.load()) == (0, 0, 0, 1)


def test_events_are_kept_unjudged_when_too_many_wait_to_be_judged(hook: Pushed) -> None:
    judge = Judge(patience_s=0)
    busy = Inlet([hook.rule], hook.inbox, {"HOOK": TOKEN}, lambda: hook.now, judge)
    with judge._lock:
        assert [one.state for one in busy.accept("hook", [change(1, "parked")])] == ["new"]


def test_an_inbox_that_cannot_be_written_keeps_nothing_and_says_so(hook: Pushed) -> None:
    hook.inbox.close()
    with pytest.raises(OSError, match="inbox cannot be written"):
        hook.send(ticket(1))


def test_a_full_disk_keeps_nothing_of_a_request_and_takes_events_once_there_is_room(hook: Pushed) -> None:
    hook.send(ticket(1))
    pages = hook.inbox._con.execute("PRAGMA page_count").fetchone()[0]
    hook.inbox._con.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(OSError, match="full"):
        hook.send(*(ticket(number, text="x" * 1000) for number in range(2, 40)))
    hook.inbox._con.execute("PRAGMA max_page_count = 1000000")
    assert hook.send(ticket(2)) == ["new"]
    hook.load()
    assert hook.count("ticket") == 2


def test_an_inbox_that_is_none_says_what_would_do(tmp_path: Path) -> None:
    (tmp_path / "w.inbox").write_text("no database" * 100)
    with pytest.raises(OSError, match="cannot be opened .*; move it away"):
        Inbox(tmp_path / "w.inbox")


def test_a_pull_from_an_inbox_that_fails_is_a_failure_of_the_source(hook: Pushed) -> None:
    hook.inbox.close()
    with pytest.raises(SourceError, match="inbox cannot be read"):
        hook.load()


def test_a_push_source_holds_the_contract(tmp_path: Path) -> None:
    hook = Pushed(tmp_path, now=NOW)
    hook.send(*(ticket(number) for number in range(6)), change(1), change(2))
    hook.inbox.close()
    mapping, copies = parse_mapping(MAPPING), count()

    def made() -> PushSource:
        copy = tmp_path / f"{next(copies)}.inbox"
        with sqlite3.connect(hook.folder / "w.inbox") as before, sqlite3.connect(copy) as after:
            before.backup(after)
        return PushSource("hook", Inbox(copy), mapping, per_delivery=3)

    check_source(made, mapping)


def test_senders_beside_each_other_and_beside_loads_lose_and_double_nothing(hook: Pushed) -> None:
    told: list[str] = []

    def send(first: int) -> None:
        for number in range(first, first + 60, 3):
            told.extend(hook.send(ticket(number), ticket(number + 1), ticket(number + 2)))

    threads = [Thread(target=send, args=[first]) for first in (0, 30, 60, 0)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        hook.load()
    hook.load()
    assert told.count("new") == hook.count("ticket") == 120 and len(told) == 240
    assert [one.n_read for one in hook.load()] == [0]


def test_a_token_opens_its_own_source_only(hook: Pushed) -> None:
    assert hook.inlet.source(TOKEN) == "hook"
    assert hook.inlet.source(TOKEN + "x") is None and hook.inlet.source("") is None


def test_a_token_of_two_sources_opens_neither(hook: Pushed) -> None:
    other = hook.rule.model_copy(update={"id": "other"})
    inlet = Inlet([hook.rule, other], hook.inbox, {"HOOK": TOKEN}, lambda: hook.now)
    assert inlet.source(TOKEN) is None


@pytest.mark.parametrize(("token", "told"), [("short", "16 or more"), (None, "HOOK is not set")])
def test_a_token_that_is_not_set_or_guessed_easily_stops_the_source(
    hook: Pushed, token: str | None, told: str
) -> None:
    environment = {} if token is None else {"HOOK": token}
    with pytest.raises(SourceError, match=told):
        token_of(hook.rule, environment)
    inlet = Inlet([hook.rule], hook.inbox, environment, lambda: hook.now)
    assert inlet.source(token or "") is None


def test_a_token_can_be_in_a_file(hook: Pushed) -> None:
    (hook.folder / "secret").write_text(TOKEN + "\n")
    rule = hook.rule.model_copy(update={"token": f"${{file:{hook.folder}/secret}}"})
    assert token_of(rule, {}) == TOKEN


def test_rows_known_by_their_place_cannot_be_pushed(tmp_path: Path) -> None:
    hook = Pushed(tmp_path, MAPPING.replace("id: ticket.id, created", "id: {row_number: true}, created"))
    with pytest.raises(MappingError, match="row_number is no id of pushed events"):
        hook.load()


def test_the_example_of_the_documents_loads(tmp_path: Path) -> None:
    section = (ROOT / "docs/sources.md").read_text(encoding="utf-8").split("\n## Push\n")[1].split("\n## ")[0]
    settings, tables = re.findall(r"```yaml\n(.*?)```", section, re.S)
    body = re.findall(r"-d '(.*?)'", section)[0]
    hook = Pushed(tmp_path, f"version: 1\n{tables}", event_id="event_id")
    rule = yaml.safe_load(settings)["sources"][0]
    assert SourceRule.model_validate(rule).event_id == "event_id"
    assert hook.send(*json.loads(body)) == ["new"]
    assert totals(hook.load()) == (1, 0, 0, 0)


def test_a_push_source_has_a_token_and_no_address() -> None:
    with pytest.raises(ValueError, match="a source of kind push has 'token', perhaps 'event_id' and no 'url'"):
        SourceRule.model_validate(
            {"id": "h", "name": "H", "kind": "push", "token": "x", "url": "y", "mapping": "m.yaml"}
        )
