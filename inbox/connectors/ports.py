"""The ports: what a network is to Rapport, in words of its own.

A connector is a folder of three files: `wire.py` parses and builds payloads (pure), `connector.py`
implements `Network` with an injected HTTP client, `settings.py` is a frozen dataclass of its
credentials. Nothing here or below knows Django or our models.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable


class Kind(StrEnum):
    """What sort of item a network handed over (M10)."""

    POST = "post"
    COMMENT = "comment"
    REPLY = "reply"
    DIRECT_MESSAGE = "direct_message"
    MENTION = "mention"
    REPOST = "repost"
    REVIEW = "review"
    EMAIL = "email"


class Change(StrEnum):
    """Whether an item is new, or news about an item we may have."""

    NEW = "new"
    EDITED = "edited"
    DELETED = "deleted"


class Counting(StrEnum):
    """How a network counts the length of a text."""

    CHARACTERS = "characters"
    GRAPHEMES = "graphemes"
    WEIGHTED = "weighted"
    BYTES = "bytes"


@dataclass(frozen=True, slots=True)
class IncomingAuthor:
    """Who wrote an item, as the network knows them."""

    external_id: str
    name: str = ""
    handle: str = ""
    url: str = ""
    followers: int | None = None
    is_brand: bool = False
    """The account belongs to the client: the item is an answer given outside Rapport."""


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """One item from a network, normalised."""

    external_id: str
    kind: Kind
    author: IncomingAuthor
    text: str
    sent_at: datetime
    """The network's own time, aware, UTC."""
    change: Change = Change.NEW
    changed_at: datetime | None = None
    title: str = ""
    url: str = ""
    thread_id: str = ""
    """The network's own id of the whole conversation, where it tells one."""
    in_reply_to: str = ""
    """External id of the item this one answers, where there is one."""
    private: bool = False
    rating: int | None = None
    language: str = ""
    addressed_to_brand: bool = False
    attachments: tuple[str, ...] = ()
    backfill: bool = False
    """Older than the connection: kept, but starts no clock and no rule."""
    own_id: str = ""
    """An id made of what the item says, from a source whose external ids may not be its own (feeds).
    Empty: the external id is believed."""
    shared_id: bool = False
    """The source shows another item under the same external id at the same time."""
    undated: bool = False
    """The source does not tell when it was said: `sent_at` is when it was first seen."""


@dataclass(frozen=True, slots=True)
class Poisoned:
    """An item that could not be read: where it stood, why, and its beginning. It never fails its batch."""

    position: int
    reason: str
    excerpt: str = ""
    count: int = 1
    """How many items this stands for, from `position` on: more than one where a delivery holds too many."""


@dataclass(frozen=True, slots=True)
class Page:
    """What one poll brought: raw bytes to store before they are read, and where to go on."""

    body: bytes
    """Empty when nothing changed since the cursor."""
    delivery_id: str
    """The same page always has the same id, so storing it twice stores it once."""
    cursor: Mapping[str, Any]
    next_poll_after: timedelta


@dataclass(frozen=True, slots=True)
class OutgoingReply:
    """A reply as the network needs it."""

    text: str
    in_reply_to: str
    thread_id: str
    private: bool = False


@dataclass(frozen=True, slots=True)
class SentReply:
    """Proof that a reply stands on the network."""

    external_id: str
    sent_at: datetime
    url: str = ""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the connector's code can do; what the network permits today is data (NetworkPolicy)."""

    receives_webhooks: bool = False
    polls: bool = False
    publishes: bool = False
    reads_back: bool = False
    default_text_limit: int | None = None
    counting: Counting = Counting.CHARACTERS


class Unavailable(Exception):
    """Nothing was done; try again, not before `retry_after` seconds when it is given."""

    def __init__(self, sentence: str, *, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class Refused(Exception):
    """The network will not do this; a person must act. `code` is one of networks.md's error classes."""

    def __init__(self, sentence: str, *, code: str = "not_permitted") -> None:
        super().__init__(sentence)
        self.code = code


class BadSettings(Refused):
    """A setting is missing or wrong: `field` names it, the sentence tells how to mend it."""

    def __init__(self, sentence: str, *, field: str) -> None:
        super().__init__(sentence, code="not_permitted")
        self.field = field


class Unsettled(Exception):
    """The request left and no answer told its outcome: read back, never send again."""


class BadSignature(Exception):
    """The delivery does not prove who sent it. Answered 401 and stored nowhere."""


@dataclass(frozen=True, slots=True)
class SettingField:
    """One field of a connector's settings, for the page where a channel is connected."""

    name: str
    label: str
    help: str = ""
    secret: bool = False
    required: bool = True
    kind: str = "text"
    """text, url, or password."""


@runtime_checkable
class Network(Protocol):
    """One connection to one account on one network. Built per channel from its settings."""

    slug: str
    title: str
    capabilities: Capabilities
    fields: Sequence[SettingField]

    def check_addresses(self) -> None:
        """Judge every address among the settings by what its name leads to now, when a person enters it.

        Looks names up and connects to nothing. Raises BadSettings.
        """
        ...

    def delivery_id(self, *, headers: Mapping[str, str], body: bytes, at: datetime) -> str:
        """Verify the signature over the raw bytes and return the delivery's unique id. Raises BadSignature.

        Header names arrive in lower case.
        """
        ...

    def parse(self, body: bytes) -> Iterator[IncomingMessage | Poisoned]:
        """Read a stored body. Pure; never raises on any bytes."""
        ...

    def poll(self, cursor: Mapping[str, Any]) -> Page:
        """Fetch what is new since the cursor. Raises Unavailable or Refused."""
        ...

    def publish(self, reply: OutgoingReply, *, key: str) -> SentReply:
        """Put a reply on the network. Raises Unavailable, Refused or Unsettled."""
        ...

    def find_published(self, reply: OutgoingReply, *, key: str) -> SentReply | None:
        """Read the thread back and return our reply when it stands there. Raises Unavailable."""
        ...


@dataclass(frozen=True, slots=True)
class Registration:
    """A registry line: the slug, its title, and where its class lives (loaded on first use)."""

    slug: str
    title: str
    target: str
    icon: str = "message-square"
    options: Mapping[str, Any] = field(default_factory=dict)
