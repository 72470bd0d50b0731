"""One item in Rapport's own words → IncomingMessage. Pure; the signed webhook and archives share it.

The fields are described, one by one, where people look them up: `networks/webhook/wire.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from inbox.connectors.ports import Change, IncomingAuthor, IncomingMessage, Kind
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
    instant,
    language_tag,
    web_address,
    within,
)

_Word = TypeVar("_Word", bound=StrEnum)
_MAX_FOLLOWERS = 2_147_483_647  # what the column holds


def read_item(item: object) -> IncomingMessage:
    """Read one item. Raises Unreadable with a sentence that names the field."""
    if not isinstance(item, Mapping):
        raise Unreadable("an item must be a JSON object")
    kind = _word(item, "kind", Kind, None)
    change = _word(item, "change", Change, Change.NEW)
    changed_at = _instant(item, "changed_at")
    message = IncomingMessage(
        external_id=_required(item, "external_id", MAX_ID),
        kind=kind,
        author=_author(item, optional=change is Change.DELETED),
        text=within(_text(item, "text"), MAX_TEXT, "`text`"),
        sent_at=_sent_at(item, changed_at if change is Change.DELETED else None),
        change=change,
        changed_at=changed_at,
        title=within(_text(item, "title"), MAX_TITLE, "`title`"),
        url=_address(item, "url", MAX_ADDRESS),
        thread_id=within(_text(item, "thread_id"), MAX_ID, "`thread_id`"),
        in_reply_to=within(_text(item, "in_reply_to"), MAX_ID, "`in_reply_to`"),
        private=_flag(item, "private"),
        rating=_number(item, "rating", 1, 5),
        language=_language(item),
        addressed_to_brand=_flag(item, "addressed_to_brand"),
        attachments=_attachments(item),
    )
    _must_say_something(message)
    return message


def _must_say_something(message: IncomingMessage) -> None:
    if message.change is Change.DELETED or message.kind is Kind.REPOST:
        return
    if not (message.text.strip() or message.title.strip() or message.attachments or message.rating):
        raise Unreadable(
            "there is nothing to show: `text`, `title`, `attachments` and `rating` are all empty"
        )


def _author(item: Mapping[str, Any], *, optional: bool) -> IncomingAuthor:
    author = item.get("author")
    if author is None and optional:
        return IncomingAuthor(external_id="")
    if not isinstance(author, Mapping):
        raise Unreadable("`author` is missing; it must be an object with at least `external_id`")
    return IncomingAuthor(
        external_id=_required(author, "external_id", MAX_ID, "author."),
        name=within(_text(author, "name", "author."), MAX_NAME, "`author.name`"),
        handle=within(_text(author, "handle", "author."), MAX_NAME, "`author.handle`"),
        url=_address(author, "url", MAX_AUTHOR_ADDRESS, "author."),
        followers=_number(author, "followers", 0, _MAX_FOLLOWERS, "author."),
        is_brand=_flag(author, "is_brand", "author."),
    )


def _sent_at(item: Mapping[str, Any], otherwise: datetime | None) -> datetime:
    sent_at = _instant(item, "sent_at") or otherwise
    if sent_at is None:
        raise Unreadable("`sent_at` is missing; write when it was said, such as 2026-03-01T09:30:00Z")
    return sent_at


def _instant(item: Mapping[str, Any], name: str) -> datetime | None:
    text = _text(item, name)
    return instant(text, f"`{name}`") if text else None


def _text(item: Mapping[str, Any], name: str, within_: str = "") -> str:
    value = item.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unreadable(f"`{within_}{name}` must be text, and is {_called(value)}")
    return clean(value)


def _required(item: Mapping[str, Any], name: str, limit: int, within_: str = "") -> str:
    text = within(_text(item, name, within_).strip(), limit, f"`{within_}{name}`")
    if not text:
        raise Unreadable(f"`{within_}{name}` is missing")
    return text


def _word(item: Mapping[str, Any], name: str, words: type[_Word], otherwise: _Word | None) -> _Word:
    text = _text(item, name)
    if not text and otherwise is not None:
        return otherwise
    try:
        return words(text)
    except ValueError:
        known = ", ".join(words)
        raise Unreadable(f"`{name}` must be one of {known}, and is {text[:40]!r}") from None


def _flag(item: Mapping[str, Any], name: str, within_: str = "") -> bool:
    value = item.get(name)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise Unreadable(f"`{within_}{name}` must be true or false, and is {_called(value)}")
    return value


def _number(item: Mapping[str, Any], name: str, least: int, most: int, within_: str = "") -> int | None:
    value = item.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unreadable(f"`{within_}{name}` must be a whole number, and is {_called(value)}")
    if not least <= value <= most:
        raise Unreadable(f"`{within_}{name}` must be from {least:,} to {most:,}")
    return value


def _address(item: Mapping[str, Any], name: str, limit: int, within_: str = "") -> str:
    text = _text(item, name, within_).strip()
    return web_address(text, limit, f"`{within_}{name}`") if text else ""


def _language(item: Mapping[str, Any]) -> str:
    text = _text(item, "language").strip()
    return language_tag(text, "`language`") if text else ""


def _attachments(item: Mapping[str, Any]) -> tuple[str, ...]:
    value = item.get("attachments")
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(address, str) for address in value):
        raise Unreadable("`attachments` must be a list of addresses")
    if len(value) > MAX_ATTACHMENTS:
        raise Unreadable(f"`attachments` has {len(value):,} addresses; at most {MAX_ATTACHMENTS} are taken")
    return tuple(web_address(clean(address).strip(), MAX_ADDRESS, "`attachments`") for address in value)


def _called(value: object) -> str:
    """A JSON type as people call it."""
    names = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        list: "a list",
        dict: "an object",
        str: "text",
    }
    return names.get(type(value), type(value).__name__)
