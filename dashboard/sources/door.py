"""Who may press the buttons: people at this computer from our own pages, and whoever knows the token."""

import hmac
from urllib.parse import urlsplit

import flask

LOOPBACK = ("127.0.0.1", "::1")
LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")  # a proxy stands between


def door(token: str | None) -> str:
    """Return how the present request may come in: open (this computer), token, or shut (there is no token)."""
    if _is_local():
        return "open"
    return "token" if token else "shut"


def refusal(token: str | None) -> tuple[str, int] | None:
    """Return why the present request may not change anything, as key of a text and status; None when it may.

    A page of another site can send a reader's browser here: without the token only our own pages are heard, by
    the browser's word (Origin, Sec-Fetch-Site), and only under a local name, which no other site can have.
    """
    if flask.request.mimetype != "application/json":
        return "json", 415
    if _knows(token):
        return None
    if not _is_local():
        return ("token", 401) if token else ("shut", 403)
    return None if _is_ours() else ("origin", 403)


def refusal_of_rows(token: str | None) -> tuple[str, int] | None:
    """Return why the present request may not see rows as they were delivered; None when it may.

    They are for whoever may read the files of the warehouse: at this computer, with the token beside it.
    """
    if not _is_local():
        return "elsewhere", 403
    return None if _knows(token) else ("token", 401)


def _knows(token: str | None) -> bool:
    given = flask.request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token and given and hmac.compare_digest(given.encode(), token.encode()))


def _is_local() -> bool:
    request = flask.request
    name = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
    forwarded = any(header in request.headers for header in FORWARDED)
    return request.remote_addr in LOOPBACK and name in LOCAL_NAMES and not forwarded


def _is_ours() -> bool:
    request = flask.request
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    return site == "same-origin" and urlsplit(request.headers.get("Origin", "")).netloc == request.host
