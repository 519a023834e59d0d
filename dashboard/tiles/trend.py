"""The daily line of a KPI against its target; a plain dict, refreshed as data only (notes: zoom survives)."""

from typing import Any

from dash import Patch, dcc, html
from dash.development.base_component import Component

from dashboard.board import is_duration
from dashboard.colours import INKS
from dashboard.face import Face, trend_in_words
from dashboard.model import Leaves
from dashboard.numbers import Scale, scale_for, show, sign, whole
from dashboard.spans import bounds
from dashboard.tiles import Kind
from metrics.model import Reading, Unit

GRAPH = {"displayModeBar": False, "displaylogo": False, "showSendToCloud": False, "responsive": True}
FONT = "Inter, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
LEAVES = (("graph", "figure"), ("box", "aria-label"), ("box", "data-why"), ("box", "data-absent"))
TICKS = {"ticks": "outside", "ticklen": 6, "tickcolor": "rgba(0,0,0,0)"}


def config(language: str) -> Any:
    """Return the settings of every graph: no upload button, no mode bar, own language."""
    return {**GRAPH, "locale": language}


def draw(prefix: str, face: Face) -> Component:
    """Return the chart with its text alternative."""
    graph = dcc.Graph(
        id=f"{prefix}-graph", figure=figure(face), config=config(face.words.language), className="chart"
    )
    told = {prop: value for (part, prop), value in _box(face).items() if part == "box"}
    return html.Div(graph, id=f"{prefix}-box", className="trend", role="img", **told)


def values(face: Face) -> Leaves:
    """Return the whole figure; for a new period or filter, where a reset of the zoom is wanted."""
    return {LEAVES[0]: figure(face), **_box(face)}


def _box(face: Face) -> Leaves:
    return dict(zip(LEAVES[1:], (_alt(face), blank(face), "yes" if face.answer.absent else ""), strict=True))


def patch(face: Face) -> Leaves:
    """Return the data of the figure only, as a Patch."""
    change = Patch()
    for index, trace in enumerate(traces(face)):
        for key in ("x", "y", "customdata"):
            if key in trace:
                change["data"][index][key] = trace[key]
    change["layout"]["shapes"] = shapes(face)
    return {LEAVES[0]: change, **_box(face)}


def figure(face: Face) -> dict[str, Any]:
    """Return data and layout as plain dicts."""
    return {"data": traces(face), "layout": _layout(face)}


def traces(face: Face) -> list[dict[str, Any]]:
    """Return always the same traces in the same order: value, lone days, day that still runs, p50, p90, target."""
    scale, trend = _scale(face), face.answer.trend
    whole_days = trend[:-1] if face.answer.partial else trend
    ink = INKS[face.view.theme]
    line = _values(whole_days, scale) | _hover(face, "trend.mean" if _wide(face) else "trend.value", whole_days)
    line |= {"line": {"color": ink["line"], "width": 2.2}, "mode": "lines"}
    lone = _values(_lone(whole_days), scale)
    lone |= {"mode": "markers", "marker": {"color": ink["line"], "size": 5}, "hoverinfo": "skip", "showlegend": False}
    return [line, lone, _tail(face, scale), *_quantiles(face, scale, whole_days), _goal(face, scale)]


def _wide(face: Face) -> bool:
    return is_duration(face.answer.subject)


def _scale(face: Face) -> Scale:
    known = [reading.value for reading in face.answer.trend if reading.value is not None]
    goal = face.answer.verdict.target
    subject = face.answer.subject
    return scale_for(subject.unit, max(known[-28:], default=goal.value if goal else None), subject.digits)


def _value(value: float | int | None, scale: Scale) -> float | None:
    return None if value is None else round(value * scale.factor, 4)


def _values(readings: tuple[Reading, ...], scale: Scale) -> dict[str, Any]:
    """Return x and y; a day without a value is null, which plotly leaves open."""
    x = [reading.bucket for reading in readings]
    return {"type": "scatter", "x": x, "y": [_value(r.value, scale) for r in readings], "connectgaps": False}


def _hover(face: Face, key: str, readings: tuple[Reading, ...]) -> dict[str, Any]:
    scale, words = _scale(face), face.words
    unit = sign(scale, words)
    texts = [[show(r.value, scale, words), unit, whole(r.n, words)] for r in readings]
    name = words(key)
    return {
        "name": name,
        "customdata": texts,
        "hovertemplate": name + " <b>%{customdata[0]}</b> %{customdata[1]}<br>n %{customdata[2]}<extra></extra>",
    }


def _lone(readings: tuple[Reading, ...]) -> tuple[Reading, ...]:
    """Return the days that stand alone between gaps: a line has no length there and would not be seen."""
    values = [None, *(reading.value for reading in readings), None]
    return tuple(
        reading
        for index, reading in enumerate(readings, 1)
        if reading.value is not None and values[index - 1] is None and values[index + 1] is None
    )


def _tail(face: Face, scale: Scale) -> dict[str, Any]:
    """Return the day that still runs: dashed towards a hollow dot; empty when the period is complete."""
    ink, readings = INKS[face.view.theme], face.answer.trend[-2:] if face.answer.partial else ()
    return (
        _values(readings, scale)
        | _hover(face, "trend.partial", readings)
        | {
            "mode": "lines+markers",
            "line": {"color": ink["line"], "width": 2, "dash": "2px 3px"},
            "showlegend": False,
            "marker": {
                "size": [0, 8][-len(readings) :],
                "color": ink["paper"],
                "line": {"color": ink["line"], "width": 2},
            },
        }
    )


def _quantiles(face: Face, scale: Scale, readings: tuple[Reading, ...]) -> list[dict[str, Any]]:
    """Return p50 and p90 for durations, empty lines for everything else."""
    ink, found = INKS[face.view.theme], []
    for name, dash in (("p50", "solid"), ("p90", "1px 3px")):
        shown = readings if _wide(face) else ()
        found.append(
            {
                "type": "scatter",
                "name": name.upper(),
                "mode": "lines",
                "x": [reading.bucket for reading in shown],
                "y": [_value(reading.part(name), scale) for reading in shown],
                "line": {"color": ink["soft"], "width": 1.2, "dash": dash},
                "hovertemplate": f"{name.upper()} %{{y:.1f}}<extra></extra>",
                "connectgaps": False,
                "showlegend": _wide(face),
                "visible": True if name == "p50" else "legendonly",  # p90 would flatten what is judged
            }
        )
    return found


def _goal(face: Face, scale: Scale) -> dict[str, Any]:
    target, trend = face.answer.verdict.target, face.answer.trend
    ends = [trend[0].bucket, trend[-1].bucket] if target and trend else []
    value = _value(target.value, scale) if target else None
    return {
        "type": "scatter",
        "name": face.words("trend.target"),
        "mode": "lines",
        "x": ends,
        "y": [value] * len(ends),
        "line": {"color": INKS[face.view.theme]["goal"], "width": 1.4, "dash": "6px 4px"},
        "hoverinfo": "skip",
    }


def shapes(face: Face) -> list[dict[str, Any]]:
    """Return the shade under the chosen period."""
    if not face.answer.trend:
        return []
    start, end = bounds(face.answer.current.question.window)
    shade = {"type": "rect", "xref": "x", "yref": "paper", "y0": 0, "y1": 1, "layer": "below", "line": {"width": 0}}
    return [shade | {"x0": f"{start} 00:00", "x1": f"{end} 00:00", "fillcolor": INKS[face.view.theme]["shade"]}]


def blank(face: Face) -> str:
    """Return the words that stand in the place of a line without a single value; "" where there is a line."""
    if any(reading.value is not None for reading in face.answer.trend):
        return ""
    if face.answer.current.question.window.start is None and not face.answer.absent:
        return face.words("trend.undated")
    return face.why() or face.words("state.empty")


def _axis(ink: Any) -> dict[str, Any]:
    return {"gridcolor": ink["grid"], "zeroline": False, "automargin": True, **TICKS}


def _spike(ink: Any) -> dict[str, Any]:
    """Return the hair line under the pointer."""
    return {"spikecolor": ink["goal"], "spikethickness": 1, "spikedash": "solid", "spikemode": "across"}


def _layout(face: Face) -> dict[str, Any]:
    ink, scale = INKS[face.view.theme], _scale(face)
    unit = sign(scale, face.words)
    floor = "tozero" if face.answer.subject.unit is Unit.COUNT else "normal"
    ticks, form = ("%-m/%-d", "%-m月%-d日") if face.words.language.startswith("zh") else ("%b %-d",) * 2
    ticks += "\n%Y" if _has_other_year(face) else ""
    count = face.answer.subject.unit is Unit.COUNT
    return {
        "autosize": True,
        "margin": {"l": 8, "r": 12, "t": 30, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 12, "color": ink["text"]},
        "hovermode": "x unified",
        "hoverlabel": {
            "bgcolor": ink["paper"],
            "bordercolor": ink["grid"],
            "font": {"color": ink["ink"], "family": FONT},
        },
        "showlegend": True,
        "legend": {
            "orientation": "h",
            "x": 1,
            "xanchor": "right",
            "y": 1.02,
            "yanchor": "bottom",
            "font": {"size": 11},
        },
        "xaxis": _axis(ink)
        | {"type": "date", "showgrid": False, "tickformat": ticks, "hoverformat": form, "nticks": 8, **_spike(ink)},
        "yaxis": _axis(ink)
        | {
            "nticks": 5,
            **({"tickformat": ",d"} if count else {}),
            **({"dtick": 1} if count and _top(face) < 5 else {}),
            "rangemode": floor,
            "ticksuffix": f" {unit}" if unit else "",
            "showticksuffix": "last",
            "fixedrange": True,
        },
        "shapes": shapes(face),
        "dragmode": "zoom",
    }


def _has_other_year(face: Face) -> bool:
    years = {(reading.bucket or "")[:4] for reading in face.answer.trend}
    return face.today is not None and years > set() and years != {str(face.today.year)}


def _top(face: Face) -> float:
    return max((reading.value for reading in face.answer.trend if reading.value is not None), default=0.0)


def _alt(face: Face) -> str:
    return trend_in_words(face.answer, list(face.answer.trend), face.words)


KIND = Kind(LEAVES, draw, values, patch)
