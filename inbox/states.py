"""The states of a conversation and of a reply, as tables (reference/inbox.md §3 numbers 2, 3 and §3b).

Stage and status are independent: the stage says how far the work of answering has come, the status
who has the ball.
"""

from __future__ import annotations

from enum import StrEnum

from tenants.kernel.states import Machine


class Stage(StrEnum):
    EVALUATE = "evaluate"
    ACKNOWLEDGE = "acknowledge"
    CLASSIFY = "classify"
    ESCALATE = "escalate"
    RESPOND = "respond"
    CLOSED = "closed"


# Stages may be skipped and re-entered, but a closed conversation begins again at Evaluate.
STAGES = Machine(
    {
        Stage.EVALUATE: frozenset(
            {Stage.ACKNOWLEDGE, Stage.CLASSIFY, Stage.ESCALATE, Stage.RESPOND, Stage.CLOSED}
        ),
        Stage.ACKNOWLEDGE: frozenset(
            {Stage.EVALUATE, Stage.CLASSIFY, Stage.ESCALATE, Stage.RESPOND, Stage.CLOSED}
        ),
        Stage.CLASSIFY: frozenset(
            {Stage.EVALUATE, Stage.ACKNOWLEDGE, Stage.ESCALATE, Stage.RESPOND, Stage.CLOSED}
        ),
        Stage.ESCALATE: frozenset({Stage.EVALUATE, Stage.CLASSIFY, Stage.RESPOND, Stage.CLOSED}),
        Stage.RESPOND: frozenset({Stage.EVALUATE, Stage.CLASSIFY, Stage.ESCALATE, Stage.CLOSED}),
        Stage.CLOSED: frozenset({Stage.EVALUATE}),
    }
)


class Status(StrEnum):
    NEW = "new"
    OPEN = "open"
    WAITING_CUSTOMER = "waiting_customer"
    ON_HOLD = "on_hold"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    SPAM = "spam"


_WORKING = frozenset({Status.WAITING_CUSTOMER, Status.ON_HOLD, Status.SNOOZED, Status.RESOLVED, Status.SPAM})

STATUSES = Machine(
    {
        Status.NEW: _WORKING | {Status.OPEN},
        Status.OPEN: _WORKING,
        Status.WAITING_CUSTOMER: _WORKING - {Status.WAITING_CUSTOMER} | {Status.OPEN},
        Status.ON_HOLD: _WORKING - {Status.ON_HOLD} | {Status.OPEN},
        Status.SNOOZED: _WORKING | {Status.OPEN},
        Status.RESOLVED: frozenset({Status.OPEN, Status.SPAM, Status.NEW, Status.WAITING_CUSTOMER}),
        Status.SPAM: frozenset({Status.OPEN, Status.NEW, Status.RESOLVED, Status.WAITING_CUSTOMER}),
    }
)

# Who has work to do: what the queue and the desk show.
AT_WORK = (Status.NEW, Status.OPEN, Status.ON_HOLD, Status.SNOOZED)


class ReplyState(StrEnum):
    """The road of a reply. Nothing that may have left is ever sent again: it is read back (number 2)."""

    PENDING_APPROVAL = "pending_approval"
    QUEUED = "queued"
    SENDING = "sending"
    SENT_UNVERIFIED = "sent_unverified"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    UNDONE = "undone"
    HELD = "held"


REPLIES = Machine(
    {
        ReplyState.PENDING_APPROVAL: frozenset({ReplyState.QUEUED, ReplyState.UNDONE}),
        ReplyState.QUEUED: frozenset({ReplyState.SENDING, ReplyState.UNDONE, ReplyState.HELD}),
        ReplyState.HELD: frozenset({ReplyState.QUEUED, ReplyState.UNDONE}),
        ReplyState.SENDING: frozenset(
            {
                ReplyState.CONFIRMED,
                ReplyState.SENT_UNVERIFIED,
                ReplyState.UNKNOWN,
                ReplyState.FAILED,
                ReplyState.QUEUED,
            }
        ),
        ReplyState.SENT_UNVERIFIED: frozenset({ReplyState.CONFIRMED, ReplyState.UNKNOWN}),
        ReplyState.UNKNOWN: frozenset({ReplyState.CONFIRMED, ReplyState.FAILED}),
        ReplyState.FAILED: frozenset({ReplyState.QUEUED, ReplyState.UNDONE}),
        ReplyState.CONFIRMED: frozenset(),
        ReplyState.UNDONE: frozenset(),
    }
)

# A reply in one of these is on its way: a second answer must see it first.
ON_ITS_WAY = (
    ReplyState.PENDING_APPROVAL,
    ReplyState.QUEUED,
    ReplyState.SENDING,
    ReplyState.SENT_UNVERIFIED,
    ReplyState.UNKNOWN,
    ReplyState.HELD,
)


class Outcome(StrEnum):
    """What became of a response cycle (reference/inbox.md §4)."""

    OPEN = "open"
    ANSWERED = "answered"
    CANCELLED = "cancelled"
    EXCLUDED = "excluded"
    LAPSED = "lapsed"
    """Given up: it was eligible and nobody answered. Counts against the response rate."""


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Source(StrEnum):
    """How an outbound message came to stand on the network."""

    NETWORK = "network"
    RAPPORT = "rapport"
    AUTOMATION = "automation"


class NotNeeded(StrEnum):
    """Why a message gets no answer (M1). The reasons a person can choose from."""

    CLOSING_THANKS = "closing_thanks"
    BARE_MENTION = "bare_mention"
    PRIVATE_TALK = "private_talk"
    BAIT = "bait"
    SPAM = "spam"
    NOT_OURS = "not_ours"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    DUPLICATE = "duplicate"
    MODERATED = "moderated"
    IGNORED_ON_PURPOSE = "ignored_on_purpose"
    TOO_LATE = "too_late"
    """An answer was owed and would only embarrass by now: the conversation closes, the rate still counts it."""
