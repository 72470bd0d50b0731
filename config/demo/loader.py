"""The door to the demo's content: brands, people, threads, and plans of when they arrive.

Pure: reads the files beside it and nothing else. Whatever is wrong in a file is said with file and line, as a
`DemoContentError`, before anything of that thread is used.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from config.demo.arrivals import schedule, trickle
from config.demo.brands import BRANDS
from config.demo.past import history
from config.demo.payloads import answer_kind, first_kind
from config.demo.people import PEOPLE
from config.demo.shapes import (
    DemoAuthor,
    DemoBrand,
    DemoContentError,
    DemoMessage,
    DemoPerson,
    DemoThread,
    StoryKind,
)
from inbox.connectors.ports import Kind

__all__ = ["DemoContentError", "brands", "history", "people", "schedule", "threads", "trickle"]

THREADS = Path(__file__).parent / "threads"

THREAD_KEYS = frozenset(
    {"id", "channel", "language", "title", "rating", "private", "tags", "authors", "messages"}
)
AUTHOR_KEYS = frozenset({"name", "handle", "followers"})
MESSAGE_KEYS = frozenset({"at", "from", "text", "kind", "in_reply_to"})


def brands() -> tuple[DemoBrand, ...]:
    """The three brands, in the order in which the demo opens them."""
    return BRANDS


def people() -> tuple[DemoPerson, ...]:
    """Everybody who signs in."""
    return PEOPLE


def threads(slug: str, folder: Path = THREADS) -> Iterator[DemoThread]:
    """The written threads of one brand, in the order of the file. Raises DemoContentError."""
    brand = next((brand for brand in BRANDS if brand.slug == slug), None)
    if brand is None:
        known = _listed(brand.slug for brand in BRANDS)
        raise DemoContentError(f"There is no demo brand “{slug}”; there are {known}.")
    path = folder / f"{slug}.jsonl"
    if not path.is_file():
        raise DemoContentError(f"{path.name} is missing from {folder}.")
    seen: dict[str, int] = {}
    # Not splitlines(): a text may hold U+2028, which JSON allows and splitlines() breaks.
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        thread = _thread(brand, line, f"{path.name} line {number}")
        if thread.id in seen:
            raise DemoContentError(
                f"{path.name} line {number}: the id “{thread.id}” is already used in line {seen[thread.id]}."
            )
        seen[thread.id] = number
        yield thread


def _thread(brand: DemoBrand, line: str, where: str) -> DemoThread:
    try:
        data = json.loads(line)
    except ValueError as error:
        raise DemoContentError(f"{where}: this is not JSON ({error}).") from error
    fields = _Fields(data, where, THREAD_KEYS)
    network = _network(brand, fields)
    authors = _authors(fields)
    thread = DemoThread(
        brand=brand.slug,
        id=fields.text("id", r"[a-z0-9][a-z0-9-]*"),
        channel=fields.text("channel"),
        language=fields.text("language", r"[a-z]{2}"),
        tags=_tags(fields),
        messages=_messages(fields, authors, network),
        title=fields.text("title") if "title" in fields else "",
        rating=fields.whole("rating", 1, 5) if "rating" in fields else None,
        private=fields.flag("private"),
    )
    if silent := set(authors.values()) - {message.author for message in thread.messages}:
        fields.fail(f"{_listed(a.name for a in silent)} says nothing in this thread")
    return thread


def _network(brand: DemoBrand, fields: _Fields) -> str:
    slug = fields.text("channel")
    for channel in brand.channels:
        if channel.slug == slug:
            return channel.network
    known = _listed(channel.slug for channel in brand.channels)
    raise fields.error(f"{brand.name} has no channel “{slug}”; it has {known}")


def _tags(fields: _Fields) -> frozenset[StoryKind]:
    names = fields.items("tags")
    if unknown := [name for name in names if name not in set(StoryKind)]:
        fields.fail(f"unknown story kind {_listed(str(name) for name in unknown)}")
    return frozenset(StoryKind(name) for name in names)


def _authors(fields: _Fields) -> dict[str, DemoAuthor]:
    authors = {}
    for key, data in fields.mapping("authors").items():
        if key == "brand":
            fields.fail("“brand” is the brand itself and no author")
        inner = _Fields(data, f"{fields.where}, author “{key}”", AUTHOR_KEYS)
        followers = inner.whole("followers", 0) if "followers" in inner else None
        authors[key] = DemoAuthor(inner.text("name"), inner.text("handle", r"\S+"), followers)
    return authors


def _messages(fields: _Fields, authors: dict[str, DemoAuthor], network: str) -> tuple[DemoMessage, ...]:
    messages: list[DemoMessage] = []
    for position, data in enumerate(fields.items("messages")):
        inner = _Fields(data, f"{fields.where}, message {position}", MESSAGE_KEYS)
        key = inner.text("from")
        if key != "brand" and key not in authors:
            inner.fail(f"“{key}” is not among the authors")
        parent = inner.whole("in_reply_to", 0, position - 1) if "in_reply_to" in inner else None
        usual = first_kind(network) if parent is None else answer_kind(network)
        messages.append(
            DemoMessage(
                at=inner.whole("at", messages[-1].at if messages else 0),
                author=authors.get(key),
                text=inner.text("text"),
                kind=inner.kind() if "kind" in inner else usual,
                in_reply_to=parent,
            )
        )
    return tuple(messages)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


class _Fields:
    """One JSON object, read field by field; every complaint names the place."""

    def __init__(self, data: object, where: str, allowed: frozenset[str]) -> None:
        self.where = where
        if not isinstance(data, dict):
            raise self.error("a JSON object is expected here")
        if unknown := set(data) - allowed:
            self.fail(f"unknown field {_listed(unknown)}; known are {_listed(allowed)}")
        self.data: dict[str, Any] = data

    def __contains__(self, name: str) -> bool:
        return name in self.data

    def text(self, name: str, pattern: str = "") -> str:
        """A text that is not blank and, where a pattern is given, has that shape."""
        value = self.data.get(name)
        if not isinstance(value, str) or not value.strip():
            raise self.error(f"“{name}” must be a text that is not empty")
        if pattern and not re.fullmatch(pattern, value):
            self.fail(f"“{name}” is “{value}”, which does not have the form {pattern}")
        return value

    def whole(self, name: str, least: int, most: int | None = None) -> int:
        """A whole number between `least` and `most`, both included."""
        value = self.data.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.error(f"“{name}” must be a whole number")
        if value < least or (most is not None and value > most):
            bound = f"at least {least}" if most is None else f"from {least} to {most}"
            self.fail(f"“{name}” is {value} and must be {bound}")
        return value

    def flag(self, name: str) -> bool:
        """True or false; false where it is left out."""
        value = self.data.get(name, False)
        if not isinstance(value, bool):
            raise self.error(f"“{name}” must be true or false")
        return value

    def items(self, name: str) -> list[Any]:
        """A list with something in it."""
        value = self.data.get(name)
        if not isinstance(value, list) or not value:
            raise self.error(f"“{name}” must be a list with at least one entry")
        return value

    def mapping(self, name: str) -> dict[str, Any]:
        """An object with something in it."""
        value = self.data.get(name)
        if not isinstance(value, dict) or not value:
            raise self.error(f"“{name}” must be an object with at least one entry")
        return value

    def kind(self) -> Kind:
        """What sort of item the message is."""
        value = self.text("kind")
        if value not in set(Kind):
            self.fail(f"“kind” is “{value}”; known are {_listed(set(Kind))}")
        return Kind(value)

    def fail(self, sentence: str) -> None:
        """Raise the error of this place."""
        raise self.error(sentence)

    def error(self, sentence: str) -> DemoContentError:
        """The error of this place, for callers that must raise it themselves."""
        return DemoContentError(f"{self.where}: {sentence}.")
