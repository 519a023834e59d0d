"""KPIs that a machine names in an address: any of the catalogue, with its parameter."""

import flask

from dashboard.board import Scope
from dashboard.room import Room
from metrics.model import Text
from metrics.parameters import Fault

KEYS = ("metric", "parameter")
WHOSE: Text = {"en": "the KPI that the parameter is for", "zh-CN": "该参数所属的指标名"}


def named(room: Room) -> Scope | Fault | None:
    """Return the KPIs that the request names, or what is wrong with them; None where it names none.

    `metric` may come several times, `parameter` then is that of all of them.
    """
    metrics = tuple(dict.fromkeys(flask.request.args.getlist("metric")))
    given = flask.request.args.get("parameter")
    if not metrics:
        return None if given is None else Fault("metric", None, WHOSE)
    for metric in metrics:
        if wrong := room.answers.fault(metric, given):
            return wrong
    return Scope(metrics, parameter=given)
