"""The data page in a real browser: it fits, stays open where it was opened, and its buttons reach the loads."""

import json
from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import AXE, Live, Watch

pytestmark = pytest.mark.browser
Show = Callable[..., Page]
OPEN = "document.querySelectorAll('details').forEach((one) => { one.open = true })"


@pytest.mark.parametrize("world", ["full", "empty", "error", "much", "first", "tripped"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_nothing_sticks_out(show: Show, live: Live, world: str, language: str, width: int, height: int) -> None:
    live.desk.world = world
    page = show(f"/data?lang={language}", width, height)
    page.evaluate(OPEN)
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("world", ["full", "empty", "stale", "error", "much", "first", "tripped"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_serious_for_axe(show: Show, live: Live, world: str, theme: str) -> None:
    live.desk.world = world
    page = show(f"/data?lang=en&theme={theme}", 1440, 900)
    page.evaluate(OPEN)
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa']})")
    bad = [
        f"{one['id']}: {one['nodes'][0]['html'][:160]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]
    assert bad == []


def test_what_happened_shows_within_two_seconds(show: Show, live: Live) -> None:
    page = show("/data?lang=en", 1440, 900)
    expect(page.locator(".verdict strong")).to_have_text("All 4 sources are up to date")
    live.desk.world = "error"
    live.desk.touch()
    expect(page.locator(".verdict strong")).to_have_text("3 of 5 sources need a look", timeout=2000)


def test_what_a_reader_opened_stays_open_over_a_tick(show: Show, live: Live) -> None:
    live.desk.world = "error"
    page = show("/data?lang=en", 1440, 900)
    page.get_by_text("unknown status").click()
    page.locator(".source[data-key=helpdesk] .history summary").click()
    page.locator(".source[data-key=helpdesk]").evaluate("one => { one.kept = true }")
    live.desk.world = "stale"
    live.desk.touch()
    expect(page.locator(".source[data-key=surveys] .badge")).to_contain_text("Late")
    expect(page.locator(".reason[open] .examples")).to_be_visible()
    expect(page.locator(".source[data-key=helpdesk] .history[open] table")).to_be_visible()
    assert page.locator(".source[data-key=helpdesk]").evaluate("one => one.kept")


def test_a_source_that_gets_worse_moves_up_whole(show: Show, live: Live) -> None:
    page = show("/data?lang=en", 1440, 900)
    order = "all => all.map((one) => one.dataset.key)"
    assert page.locator(".source").evaluate_all(order) == ["helpdesk", "surveys", "hotline", "shop"]
    live.desk.world = "error"
    live.desk.touch()
    expect(page.locator(".source")).to_have_count(5)
    assert page.locator(".source").evaluate_all(order) == ["surveys", "new", "hotline", "helpdesk", "shop"]
    assert page.locator(".source .bars").evaluate_all("all => all.map((one) => one.children.length)") == [
        *(40, 0, 40, 40, 40)
    ]


def test_a_button_reaches_the_loads_and_says_so(show: Show, live: Live) -> None:
    page = show("/data?lang=en", 1440, 900)
    page.get_by_role("button", name="Run now: Satisfaction surveys").click()
    expect(page.locator("#data-said")).to_have_text("Satisfaction surveys is being read.")
    assert live.pressed == [("run_now", "surveys")]


def test_a_button_shows_what_came_of_it(show: Show, live: Live) -> None:
    page = show("/data?lang=en", 1440, 900)
    button = page.get_by_role("button", name="Pause: Satisfaction surveys")
    button.press("Enter")
    expect(button).to_have_attribute("data-result", "ok")
    page.route("**/api/data/pause*", lambda route: route.fulfill(body="gateway"))
    button.press("Enter")
    expect(button).to_have_attribute("data-result", "failed")
    expect(page.locator("#data-said")).to_have_text("That did not work: the monitor did not answer.")
    page.keyboard.press("Escape")
    expect(page.locator("#data-said")).to_be_empty()


def test_the_loss_of_a_column_is_accepted_by_a_button(show: Show, live: Live) -> None:
    live.desk.world = "error"
    page = show("/data?lang=en", 1440, 900)
    page.get_by_role("button", name="Accept the loss of Q7ALL").press("Enter")
    expect(page.locator("#data-said")).to_contain_text("surveys:")
    assert live.pressed == [("accept", "surveys", "Q7ALL")]


def test_a_past_span_is_read_again_by_two_days(show: Show, live: Live) -> None:
    page = show("/data?lang=en", 1440, 900)
    source = page.locator(".source[data-key=surveys]")
    source.locator(".history summary").click()
    again = page.get_by_role("button", name="Read again: Satisfaction surveys")
    again.click()
    expect(page.locator("#data-said")).to_have_text("Fill in both days.")
    source.get_by_label("First day").fill("2026-10-30")
    live.desk.touch()
    source.get_by_label("Last day").fill("2026-10-31")
    again.press("Enter")
    expect(page.locator("#data-said")).to_contain_text("2026-11-01")
    assert live.pressed == [("backfill", "surveys", date(2026, 10, 30), date(2026, 11, 1))]


@pytest.mark.parametrize("world", ["error", "much"])
def test_runs_open_below_their_source_and_cover_nothing(show: Show, live: Live, world: str) -> None:
    live.desk.world = world
    page = show("/data?lang=en", 1440, 900)
    source = page.locator(".source[data-key=surveys]")
    closed = source.bounding_box()
    source.locator(".history summary").click()
    table, buttons = source.locator(".history table").bounding_box(), source.locator(".verbs").first.bounding_box()
    assert closed and table and buttons and closed["height"] < 180
    assert table["y"] >= buttons["y"] + buttons["height"]
    trouble = source.locator(".trouble")
    if world == "error":
        box = trouble.bounding_box()
        assert box and box["y"] + box["height"] <= table["y"]
    page.get_by_role("button", name="Run now: Satisfaction surveys").click()
    expect(page.locator("#data-said")).to_have_text("Satisfaction surveys is being read.")


def test_a_tablet_shows_the_facts_of_a_source_side_by_side(show: Show, live: Live) -> None:
    live.desk.world = "error"
    page = show("/data?lang=en", 1000, 800)
    source = page.locator(".source[data-key=helpdesk]")
    boxes = [
        source.locator(f".{name}").bounding_box() for name in ("who", "verbs", "delivered", "last-run", "next-run")
    ]
    who, verbs, *facts = [(box["x"], box["y"], box["height"]) for box in boxes if box]
    assert len({y for _, y, _ in facts}) == 1 and facts == sorted(facts)
    assert verbs[0] > who[0] and max(who[1] + who[2], verbs[1] + verbs[2]) <= facts[0][1]
    assert page.evaluate("document.documentElement.scrollWidth") == 1000


def test_thirty_sources_need_no_more_than_two_screens(show: Show, live: Live) -> None:
    live.desk.world = "thirty"
    page = show("/data?lang=zh-CN", 1440, 900)
    expect(page.locator(".source")).to_have_count(30)
    box = page.locator("#sources").bounding_box()
    assert box and box["height"] < 2000


def test_a_source_being_read_is_not_read_twice(show: Show, live: Live) -> None:
    page = show("/data?lang=en", 1440, 900)
    busy = page.get_by_role("button", name="Reading…: Shop messages")
    busy.focus()
    expect(busy).to_be_focused()
    busy.press("Enter")
    page.get_by_role("button", name="Run now: Satisfaction surveys").press("Enter")
    expect(page.locator("#data-said")).to_have_text("Satisfaction surveys is being read.")
    assert live.pressed == [("run_now", "surveys")]


@pytest.mark.parametrize("world", ["error", "empty", "much"])
def test_a_finger_hits_whatever_can_be_pressed(show: Show, live: Live, world: str) -> None:
    live.desk.world = world
    page = show("/data?lang=zh-CN", 390, 844)
    small = page.locator("main :is(button, summary, a), .links :is(a, button)").evaluate_all(
        "all => all.filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44)"
        ".map((one) => one.className || one.textContent)"
    )
    assert small == []


def test_rejected_rows_of_a_rule_are_loaded_again_by_keyboard(show: Show, live: Live) -> None:
    live.desk.world = "error"
    page = show("/data?lang=en", 1440, 900)
    page.get_by_text("unknown status").focus()
    page.locator(".reason summary").first.press("Enter")
    page.get_by_role("button", name="Load these 31 again").press("Enter")
    expect(page.locator("#data-said")).to_contain_text("are being loaded again")
    assert live.pressed == [("redrive", "helpdesk", "unknown_status")]


def test_the_lag_grows_on_screen(show: Show) -> None:
    page = show("/data?lang=en", 1440, 900)
    meter = page.locator(".meter").first
    first = meter.evaluate("one => one.style.getPropertyValue('--used')")
    expect(page.locator(".delivered .age").first).to_contain_text(" s ago")
    page.wait_for_function(
        "before => document.querySelector('.meter').style.getPropertyValue('--used') !== before", arg=first
    )


def test_markup_in_the_data_stays_text(show: Show, live: Live, watch: Watch) -> None:
    page = show("/data?lang=en", 1440, 900)
    bad = "<img src=x onerror=window.hit=1>"
    tree = json.dumps([["p", {"onclick": "window.hit = 1"}, [bad]], ["script", {}, ["window.hit = 1"]]])
    page.locator("#data-sources").evaluate("(one, tree) => { one.dataset.tree = tree }", tree)
    expect(page.locator("#data-sources p")).to_have_text(bad)
    assert page.evaluate("[window.hit, document.querySelectorAll('#data-sources script, [onclick]').length]") == [
        None,
        0,
    ]


def test_the_way_to_the_data_is_on_the_desk(show: Show) -> None:
    page = show("/?lang=en", 1440, 900)
    expect(page.get_by_role("link", name="Data", exact=True)).to_have_attribute("href", "/data?lang=en")
