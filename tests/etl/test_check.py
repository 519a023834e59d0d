"""What a trial of a mapping tells, and that it leaves nothing behind."""

from pathlib import Path

import pytest

from etl.check import check
from etl.mapping import parse_mapping
from etl.model import MappingError, Origin
from etl.pull.run import Intake
from etl.sources import open_source
from tests.etl.loading import NOW, Desk, desk

MAPPING = """
version: 1
tables:
  - name: tickets
    rows: ticket
    ticket:
      id: id
      created_at: created
      channel: {column: via, values: {Phone: phone}}
      customer: who
    events: [{kind: status, to: resolved, at: resolved}]
    survey: {overall: score, submitted_at: resolved}
"""
ROWS = """id,created,via,who,resolved,score
1,2026-01-01 08:00:00,Phone,ann,2026-01-02 09:00:00,5
2,2026-01-03 08:00:00,Fax,,,
,2026-01-04 08:00:00,Phone,bob,,
"""


def _told(tmp_path: Path, rows: str = ROWS, at_work: Desk | None = None, head: str = "") -> str:
    (tmp_path / "tickets.csv").write_text(rows)
    mapping = parse_mapping(head + MAPPING)
    source = open_source("trial", "file", [tmp_path / "tickets.csv"], mapping)
    return "\n".join(check((at_work or desk()).con, Intake("trial", source, mapping, Origin()), NOW))


def test_every_row_is_accounted_for(tmp_path: Path) -> None:
    assert "3 rows read: 2 would load, 1 would not" in _told(tmp_path)


def test_a_rejected_row_is_told_with_its_place(tmp_path: Path) -> None:
    assert "tickets row 3:" in _told(tmp_path)


def test_an_unknown_value_is_told(tmp_path: Path) -> None:
    assert "'Fax' (1)" in _told(tmp_path)


def test_rows_refused_for_the_same_reason_are_told_once(tmp_path: Path) -> None:
    rows = ROWS + ",2026-01-05 08:00:00,Phone,cy,,\n"
    assert "tickets, 2 rows (3, 4): column 'id' (ticket.id) = nothing; every row needs" in _told(tmp_path, rows)


def test_an_odd_value_is_told_with_its_column_and_a_remedy(tmp_path: Path) -> None:
    told = _told(tmp_path)
    assert "unknown_channel; add what is missing to `values`" in told
    assert "tickets: column 'via' (ticket.channel) = 'Fax' (1), first in row 2" in told


def test_ids_told_twice_point_to_the_right_grain(tmp_path: Path) -> None:
    assert "write rows: update with fold" in _told(tmp_path, ROWS + ROWS.splitlines()[1] + "\n")


def test_a_mapping_without_zone_says_so(tmp_path: Path) -> None:
    told = _told(tmp_path)
    assert "instants without an offset count as UTC: tickets 'created' (3), tickets 'resolved' (1)" in told
    assert "the mapping names no zone" in told


def test_a_mapping_with_a_zone_tells_where_it_is_assumed(tmp_path: Path) -> None:
    told = _told(tmp_path, head="timezone: Asia/Shanghai\n")
    assert "instants without an offset count as Asia/Shanghai: tickets 'created' (3)" in told
    assert "the mapping names no zone" not in told


def test_nothing_is_said_of_zones_where_every_instant_has_an_offset(tmp_path: Path) -> None:
    assert "without an offset" not in _told(tmp_path, "id,created,via,who,resolved,score\n1,2026-01-01T08:00Z,,,,5\n")


def test_refused_instants_are_told_with_what_would_do(tmp_path: Path) -> None:
    told = _told(tmp_path, head="timezone: refuse\n")
    assert "rejected: naive_time" in told
    assert "(ticket.created_at) = '2026-01-01 08:00:00'; it has no offset: name its zone in the mapping" in told


def test_a_file_is_named_when_its_columns_do_not_fit(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"^tickets\.csv: mapping\.yaml:8"):
        _told(tmp_path, "id,via\n1,Phone\n")


def test_closed_fields_are_counted(tmp_path: Path) -> None:
    assert "ticket channel: (none) 1, phone 1" in _told(tmp_path)


def test_the_span_of_the_data_is_told(tmp_path: Path) -> None:
    assert "created: 2026-01-01 08:00:00+00:00 to 2026-01-03 08:00:00+00:00" in _told(tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        "volume: 2 tickets with a creation time",
        "resolution: 1 tickets resolved or closed",
        "fcr: 1 tickets with a customer",
        "csat: 1 answers with an overall score",
        "frt: nothing; it needs messages with author_kind agent",
        "csi: nothing; it needs survey.dimensions",
    ],
)
def test_each_kpi_says_what_it_would_have(tmp_path: Path, line: str) -> None:
    assert line in _told(tmp_path)


def test_a_trial_leaves_nothing_behind(tmp_path: Path) -> None:
    at_work = desk()
    _told(tmp_path, at_work=at_work)
    for table in ("ticket", "source", "load_run", "reject", "norm_ticket"):
        assert at_work.all(f"SELECT count(*) FROM {table}") == [0]


def test_a_mapping_that_does_not_fit_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="created"):
        _told(tmp_path, "id,via,who,resolved,score\n1,Phone,a,,\n")


LOG = """
version: 1
tables:
  - name: log
    rows: event
    ticket: {id: id}
    events: [{kind: status, only: {what: done}, to: resolved, at: t}]
"""


def test_rows_that_no_line_asks_for_are_told(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("id,what,t\n1,done,2026-01-01\n1,seen,\n2,seen,\n3,sent,\n")
    mapping = parse_mapping(LOG)
    source = open_source("trial", "file", [tmp_path / "log.csv"], mapping)
    told = "\n".join(check(desk().con, Intake("trial", source, mapping, Origin()), NOW))
    assert "1 rows read: 1 would load, 0 would not" in told
    assert (
        "log: 3 more rows read and not used, no line's `only` selects them: what = 'seen' (2), what = 'sent' (1)"
        in told
    )
    at_work = desk(LOG)
    (report,) = at_work.pull("file", [tmp_path / "log.csv"])
    assert "3 more rows read and not used" in (report.message or "")
    assert at_work.all("SELECT n_read, message FROM load_run") == [(1, report.message)]


def test_agents_with_a_role_are_counted(tmp_path: Path) -> None:
    staff = "version: 1\ntables: [{name: staff, rows: agent, agent: {id: who, role: title}}]\n"
    (tmp_path / "staff.csv").write_text("who,title\nann,supervisor\nbob,\n")
    mapping = parse_mapping(staff)
    source = open_source("trial", "file", [tmp_path / "staff.csv"], mapping)
    told = "\n".join(check(desk().con, Intake("trial", source, mapping, Origin()), NOW))
    assert "2 rows read: 2 would load, 0 would not" in told
    assert "0 survey answers, 1 agents with a role" in told
