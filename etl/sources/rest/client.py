"""A patient client for JSON over HTTPS: what passes is tried again, what does not is told without secrets."""

import json
import logging
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from etl.model import SourceError
from etl.sources.rest.records import member
from etl.sources.rest.retry import Patience, asked_wait_s, http_instant, reset_wait_s

LOCAL = ("localhost", "127.0.0.1", "::1")
PASSING = (408, 409, 425, 429)  # and all of 5xx
ELSEWHERE = (302, 303, 307)  # for a while
ADVICE = {
    400: "the system does not take the request; load the source anew if its cursor has expired",
    401: "the system does not know the token or the user; make a new token and write both into the settings",
    403: "the token may not read this; its user needs the role of an administrator, or the mapping less tables",
    404: "there is no such address; check `url`, and leave tables the desk does not have out of the mapping",
    422: "the system does not take the request; load the source anew if its cursor has expired",
}
Query = Mapping[str, str | int]


class Gone(SourceError):
    """There is nothing at the path."""


class Unfit(SourceError):
    """The system does not take the request, as with a cursor that it does not know any more."""


@dataclass(frozen=True)
class Site:
    """Where a system is, and what opens it; `headers` hold the secret and are never shown."""

    source_id: str
    url: str
    headers: Mapping[str, str] = field(repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        try:
            url = httpx.URL(self.url)
        except httpx.InvalidURL:
            url = httpx.URL("")
        is_safe = url.scheme == "https" or (url.scheme == "http" and url.host in LOCAL)
        if not is_safe or not url.host or url.userinfo:
            raise SourceError(
                f"source {self.source_id}: url: write https:// and the name of the host, without user or password",
                permanent=True,
            )
        if not all(map(_can_be_sent, self.headers.values())):
            raise SourceError(
                f"source {self.source_id}: token: is empty or holds what no token does; copy it again", permanent=True
            )


@dataclass(frozen=True)
class Answer:
    """A JSON object, and when the server says it sent it (None = it does not say).

    A bare list is an object whose list has no name.
    """

    data: Mapping[str, Any]
    served_at: datetime | None
    place: str

    def listed(self, name: str) -> list[Mapping[str, Any]]:
        """Return the records of a list by its dotted name, "" = the answer is one; raises SourceError without it."""
        found = member(self.data, name)
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise SourceError(f"{self.place}: the answer has no list {name!r}", permanent=False)
        return found


@dataclass(frozen=True)
class _Request:
    method: str
    path: str
    query: Query
    body: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class _Fault:
    """Why a try failed, how long the server asks to wait, and its clock; None = it does not say.

    is_limit  it answers no more requests for a while
    """

    what: str
    wait_s: float | None = None
    served_at: datetime | None = None
    is_limit: bool = False


def _trusted() -> ssl.SSLContext:
    """Return whose certificates count: the authorities of the web, and those of this computer or SSL_CERT_FILE."""
    context = httpx.create_ssl_context(trust_env=False)
    context.set_default_verify_paths()
    return context


class RestClient:
    """Requests to one system that only read, in a `with` block.

    wait  called with seconds between tries
    """

    def __init__(
        self, site: Site, patience: Patience | None = None, wait: Callable[[float], None] = time.sleep
    ) -> None:
        self._site = site
        self._patience = patience or Patience()
        self._wait = wait
        for name in ("httpx", "httpcore"):  # they write whole addresses down
            logging.getLogger(name).setLevel(logging.WARNING)
        self._http = httpx.Client(
            base_url=site.url,
            headers={"Accept": "application/json", **site.headers},
            timeout=self._patience.timeout_s,
            verify=_trusted() if httpx.URL(site.url).scheme == "https" else True,
            trust_env=False,
            follow_redirects=False,
        )

    def __enter__(self) -> "RestClient":
        return self

    def __exit__(self, *error: object) -> None:
        self._http.close()

    def get(self, path: str, query: Query | None = None) -> Answer:
        """Return the JSON object at a path; raises SourceError.

        Tried again: 429 and 5xx, lost connections and handshakes, time-outs, JSON cut off, pages that are no JSON.
        Permanent: every other status, but for one that sends elsewhere for a while, as in maintenance. That, a
        certificate nobody vouches for, and a wait that is too long end the run at once.
        """
        return self._answer(_Request("GET", path, query or {}))

    def post(self, path: str, body: Mapping[str, Any]) -> Answer:
        """Return the answer to a question that is asked in a body, such as a search; otherwise as `get`."""
        return self._answer(_Request("POST", path, {}, body))

    def place(self, path: str, method: str = "GET") -> str:
        """Return what errors call a path: source, method and path without its query."""
        return f"source {self._site.source_id}: {method} {path}"

    def _answer(self, request: _Request) -> Answer:
        place, tries = self.place(request.path, request.method), self._patience.tries
        for n_tried in range(1, tries):
            found = self._try(place, request)
            if isinstance(found, Answer):
                return found
            self._wait(self._checked_wait(place, found, n_tried))
        last = self._try(place, request)
        if isinstance(last, Answer):
            return last
        raise SourceError(
            f"{place}: {last.what}, at the end of {tries} tries; what was read is kept, the next pull goes on",
            permanent=False,
        )

    def _checked_wait(self, place: str, fault: _Fault, n_tried: int) -> float:
        seconds = self._patience.wait_s(n_tried, fault.wait_s, fault.is_limit)
        if seconds <= self._patience.longest_s:
            return seconds
        when = f"in {seconds:.0f} s"
        if fault.served_at is not None:
            when = f"at {(fault.served_at + timedelta(seconds=seconds)).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        raise SourceError(
            f"{place}: {fault.what}; the system asks to go on {when}. What was read is kept", permanent=False
        )

    def _try(self, place: str, request: _Request) -> Answer | _Fault:
        try:
            response = self._http.request(request.method, request.path, params=dict(request.query), json=request.body)
        except (httpx.LocalProtocolError, httpx.UnsupportedProtocol, httpx.InvalidURL):
            raise SourceError(
                f"{place}: the request cannot be written; check url and token", permanent=True
            ) from None
        except httpx.TimeoutException:
            return _Fault(f"no answer within {self._patience.timeout_s:g} s")
        except httpx.RequestError as error:
            return self._connection_fault(place, error)
        return self._read(place, response)

    def _connection_fault(self, place: str, error: httpx.RequestError) -> _Fault:
        """Return a fault that may pass, as a handshake that is cut off; raises SourceError for a certificate.

        Asked again at once a certificate stays what it is; days later its owner may have renewed it.
        """
        tls = _tls_error(error)
        if isinstance(tls, ssl.SSLCertVerificationError):
            raise SourceError(
                f"{place}: no safe connection ({error}); check the host in url and the certificate of the system",
                permanent=False,
            ) from None
        if tls is not None:
            return _Fault(f"no safe connection ({error})")
        return _Fault(f"the connection failed ({str(error) or type(error).__name__})")

    def _read(self, place: str, response: httpx.Response) -> Answer | _Fault:
        served_at = http_instant(response.headers.get("Date"))
        status = response.status_code
        if status in PASSING or status >= 500:
            return _Fault(f"status {status}", _asked_wait_s(response, served_at), served_at, is_limit=status == 429)
        if status in (404, 410):
            raise Gone(f"{place}: status {status}: {_advice(status)}", permanent=True)
        if status in (400, 422):
            raise Unfit(f"{place}: status {status}: {_advice(status)}", permanent=True)
        if status != 200:
            raise SourceError(f"{place}: status {status}: {_advice(status)}", permanent=status not in ELSEWHERE)
        return _parsed(place, response, served_at)


def _asked_wait_s(response: httpx.Response, served_at: datetime | None) -> float | None:
    """Return the wait that an answer asks for, in one of the two usual headers; None = in neither."""
    asked = asked_wait_s(response.headers.get("Retry-After"), served_at)
    if asked is None and response.status_code == 429:
        return reset_wait_s(response.headers.get("X-RateLimit-Reset"), served_at)
    return asked


def _parsed(place: str, response: httpx.Response, served_at: datetime | None) -> Answer | _Fault:
    try:
        data = json.loads(response.content)
    except (ValueError, RecursionError):
        kind = response.headers.get("Content-Type", "no content type").partition(";")[0]
        return _Fault(f"status 200 with {len(response.content)} bytes that are no whole JSON ({kind})")
    if isinstance(data, list):
        return Answer({"": data}, served_at, place)
    return Answer(data, served_at, place) if isinstance(data, dict) else _Fault("status 200 with JSON, but no object")


def _can_be_sent(value: str) -> bool:
    return value.isascii() and value.isprintable() and value == value.strip()


def _advice(status: int) -> str:
    if 300 <= status < 400:
        return "it sends elsewhere; write the final address of the system into `url`"
    return ADVICE.get(status, "the system does not take the request")


def _tls_error(error: BaseException | None) -> ssl.SSLError | None:
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    return error
