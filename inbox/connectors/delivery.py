"""The items of a JSON delivery, in memory that does not grow with what somebody packed into it. Pure.

Parsed at once, a delivery of a few bytes an item takes up to fifty times its size. So what holds many values is
taken apart first: a scan over brackets, commas and texts finds where each item begins and ends, and the items are
parsed one by one. A delivery of the usual kind is parsed at once, which is faster.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from inbox.connectors.reading import Unreadable, load_json

MAX_ITEMS = 10_000
"""Items of one delivery that are read. Of the rest only the number is kept; the receipt has its bytes."""
MAX_VALUES = 100_000
"""Values in a JSON text that is parsed at once. Each takes up to about 250 bytes of memory."""
MAX_ITEM_VALUES = 10_000
"""Values in one item. An item of Rapport's has about twenty, or seventy with all its attachments."""
MAX_DEPTH = 64
"""Brackets within brackets of which the rest of a large delivery is counted; deeper ones are miscounted."""

_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{},]', re.DOTALL)
_LEADS_TO_LIST = re.compile(rb"\s*:\s*")
_NESTED = re.compile(rb"[\[{][^\[\]{}]*+[\]}]")
_LONGEST_KEY = 20
_CHUNK = 65_536
_OPENING, _CLOSING, _COMMA = frozenset((b"[", b"{")), frozenset((b"]", b"}")), b","


@dataclass(frozen=True, slots=True)
class Unparsed:
    """An item that is no JSON, or too much of it: why, and its text."""

    reason: str
    text: bytes


@dataclass(slots=True)
class Delivery:
    """A delivery, its items not yet parsed. `rest` is how many items it holds beyond MAX_ITEMS."""

    envelope: object
    """The JSON value around the items; in a large delivery its `items` is an empty list."""
    values: list[Any] | None = None
    """The parsed items, where the whole was parsed at once; None where it has no list `items`."""
    parts: list[bytes] = field(default_factory=list)
    """The JSON texts of the items, where they were found by scanning."""
    rest: int = 0

    def items(self) -> Iterator[Any]:
        """Each item's value, or an Unparsed."""
        yield from self.values or ()
        for part in self.parts:
            try:
                yield _load_item(part)
            except Unreadable as error:
                yield Unparsed(str(error), part)


def open_delivery(body: bytes) -> Delivery:
    """Raises Unreadable for what is no JSON, or holds more values than are parsed outside of a list `items`."""
    if count_values(body) <= MAX_VALUES:
        return _parsed_at_once(load_json(body))
    return _taken_apart(body)


def too_many(rest: int) -> str:
    """What is said of the items beyond MAX_ITEMS."""
    return (
        f"a delivery is read up to its item {MAX_ITEMS:,}, and this one has {rest:,} more; "
        f"send those again, at most {MAX_ITEMS:,} in one delivery"
    )


def count_values(body: bytes) -> int:
    """At least as many as the JSON text has values; exact enough to bound the memory that parsing it takes."""
    most = _count_marks(body)
    if most <= MAX_ITEM_VALUES:
        return most
    return _count_marks(_without_texts(body))  # commas inside of texts are words, not values


def _count_marks(text: bytes) -> int:
    """Each value but the first comes after a comma, or an opening bracket that is a value itself."""
    return sum(text.count(mark) for mark in (b",", b"[", b"{"))


def _parsed_at_once(value: object) -> Delivery:
    items = value.get("items") if isinstance(value, dict) else None
    if not isinstance(items, list):
        return Delivery(value)
    return Delivery(value, items[:MAX_ITEMS], rest=max(0, len(items) - MAX_ITEMS))


def _taken_apart(body: bytes) -> Delivery:
    found = _Scan(body)
    if found.rest:  # what follows so many items is not looked at
        envelope = load_json(body[: found.start] + b"]}")
        return Delivery(envelope, [], found.parts, found.rest)
    if not found.end:
        raise Unreadable(
            f"the body holds more than {MAX_VALUES:,} values and no whole list `items`; "
            'send {"items": [...]} with fewer items at a time'
        )
    around = body[: found.start] + body[found.end :]
    if count_values(around) > MAX_VALUES:
        raise Unreadable(f"there are more than {MAX_VALUES:,} values beside `items`; send `items` alone")
    envelope = load_json(around)
    if not isinstance(envelope, dict) or envelope.get("items") != []:
        raise Unreadable("`items` is given more than once; send it once")
    return Delivery(envelope, [], found.parts)


class _Scan:
    """One walk over a JSON object, to the end of its list `items` or behind the last item that is read."""

    def __init__(self, body: bytes) -> None:
        self.start = self.end = self.rest = 0
        """`start` and `end` enclose what is between the brackets; `end` is 0 where no end was reached. `rest` is
        how many items follow the last of `parts`."""
        self.parts: list[bytes] = []
        self._body = body
        self._walk()

    def _walk(self) -> None:
        depth = before = began = 0
        key = b""
        for token in _TOKEN.finditer(self._body):
            text = token.group() if token.end() - token.start() == 1 else b'"'
            if text in _OPENING:
                depth += 1
                if depth == 2 and text == b"[" and self._is_items(key, before, token.start()):
                    self.start = began = token.end()
            elif text in _CLOSING:
                depth -= 1
                if depth == 1 and self.start:
                    self._finish(began, token.start())
                    return
            elif text == _COMMA:
                if depth == 2 and self.start:
                    self.parts.append(self._body[began : token.start()])
                    began = token.end()
                    if len(self.parts) == MAX_ITEMS:
                        self.rest = _count_rest(self._body[began:])
                        return
            elif depth == 1:
                key = token.group() if token.end() - token.start() < _LONGEST_KEY else b""
                before = token.end()

    def _is_items(self, key: bytes, before: int, at: int) -> bool:
        return key == b'"items"' and _LEADS_TO_LIST.fullmatch(self._body, before, at) is not None

    def _finish(self, began: int, end: int) -> None:
        last = self._body[began:end]
        if self.parts or last.strip():  # else the list is empty
            self.parts.append(last)
        self.end = end


def _count_rest(text: bytes) -> int:
    """How many items stand before the end of the list. Raises Unreadable where it has no end."""
    bare = _without_texts(text)
    bare = _without_nested(b"".join(_without_nested(chunk) for chunk in _chunks(bare)))
    end = bare.find(b"]")
    if end < 0:
        raise Unreadable(f"not valid JSON: the list `items` does not end after its item {MAX_ITEMS:,}")
    return bare.count(b",", 0, end) + 1


def _without_texts(text: bytes) -> bytes:
    """JSON without its texts, in a few copies of its size."""
    text = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    outside, is_inside = [], 0
    for chunk in _chunks(text):
        pieces = chunk.split(b'"')
        outside.append(b"".join(pieces[is_inside::2]))
        is_inside = (is_inside + len(pieces) - 1) % 2
    return b"".join(outside)


def _without_nested(bare: bytes) -> bytes:
    for _ in range(MAX_DEPTH):
        bare, found = _NESTED.subn(b"", bare)
        if not found:
            break
    return bare


def _chunks(text: bytes) -> Iterator[bytes]:
    """Pieces that are worked on one by one: that takes less memory, and other threads get their turn."""
    for start in range(0, len(text), _CHUNK):
        yield text[start : start + _CHUNK]


def _load_item(part: bytes) -> object:
    if count_values(part) > MAX_ITEM_VALUES:
        raise Unreadable(f"the item holds more than {MAX_ITEM_VALUES:,} values; an item has about twenty")
    return load_json(part)
