"""What each KPI leaves out: faults of the data apart from the KPI's own rules."""

from metrics.answers import Answers
from metrics.catalog import HEADLINES
from metrics.losses import FAULTS, losses, reason_title
from tests.metrics.world import DESK, World, at


def world() -> World:
    """Five tickets: one answered, one of a bot, one spam, one answered before it began, one without an instant."""
    found = World(DESK)
    found.insert("source", source_no=0, source_id="desk", is_live=True, watermark=at("20 10:00"))
    found.ticket(1, "10 10:00")
    found.reply(1, "10 10:05")
    found.ticket(2, "10 11:00", created_by="agent")
    found.ticket(3, "10 12:00", is_spam=True)
    found.ticket(4, "10 13:00")
    found.reply(4, "10 12:00")
    found.ticket(5, None)
    found.refresh(at("20 10:00"))
    return found


def test_faults_of_the_data_stand_apart_from_rules_of_the_kpi() -> None:
    frt = losses(world().con, DESK, at("20 10:00"))[0]
    assert (frt.metric, frt.n) == ("frt", 1)
    assert frt.faults == {"undated": 1, "negative_duration": 1}
    assert frt.rules == {"spam": 1, "agent_initiated": 1}
    assert (frt.lost, round(frt.share, 1)) == (2, 66.7)


def test_every_headline_is_told_in_its_order() -> None:
    assert tuple(one.metric for one in losses(world().con, DESK, at("20 10:00"))) == HEADLINES


def test_without_data_nothing_is_lost() -> None:
    assert [(one.n, one.lost) for one in losses(World(DESK).con, DESK, None)] == [(0, 0)] * 8


def test_every_fault_has_a_title() -> None:
    assert all(reason_title(name)["zh-CN"] for name in FAULTS)


def test_losses_are_worked_out_once_per_version() -> None:
    found = world()
    answers = Answers(found.cursor, DESK, (), lambda: at("20 10:00"))
    assert answers.losses() is answers.losses()
    found.con.execute("UPDATE meta SET value = '99' WHERE name = 'data_version'")
    assert answers.losses()[0].n == 1
