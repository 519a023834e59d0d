"""An object store on loopback that speaks enough of S3: ListObjectsV2, HeadObject, GetObject with ranges, errors."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

PAGE = 1000
Answer = tuple[int, str]  # status and S3's code


@dataclass
class Thing:
    """An object: content and the time it was put."""

    content: bytes
    at: datetime


@dataclass
class S3Desk:
    """What the store holds and how it behaves.

    faults      answers given first, one a request, before it serves again
    drop_after  bytes of an object after which the connection is dropped; None = never
    refused     keys that may not be read
    """

    bucket: str = "desk"
    key_id: str = "READER"
    things: dict[str, Thing] = field(default_factory=dict)
    faults: list[Answer] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    drop_after: int | None = None
    page: int = PAGE
    port: int = 0
    asked: list[str] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        """Return the address of the store."""
        return f"http://127.0.0.1:{self.port}"

    def put(self, key: str, content: str | bytes, at: datetime) -> None:
        """Put an object."""
        self.things[key] = Thing(content if isinstance(content, bytes) else content.encode(), at)

    def gets(self) -> list[str]:
        """Return the keys whose content was asked for."""
        return [line.removeprefix("GET ") for line in self.asked if line.startswith("GET ")]


class _Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    desk: S3Desk

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        bucket, _, key = unquote(parts.path).lstrip("/").partition("/")
        fault = self._fault(bucket, key)
        if fault is not None:
            self._refuse(*fault)
        elif not key:
            self.desk.asked.append("LIST")
            self._list(parse_qs(parts.query))
        elif key not in self.desk.things:
            self._refuse(404, "NoSuchKey")
        else:
            self.desk.asked.append(f"{self.command} {key}")
            self._send(self.desk.things[key])

    def _fault(self, bucket: str, key: str) -> Answer | None:
        if self.desk.faults:
            return self.desk.faults.pop(0)
        if f"Credential={self.desk.key_id}/" not in self.headers.get("Authorization", ""):
            return 403, "InvalidAccessKeyId"
        if bucket != self.desk.bucket:
            return 404, "NoSuchBucket"
        return (403, "AccessDenied") if key in self.desk.refused else None

    def _refuse(self, status: int, code: str) -> None:
        text = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>told by the store</Message></Error>"
        self._head(status, len(text), {"Content-Type": "application/xml"})
        if self.command != "HEAD":
            self.wfile.write(text.encode())

    def _head(self, status: int, length: int, more: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(length), **more}.items():
            self.send_header(name, value)
        self.end_headers()

    def _list(self, query: dict[str, list[str]]) -> None:
        prefix = query.get("prefix", [""])[0]
        start = query.get("continuation-token", [""])[0]
        keys = [key for key in sorted(self.desk.things) if key.startswith(prefix) and key > start]
        direct = [key for key in keys if "/" not in key[len(prefix) :]]
        folders = sorted({prefix + key[len(prefix) :].split("/")[0] + "/" for key in keys if key not in direct})
        page = direct[: self.desk.page]
        more = len(direct) > len(page)
        rows = "".join(map(self._row, page))
        rows += "".join(f"<CommonPrefixes><Prefix>{escape(each)}</Prefix></CommonPrefixes>" for each in folders)
        token = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if more else ""
        text = (
            "<?xml version='1.0'?><ListBucketResult xmlns='http://s3.amazonaws.com/doc/2006-03-01/'>"
            f"<Name>{self.desk.bucket}</Name><Prefix>{escape(prefix)}</Prefix><KeyCount>{len(page)}</KeyCount>"
            f"<MaxKeys>{self.desk.page}</MaxKeys><IsTruncated>{str(more).lower()}</IsTruncated>{token}{rows}"
            "</ListBucketResult>"
        ).encode()
        self._head(200, len(text), {"Content-Type": "application/xml"})
        self.wfile.write(text)

    def _row(self, key: str) -> str:
        thing = self.desk.things[key]
        at = thing.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        return (
            f"<Contents><Key>{escape(key)}</Key><LastModified>{at}</LastModified><ETag>&quot;{_tag(thing)}&quot;</ETag>"
            f"<Size>{len(thing.content)}</Size><StorageClass>STANDARD</StorageClass></Contents>"
        )

    def _send(self, thing: Thing) -> None:
        span = self.headers.get("Range", "")
        first, last = 0, len(thing.content) - 1
        if span:
            low, _, high = span.removeprefix("bytes=").partition("-")
            first, last = int(low), min(int(high or last), last)
        body = thing.content[first : last + 1]
        more = {
            "Last-Modified": format_datetime(thing.at.astimezone(UTC), usegmt=True),
            "ETag": f'"{_tag(thing)}"',
            "Content-Type": "text/csv",
        }
        if span:
            more["Content-Range"] = f"bytes {first}-{last}/{len(thing.content)}"
        self._head(206 if span else 200, len(body), more)
        if self.command == "HEAD":
            return
        if self.desk.drop_after is not None and len(body) > self.desk.drop_after:
            self.wfile.write(body[: self.desk.drop_after])
            self.wfile.flush()
            self.close_connection = True
            self.connection.shutdown(2)
            return
        self.wfile.write(body)


def _tag(thing: Thing) -> str:
    return md5(thing.content, usedforsecurity=False).hexdigest()


@contextmanager
def serving(desk: S3Desk) -> Iterator[S3Desk]:
    """Serve a desk until the end of the block."""
    door = type("Door", (_Door,), {"desk": desk})
    server = ThreadingHTTPServer(("127.0.0.1", 0), door)
    server.daemon_threads = True
    desk.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield desk
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
