"""What can have happened in the inbox, in the vocabulary of reference/inbox.md §3c.

Facts are ids and plain values, never text or names of people.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class ItemReceived:
    kind: ClassVar[str] = "item.received"
    conversation_id: int
    message_id: int
    channel_id: int
    direction: str
    disposition: str
    proposed: bool
    reason: str
    version: str


@dataclass(frozen=True, slots=True)
class ItemBackfilled:
    kind: ClassVar[str] = "item.backfilled"
    conversation_id: int
    message_id: int
    channel_id: int
    direction: str


@dataclass(frozen=True, slots=True)
class ItemEdited:
    kind: ClassVar[str] = "item.edited"
    conversation_id: int
    message_id: int


@dataclass(frozen=True, slots=True)
class ItemDeletedExternally:
    kind: ClassVar[str] = "item.deleted_externally"
    conversation_id: int
    message_id: int


@dataclass(frozen=True, slots=True)
class ItemEvaluated:
    """A person decided, or changed, what a message is."""

    kind: ClassVar[str] = "item.evaluated"
    conversation_id: int
    message_id: int
    disposition: str
    reason: str
    before: str


@dataclass(frozen=True, slots=True)
class ConversationOpened:
    kind: ClassVar[str] = "conversation.opened"
    conversation_id: int
    channel_id: int


@dataclass(frozen=True, slots=True)
class ConversationStageChanged:
    kind: ClassVar[str] = "conversation.stage_changed"
    conversation_id: int
    before: str
    after: str
    reason: str


@dataclass(frozen=True, slots=True)
class ConversationClassified:
    kind: ClassVar[str] = "conversation.classified"
    conversation_id: int
    intent: str
    sentiment: str
    severity: str
    priority: int
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConversationAssigned:
    kind: ClassVar[str] = "conversation.assigned"
    conversation_id: int
    user_id: int
    before: int | None


@dataclass(frozen=True, slots=True)
class ConversationUnassigned:
    kind: ClassVar[str] = "conversation.unassigned"
    conversation_id: int
    before: int | None


@dataclass(frozen=True, slots=True)
class ConversationClaimed:
    kind: ClassVar[str] = "conversation.claimed"
    conversation_id: int
    user_id: int
    until: datetime


@dataclass(frozen=True, slots=True)
class ConversationSnoozed:
    kind: ClassVar[str] = "conversation.snoozed"
    conversation_id: int
    until: datetime


@dataclass(frozen=True, slots=True)
class ConversationWoken:
    kind: ClassVar[str] = "conversation.woken"
    conversation_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class ConversationResolved:
    kind: ClassVar[str] = "conversation.resolved"
    conversation_id: int


@dataclass(frozen=True, slots=True)
class ConversationReopened:
    kind: ClassVar[str] = "conversation.reopened"
    conversation_id: int
    cause: str


@dataclass(frozen=True, slots=True)
class ConversationMerged:
    kind: ClassVar[str] = "conversation.merged"
    conversation_id: int
    absorbed_id: int


@dataclass(frozen=True, slots=True)
class NoteAdded:
    kind: ClassVar[str] = "note.added"
    conversation_id: int
    note_id: int


@dataclass(frozen=True, slots=True)
class SlaStarted:
    """A response cycle began: the clock of the first or of a next response runs."""

    kind: ClassVar[str] = "sla.started"
    conversation_id: int
    cycle_id: int
    channel_id: int
    number: int
    clock: str
    message_id: int
    started_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class SlaMet:
    """A cycle was answered. `seconds` is calendar time; whether in time is said by `in_time`."""

    kind: ClassVar[str] = "sla.met"
    conversation_id: int
    cycle_id: int
    channel_id: int
    number: int
    clock: str
    message_id: int
    answered_at: datetime
    seconds: float
    in_time: bool | None
    native: bool
    user_id: int | None


@dataclass(frozen=True, slots=True)
class SlaBreached:
    kind: ClassVar[str] = "sla.breached"
    conversation_id: int
    cycle_id: int
    clock: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class SlaCancelled:
    """A cycle ended without a need to answer: deleted by its author, or excluded with a reason.

    `outcome` is `void` where a late or merged message showed that there was no such cycle.
    """

    kind: ClassVar[str] = "sla.cancelled"
    conversation_id: int
    cycle_id: int
    channel_id: int
    number: int
    clock: str
    started_at: datetime
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReplyQueued:
    kind: ClassVar[str] = "reply.queued"
    conversation_id: int
    reply_id: int
    release_at: datetime
    warned_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReplySending:
    kind: ClassVar[str] = "reply.sending"
    conversation_id: int
    reply_id: int


@dataclass(frozen=True, slots=True)
class ReplyConfirmed:
    kind: ClassVar[str] = "reply.confirmed"
    conversation_id: int
    reply_id: int
    message_id: int
    read_back: bool


@dataclass(frozen=True, slots=True)
class ReplyUnknown:
    kind: ClassVar[str] = "reply.unknown"
    conversation_id: int
    reply_id: int


@dataclass(frozen=True, slots=True)
class ReplyFailed:
    kind: ClassVar[str] = "reply.failed"
    conversation_id: int
    reply_id: int
    code: str


@dataclass(frozen=True, slots=True)
class ReplyHeld:
    kind: ClassVar[str] = "reply.held"
    conversation_id: int
    reply_id: int
    gate: str


@dataclass(frozen=True, slots=True)
class ReplyUndone:
    kind: ClassVar[str] = "reply.undone"
    conversation_id: int
    reply_id: int


@dataclass(frozen=True, slots=True)
class NativeReplyDetected:
    kind: ClassVar[str] = "native_reply.detected"
    conversation_id: int
    message_id: int


@dataclass(frozen=True, slots=True)
class ChannelConnected:
    kind: ClassVar[str] = "channel.connected"
    channel_id: int
    network: str


@dataclass(frozen=True, slots=True)
class ChannelHealthy:
    kind: ClassVar[str] = "channel.healthy"
    channel_id: int


@dataclass(frozen=True, slots=True)
class ChannelDegraded:
    kind: ClassVar[str] = "channel.degraded"
    channel_id: int
    code: str


@dataclass(frozen=True, slots=True)
class ChannelPaused:
    kind: ClassVar[str] = "channel.paused"
    channel_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class TermAdded:
    kind: ClassVar[str] = "listening_term.added"
    term_id: int
    text: str


@dataclass(frozen=True, slots=True)
class TermRemoved:
    kind: ClassVar[str] = "listening_term.removed"
    term_id: int
    text: str


@dataclass(frozen=True, slots=True)
class AccessViewedPrivate:
    """Private words of a conversation were shown to somebody."""

    kind: ClassVar[str] = "access.viewed_private"
    conversation_id: int


@dataclass(frozen=True, slots=True)
class DeliveryFailed:
    """Reading a delivery failed as often as it is tried; it waits for a person."""

    kind: ClassVar[str] = "delivery.failed"
    receipt_id: int
    channel_id: int | None


@dataclass(frozen=True, slots=True)
class DeliveryRetried:
    """Somebody had a delivery read once more."""

    kind: ClassVar[str] = "delivery.retried"
    receipt_id: int
    channel_id: int | None
