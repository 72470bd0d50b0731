"""What a demo is made of, as frozen dataclasses: brands, channels, people, threads, items.

They carry no behaviour. `config/demo/loader.py` makes threads from files, the brand modules are Python.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import Any

from inbox.connectors.ports import Kind

AGENCY_NAME = "Rook & Sundial"
"""The invented agency that answers for all three brands."""


class DemoContentError(ValueError):
    """Something in the demo's files is wrong; the sentence names file and line."""


class StoryKind(StrEnum):
    """What a thread is a story of. A thread may be several; tests require each at least once."""

    ACCESSIBILITY = "accessibility"
    BAIT = "bait"
    BARE_MENTION = "bare_mention"
    COMPLAINT = "complaint"
    CRISIS = "crisis"
    DUPLICATE = "duplicate"
    EMOJI = "emoji"
    EMPLOYEE_PRAISE = "employee_praise"
    EXCLUSION = "exclusion"
    """Looks like the brand's name and is not the brand."""
    FOLLOWER_BAIT = "follower_bait"
    HEATED = "heated"
    """A complaint that grows over several messages."""
    HERO = "hero"
    """A customer who answers other customers."""
    IDEA = "idea"
    INFLUENCER = "influencer"
    INVESTOR = "investor"
    JOB = "job"
    JOURNALIST = "journalist"
    LEGAL = "legal"
    LONG_TEXT = "long_text"
    LONG_THREAD = "long_thread"
    LOST_PROPERTY = "lost_property"
    MISSPELT = "misspelt"
    PARTNER = "partner"
    PRAISE = "praise"
    PRIVATE_DATA = "private_data"
    """Order numbers, addresses or telephone numbers said in public."""
    PRIVATE_TALK = "private_talk"
    QUESTION = "question"
    REVIEW = "review"
    RIGHT_TO_LEFT = "right_to_left"
    SAFETY = "safety"
    SALES = "sales"
    SARCASM = "sarcasm"
    SPAM = "spam"
    THANKS = "thanks"


@dataclass(frozen=True, slots=True)
class DemoTerm:
    """A listening term (M11)."""

    text: str
    misspellings: bool = True
    excludes: tuple[str, ...] = ()
    """A post that contains one of these does not match."""


@dataclass(frozen=True, slots=True)
class DemoSavedReply:
    """A prepared answer. What a person must fill in stands in square brackets."""

    title: str
    language: str
    text: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoChannel:
    """One account of a brand. `network` is a label: all are delivered through the signed webhook."""

    slug: str
    network: str
    name: str
    account: str
    purpose: str
    audience: str


@dataclass(frozen=True, slots=True)
class DemoBrand:
    """A client of the agency."""

    slug: str
    name: str
    trade: str
    color: str
    """`#rrggbb`, at least 4.5:1 against white, so it serves as text on white and under white text."""
    time_zone: str
    languages: tuple[str, ...]
    handles: tuple[str, ...]
    voice: str
    terms: tuple[DemoTerm, ...]
    crisis_words: tuple[str, ...]
    opens: time
    closes: time
    """The hours, in `time_zone`, in which somebody answers."""
    workdays: frozenset[int]
    """Monday is 0."""
    channels: tuple[DemoChannel, ...]
    saved_replies: tuple[DemoSavedReply, ...]

    def channel(self, slug: str) -> DemoChannel:
        """The channel of that slug. Raises KeyError."""
        for channel in self.channels:
            if channel.slug == slug:
                return channel
        raise KeyError(slug)


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody who signs in: at the agency (`client` is empty) or at one client."""

    name: str
    email: str
    role: str
    """owner, manager, responder, approver, advocate, executive or auditor."""
    client: str
    languages: tuple[str, ...]
    bio: str


@dataclass(frozen=True, slots=True)
class DemoAuthor:
    """Somebody who writes to a brand. The same handle on the same network is the same person."""

    name: str
    handle: str
    followers: int | None = None


@dataclass(frozen=True, slots=True)
class DemoMessage:
    """One message of a thread; `author` is None when the brand speaks."""

    at: int
    """Seconds after the thread's start, as it went in life."""
    author: DemoAuthor | None
    text: str
    kind: Kind
    in_reply_to: int | None = None
    """Position in the thread of the message that this one answers."""


@dataclass(frozen=True, slots=True)
class DemoThread:
    """One written conversation."""

    brand: str
    id: str
    channel: str
    language: str
    tags: frozenset[StoryKind]
    messages: tuple[DemoMessage, ...]
    title: str = ""
    rating: int | None = None
    private: bool = False


@dataclass(frozen=True, slots=True)
class DemoItem:
    """One thing to deliver: where, when it was said, and the item of the signed webhook's body."""

    brand: str
    channel: str
    sent_at: datetime
    payload: Mapping[str, Any]
    """JSON: strings, numbers, booleans and one object for the author."""
