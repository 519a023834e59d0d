"""Calls callbacks over HTTP as the renderer does, without a browser."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import Dash


def invoke(app: Dash, outputs: str | Sequence[str], inputs: Mapping[str, Any], state: Mapping[str, Any]) -> Any:
    """Return (status, response, side updates) of the callback that owns the first output."""
    first = outputs if isinstance(outputs, str) else outputs[0]
    key = next(key for key in app.callback_map if first in _owned(key))
    owned = _owned(key)
    body = {
        "output": key,
        "outputs": [_split(one) for one in owned] if key.startswith("..") else _split(owned[0]),
        "inputs": [{**_split(name), "value": value} for name, value in inputs.items()],
        "state": [{**_split(name), "value": value} for name, value in state.items()],
        "changedPropIds": [next(iter(inputs))],
    }
    answer = app.server.test_client().post("/_dash-update-component", json=body)
    found = answer.get_json() or {}
    return answer.status_code, found.get("response"), found.get("sideUpdate")


def _owned(key: str) -> list[str]:
    return [one.split("@")[0] for one in key.strip(".").split("...")]


def _split(name: str) -> dict[str, str]:
    id_, prop = name.rsplit(".", 1)
    return {"id": id_, "property": prop}
