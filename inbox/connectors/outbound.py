"""Requests to addresses that people typed in: never to our own network, never without an end.

An address comes from a client, and what answers there is a stranger. So each request
- goes to http or https only, and unless `allow_private` is set, to public addresses only
  (refused_networks.py). The name is resolved once, every answer is judged before any socket is opened, and
  the connection is made to the judged number (with the name kept in the Host header and in TLS), so that a
  second look-up cannot lead elsewhere;
- ends: so many bytes (counted after decompression), so many seconds in all, so many redirects, each judged
  again;
- uses a connection of its own and no cookies, so that nothing of one client's exchange reaches another's.

Errors: `Unavailable` means the request never left. `Lost` (an Unavailable) means it left and no full answer
came, `BadAnswer` (a Refused) that it came and is too long or packed in a way we cannot open: whoever
changes something over there must treat both as unsettled. `Refused` is for an address that we will not or
cannot use.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self

import httpx

from inbox.connectors.ports import BadSettings, Refused, Unavailable
from inbox.connectors.refused_networks import is_public

USER_AGENT = "Rapport/0.1 (social engagement inbox; conditional GET, polite intervals)"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_MAX_NUMBERS = 3  # of a name's addresses, how many are tried before it counts as out of reach

Resolver = Callable[[str, int], Sequence[str]]


class Lost(Unavailable):
    """The request left, and the answer did not arrive whole."""


class BadAnswer(Refused):
    """The request was answered, and the answer is longer than we take or cannot be unpacked."""


class _NotConnected(Exception):
    """This number did not answer; the next one may."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Where patience ends."""

    size: int = 5_000_000
    """Bytes of an answer, after decompression."""
    seconds: float = 60.0
    """For one request and its whole answer."""
    pause: float = 10.0
    """Seconds without a sign of life."""
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    moved_for_good: bool = False
    """Every redirect on the way was permanent, and there was at least one."""


@dataclass(frozen=True, slots=True)
class _Place:
    """An address that was judged, and the numbers behind its name."""

    url: httpx.URL
    numbers: tuple[str, ...]


def resolve(host: str, port: int) -> list[str]:
    """The numbers behind a name, as the machine's resolver gives them. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def seconds_asked(headers: Mapping[str, str], at: datetime) -> float | None:
    """The seconds a Retry-After header asks for, in seconds or as a date; None without a readable one."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        until = parsedate_to_datetime(text)
        return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - at).total_seconds())
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


class Outbound:
    """Sends single requests under the rules above, through the client it is given."""

    def __init__(
        self,
        http: httpx.Client | None,
        *,
        allow_private: bool = False,
        limits: Limits | None = None,
        resolve: Resolver = resolve,
    ) -> None:
        self.http = http
        self.allow_private = allow_private
        self.limits = limits or Limits()
        self.resolve = resolve

    def check_address(self, url: str, *, field: str) -> None:
        """Judge an address that is being entered, without connecting to it. Raises BadSettings for `field`.

        Judged again with each request: what a name leads to may change.
        """
        try:
            self._judge(url)
        except Refused as error:
            raise BadSettings(str(error), field=field) from None
        except Unavailable:
            raise BadSettings(
                f"The name {httpx.URL(url).host[:100]} cannot be looked up. "
                "Check its spelling; if it is right, try again in a moment.",
                field=field,
            ) from None

    def follow(self, url: str, headers: Mapping[str, str]) -> Answer:
        """GET, going along with redirects; each stop is judged like the first."""
        permanent = True
        for hops in range(self.limits.redirects + 1):
            answer = self.send("GET", url, headers)
            if answer.status not in _REDIRECTS or "location" not in answer.headers:
                return replace(answer, moved_for_good=permanent and hops > 0)
            permanent = permanent and answer.status in _PERMANENT
            url = str(
                httpx.URL(url).join(answer.headers["location"])
            )  # httpx has read it once and found it well
        raise Refused(
            f"The address redirects more than {self.limits.redirects} times. Enter the one it ends at.",
            code="not_permitted",
        )

    def send(self, method: str, url: str, headers: Mapping[str, str], content: bytes | None = None) -> Answer:
        """One request and its whole answer, whatever its status."""
        place = self._judge(url)
        trouble = ""
        for number in place.numbers[:_MAX_NUMBERS]:
            try:
                return self._exchange(method, place.url, number, headers, content)
            except _NotConnected as error:
                trouble = str(error)
        raise Unavailable(f"{place.url.host} cannot be reached ({trouble[:120]}). Nothing was sent.")

    def _judge(self, url: str) -> _Place:
        """Refuse what is no web address, or leads into a private network."""
        try:
            address = httpx.URL(url)
        except (httpx.InvalidURL, ValueError):
            address = httpx.URL("")
        if address.scheme not in {"http", "https"} or not address.host:
            raise Refused("This is not an http or https address. Enter one that a browser can open.")
        if address.userinfo:
            raise Refused("The address holds a user name or password. Enter it without them.")
        host = address.raw_host.decode("ascii").strip("[]")
        numbers = self._numbers(host, address.port or (443 if address.scheme == "https" else 80))
        if not self.allow_private and not all(is_public(number) for number in numbers):
            raise Refused(f"{host[:100]} lies in a private network. Enter an address of the public internet.")
        return _Place(url=address, numbers=numbers)

    def _numbers(self, host: str, port: int) -> tuple[str, ...]:
        try:
            numbers = tuple(self.resolve(host, port))
        except (OSError, UnicodeError) as error:
            raise Unavailable(
                f"The name {host[:100]} cannot be looked up ({error}). Nothing was sent."
            ) from None
        if not numbers:
            raise Unavailable(f"The name {host[:100]} has no address. Nothing was sent.")
        return numbers

    def _exchange(
        self, method: str, url: httpx.URL, number: str, headers: Mapping[str, str], content: bytes | None
    ) -> Answer:
        client = self._client()
        with _Deadline(self.limits.seconds) as deadline:
            request = self._request(client, method, url, number, headers, content, deadline)
            try:
                with closing(client.send(request, stream=True, follow_redirects=False)) as response:
                    body = self._body(response)
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
                raise _NotConnected(str(error) or type(error).__name__) from None
            except (httpx.UnsupportedProtocol, httpx.LocalProtocolError) as error:
                raise Refused(f"The request cannot be sent: {error}"[:300]) from None
            except httpx.TransportError as error:
                raise self._lost(url, deadline, error) from None
            if deadline.passed:
                raise self._lost(url, deadline, None)
        return Answer(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=body,
            url=str(url),
        )

    def _client(self) -> httpx.Client:
        if self.http is None:
            raise RuntimeError(
                "This connector was built without an HTTP client, only to verify and to parse."
            )
        return self.http

    def _request(
        self,
        client: httpx.Client,
        method: str,
        url: httpx.URL,
        number: str,
        headers: Mapping[str, str],
        content: bytes | None,
        deadline: _Deadline,
    ) -> httpx.Request:
        ours = {
            "user-agent": USER_AGENT,
            "accept-encoding": "gzip",
            "connection": "close",
            "host": url.netloc.decode("ascii"),
        }
        extensions: dict[str, Any] = {"trace": deadline.watch}
        if not _is_number(url.host):
            extensions["sni_hostname"] = url.raw_host.decode("ascii")
        request = client.build_request(
            method,
            url.copy_with(host=number),
            headers={**ours, **headers},
            content=content,
            timeout=self.limits.pause,
            extensions=extensions,
        )
        request.headers.pop("cookie", None)
        return request

    def _body(self, response: httpx.Response) -> bytes:
        """The whole body, decompressed by us: a kilobyte may unfold into megabytes, and we count those."""
        body = bytearray()
        for piece in _unfolded(response, self.limits.size):
            body += piece
            if len(body) > self.limits.size:
                raise BadAnswer(
                    f"The answer is larger than {self.limits.size:,} bytes; we stopped reading. "
                    "Ask for a shorter one.",
                    code="content_rejected",
                )
        return bytes(body)

    def _lost(self, url: httpx.URL, deadline: _Deadline, error: Exception | None) -> Lost:
        if deadline.passed:
            return Lost(f"{url.host} did not finish within {self.limits.seconds:g} seconds, so we hung up.")
        if isinstance(error, httpx.TimeoutException):
            return Lost(f"{url.host} fell silent for {self.limits.pause:g} seconds.")
        return Lost(f"The answer of {url.host} did not arrive whole ({error})."[:400])


class _Deadline:
    """Hangs up when the exchange takes too long: the client's own time-outs only limit each single read."""

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._lock = threading.Lock()
        self._stream: Any = None  # httpcore's NetworkStream, which httpx does not name in its types
        self._timer = threading.Timer(seconds, self._hang_up)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()

    def watch(self, event: str, info: Mapping[str, Any]) -> None:
        """Called by httpcore at each step; remembers the connection as soon as there is one."""
        if event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            with self._lock:
                self._stream = info["return_value"]
            if self.passed:
                self._cut()

    def _hang_up(self) -> None:
        self.passed = True
        self._cut()

    def _cut(self) -> None:
        with self._lock, suppress(OSError):
            connection = self._stream and self._stream.get_extra_info("socket")
            if connection:
                # The plain socket's method: TLS's own would pull the session from under the reading thread.
                socket.socket.shutdown(connection, socket.SHUT_RDWR)


def _unfolded(response: httpx.Response, limit: int) -> Iterator[bytes]:
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in {"", "identity"}:
        yield from response.iter_raw()
        return
    if encoding not in {"gzip", "x-gzip"}:
        raise BadAnswer(
            f"The answer is compressed with {encoding[:40]}, which we did not ask for. "
            "Have it sent plain or with gzip.",
            code="content_rejected",
        )
    unpacker = zlib.decompressobj(wbits=31)
    for raw in response.iter_raw():
        waiting = raw
        while waiting and not unpacker.eof:
            try:
                yield unpacker.decompress(waiting, limit + 1)
            except zlib.error:
                raise Lost("The answer's compression is damaged.") from None
            waiting = unpacker.unconsumed_tail
    if not unpacker.eof:
        raise Lost("The answer broke off in the middle of its compression.")


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
