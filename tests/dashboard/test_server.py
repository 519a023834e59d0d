"""The dashboard over HTTP."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import plotly.offline
import pytest
from dash import Dash
from plotly.utils import PlotlyJSONEncoder

from dashboard.frame import silent_sources
from dashboard.model import Loading, Site
from dashboard.pages import pages
from dashboard.room import Room
from dashboard.server import ASSETS, create_app, warm
from metrics.model import DataState, Pulse
from tests.dashboard.conftest import SITE
from tests.dashboard.fake_answers import NOON, FakeAnswers
from tests.dashboard.invoke import invoke


def get(app: Dash, path: str) -> Any:
    return app.server.test_client().get(path)


def outputs(path: str) -> list[str]:
    return [f"{output.component_id}.{output.component_property}" for output in pages()[path].outputs()]


@pytest.mark.parametrize(
    ("path", "head"),
    [
        ("/", '<html lang="zh-CN" data-theme="light" data-palette="standard"'),
        ("/wall", '<html lang="zh-CN" data-theme="dark"'),
        ("/?lang=en&theme=dark&palette=red_good", '<html lang="en" data-theme="dark" data-palette="red_good"'),
        ("/?lang=fr&theme=pink", '<html lang="zh-CN" data-theme="light"'),
        ('/?lang="><script>', '<html lang="zh-CN"'),
    ],
)
def test_the_first_paint_has_language_and_theme(app: Dash, path: str, head: str) -> None:
    answer = get(app, path)
    assert answer.status_code == 200
    assert head in answer.text


def test_headers_are_strict(app: Dash) -> None:
    headers = get(app, "/").headers
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self' 'sha256-" in policy
    assert "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in policy.split("style-src")[0]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_health_answers(app: Dash) -> None:
    assert get(app, "/health").status_code == 200


def test_the_pulse_is_small_and_never_stored(app: Dash) -> None:
    answer = get(app, "/api/pulse")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.get_json() == {
        "version": 7,
        "mark": "7.demo-fresh",
        "as_of": 1794984009000,
        "now": 1794984012000,
        "build": "build-1",
        "sources": {"demo": "fresh"},
        "silent": [],
        "waiting": False,
        "loading": None,
    }


def test_the_pulse_tells_of_a_load_under_way() -> None:
    began = NOON - timedelta(seconds=4)
    app = create_app(FakeAnswers("empty"), SITE, lambda: NOON, "b", lambda: Loading(began, 500, 900, 125.0, 3))
    told = get(app, "/api/pulse").get_json()
    far = {"since": 1794984012000 - 4000, "rows": 500, "total": 900, "per_s": 125.0, "left_s": 3}
    assert told["waiting"] and told["loading"] == far


@pytest.mark.parametrize(
    ("world", "version", "loading", "waits"),
    [
        ("empty", 0, None, "yes"),
        ("undated", 3, Loading(NOON), "yes"),
        ("undated", 3, None, ""),  # rows without any instant are data too
        ("full", 3, Loading(NOON), ""),
    ],
)
def test_a_page_waits_for_the_first_load_only(world: str, version: int, loading: Loading | None, waits: str) -> None:
    room = Room(FakeAnswers(world, version), SITE, lambda: NOON, "b", pages(), lambda: loading)
    page = pages()["/wall"]
    drawn = json.dumps(page.layout(room.screen(page, "")), cls=PlotlyJSONEncoder)
    assert f'"data-blank": "{waits}"' in drawn


def test_before_any_load_the_pulse_has_no_watermark() -> None:
    app = create_app(FakeAnswers("empty"), SITE, lambda: NOON, "b")
    assert get(app, "/api/pulse").get_json()["as_of"] is None


def test_machines_read_what_the_tiles_show(app: Dash) -> None:
    found = get(app, "/api/readings?period=28d&channel=phone&channel=nonsense").get_json()
    assert found["period"] == {"name": "28d", "from": "2026-10-22", "to": "2026-11-19", "tz": "Asia/Shanghai"}
    assert found["filters"] == {"channel": ["phone"]}
    assert found["ignored"] == [{"key": "channel", "value": "nonsense"}]
    assert [one["metric"] for one in found["readings"]][:2] == ["frt", "resolution"]
    assert found["readings"][0]["target"] == 20


def test_machines_read_what_each_rule_of_quality_found(app: Dash) -> None:
    title = {"en": "time without a zone", "zh-CN": "没有时区的时间"}
    assert get(app, "/api/quality").get_json()["rules"] == [
        {"rule": "naive_time", "title": title, "refused": 3, "flawed": 2, "n": 5}
    ]


def test_machines_get_null_and_never_zero_for_nothing() -> None:
    app = create_app(FakeAnswers("empty"), SITE, lambda: NOON, "b")
    for one in get(app, "/api/readings").get_json()["readings"]:
        assert (one["value"], one["previous"], one["change"], one["attainment"]) == (None, None, None, None)
        assert one["state"] == "empty"


@pytest.mark.parametrize("path", pages())
def test_an_address_becomes_a_page(app: Dash, path: str) -> None:
    status, response, _ = invoke(app, "page.children", {"url.pathname": path}, {"url.search": "?lang=en"})
    assert status == 200
    assert f"{pages()[path].name}-root" in str(response)


def test_an_unknown_address_says_so(app: Dash) -> None:
    status, response, _ = invoke(app, "page.children", {"url.pathname": "/nowhere"}, {"url.search": "?lang=en"})
    assert (status, "There is no page /nowhere." in str(response)) == (200, True)


@pytest.mark.parametrize("path", ["/", "/wall"])
def test_a_tick_changes_leaves_and_nothing_else(app: Dash, desk: FakeAnswers, path: str) -> None:
    name = pages()[path].name
    inputs = {f"{name}-pulse.data": {"mark": "x"}, "url.search": ""}
    _, before, _ = invoke(app, outputs(path), inputs, {})
    desk.touch()
    status, after, _ = invoke(app, outputs(path), inputs, {})
    kind = "headline" if path == "/wall" else "card"
    assert status == 200
    assert before[f"{name}-frt-{kind}-value"] != after[f"{name}-frt-{kind}-value"]
    assert '"namespace"' not in str(after)


def test_one_refresh_asks_once(app: Dash, desk: FakeAnswers) -> None:
    invoke(app, outputs("/"), {"desk-pulse.data": {}, "url.search": ""}, {})
    assert desk.asked == 1


def test_a_failing_tick_leaves_the_figures_and_names_a_reference(app: Dash, desk: FakeAnswers) -> None:
    desk.broken = True
    inputs = {"wall-pulse.data": {}, "url.search": "?lang=en"}
    status, response, side = invoke(app, outputs("/wall"), inputs, {})
    assert status == 200
    assert not response
    assert "Something went wrong on our side (reference " in side["toast"]["children"]


def test_a_page_that_cannot_be_drawn_tries_again_by_itself(app: Dash, desk: FakeAnswers) -> None:
    desk.broken = True
    status, response, _ = invoke(app, "page.children", {"url.pathname": "/wall"}, {"url.search": ""})
    assert (status, "data-retry" in str(response)) == (200, True)


def controls(**changed: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {"period": "7d", "clock": "calendar", "days": [None, None]}
    filters: dict[str, Any] = {
        f"filter-{d}": [] for d in ("team", "channel", "type", "category", "priority", "region", "product")
    }
    values = {**plain, **filters, **{key.replace("_", "-"): value for key, value in changed.items()}}
    first = sorted(values, key=lambda key: key.replace("-", "_") not in changed)
    order = {f"{key}.value": values[key] for key in values}
    return {f"{first[0]}.value": values[first[0]], **order, "clear.n_clicks": 0}


def written(app: Dash, search: str, **changed: Any) -> str | None:
    key = next(key for key in app.callback_map if app.callback_map[key]["inputs"][-1]["id"] == "clear")
    given = controls(**changed)
    inputs = [
        {"id": one["id"], "property": one["property"], "value": given[f"{one['id']}.{one['property']}"]}
        for one in app.callback_map[key]["inputs"]
    ]
    body = {
        "output": key,
        "outputs": [],
        "inputs": inputs,
        "state": [{"id": "url", "property": "search", "value": search}],
        "changedPropIds": [next(iter(given))],
    }
    answer = app.server.test_client().post("/_dash-update-component", json=body)
    found = (answer.get_json() or {}).get("sideUpdate") or {}
    address: str | None = found.get("url", {}).get("search")
    return address


def test_a_control_writes_the_address(app: Dash) -> None:
    assert written(app, "?lang=en", filter_team=["VIP care"]) == "?lang=en&team=VIP+care"


def test_controls_that_say_the_address_write_nothing(app: Dash) -> None:
    assert written(app, "") is None


def test_an_unfinished_custom_period_keeps_the_days_on_screen(app: Dash) -> None:
    assert written(app, "", period="custom") == "?period=custom&from=2026-11-12&to=2026-11-18"


def test_the_address_sets_the_controls(app: Dash) -> None:
    address = {"url.search": "?period=custom&from=2026-11-02&to=2026-11-03&team=Billing"}
    _, found, _ = invoke(app, "period.value", address, {})
    assert found["period"]["value"] == "custom"
    assert found["days"]["value"] == ["2026-11-02", "2026-11-03"]
    assert found["filter-team"]["value"] == ["Billing"]


def test_after_a_load_the_default_views_are_ready(desk: FakeAnswers) -> None:
    warm(create_app(desk, Site(), lambda: NOON, "b"))
    assert desk.asked == len(pages())


def test_after_a_load_views_looked_at_lately_are_ready(desk: FakeAnswers) -> None:
    times = [NOON, *[NOON + timedelta(minutes=9)] * 9]
    room = Room(desk, Site(), lambda: times.pop(0), "b", pages())
    room.screen(pages()["/"], "?period=month&theme=dark")
    room.screen(pages()["/"], "?period=month&lang=en")
    asked = desk.asked
    room.warm()
    assert desk.asked == asked + 1  # one view in two looks; what nobody opened in nine minutes is let go


def test_the_chart_bundle_is_the_one_plotly_was_made_with() -> None:
    head = (ASSETS / "00-plotly.min.js").read_text("utf-8")[:200]
    assert f"(cartesian - minified) v{plotly.offline.get_plotlyjs_version()}" in head


def test_locales_are_queued_before_the_chart_bundle() -> None:
    scripts = sorted(path.name for path in ASSETS.glob("*.js"))
    assert scripts.index("00-locale-zh.js") < scripts.index("00-plotly.min.js")


@pytest.mark.parametrize("path", sorted(ASSETS.glob("*.css")), ids=lambda path: path.name)
def test_no_style_reaches_outside(path: Path) -> None:
    found = [part for part in path.read_text("utf-8").split("url(")[1:] if not part.startswith(('"fonts/', '"data:'))]
    assert found == []


def test_colours_live_in_the_tokens_alone() -> None:
    for path in sorted(ASSETS.glob("*.css"))[1:]:
        assert "#" not in path.read_text("utf-8").replace("#offline", "").replace("#notice", ""), path.name


def test_the_period_is_that_of_the_data_and_not_of_the_clock() -> None:
    desk = FakeAnswers(as_of=NOON.replace(year=2017))
    found = get(create_app(desk, SITE, lambda: NOON, "b"), "/api/readings").get_json()
    assert date.fromisoformat(found["period"]["to"]) == date(2017, 11, 19)


def test_sources_that_cannot_be_read_are_told_from_silent_ones() -> None:
    pulse = Pulse(3, NOON, {"a": DataState.ERROR, "b": DataState.STALE, "c": DataState.FRESH})
    assert (silent_sources(pulse), silent_sources(pulse, DataState.ERROR)) == (("a", "b"), ("a",))


@pytest.mark.parametrize(
    ("button", "search", "expected"),
    [
        ("earlier", "", "?period=custom&from=2026-11-05&to=2026-11-11"),
        ("later", "?period=custom&from=2026-10-01&to=2026-10-31", "?period=custom&from=2026-11-01&to=2026-11-18"),
    ],
)
def test_a_step_leads_to_the_days_before_or_after(app: Dash, button: str, search: str, expected: str) -> None:
    other = "later" if button == "earlier" else "earlier"
    body = {
        "output": next(
            key for key, one in app.callback_map.items() if {"id": "earlier", "property": "n_clicks"} in one["inputs"]
        ),
        "outputs": [],
        "inputs": [
            {"id": button, "property": "n_clicks", "value": 1},
            {"id": other, "property": "n_clicks", "value": 0},
        ],
        "state": [{"id": "url", "property": "search", "value": search}],
        "changedPropIds": [f"{button}.n_clicks"],
    }
    answer = app.server.test_client().post("/_dash-update-component", json=body).get_json()
    assert answer["sideUpdate"]["url"]["search"] == expected


def test_machines_read_the_events_that_touch_the_period(app: Dash) -> None:
    assert get(app, "/api/readings?period=28d").get_json()["annotations"] == [
        {"from": "2026-11-11", "to": "2026-11-12", "text": {"en": "Singles' Day", "zh-CN": "双十一"}, "where": {}}
    ]
