"""What travels: server-sent events. Pure.

entries    {"entries": [{"kind", "conversation_id", "id"}]}           ledger entries, oldest first; no text
reset      {}                                                         too much happened to tell it: read again
present    {"presence": [{"conversation_id", "people"}]}              at the beginning: everybody who is here
presence   {"conversation_id", "people": [{"user_id", "composing",    who is in one conversation now
            "name", "initials", "tone"}]}
counts     {"mine": 4, "open": "1000+", …}                           how much each view holds

The `id` of an event is the position in the ledger up to which this browser has heard, `<xid>-<id>`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

Position = tuple[int, int]
"""(transaction, entry): the order in which entries become final."""

POSITION = re.compile(r"([0-9]{1,19})-([0-9]{1,18})")
HEARTBEAT = b":\n\n"


@dataclass(frozen=True, slots=True)
class Happened:
    """One ledger entry, as far as browsers are told."""

    position: Position
    kind: str
    conversation_id: int | None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is in a conversation."""

    user_id: int
    name: str
    initials: str
    tone: int
    composing: bool


def position_of(text: str) -> Position | None:
    """A position as a browser gives it back; None when it is none."""
    found = POSITION.fullmatch(text)
    return (int(found[1]), int(found[2])) if found else None


def written(position: Position) -> str:
    return f"{position[0]}-{position[1]}"


def told(happened: Sequence[Happened], *, reset_to: Position | None) -> bytes:
    """What a browser that comes back has missed; nothing when it missed nothing."""
    if reset_to is not None:
        return reset(reset_to)
    return entries(happened) if happened else b""


def entries(happened: Sequence[Happened]) -> bytes:
    told = [
        {"kind": one.kind, "conversation_id": one.conversation_id, "id": one.position[1]} for one in happened
    ]
    return _event("entries", {"entries": told}, happened[-1].position)


def reset(position: Position) -> bytes:
    return _event("reset", {}, position)


def present(everybody: Mapping[int, Sequence[Person]], position: Position) -> bytes:
    return _event(
        "present", {"presence": [_talk(talk, people) for talk, people in everybody.items()]}, position
    )


def presence(conversation_id: int, people: Sequence[Person]) -> bytes:
    return _event("presence", _talk(conversation_id, people))


def counts(numbers: Mapping[str, int | str]) -> bytes:
    return _event("counts", dict(numbers))


def retry(milliseconds: int) -> bytes:
    """How long the browser waits before it comes back."""
    return f"retry: {milliseconds}\n\n".encode()


def _talk(conversation_id: int, people: Sequence[Person]) -> dict[str, Any]:
    return {"conversation_id": conversation_id, "people": list(people)}


def _event(name: str, data: dict[str, Any], position: Position | None = None) -> bytes:
    place = f"id: {written(position)}\n" if position else ""
    return f"event: {name}\n{place}data: ".encode() + orjson.dumps(data) + b"\n\n"
