"""The screens in a real browser."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import AXE, Live, Watch, away
from tests.dashboard.fake_answers import NOON

pytestmark = pytest.mark.browser
Show = Callable[..., Page]
WALL_VALUE = "#wall-frt-headline-value"
DESK_VALUE = "#desk-frt-card-value"


@pytest.mark.parametrize("path", ["/wall", "/"])
def test_a_new_version_shows_within_two_seconds(show: Show, live: Live, path: str) -> None:
    page = show(path)
    value = page.locator(WALL_VALUE if path == "/wall" else DESK_VALUE)
    before = value.inner_text()
    live.desk.touch()
    expect(value).not_to_have_text(before, timeout=2000)


def test_a_tick_leaves_every_node_of_the_wall_in_place(show: Show, live: Live) -> None:
    page = show("/wall")
    page.evaluate("document.querySelectorAll('.tile, .tile *').forEach((one) => { one.kept = true })")
    live.desk.touch()
    expect(page.locator(WALL_VALUE)).not_to_have_text("18.4")
    lost = page.evaluate(
        "[...document.querySelectorAll('.tile *')].filter((one) => !one.kept && !one.closest('svg')).length"
    )
    assert lost == 0


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1366, 768), (3840, 2160)])
@pytest.mark.parametrize("query", ["lang=zh-CN", "lang=en", "lang=en&period=month", "lang=en&period=last_month"])
def test_the_wall_fits_its_screen(show: Show, width: int, height: int, query: str) -> None:
    page = show(f"/wall?{query}", width, height)
    assert page.evaluate("[document.body.scrollWidth, document.body.scrollHeight]") == [width, height]
    outside = """[...document.querySelectorAll('.tile')].flatMap((tile) => {
        const edge = tile.getBoundingClientRect();
        const texts = [...tile.querySelectorAll('span, h2')].filter((part) => part.textContent);
        return texts.filter((part) => part.getClientRects().length).filter((part) => {
            const box = part.getBoundingClientRect();
            return box.right > edge.right + 1 || box.bottom > edge.bottom + 1;
        }).map((part) => part.textContent) })"""
    assert page.evaluate(outside) == []
    widths = "all => all.map((one) => [one.scrollWidth > one.clientWidth, one.textContent])"
    titles = page.locator(".title").evaluate_all(widths)
    assert [text for is_cut, text in titles if is_cut] == []


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_long_names_of_silent_sources_leave_the_age_of_the_data_to_be_seen(
    show: Show, live: Live, language: str
) -> None:
    live.desk.world = "stale"
    page = show(f"/wall?lang={language}")
    silent, age = page.locator("#wall-silent"), page.locator(".as-of")
    expect(silent).not_to_be_empty()
    silent.evaluate(
        "one => { one.textContent = one.textContent + ', Nightly exports of the eastern region'.repeat(4) }"
    )
    page.locator("#wall-as-of").evaluate("one => { one.textContent = 'Nov 20, 2026 12:00' }")
    banner, shown = silent.bounding_box(), age.bounding_box()
    assert banner and shown and banner["x"] + banner["width"] < shown["x"]
    assert banner["height"] < 90


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("path", ["/", "/?period=custom&from=2026-11-01&to=2026-11-09&team=Billing"])
def test_a_phone_scrolls_one_way_only(show: Show, path: str, language: str) -> None:
    page = show(path + ("&" if "?" in path else "?") + f"lang={language}", 390, 844)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("world", ["full", "empty", "stale", "error", "too_few"])
def test_every_world_draws_without_a_zero(show: Show, live: Live, world: str) -> None:
    live.desk.world = world
    page = show("/wall?lang=en")
    values = page.locator(".value").all_inner_texts()
    assert "0" not in values
    assert ("—" in values) == (world in ("empty", "error", "too_few"))


@pytest.mark.parametrize("path", ["/wall", "/"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_serious_for_axe(show: Show, path: str, language: str, theme: str) -> None:
    page = show(f"{path}?lang={language}&theme={theme}")
    if path == "/":
        page.locator(".main-svg").first.wait_for()
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa']})")
    bad = [
        f"{one['id']}: {one['nodes'][0]['html'][:160]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]
    assert bad == []


@pytest.mark.parametrize("palette", ["colour_blind", "red_good"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_palette_has_contrast(show: Show, palette: str, theme: str) -> None:
    page = show(f"/wall?palette={palette}&theme={theme}")
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {runOnly: ['color-contrast']})")
    assert [node["html"] for one in found["violations"] for node in one["nodes"]] == []


def test_stale_data_has_no_contrast_problem_either(show: Show, live: Live) -> None:
    live.desk.world = "stale"
    page = show("/wall?theme=light")
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {runOnly: ['color-contrast']})")
    assert [node["html"] for one in found["violations"] for node in one["nodes"]] == []


def test_a_lost_server_is_said_and_found_again(show: Show, watch: Watch) -> None:
    page = show("/wall?lang=en")
    back = away(page)
    expect(page.locator("#offline")).to_contain_text(
        "Connection lost. The figures are those of 14:40:09.", timeout=8000
    )
    expect(page.locator(".live")).to_have_text("offline")
    back()
    expect(page.locator("#offline")).to_be_empty(timeout=12000)
    expect(page.locator(".live")).to_have_text("live")
    watch.errors.clear()  # the browser itself reports each refused request


def test_another_build_reloads_the_screen(show: Show, live: Live, watch: Watch) -> None:
    page = show("/wall")
    page.evaluate("window.old = true")
    live.stop()
    live.start("two")
    page.locator("html[data-conn=ok]").wait_for(state="attached")
    expect(page.locator(WALL_VALUE)).to_be_visible()
    page.wait_for_timeout(1500)
    assert page.evaluate("window.old") is None
    watch.errors.clear()


def test_a_wall_reloads_itself_at_night(show: Show, live: Live) -> None:
    live.site = type(live.site)(business_clock=True, poll_ms=200, reload_at="14:40")
    live.stop()
    live.port = 0
    live.start()
    page = show("/wall")
    page.evaluate("window.old = true; performance.now = () => 2 * 3600 * 1000")
    page.wait_for_timeout(1500)
    assert page.evaluate("window.old") is None


def test_the_age_of_the_data_counts_on_screen(show: Show) -> None:
    page = show("/wall?lang=en")
    age = page.locator("#wall-as-of-age")
    first = age.inner_text()
    assert first.endswith(" s ago")
    expect(age).not_to_have_text(first, timeout=3000)


def test_a_page_that_cannot_be_drawn_says_so(chromium_page: Page, live: Live, watch: Watch) -> None:
    live.desk.broken = True
    chromium_page.goto(live.url("/wall?lang=en"))
    expect(chromium_page.locator("h1")).to_contain_text("cannot be worked out")


def test_filters_live_in_the_address(show: Show) -> None:
    page = show("/?lang=en", 1440, 900)
    before = page.locator(DESK_VALUE).inner_text()
    page.get_by_role("textbox", name="Team").click()
    page.get_by_role("option", name="Billing").click()
    expect(page.locator(DESK_VALUE)).not_to_have_text(before)
    assert page.url.endswith("?lang=en&team=Billing")
    page.go_back()
    expect(page.locator(DESK_VALUE)).to_have_text(before)
    expect(page.locator(".filter .mantine-Pill-root")).to_have_count(0)


def test_a_period_is_one_click(show: Show) -> None:
    page = show("/?lang=en", 1440, 900)
    page.get_by_text("28 days", exact=True).click()
    expect(page.locator("#desk-range")).to_have_text("Oct 22 – Nov 18")
    assert "period=28d" in page.url


def test_the_definition_opens_and_closes_by_keyboard(show: Show) -> None:
    page = show("/?lang=en", 1440, 900)
    page.get_by_role("button", name="What does First response time count?").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#definition")).to_contain_text("First public reply of an agent")
    expect(page.locator("#definition")).to_contain_text("SELECT avg(frt_s)")
    page.keyboard.press("Escape")
    expect(page.locator("#definition")).to_be_hidden()


def test_zoom_survives_a_tick(show: Show, live: Live) -> None:
    page = show("/?lang=en", 1440, 900)
    plot = page.locator("#desk-frt-trend-graph .nsewdrag").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box
    page.mouse.move(box["x"] + 100, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 300, box["y"] + 60, steps=5)
    page.mouse.up()
    span = "JSON.stringify(document.querySelector('#desk-frt-trend-graph .js-plotly-plot').layout.xaxis.range)"
    page.wait_for_timeout(400)
    zoomed = page.evaluate(span)
    live.desk.touch()
    expect(page.locator(DESK_VALUE)).not_to_have_text("18.4")
    page.wait_for_timeout(400)
    assert page.evaluate(span) == zoomed


def test_a_changed_number_lights_up(show: Show, live: Live) -> None:
    page = show("/wall")
    live.desk.touch()
    expect(page.locator(WALL_VALUE)).to_have_class("value flash")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_document_says_its_language(show: Show, language: str) -> None:
    page = show(f"/wall?lang={language}")
    assert page.evaluate("document.documentElement.lang") == language
    word = {"zh-CN": "达标", "en": "On target"}[language]
    expect(page.locator("#wall-frt-headline-word")).to_have_text(word)


def test_one_refresh_is_in_flight_at_most(show: Show, live: Live) -> None:
    page = show("/wall")
    page.wait_for_timeout(500)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "_dash-update" in request.url else None)
    live.desk.touch()
    expect(page.locator(WALL_VALUE)).not_to_have_text("18.4")
    page.wait_for_timeout(1000)
    assert len(asked) == 1


def test_a_wall_without_data_says_so_until_there_are_some(show: Show, live: Live) -> None:
    live.desk.world, live.desk.version = "empty", 0
    page = show("/wall?lang=en")
    expect(page.locator(".waiting")).to_have_text(re.compile("^No data yet"))
    live.desk.world = "full"
    live.desk.touch()
    expect(page.locator(".waiting")).to_be_hidden()
    expect(page.locator(WALL_VALUE)).to_have_text(re.compile(r"^\d"))


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_wall_on_a_phone_is_one_column(show: Show, language: str) -> None:
    page = show(f"/wall?lang={language}", 390, 844)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    lefts = page.locator(".tile").evaluate_all(
        "all => all.map((one) => Math.round(one.getBoundingClientRect().left))"
    )
    assert len(set(lefts)) == 1


def test_links_follow_the_filters(show: Show) -> None:
    page = show("/?lang=en", 1440, 900)
    page.get_by_text("28 days", exact=True).click()
    expect(page.get_by_role("link", name="中文")).to_have_attribute("href", "?period=28d")
    expect(page.get_by_role("link", name="Wall", exact=True)).to_have_attribute(
        "href", "/wall?period=28d&lang=en&theme=dark"
    )


def test_one_steps_back_through_the_days(show: Show) -> None:
    page = show("/?lang=en", 1440, 900)
    page.get_by_role("button", name="Earlier").click()
    expect(page.locator("#days")).to_contain_text("2026-11-05")
    assert page.url.endswith("?period=custom&from=2026-11-05&to=2026-11-11&lang=en")
    page.go_back()
    expect(page.locator("#desk-range")).to_have_text("Nov 12 – Nov 18")


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1440, 900)])
def test_what_the_data_cannot_tell_takes_no_place_on_the_wall(
    show: Show, live: Live, width: int, height: int
) -> None:
    live.desk.world = "undated"
    page = show("/wall?lang=en", width, height)
    expect(page.locator(".tile:visible .title")).to_have_text(["Customer satisfaction index", "Satisfied customers"])
    expect(page.locator("#wall-absent")).to_contain_text("Not in these data: First response time")
    assert page.evaluate("[document.body.scrollWidth, document.body.scrollHeight]") == [width, height]


def test_finished_data_are_not_called_live(show: Show, live: Live) -> None:
    live.desk.as_of = NOON - timedelta(days=400)
    page = show("/wall?lang=en")
    expect(page.locator(".live")).to_have_text("connected")
    expect(page.locator("#wall-as-of-age")).to_have_text("13 months ago")
    expect(page.locator(".period")).to_have_text("Final 7 days")
