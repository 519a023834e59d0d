"""The command line: what each verb says, and how it refuses."""

import gc
import os
import socket
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import TypeAdapter, ValidationError
from typer.testing import CliRunner, Result

from app import LIVING, WARM, cli, has_display
from data.owner import Owner
from data.salt import salt_beside, token_beside
from data.settings import Name
from etl.schedule.verbs import states_of
from etl.upkeep.night import NAME

MAPPING = """
version: 1
timezone: UTC
tables:
  - name: tickets
    rows: ticket
    ticket: {id: id, created_at: created, team: team}
    events:
      - {kind: status, to: resolved, at: solved}
"""
ROWS = """id,created,solved,team
1,2025-03-10T10:00:00Z,2025-03-10T12:00:00Z,A
2,2025-03-10T11:00:00Z,,B
3,yesterday,,B
"""
SETTINGS = "timezone: Asia/Shanghai\nwarehouse: {folder}/w.duckdb\n"


class Desk:
    """A folder with settings, a mapping and a file, and a way to run verbs on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = self.file("settings.yaml", SETTINGS.format(folder=folder))
        self.mapping = self.file("mine.yaml", MAPPING)
        self.rows = self.file("tickets.csv", ROWS)
        self.store = folder / "w.duckdb"

    def file(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, *words: object) -> Result:
        return CliRunner().invoke(cli, [str(word) for word in words])

    def load(self, *more: object) -> Result:
        return self.run("import", self.rows, "--mapping", self.mapping, "--settings", self.settings, *more)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_an_import_accounts_for_every_row(desk: Desk) -> None:
    done = desk.load()
    assert done.exit_code == 0, done.output
    assert "3 rows read = 2 new + 0 changed + 0 same + 1 rejected" in done.output
    assert "yesterday" in done.output


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    desk.load()
    again = desk.load()
    assert again.exit_code == 0
    assert "already loaded" in again.output


def test_status_tells_sources_loads_and_rejects(desk: Desk) -> None:
    desk.load("--source", "helpdesk")
    told = desk.run("status", "--settings", desk.settings).output
    assert "helpdesk (file, imported): delivered up to 2025-03-10 20:00:00+08:00" in told
    assert "3 read = 2 new" in told


def test_status_of_nothing_says_so(desk: Desk) -> None:
    told = desk.run("status", "--settings", desk.settings).output
    assert "sources\n  none\n" in told and "last loads\n  none\n" in told and "run" not in told


def test_rejects_are_listed_whole_with_what_would_do(desk: Desk) -> None:
    desk.load()
    told = desk.run("rejects", "--settings", desk.settings).output
    assert "tickets row 3" in told and '"team":"B"' in told.replace(" ", "")


def test_rejects_of_another_rule_are_not_listed(desk: Desk) -> None:
    desk.load()
    assert desk.run("rejects", "--rule", "other", "--settings", desk.settings).output == ""


def test_a_check_loads_nothing(desk: Desk) -> None:
    done = desk.run("check", desk.rows, "--mapping", desk.mapping)
    assert "3 rows read: 2 would load, 1 would not" in done.output and "this was a trial" in done.output
    assert not desk.store.exists()


def test_a_rebuild_of_nothing_says_so(desk: Desk) -> None:
    assert "Nothing is loaded yet" in desk.run("rebuild", "--settings", desk.settings).output


def test_a_rebuild_works_the_facts_out_anew(desk: Desk) -> None:
    desk.load()
    assert "worked out anew" in desk.run("rebuild", "--settings", desk.settings).output


def test_changed_settings_rebuild_the_facts_by_themselves(desk: Desk) -> None:
    desk.load()
    desk.file("settings.yaml", SETTINGS.format(folder=desk.folder) + "merge_clock: own\n")
    assert "The settings changed" in desk.run("status", "--settings", desk.settings).output


def test_a_changed_target_rebuilds_nothing(desk: Desk) -> None:
    desk.load()
    desk.file("settings.yaml", SETTINGS.format(folder=desk.folder) + "targets: [{metric: frt, value: 9}]\n")
    assert "The settings changed" not in desk.run("status", "--settings", desk.settings).output


def test_an_owned_warehouse_is_refused_with_pid_and_since(desk: Desk) -> None:
    since = datetime(2025, 3, 10, tzinfo=UTC)
    with Owner(desk.store, since):
        refused = desk.run("status", "--settings", desk.settings)
    assert refused.exit_code == 1
    assert f"process {os.getpid()} since {since.isoformat()}" in refused.output


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("mine.yaml", MAPPING.replace("created_at", "createdat"), "mine.yaml:7: tables.0.ticket.createdat: unknown"),
        ("mine.yaml", MAPPING.replace("created,", "opened,"), "opened"),
        ("settings.yaml", "timezone: Mars\n", "settings.yaml:1: timezone: unknown time zone 'Mars'"),
        (
            "settings.yaml",
            "targets: [{metric: speed, value: 1}]\n",
            "settings.yaml:1: targets.0.metric: unknown metric",
        ),
    ],
)
def test_expected_errors_are_told_without_a_traceback(desk: Desk, name: str, text: str, told: str) -> None:
    desk.file(name, text)
    refused = desk.load()
    assert refused.exit_code == 1
    assert told in refused.output and "Traceback" not in refused.output


def test_a_missing_file_is_one_line(desk: Desk) -> None:
    refused = desk.run("import", desk.folder / "no.csv", "-m", desk.mapping, "--settings", desk.settings)
    assert refused.exit_code == 1
    assert refused.output.strip().endswith("no.csv: no such file")


def test_wrong_usage_has_its_own_exit_code(desk: Desk) -> None:
    assert desk.run("import", desk.rows).exit_code == 2


def test_the_demo_never_overwrites_a_desk(desk: Desk) -> None:
    out = desk.folder / "demo.sqlite"
    assert desk.run("demo", "--out", out, "--tickets", 300).exit_code == 0
    refused = desk.run("demo", "--out", out, "--tickets", 300)
    assert refused.exit_code == 1 and "exists" in refused.output


@pytest.mark.parametrize("name", [WARM, LIVING, NAME])
def test_no_source_can_have_the_name_of_an_alarm_of_the_house(name: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Name).validate_python(name)


def test_a_guessed_mapping_is_never_written_over_another(desk: Desk) -> None:
    refused = desk.run("map", "--guess", desk.rows, "-o", desk.mapping)
    assert refused.exit_code == 1
    assert "is there already and stays as it is; name another file with -o" in refused.output
    assert desk.mapping.read_text(encoding="utf-8") == MAPPING


def test_a_mapping_for_a_folder_that_is_not_there_is_refused(desk: Desk) -> None:
    refused = desk.run("map", "--guess", desk.rows, "-o", desk.folder / "nowhere" / "a.yaml")
    assert refused.exit_code == 1
    assert "its folder is not there" in refused.output


def test_a_guessed_mapping_can_be_checked_at_once(desk: Desk) -> None:
    rows = desk.file("clean.csv", ROWS.replace("yesterday", "2025-03-10T12:30:00Z"))
    out = desk.folder / "guessed.yaml"
    assert desk.run("map", "--guess", rows, "-o", out).exit_code == 0
    told = desk.run("check", rows, "-m", out).output
    assert "3 rows read: 3 would load" in told and "volume: 3 tickets" in told


def test_the_salt_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    salt = salt_beside(tmp_path / "w.duckdb")
    assert len(salt) == 32 and salt_beside(tmp_path / "w.duckdb") == salt
    assert (tmp_path / "w.duckdb.salt").stat().st_mode & 0o077 == 0


def test_a_browser_is_opened_only_where_one_can_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert not has_display()
    monkeypatch.setenv("DISPLAY", ":0")
    assert has_display()


SOURCE = """
sources:
  - {{id: drop, name: Drop, kind: file, path: {folder}/in, mapping: {folder}/mine.yaml, cron: "30 6 * * mon-fri"}}
"""


@pytest.fixture
def planned(desk: Desk) -> Desk:
    (desk.folder / "in").mkdir()
    desk.file("settings.yaml", (SETTINGS + SOURCE).format(folder=desk.folder))
    return desk


def source(desk: Desk, *words: str) -> Result:
    return desk.run("source", *words, "--settings", desk.settings)


def test_the_next_three_turns_are_told_on_the_desks_clock(planned: Desk) -> None:
    told = source(planned, "list").output.strip()
    assert told.startswith("drop (cron 30 6 * * mon-fri (Asia/Shanghai)): ")
    assert told.count(" 06:30:00") == 3 and told.endswith("(Asia/Shanghai)")


def test_a_pause_is_told_and_ended(planned: Desk) -> None:
    assert "drop is paused, also when the monitor starts" in source(planned, "pause", "drop").output
    told = source(planned, "list").output
    assert "paused since" in told and told.strip().endswith("app.py source resume drop ends it")
    assert "06:30" not in told  # no turn comes while it is paused
    assert "drop is pulled again in its turns" in source(planned, "resume", "drop").output
    assert "paused" not in source(planned, "list").output


def test_a_source_is_run_from_the_terminal(planned: Desk) -> None:
    file = planned.file("in/a.csv", ROWS)
    os.utime(file, (0, 0))  # written long ago, so that nobody is still writing it
    done = source(planned, "run", "drop")
    assert done.exit_code == 0, done.output
    assert "3 rows read = 2 new" in done.output


def test_a_source_whose_rows_cannot_be_counted_is_read_all_the_same(desk: Desk) -> None:
    with sqlite3.connect(desk.folder / "t.sqlite") as rows:
        rows.execute("CREATE TABLE t (id, created)")
        rows.execute("INSERT INTO t VALUES (1, '2025-03-10T10:00:00Z')")
    sql = (
        'sources: [{{id: drop, name: D, kind: sql, url: "sqlite:///{folder}/t.sqlite", mapping: {folder}/sql.yaml}}]'
    )
    desk.file("settings.yaml", (SETTINGS + sql).format(folder=desk.folder))
    query = "SELECT id, created FROM t; -- as is"  # nothing that could stand inside of another query
    table = f'{{name: t, rows: ticket, query: "{query}", ticket: {{id: id, created_at: created}}}}'
    desk.file("sql.yaml", f"version: 1\ntables: [{table}]\n")
    done = source(desk, "run", "drop")
    assert done.exit_code == 0 and "1 rows read = 1 new" in done.output, done.output


@pytest.mark.parametrize("verb", ["run", "pause", "resume"])
def test_an_unknown_source_is_refused_with_those_there_are(planned: Desk, verb: str) -> None:
    refused = source(planned, verb, "drip")
    assert refused.exit_code == 1
    assert "no source 'drip'; there are: drop" in refused.output and "Traceback" not in refused.output


def test_an_owner_without_pages_cannot_be_asked(planned: Desk) -> None:
    with Owner(planned.store, datetime(2025, 3, 10, tzinfo=UTC)):
        refused = source(planned, "pause", "drop")
    assert refused.exit_code == 1 and f"is in use by process {os.getpid()}" in refused.output


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ('cron: "0 25 * * *"', "settings.yaml:5: sources.0.cron: hour '25' is not understood; 0 to 23"),
        ('cron: "0 5 * * *", every_s: 5', "settings.yaml:5: sources.0: a source has every_s or cron, not both"),
        ("max_age_s: often", "sources.0.max_age_s"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_with_its_line(planned: Desk, field: str, told: str) -> None:
    text = (SETTINGS + SOURCE).format(folder=planned.folder).replace('cron: "30 6 * * mon-fri"', field)
    planned.file("settings.yaml", text)
    refused = source(planned, "list")
    assert refused.exit_code == 1 and told in refused.output


def test_the_token_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    token = token_beside(tmp_path / "w.duckdb")
    assert len(token) == 32 and token_beside(tmp_path / "w.duckdb") == token != salt_beside(tmp_path / "w.duckdb")
    assert (tmp_path / "w.duckdb.token").stat().st_mode & 0o077 == 0


def test_a_port_that_is_taken_is_named_with_what_would_do(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = desk.run("serve", "--port", port, "--settings", desk.settings)
    assert refused.exit_code == 1
    assert f"no pages can be served at 127.0.0.1:{port} (Address already in use)" in refused.output
    assert "--port" in refused.output
    gc.collect()  # whatever was left open would be told of here, as an error


def test_turns_and_tries_are_told_by_the_clock_of_the_desk() -> None:
    plan = {"paused": False, "running_since": None, "failures": 3, "circuit": "open", "next_at": None}
    due = plan | {"next_at": "2026-11-01T08:00:05.123Z"}
    sources = [{"id": "due", "schedule": due}, {"id": "stopped", "schedule": plan}]
    states = states_of({"sources": sources}, ZoneInfo("Asia/Shanghai"))
    assert states["due"].told == " 3 failures in a row (open), next try 2026-11-01 16:00:05"
    assert states["stopped"].told.endswith(
        "next try when settings, mapping or files change, or with app.py source run"
    )


def test_settings_without_sources_are_told_as_such(desk: Desk) -> None:
    assert "name no source" in source(desk, "list").output
