"""What a browser does with a cookie that another host of the same parent domain sets: the reason for `__Host-`."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PARENT = "rapport.localhost"
OURS, SIBLING = f"acme.{PARENT}", f"evil.{PARENT}"
SET = {
    OURS: ["__Host-rapport_session=ours; Path=/; Secure; HttpOnly; SameSite=Lax"],
    SIBLING: [
        f"rapport_session=planted; Domain={PARENT}; Path=/; Secure",
        f"__Host-rapport_session=planted; Domain={PARENT}; Path=/; Secure",
        f"__Host-rapport_csrf=planted; Domain={PARENT}; Path=/; Secure",
    ],
}


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[tuple[int, dict[str, list[str]]]]:
    """Two hosts over TLS; the port, and the cookies that each was sent."""
    sent: dict[str, list[str]] = {OURS: [], SIBLING: []}

    class Host(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.headers["Host"].partition(":")[0]
            if self.path == "/":
                sent[name].append(self.headers.get("Cookie", ""))
            self.send_response(200)
            for cookie in SET[name] if self.path == "/" else ():
                self.send_header("Set-Cookie", cookie)
            self.send_header("Content-Type", "text/plain")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, sent
    server.shutdown()
    server.server_close()


def certificate(folder: Path) -> Path:
    key, at = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, PARENT)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(OURS), x509.DNSName(SIBLING)]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    path = folder / "both.pem"
    plain = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + made.public_bytes(pem)
    )
    return path


def test_a_sibling_can_plant_a_plain_cookie_but_none_with_the_prefix(
    hosts: tuple[int, dict[str, list[str]]], new_context: Callable[..., Any]
) -> None:
    port, sent = hosts
    page = new_context(ignore_https_errors=True).new_page()

    page.goto(f"https://{OURS}:{port}/")
    page.goto(f"https://{SIBLING}:{port}/")
    page.goto(f"https://{OURS}:{port}/")

    came = SimpleCookie(sent[OURS][-1])
    assert came["rapport_session"].value == "planted", "the attack is real under a plain name"
    assert came["__Host-rapport_session"].value == "ours"
    assert "__Host-rapport_csrf" not in came
