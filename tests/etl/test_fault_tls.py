"""Certificates that prove nothing: the token is never sent, and the source is asked again only at later turns."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from etl.model import SourceError
from etl.sources.rest.client import RestClient, Site
from etl.sources.rest.retry import Patience

SECRET = "Bearer s3cret-t0ken"
NOW = datetime.now(UTC)
DAY = timedelta(days=1)


def _certificate(folder: Path, host: str, ends: datetime) -> Path:
    """Write a certificate that vouches for itself, and its key; return the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(ends - 100 * DAY)
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(secret + made.public_bytes(Encoding.PEM))
    return file


@contextmanager
def _serving(certificate: Path) -> Iterator[tuple[str, list[str]]]:
    """Serve over TLS; give the address and the requests that came."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.headers.get("Authorization", ""))
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b'{"tickets": []}')

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def _cutting(url: str, times: int) -> Iterator[str]:
    """Pass connections on to an address, but for the first ones, which end in the middle of the handshake."""
    target = ("127.0.0.1", int(url.rpartition(":")[2]))
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            for _ in range(times):
                caller, _ = door.accept()
                caller.recv(1024)
                caller.close()
            caller, _ = door.accept()
            with caller, socket.create_connection(target) as beyond:
                back = Thread(target=_pass, args=(beyond, caller), daemon=True)
                back.start()
                _pass(caller, beyond)
                back.join()

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{door.getsockname()[1]}"
        thread.join(10)


def _pass(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while part := one.recv(65_536):
            other.sendall(part)
        other.shutdown(socket.SHUT_WR)


def _client(url: str, waits: list[float]) -> RestClient:
    return RestClient(Site("desk", url, {"Authorization": SECRET}), Patience(tries=3, timeout_s=5), waits.append)


@pytest.mark.parametrize(
    ("host", "ends", "trusts"),
    [("127.0.0.1", NOW + DAY, False), ("127.0.0.2", NOW + DAY, True), ("127.0.0.1", NOW - DAY, True)],
    ids=["nobody vouches", "another host", "expired"],
)
def test_a_certificate_nobody_vouches_for_gets_no_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, ends: datetime, trusts: bool
) -> None:
    certificate, waits = _certificate(tmp_path, host, ends), list[float]()
    if trusts:
        monkeypatch.setattr("certifi.where", lambda: str(certificate))
    refused = pytest.raises(SourceError, match="no safe connection")
    with _serving(certificate) as (url, asked), _client(url, waits) as client, refused as caught:
        client.get("/x")
    assert (caught.value.permanent, waits, asked) == (False, [], [])
    assert "s3cret" not in str(caught.value)


def test_a_certificate_that_is_vouched_for_gets_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = _certificate(tmp_path, "127.0.0.1", NOW + DAY)
    monkeypatch.setattr("certifi.where", lambda: str(certificate))
    with _serving(certificate) as (url, asked), _client(url, []) as client:
        assert client.get("/x").listed("tickets") == []
    assert asked == [SECRET]


def test_a_handshake_that_is_cut_off_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate, waits = _certificate(tmp_path, "127.0.0.1", NOW + DAY), list[float]()
    monkeypatch.setattr("certifi.where", lambda: str(certificate))
    with _serving(certificate) as (url, asked), _cutting(url, 2) as cut, _client(cut, waits) as client:
        assert client.get("/x").listed("tickets") == []
    assert (asked, waits) == ([SECRET], [1.0, 2.0])


def test_a_desk_of_ones_own_is_vouched_for_by_a_file_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = _certificate(tmp_path, "127.0.0.1", NOW + DAY)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with _serving(certificate) as (url, asked), _client(url, []) as client:
        assert client.get("/x").listed("tickets") == []
    assert asked == [SECRET]
