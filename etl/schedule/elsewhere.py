"""Asking the monitor that owns the warehouse, where this process cannot."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from data.owner import OwnedElsewhere
from data.salt import token_beside
from data.tongue import VOICE

PATIENCE_S = 30


class NoAnswer(OSError):
    """The monitor does not answer.

    is_slow  it is there, and took longer than we wait
    """

    def __init__(self, message: str, is_slow: bool) -> None:
        super().__init__(message)
        self.is_slow = is_slow


def asked(elsewhere: OwnedElsewhere, path: str, order: Mapping[str, object] | None) -> dict[str, Any]:
    """Return what the running monitor answers to an order, or (None) a question.

    Raises OSError with its words when it refuses, NoAnswer when there is none.
    """
    if elsewhere.address is None:
        raise elsewhere
    request = urllib.request.Request(elsewhere.address + path)
    request.add_header("Authorization", f"Bearer {token_beside(elsewhere.warehouse)}")
    if order is not None:
        request.data = json.dumps(order).encode()
        request.add_header("Content-Type", "application/json")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=PATIENCE_S) as answer:
            found: dict[str, Any] = json.load(answer)
            return found
    except urllib.error.HTTPError as refusal:
        raise OSError(f"{elsewhere.address}: {_words(refusal)}") from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise _unanswered(elsewhere.address, error) from None


def _unanswered(address: str, error: Exception) -> NoAnswer:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    return NoAnswer(f"{address}: the monitor does not answer ({reason})", isinstance(reason, TimeoutError))


def listed(
    elsewhere: OwnedElsewhere, verb: str, limit: int = 0, source: str | None = None, rule: str | None = None
) -> list[str]:
    """Return what a verb lists (etl/lists.py), from the running monitor; raises OSError when it refuses."""
    order = {"limit": limit, "source": source, "rule": rule}
    return [str(line) for line in asked(elsewhere, f"/api/lists/{verb}?lang={VOICE.language}", order)["lines"]]


def _words(refusal: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(refusal)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"the monitor answers {refusal.code}"
