"""What was done to an installation, what it holds in the end, and the rules between the two. Pure.

Every delivery that was accepted is accounted for exactly once: its items are messages, or set aside with a reason.
Every reply is published at most once, and its state in the end is what the network knows of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

ENDED = frozenset({"confirmed", "failed", "held", "undone"})
"""States in which a reply may stay: the others are on their way."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item as it was sent. `version` grows with each edit; a damaged one can only be set aside."""

    name: str
    version: int = 0
    is_damaged: bool = False


@dataclass(frozen=True, slots=True)
class Press:
    """Somebody pressed send. `status` is 0 when no answer came."""

    conversation: int
    text: str
    status: int


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """A reply as the database holds it."""

    key: str
    conversation: int
    text: str
    state: str


@dataclass(slots=True)
class History:
    """What was done: filled by several threads, each adding what it alone did."""

    sent: dict[str, tuple[Item, ...]] = field(default_factory=dict)
    """Delivery → its items in order, whether or not it was ever accepted."""
    accepted: Counter[str] = field(default_factory=Counter)
    """Delivery → how often it was answered 2xx; re-sending one is allowed."""
    refused: Counter[int] = field(default_factory=Counter)
    """Status (0: no answer) → how many deliveries met it."""
    presses: list[Press] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the database and the network hold in the end."""

    receipts: Counter[str]
    waiting: int
    aside: Mapping[str, tuple[tuple[int, str], ...]]
    """Delivery → (position, reason) of each item that was set aside."""
    messages: Counter[str]
    versions: Mapping[str, int]
    """Message → the version its text is of."""
    replies: tuple[ReplyRow, ...]
    posts: Counter[str]
    published: Counter[str]


def violations(history: History, outcome: Outcome) -> list[str]:
    """Every rule that does not hold, as a sentence; empty when nothing was lost and nothing was done twice."""
    return [
        *_of_deliveries(history, outcome),
        *_of_messages(history, outcome),
        *_of_replies(history, outcome),
    ]


def _of_deliveries(history: History, outcome: Outcome) -> Iterator[str]:
    if outcome.waiting:
        yield f"{outcome.waiting} receipts were never read"
    for delivery, count in outcome.receipts.items():
        if delivery not in history.sent:
            yield f"receipt {delivery} was never sent"
        if count > 1:
            yield f"delivery {delivery} is there {count} times"
    for delivery in history.accepted:
        if not outcome.receipts[delivery]:
            yield f"delivery {delivery} was accepted and is gone"
            continue
        wanted = [n for n, item in enumerate(history.sent[delivery]) if item.is_damaged]
        aside = outcome.aside.get(delivery, ())
        if sorted(position for position, _ in aside) != wanted:
            yield f"delivery {delivery} should have set aside {wanted} and set aside {aside}"
        if not all(reason for _, reason in aside):
            yield f"delivery {delivery} set an item aside without a reason"


def _of_messages(history: History, outcome: Outcome) -> Iterator[str]:
    everything = {item.name for items in history.sent.values() for item in items if not item.is_damaged}
    newest: dict[str, int] = {}
    for delivery in history.accepted:
        for item in history.sent[delivery]:
            if not item.is_damaged:
                newest[item.name] = max(item.version, newest.get(item.name, 0))
    for name, version in newest.items():
        if not outcome.messages[name]:
            yield f"item {name} was accepted and is no message"
        elif outcome.versions[name] < version:
            yield f"message {name} is of version {outcome.versions[name]}; {version} was accepted"
    for name, count in outcome.messages.items():
        if count > 1:
            yield f"item {name} became {count} messages"
        if name not in everything:
            yield f"message {name} was never sent"


def _of_replies(history: History, outcome: Outcome) -> Iterator[str]:
    texts = Counter(reply.text for reply in outcome.replies)
    for press in history.presses:
        if press.status == 202 and texts[press.text] != 1:
            yield f"reply “{press.text}” was accepted and is there {texts[press.text]} times"
    for conversation, count in Counter(reply.conversation for reply in outcome.replies).items():
        if count > 1:
            yield f"conversation {conversation} got {count} replies though its senders had seen the same"
    for key, count in outcome.published.items():
        if count > 1:
            yield f"reply {key} was published {count} times"
    keys = {reply.key for reply in outcome.replies}
    yield from (
        f"reply {key} was asked for and is not in the outbox" for key in outcome.posts if key not in keys
    )
    for reply in outcome.replies:
        if reply.state not in ENDED:
            yield f"reply {reply.key} is {reply.state} for ever"
        if (reply.state == "confirmed") is not bool(outcome.published[reply.key]):
            yield f"reply {reply.key} is {reply.state} and was published {outcome.published[reply.key]} times"
