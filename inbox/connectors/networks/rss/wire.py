"""A page of a feed, as we store it and as we read it. Pure.

A stored page is one line of JSON and then the feed's own bytes, untouched:

    rapport-feed-page/1 {"url": …, "content_type": …, "fetched_at": …, "connected_at": …, …}
    <?xml version="1.0"?><rss …

The line holds what the poll knew and the feed does not say. Bytes without that line are read as a bare
feed.

How an entry becomes a message:
- `external_id` is its guid or Atom id, else its link, else a hash of what it says. Feeds repeat guids and
  links, so `own_id` is a hash of link, title, date, words and author, and `shared_id` is set where another
  entry of the page has the same external id and says something else. Receiving decides which of the two
  ids an entry has (inbox/actions/identity.py).
- `sent_at` is when it was published, else updated; a time without a zone is UTC (feedparser's reading). An
  entry without any date is dated by the poll that first brought it. A date that cannot be read, or lies
  outside 1990 to 2099, sets the entry aside.
- `backfill` is set on what is older than the connection, and on undated entries of the very first page.
- `change` is EDITED where the poll found that title or text differ from what it remembered, and `changed_at`
  is when it was found: a feed may leave `updated` as it was.
- `text` is the content (else the summary) as plain text; a title too long for a title opens the text
  instead.
"""

from __future__ import annotations

import calendar
import hashlib
import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin

from inbox.connectors.markup import text_of_html
from inbox.connectors.networks.rss.document import Document, NotAFeed, read_document
from inbox.connectors.ports import Change, IncomingAuthor, IncomingMessage, Kind, Poisoned
from inbox.connectors.reading import (
    MAX_ADDRESS,
    MAX_ATTACHMENTS,
    MAX_AUTHOR_ADDRESS,
    MAX_ID,
    MAX_NAME,
    MAX_TEXT,
    MAX_TITLE,
    Unreadable,
    clean,
    excerpt,
    instant,
    language_tag,
    load_json,
    plausible,
    web_address,
    within,
)

_MARK = b"rapport-feed-page/1 "
_PERIODS = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_MAX_AGE = re.compile(r"\bmax-age\s*=\s*\"?(\d{1,9})")
_LEAST_PAUSE = timedelta(minutes=15)
_LONGEST_PAUSE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Head:
    """What the poll knew about a page."""

    url: str = ""
    content_type: str = ""
    fetched_at: datetime | None = None
    connected_at: datetime | None = None
    first: bool = False
    edited: frozenset[str] = frozenset()
    """Own ids (else external ids) of the entries whose title or text differ from what was remembered."""


def pack(head: Head, feed: bytes) -> bytes:
    """The page as it is stored."""
    words = {
        "url": head.url,
        "content_type": head.content_type,
        "fetched_at": head.fetched_at and head.fetched_at.isoformat(),
        "connected_at": head.connected_at and head.connected_at.isoformat(),
        "first": head.first,
        "edited": sorted(head.edited),
    }
    return _MARK + json.dumps(words).encode("ascii") + b"\n" + feed


def unpack(body: bytes) -> tuple[Head, bytes]:
    """A stored page taken apart again. What is no page of ours is a bare feed, whatever it says."""
    line, _, feed = body.partition(b"\n")
    if not line.startswith(_MARK):
        return Head(), body
    try:
        words: Any = load_json(line.removeprefix(_MARK))  # of any type: what does not fit raises below
        head = Head(
            url=str(words["url"]),
            content_type=str(words["content_type"]),
            fetched_at=instant(words["fetched_at"], "fetched_at"),
            connected_at=instant(words["connected_at"], "connected_at"),
            first=words["first"] is True,
            edited=frozenset(map(str, words["edited"])),
        )
    except (Unreadable, KeyError, TypeError, AttributeError):
        return Head(), feed
    return head, feed


def read_page(body: bytes) -> Iterator[IncomingMessage | Poisoned]:
    """Every entry of a stored page, as a message or with the reason why not. Never raises."""
    head, feed = unpack(body)
    try:
        document = read_document(feed, content_type=head.content_type)
    except NotAFeed as error:
        yield Poisoned(0, f"not a feed: {error}", excerpt(feed))
        return
    yield from read_entries(document, head)


def read_entries(document: Document, head: Head) -> Iterator[IncomingMessage | Poisoned]:
    """The entries of a document that was taken apart already."""
    read = [_read(position, entry, document.feed, head) for position, entry in document.entries]
    said: dict[str, set[tuple[str, str, datetime | None]]] = {}
    for item in read:
        if isinstance(item, IncomingMessage):
            said.setdefault(item.external_id, set()).add(_says(item))
    for item in read:
        if isinstance(item, IncomingMessage) and item.own_id and len(said[item.external_id]) > 1:
            yield replace(item, shared_id=True)
        else:
            yield item
    yield from document.poisoned


def _read(
    position: int, entry: dict[str, Any], feed: dict[str, Any], head: Head
) -> IncomingMessage | Poisoned:
    try:
        return _message(entry, feed, head)
    except Unreadable as error:
        return Poisoned(position, str(error), _beginning(entry))


def _says(message: IncomingMessage) -> tuple[str, str, datetime | None]:
    """What makes two entries of a page the same one, beside their id."""
    at = None if message.undated else message.sent_at
    return fingerprint(message), message.author.external_id, at


def fingerprint(message: IncomingMessage) -> str:
    """A short hash of what an entry says; another hash means that it was edited."""
    return _hash(message.title, message.text)[:16]


def pause(document: Document, headers: Mapping[str, str]) -> timedelta:
    """How long the feed asks to be left alone: the longest of ttl, sy:updatePeriod and Cache-Control."""
    asked = (_ttl(document.feed), _update_period(document.feed), cache_seconds(headers))
    return timedelta(seconds=max(asked))


def polite(asked: timedelta, quiet_polls: int) -> timedelta:
    """The time to the next poll: what was asked, at least 15 minutes, at most a day.

    Each poll in a row that brought nothing makes it half as long again, up to four times.
    """
    patience = min(4.0, 1.5 ** min(quiet_polls, 10))
    return min(_LONGEST_PAUSE, max(_LEAST_PAUSE, asked) * patience)


def cache_seconds(headers: Mapping[str, str]) -> int:
    """The max-age of a Cache-Control header, in seconds; 0 without one."""
    found = _MAX_AGE.search(headers.get("cache-control", "")[:500].lower())
    return min(int(found.group(1)), 31_536_000) if found else 0


def _ttl(feed: dict[str, Any]) -> int:
    text = _raw(feed, "ttl")
    return int(text) * 60 if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _update_period(feed: dict[str, Any]) -> int:
    """Syndication module: so many updates (1 where it says nothing) per period; 0 without a period."""
    period = _PERIODS.get(_raw(feed, "sy_updateperiod").lower(), 0)
    text = _raw(feed, "sy_updatefrequency")
    frequency = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return period // max(1, frequency)


def _message(entry: dict[str, Any], feed: dict[str, Any], head: Head) -> IncomingMessage:
    title, text = _words(entry)
    url = _link(entry, head)
    sent_at, dated = _sent_at(entry, head)
    external_id, own_id = _ids(entry, feed, url, title, text, sent_at if dated else None)
    edited = (own_id or external_id) in head.edited
    old = head.connected_at is not None and sent_at < head.connected_at
    return IncomingMessage(
        external_id=external_id,
        kind=Kind.POST,
        author=_author(entry, feed, head),
        text=text,
        sent_at=sent_at,
        change=Change.EDITED if edited else Change.NEW,
        changed_at=(head.fetched_at or _date(entry, "updated")) if edited else None,
        title=title,
        url=url,
        language=_language(entry, feed),
        attachments=_attachments(entry, head),
        backfill=old or (head.first and not dated),
        own_id=own_id,
        undated=not dated,
    )


def _words(entry: dict[str, Any]) -> tuple[str, str]:
    """Title and text, both plain. Raises Unreadable where there is neither, or too much."""
    title = " ".join(_plain(_detail(entry, "title_detail")).split())
    text = _content(entry) or _plain(_detail(entry, "summary_detail")) or clean(_raw(entry, "summary"))
    if len(title) > MAX_TITLE:
        title, text = "", f"{title}\n\n{text}".strip()
    within(text, MAX_TEXT, "the text")
    if not title and not text and not _raw(entry, "link"):
        raise Unreadable("the entry has neither title, text nor link")
    return title, text


def _content(entry: dict[str, Any]) -> str:
    parts = dict.get(entry, "content") or ()
    return next((text for text in map(_plain, parts) if text), "")


def _plain(detail: dict[str, Any]) -> str:
    """One of feedparser's details as plain text; what is no text at all is nothing."""
    kind, value = str(detail.get("type") or "text/html"), detail.get("value")
    if not isinstance(value, str) or not kind.startswith(("text/", "application/xhtml")):
        return ""
    return clean(value.strip() if kind == "text/plain" else text_of_html(value))


def _ids(
    entry: dict[str, Any], feed: dict[str, Any], url: str, title: str, text: str, at: datetime | None
) -> tuple[str, str]:
    """The entry's external id, and its own id; the latter is empty where the former is made of the words."""
    name = clean(_raw(entry, "id") or url)
    if not name:
        return f"sha256:{_hash(title, text, _raw(entry, 'published'))}", ""
    author = next(filter(None, (_identity(source) for source in (entry, feed))), "")
    own = f"sha256:{_hash(url, title, at.isoformat() if at else '', text, author)}"
    return (name if len(name) <= MAX_ID else f"sha256:{_hash(name)}"), own


def _identity(source: dict[str, Any]) -> str:
    """What an entry or a feed says of its author, as it is written there."""
    detail = _detail(source, "author_detail")
    return _raw(detail, "href") or _raw(detail, "email") or _raw(detail, "name") or _raw(source, "author")


def _link(entry: dict[str, Any], head: Head) -> str:
    """The entry's page, made absolute. What nobody could open (`javascript:`, no address) is left out."""
    link = _raw(entry, "link")
    try:
        return web_address(clean(urljoin(head.url, link)), MAX_ADDRESS, "the link") if link else ""
    except (Unreadable, ValueError):
        return ""


def _sent_at(entry: dict[str, Any], head: Head) -> tuple[datetime, bool]:
    """When it was said, and whether the feed tells."""
    for name in ("published", "updated", "created"):
        if (moment := _date(entry, name)) is not None:
            return moment, True
    if head.fetched_at is None:
        raise Unreadable("the entry has no date, and the page does not tell when it was fetched")
    return head.fetched_at, False


def _date(entry: dict[str, Any], name: str) -> datetime | None:
    written, parsed = _raw(entry, name), dict.get(entry, f"{name}_parsed")
    if not written:
        return None
    if not isinstance(parsed, time.struct_time):
        raise Unreadable(f"the date {written[:60]!r} cannot be read")
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=calendar.timegm(parsed))
    except (ValueError, OverflowError):
        raise Unreadable(f"the date {written[:60]!r} cannot be read") from None
    return plausible(moment, f"the date {written[:60]!r}")


def _author(entry: dict[str, Any], feed: dict[str, Any], head: Head) -> IncomingAuthor:
    """Who wrote it: the entry's author, else the feed's, else the feed itself."""
    for source in (entry, feed):
        detail = _detail(source, "author_detail")
        name = clean(_raw(detail, "name") or _raw(source, "author")).strip()
        page = _link({"link": _raw(detail, "href")}, head)
        identity = page or clean(_raw(detail, "email")) or name
        if identity:
            return _person(identity, name, page)
    title = " ".join(_plain(_detail(feed, "title_detail")).split())
    return _person(head.url or title or "feed", title, "")


def _person(identity: str, name: str, page: str) -> IncomingAuthor:
    return IncomingAuthor(
        external_id=identity if len(identity) <= MAX_ID else f"sha256:{_hash(identity)}",
        name=within(name, MAX_NAME, "the author's name"),
        url=within(page, MAX_AUTHOR_ADDRESS, "the author's address"),
    )


def _language(entry: dict[str, Any], feed: dict[str, Any]) -> str:
    text = _raw(_detail(entry, "title_detail"), "language") or _raw(feed, "language")
    try:
        return language_tag(text, "the language")
    except Unreadable:
        return ""  # a hint, and the evaluation finds the language itself


def _attachments(entry: dict[str, Any], head: Head) -> tuple[str, ...]:
    links = dict.get(entry, "links") or ()
    enclosed = [link for link in links if dict.get(link, "rel") == "enclosure"]
    addresses = [_link({"link": _raw(link, "href")}, head) for link in enclosed]
    if len(addresses) > MAX_ATTACHMENTS:
        raise Unreadable(f"the entry has {len(addresses):,} enclosures; at most {MAX_ATTACHMENTS} are taken")
    return tuple(dict.fromkeys(filter(None, addresses)))


def _detail(source: dict[str, Any], name: str) -> dict[str, Any]:
    found = dict.get(source, name)
    return found if isinstance(found, dict) else {}


def _raw(source: dict[str, Any], name: str) -> str:
    """A word as feedparser stored it. `dict.get` goes past its aliases, which warn or guess."""
    value = dict.get(source, name)
    return value.strip() if isinstance(value, str) else ""


def _beginning(entry: dict[str, Any]) -> str:
    return excerpt(
        " · ".join(filter(None, (_raw(entry, name) for name in ("title", "id", "link", "summary"))))
    )


def _hash(*words: str) -> str:
    return hashlib.sha256("\0".join(words).encode("utf-8", "replace")).hexdigest()
