"""Requests to addresses that people typed in: never into our own network, never without an end."""

from __future__ import annotations

import datetime as dt
import gzip
import ssl
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from inbox.connectors.outbound import BadAnswer, Limits, Lost, Outbound, seconds_asked
from inbox.connectors.ports import Refused, Unavailable
from inbox.connectors.refused_networks import is_public
from tests.inbox.connectors.far_side import Exchange

SMALL = Limits(size=20_000, seconds=0.8, pause=0.4, redirects=3)


@pytest.fixture
def outbound(http):
    return Outbound(http, allow_private=True, limits=SMALL)


def mocked(answer: Callable[[httpx.Request], httpx.Response], **known: str) -> Outbound:
    """Outbound with a made-up internet, in which names lead to the numbers given."""

    def resolve(host: str, port: int) -> list[str]:
        return [known.get(host.replace(".", "_"), host)]

    return Outbound(httpx.Client(transport=httpx.MockTransport(answer)), resolve=resolve)


def no_answer(request: httpx.Request) -> httpx.Response:
    pytest.fail(f"{request.url} was asked")


# --- Where requests may go -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "number",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_a_private_number_is_not_public_in_whatever_clothes(number):
    assert not is_public(number)


@pytest.mark.parametrize(
    "number", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_a_public_number_is_public(number):
    assert is_public(number)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/x", "http://[::1]:8000/", "http://2130706433/", "http://inside.test/"]
)
def test_a_private_address_is_refused_before_anybody_is_asked(url):
    outbound = mocked(no_answer, inside_test="10.0.0.7", **{"2130706433": "127.0.0.1"})

    with pytest.raises(Refused, match="private network"):
        outbound.send("GET", url, {})


def test_a_name_with_one_private_number_among_public_ones_is_refused():
    client = httpx.Client(transport=httpx.MockTransport(no_answer))
    outbound = Outbound(client, resolve=lambda host, port: ["93.184.216.34", "10.0.0.7"])

    with pytest.raises(Refused, match="private network"):
        outbound.send("GET", "http://mixed.test/", {})


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.test/",
        "file:///etc/passwd",
        "gopher://a.test",
        "a.test",
        "",
        "http://",
        "http://a:b",
        "//a.test/",
    ],
)
def test_what_is_no_web_address_is_refused(url):
    with pytest.raises(Refused, match="not an http or https address"):
        mocked(no_answer).send("GET", url, {})


def test_an_address_that_holds_a_password_is_refused_without_repeating_it():
    with pytest.raises(Refused) as caught:
        mocked(no_answer).send("GET", "https://ada:hunter2@a.test/", {})

    assert "hunter2" not in str(caught.value)


def test_a_redirect_into_a_private_network_is_refused():
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.host == "93.184.216.34"
        return httpx.Response(
            302, headers={"location": "http://inside.test/admin"}, stream=httpx.ByteStream(b"")
        )

    with pytest.raises(Refused, match=r"inside\.test lies in a private network"):
        mocked(answer, a_test="93.184.216.34", inside_test="10.0.0.7").follow("http://a.test/", {})


def test_the_number_that_was_judged_is_the_one_that_is_asked():
    asked: list[httpx.Request] = []
    looked_up: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        looked_up.append(host)
        return ["93.184.216.34"] if len(looked_up) == 1 else ["127.0.0.1"]

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, stream=httpx.ByteStream(b"hello"))

    client = httpx.Client(transport=httpx.MockTransport(answer))
    Outbound(client, resolve=resolve).send("GET", "https://a.test:8443/x?y=1", {})

    assert looked_up == ["a.test"]
    assert str(asked[0].url) == "https://93.184.216.34:8443/x?y=1"
    assert asked[0].headers["host"] == "a.test:8443"
    assert asked[0].extensions["sni_hostname"] == "a.test"


def test_a_name_that_does_not_exist_is_unavailable_and_nothing_was_sent(http):
    def resolve(host: str, port: int) -> list[str]:
        raise OSError("Name or service not known")

    with pytest.raises(Unavailable, match=r"a\.test cannot be looked up.*Nothing was sent") as caught:
        Outbound(http, resolve=resolve).send("GET", "http://a.test/", {})

    assert not isinstance(caught.value, Lost)


def test_a_port_where_nobody_listens_is_unavailable_and_nothing_was_sent(outbound, side):
    closed = side.url.rpartition(":")[0] + ":1"

    with pytest.raises(Unavailable, match="Nothing was sent") as caught:
        outbound.send("POST", closed, {}, b"{}")

    assert not isinstance(caught.value, Lost)


def test_the_next_number_is_tried_when_the_first_does_not_answer():
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "2606:2800:220:1::1":
            raise httpx.ConnectError("No route to host")
        return httpx.Response(200, stream=httpx.ByteStream(request.url.host.encode()))

    client = httpx.Client(transport=httpx.MockTransport(answer))
    outbound = Outbound(client, resolve=lambda host, port: ["2606:2800:220:1::1", "93.184.216.34"])

    assert outbound.send("GET", "http://two.test/", {}).body == b"93.184.216.34"


def test_a_cookie_is_not_carried_from_one_exchange_to_the_next(outbound, side):
    side.script = lambda exchange: exchange.answer(200, set_cookie="who=acme; Path=/")

    outbound.send("GET", side.url, {})
    outbound.send("GET", side.url, {})

    assert ["cookie" in asked.headers for asked in side.asked] == [False, False]


# --- Redirects -------------------------------------------------------------------------------------


def test_a_redirect_is_followed_and_a_permanent_one_is_told_apart(outbound, side):
    def script(exchange: Exchange) -> None:
        steps = {"/old": (301, "/new"), "/new": (308, "/newest"), "/away": (302, "/newest")}
        if exchange.asked.path in steps:
            status, location = steps[exchange.asked.path]
            exchange.answer(status, location=location)
        else:
            exchange.answer(200, b"found")

    side.script = script

    moved, away = outbound.follow(f"{side.url}/old", {}), outbound.follow(f"{side.url}/away", {})

    assert (moved.url, moved.body, moved.moved_for_good) == (f"{side.url}/newest", b"found", True)
    assert (away.body, away.moved_for_good) == (b"found", False)


def test_a_circle_of_redirects_ends_in_a_refusal(outbound, side):
    side.script = lambda exchange: exchange.answer(302, location="/round")

    with pytest.raises(Refused, match="redirects more than 3 times"):
        outbound.follow(side.url, {})

    assert len(side.asked) == 4


def test_a_redirect_to_nowhere_is_a_broken_answer(outbound, side):
    side.script = lambda exchange: exchange.answer(302, location="http://a:b/")

    with pytest.raises(Lost, match="Invalid URL in location header"):
        outbound.follow(side.url, {})


# --- Answers that do not end, or not well ----------------------------------------------------------


def endless(exchange: Exchange) -> None:
    exchange.raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n")
    while True:
        exchange.raw(b"<item>more</item>" * 500)


def test_an_answer_that_never_ends_is_cut_at_the_limit(outbound, side):
    side.script = endless

    with pytest.raises(BadAnswer, match="larger than 20,000 bytes"):
        outbound.send("GET", side.url, {})


def test_a_small_answer_that_unfolds_into_a_large_one_is_cut_at_the_limit(outbound, side):
    bomb = gzip.compress(b"\0" * 30_000_000)
    assert len(bomb) < 40_000
    side.script = lambda exchange: exchange.answer(200, bomb, content_encoding="gzip")

    with pytest.raises(BadAnswer, match="larger than 20,000 bytes"):
        outbound.send("GET", side.url, {})


def test_a_compressed_answer_is_unpacked(outbound, side):
    side.script = lambda exchange: exchange.answer(
        200, gzip.compress(b"hello " * 1000), content_encoding="gzip"
    )

    assert outbound.send("GET", side.url, {}).body == b"hello " * 1000


@pytest.mark.parametrize(
    ("body", "encoding", "error"),
    [
        (gzip.compress(b"hello " * 1000, mtime=0)[:-12], "gzip", Lost),
        (b"no gzip at all", "gzip", Lost),
        (b"whatever", "br", BadAnswer),
    ],
)
def test_an_answer_that_cannot_be_unpacked_is_an_error(outbound, side, body, encoding, error):
    side.script = lambda exchange: exchange.answer(200, body, content_encoding=encoding)

    with pytest.raises(error):
        outbound.send("GET", side.url, {})


def drip_headers(exchange: Exchange) -> None:
    exchange.raw(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        exchange.raw(b"a")
        time.sleep(0.05)


def drip_body(exchange: Exchange) -> None:
    exchange.raw(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        exchange.raw(b"a")
        time.sleep(0.05)


@pytest.mark.parametrize("script", [drip_headers, drip_body])
def test_an_answer_that_drips_for_ever_is_hung_up_on(outbound, side, script):
    side.script = script

    started = time.perf_counter()
    with pytest.raises(Lost, match=r"did not finish within 0\.8 seconds"):
        outbound.send("GET", side.url, {})

    assert time.perf_counter() - started < 5


def test_silence_after_the_request_left_is_a_loss(outbound, side):
    side.script = lambda exchange: time.sleep(1.5)

    with pytest.raises(Lost, match="fell silent"):
        outbound.send("POST", side.url, {}, b"{}")

    assert side.asked[0].body == b"{}"


@pytest.mark.parametrize(
    "bytes_sent",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", id="half a body"),
        pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n", id="no HTTP"),
    ],
)
def test_a_connection_that_breaks_after_the_request_left_is_a_loss(outbound, side, bytes_sent):
    side.script = lambda exchange: exchange.raw(bytes_sent)

    with pytest.raises(Lost, match="did not arrive whole"):
        outbound.send("GET", side.url, {})


def test_a_header_that_nobody_can_send_is_refused(outbound, side):
    with pytest.raises(Refused, match="cannot be sent"):
        outbound.send("GET", side.url, {"x-key": "two\r\nlines"})

    assert not side.asked


# --- Names and certificates ------------------------------------------------------------------------


@pytest.fixture
def certified(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's and a client's TLS, with a certificate for feeds.test."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "feeds.test")])
    today = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("feeds.test")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "both.pem").write_bytes(pem + private)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / "both.pem")
    return server, ssl.create_default_context(cadata=pem.decode())


@pytest.mark.parametrize("trickle", [False, True])
def test_tls_is_checked_against_the_name_although_a_number_is_asked(certified, side, trickle):
    server_tls, client_tls = certified
    side.secure(server_tls)
    side.script = drip_body if trickle else lambda exchange: exchange.answer(200, b"sealed")
    port = side.url.rpartition(":")[2]
    with httpx.Client(verify=client_tls) as client:
        outbound = Outbound(
            client, allow_private=True, limits=SMALL, resolve=lambda host, port: ["127.0.0.1"]
        )

        if trickle:
            with pytest.raises(Lost, match="did not finish"):
                outbound.send("GET", f"https://feeds.test:{port}/", {})
            return
        assert outbound.send("GET", f"https://feeds.test:{port}/", {}).body == b"sealed"
        with pytest.raises(Unavailable, match="Nothing was sent"):
            outbound.send("GET", f"https://other.test:{port}/", {})


# --- Retry-After -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("Mon, 02 Mar 2026 12:05:00 GMT", 300.0),
        ("Mon, 02 Mar 2026 11:00:00 GMT", 0.0),
        ("Mon, 02 Mar 2026 12:05:00", 300.0),
        ("soon", None),
        ("-5", None),
        ("9" * 30, None),
        ("Mon, 99 Zzz 2026", None),
        ("", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(noon, header, seconds):
    assert seconds_asked({"retry-after": header}, noon) == seconds
