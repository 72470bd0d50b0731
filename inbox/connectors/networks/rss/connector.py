"""Reads a feed: asks only for what changed, not too often, and never more than a feed can be.

A feed gives and takes nothing: there is no way to publish through it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn, Self

import httpx

from inbox.connectors.networks.rss import wire
from inbox.connectors.networks.rss.document import NotAFeed, read_document
from inbox.connectors.networks.rss.settings import FIELDS, RssSettings
from inbox.connectors.outbound import Answer, Limits, Outbound, Resolver, resolve, seconds_asked
from inbox.connectors.ports import (
    BadSignature,
    Capabilities,
    IncomingMessage,
    OutgoingReply,
    Page,
    Poisoned,
    Refused,
    SentReply,
    SettingField,
    Unavailable,
)
from inbox.connectors.reading import Unreadable, instant

ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1"
_LEAST_PAUSE = 900.0  # seconds; also after a failure
_MISSING_PAUSE = 3_600.0  # seconds; a page that is not found may be back after a deployment
_REMEMBERED = 2_000  # entries whose changes are noticed, newest first


def utc_now() -> datetime:
    """The clock of a running connector; tests bring their own."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Memory:
    """What the last poll left in the cursor. Plain JSON in the channel's row; empty before the first poll."""

    url: str
    connected_at: datetime
    """What is older than this is backfill. Whoever connects a channel may set it in the first cursor."""
    started: bool = False
    """A page was read before."""
    moved_to: str = ""
    etag: str = ""
    modified: str = ""
    delivery: str = ""
    """Id of the last page that brought something: the next page's id is chained to it."""
    feed: str = ""
    """Hash of the bytes last seen, for servers that do not answer 304."""
    asked: float = 0.0
    """Seconds the feed asks to be left alone."""
    quiet: int = 0
    """Polls in a row that brought nothing."""
    known: tuple[str, ...] = ()
    """`<hash of the id>:<hash of the words>` of the entries last seen; by their own id where a page repeats one."""

    @classmethod
    def of(cls, cursor: Mapping[str, Any], *, url: str, at: datetime) -> Self:
        """Read a cursor. One that belongs to another address keeps only the moment of connection."""
        try:
            connected_at = instant(str(cursor.get("connected_at") or ""), "connected_at")
        except Unreadable:
            connected_at = at
        fresh = cls(url=url, connected_at=connected_at)
        if cursor.get("url") != url:
            return fresh
        return replace(
            fresh,
            started=cursor.get("started") is True,
            moved_to=str(cursor.get("moved_to") or ""),
            etag=str(cursor.get("etag") or ""),
            modified=str(cursor.get("modified") or ""),
            delivery=str(cursor.get("delivery") or ""),
            feed=str(cursor.get("feed") or ""),
            asked=float(cursor.get("asked") or 0),
            quiet=int(cursor.get("quiet") or 0),
            known=tuple(cursor.get("known") or ()),
        )

    def cursor(self) -> dict[str, Any]:
        """The memory as plain JSON."""
        return {**asdict(self), "connected_at": self.connected_at.isoformat(), "known": list(self.known)}


class Rss:
    """One feed. Implements `Network`."""

    slug = "rss"
    title = "RSS or Atom feed"
    capabilities = Capabilities(polls=True)
    fields: Sequence[SettingField] = FIELDS

    def __init__(
        self,
        settings: RssSettings,
        http: httpx.Client | None = None,
        *,
        clock: Callable[[], datetime] = utc_now,
        limits: Limits | None = None,
        resolve: Resolver = resolve,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.outbound = Outbound(http, allow_private=settings.allow_private, limits=limits, resolve=resolve)

    @classmethod
    def connect(cls, settings: Mapping[str, Any], http: httpx.Client | None = None) -> Self:
        """Build it from unsealed settings. Raises BadSettings."""
        return cls(RssSettings.from_mapping(settings), http)

    def check_addresses(self) -> None:
        """Judge the feed's address. Raises BadSettings."""
        self.outbound.check_address(self.settings.url, field="url")

    def delivery_id(self, *, headers: Mapping[str, str], body: bytes, at: datetime) -> str:
        """Nothing is delivered by a feed."""
        del headers, body, at
        raise BadSignature("A feed is fetched by us; it delivers nothing.")

    @staticmethod
    def parse(body: bytes) -> Iterator[IncomingMessage | Poisoned]:
        """Read a stored page. Pure; never raises."""
        return wire.read_page(body)

    def poll(self, cursor: Mapping[str, Any]) -> Page:
        """Fetch the feed if it changed. Raises Unavailable, not before 15 minutes, or Refused."""
        at = self.clock()
        memory = Memory.of(cursor, url=self.settings.url, at=at)
        answer = self._fetch(memory, at)
        memory = _with_validators(memory, answer)
        if answer.status == 304:
            return _quiet(replace(memory, asked=max(memory.asked, wire.cache_seconds(answer.headers))))
        feed = hashlib.sha256(answer.body).hexdigest()
        if feed == memory.feed and memory.started:
            return _quiet(memory)
        return _read(replace(memory, feed=feed), answer, at)

    def publish(self, reply: OutgoingReply, *, key: str) -> SentReply:
        """A feed cannot be written to."""
        del reply, key
        raise Refused(
            "A feed can only be read. Open the post's page, answer there, and mark the conversation done.",
            code="not_permitted",
        )

    def find_published(self, reply: OutgoingReply, *, key: str) -> SentReply | None:
        """Nothing is ever published here, so nothing is found."""
        del reply, key
        return None

    def _fetch(self, memory: Memory, at: datetime) -> Answer:
        headers = {"accept": ACCEPT}
        if memory.etag:
            headers["if-none-match"] = memory.etag
        if memory.modified:
            headers["if-modified-since"] = memory.modified
        try:
            answer = self.outbound.follow(memory.moved_to or memory.url, headers)
        except Unavailable as error:
            raise Unavailable(str(error), retry_after=max(error.retry_after or 0, _LEAST_PAUSE)) from None
        if answer.status not in {200, 304}:
            _give_up(answer, at)
        return answer


def _with_validators(memory: Memory, answer: Answer) -> Memory:
    """Remember what makes the next request conditional, and where the feed moved for good."""
    etag, modified = answer.headers.get("etag", ""), answer.headers.get("last-modified", "")
    if answer.status == 304:
        etag, modified = etag or memory.etag, modified or memory.modified
    return replace(
        memory,
        etag=etag if etag.isascii() and len(etag) <= 500 else "",
        modified=modified if modified.isascii() and len(modified) <= 100 else "",
        moved_to=answer.url if answer.moved_for_good else memory.moved_to,
    )


def _quiet(memory: Memory) -> Page:
    """Nothing new."""
    memory = replace(memory, quiet=memory.quiet + 1)
    return Page(
        body=b"",
        delivery_id=memory.delivery,
        cursor=memory.cursor(),
        next_poll_after=wire.polite(timedelta(seconds=memory.asked), memory.quiet),
    )


def _read(memory: Memory, answer: Answer, at: datetime) -> Page:
    """Look through a feed that may have changed: the page is kept if something in it is new or different."""
    content_type = answer.headers.get("content-type", "")
    head = wire.Head(
        url=answer.url,
        content_type=content_type,
        fetched_at=at,
        connected_at=memory.connected_at,
        first=not memory.started,
    )
    try:
        document = read_document(answer.body, content_type=content_type)
    except NotAFeed as error:
        raise Refused(
            f"What answers here is no feed: {error}. Enter the address of the RSS or Atom feed itself.",
            code="content_rejected",
        ) from None
    known, edited, anything_new = _compare(memory, wire.read_entries(document, head))
    asked = wire.pause(document, answer.headers).total_seconds()
    memory = replace(memory, started=True, asked=asked, known=known)
    if not anything_new:
        return _quiet(memory)
    chained = hashlib.sha256(
        b"\0".join((memory.delivery.encode(), answer.url.encode(), answer.body))
    ).hexdigest()
    memory = replace(memory, delivery=chained, quiet=0)
    return Page(
        body=wire.pack(replace(head, edited=edited), answer.body),
        delivery_id=chained,
        cursor=memory.cursor(),
        next_poll_after=wire.polite(timedelta(seconds=asked), 0),
    )


def _compare(
    memory: Memory, items: Iterator[IncomingMessage | Poisoned]
) -> tuple[tuple[str, ...], frozenset[str], bool]:
    """What to remember from now on, which entries were edited, and whether anything is new at all."""
    before = dict(line.split(":", 1) for line in memory.known if ":" in line)
    now: dict[str, str] = {}
    edited = set()
    for item in items:
        if isinstance(item, Poisoned):
            now[_short(item.reason + item.excerpt)] = "poisoned"
            continue
        name = _short(item.own_id if item.shared_id else item.external_id)
        now[name] = words = wire.fingerprint(item)
        if before.get(name, words) != words:
            edited.add(item.own_id or item.external_id)
    anything_new = bool(edited) or not now.keys() <= before.keys()
    gone = {name: words for name, words in before.items() if name not in now}
    known = [f"{name}:{words}" for name, words in {**now, **gone}.items()]
    return tuple(known[:_REMEMBERED]), frozenset(edited), anything_new


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def _give_up(answer: Answer, at: datetime) -> NoReturn:
    """Turn a status into the error that tells what to do."""
    status, host = answer.status, httpx.URL(answer.url).host
    asked = max(seconds_asked(answer.headers, at) or 0.0, _LEAST_PAUSE)
    if status == 429 or status >= 500:
        raise Unavailable(f"{host} asks us to come back later (status {status}).", retry_after=asked)
    if status == 404:
        raise Unavailable(
            f"{host} has no feed at this address now (status 404). If that lasts, enter its new address.",
            retry_after=max(asked, _MISSING_PAUSE),
        )
    if status == 410:
        raise Refused(
            f"{host} says that this feed is gone for good. Enter another address.", code="parent_gone"
        )
    if status == 401:
        raise Refused(f"{host} wants a sign-in for this feed. Enter one that is public.", code="reauth")
    raise Refused(
        f"{host} does not hand out this feed (status {status}). Ask its owner, or enter another address.",
        code="not_permitted",
    )
