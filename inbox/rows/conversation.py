"""One conversation: who wrote, what was said, what was decided and why, and where an answer is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from inbox.counting import unit
from tenants.rows import Clock, PersonFace, initials, level, span


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One part of a score or a decision. `points` is None for a plain statement."""

    sentence: str
    points: int | None = None
    rule: str = ""

    @property
    def signed(self) -> str:
        return "" if self.points is None else f"{self.points:+d}".replace("-", "−")


@dataclass(frozen=True, slots=True)
class EarlierTalk:
    """Another conversation with the same author, in this brand."""

    id: int
    url: str
    first_line: str
    network: str
    network_icon: str
    at: datetime
    outcome: str
    intent: str = ""


@dataclass(frozen=True, slots=True)
class AuthorFacts:
    """Who wrote, as far as this brand knows."""

    id: int
    name: str
    handle: str
    url: str = ""
    followers: int | None = None
    first_seen_at: datetime | None = None
    messages: int = 0
    unanswered: int = 0
    earlier: tuple[EarlierTalk, ...] = ()
    earlier_total: int = 0
    all_url: str = ""
    """Every conversation with this author."""

    @property
    def initials(self) -> str:
        return initials(self.name or self.handle)


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One clock of the conversation in its panel. `met_after` (seconds) is set once it stopped."""

    name: str
    clock: Clock
    target: str
    """The promise in words: "first response within 1 h"."""
    met_after: int | None = None
    met_late: bool = False
    paused: str = ""
    """Why it stands still."""

    @property
    def met_text(self) -> str:
        if self.met_after is None:
            return ""
        return f"{'late, ' if self.met_late else ''}after {span(self.met_after)}"


class ItemKind(StrEnum):
    """What a line of the thread is."""

    IN = "in"
    OUT = "out"
    NOTE = "note"
    SYSTEM = "system"


class ReplyState(StrEnum):
    """How far an answer has come, as the thread shows it."""

    NONE = ""
    QUEUED = "queued"
    SENDING = "sending"
    CONFIRMED = "confirmed"
    UNKNOWN = "unknown"
    FAILED = "failed"
    REFUSED = "refused"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class ThreadItem:
    """One thing that happened in the conversation, oldest first."""

    key: str
    """Unique in the thread; becomes the element's id."""
    kind: ItemKind
    at: datetime
    text: str
    who: str
    face: PersonFace | None = None
    """Ours only; an author has initials from AuthorFacts."""
    handle: str = ""
    title: str = ""
    private: bool = False
    account: str = ""
    """For our replies: the account that spoke."""
    state: ReplyState = ReplyState.NONE
    state_sentence: str = ""
    release_at: datetime | None = None
    """A queued reply leaves then; until then it can be undone."""
    undo_url: str = ""
    retry_url: str = ""
    url: str = ""
    """Where it stands on the network."""
    rating: int | None = None
    language: str = ""
    attachments: tuple[str, ...] = ()
    waits: bool = False
    """It is among the messages nobody has answered."""
    new: bool = False
    """Arrived since this person last looked."""
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    purged: bool = False
    icon: str = "dot"
    """For system lines."""
    by_machine: bool = False
    native: bool = False
    """Our answer was given on the network itself, outside Rapport."""

    @property
    def is_long(self) -> bool:
        return len(self.text) > 3000

    @property
    def stars(self) -> range:
        return range(self.rating or 0)


@dataclass(frozen=True, slots=True)
class GateAnswerLine:
    """One gate's answer, beside the composer. Allow is never shown."""

    gate: str
    answer: str
    """warn, hold or block."""
    sentence: str
    rule: str = ""
    why: str = ""
    """Behind "why": the rule in full."""
    way_forward: str = ""
    """What the send button turns into: "Ask Priya to approve". It posts `way` with the gate's name."""


@dataclass(frozen=True, slots=True)
class OtherDraft:
    """What a colleague has begun to answer here, so that it is not begun twice, nor lost when he or she leaves."""

    who: str
    text: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class EarlierText:
    """A text that the reader's own draft held before."""

    id: int
    text: str
    private: bool
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Composer:
    """Where an answer is written."""

    may_reply: bool
    account: str
    network: str
    text: str = ""
    why_not: str = ""
    """Shown instead of the field when `may_reply` is False."""
    private: bool = False
    reply_to: str = ""
    """Whom it answers, in words: "@jo.k"."""
    limit: int | None = None
    used: int = 0
    counting: str = "characters"
    """characters, graphemes, weighted or bytes: how the network counts. The server's count holds."""
    gates: tuple[GateAnswerLine, ...] = ()
    undo_seconds: int = 10
    saved_at: datetime | None = None
    saved_by: str = ""
    """Somebody else's name, where the draft is theirs."""
    last_seen: int = 0
    """The newest entry of the conversation this page knows; sent along so that a collision is found."""
    conflict: str = ""
    """Set after a 409: what happened meanwhile. The text is kept, and "send anyway" is offered."""
    error: str = ""
    note: str = ""
    note_error: str = ""
    others: tuple[OtherDraft, ...] = ()
    draft_version: str = ""
    """The version `text` was read at; sent along with every save, so that a newer one is not overwritten."""
    key: str = ""
    """Names one attempt to send. Posted twice with the same text, it is sent once."""
    writer_id: int = 0
    """Who writes here. A page left open is of no use to another person who has signed in since."""
    has_earlier: bool = False
    """There are earlier texts of the reader's own draft."""

    @property
    def blocked(self) -> bool:
        return any(gate.answer in {"hold", "block"} for gate in self.gates)

    @property
    def way_forward(self) -> GateAnswerLine | None:
        """The gate whose way forward takes the send button's place."""
        stopping = [gate for gate in self.gates if gate.answer in {"hold", "block"}]
        return next((gate for gate in stopping if gate.way_forward), stopping[0] if stopping else None)

    @property
    def over(self) -> bool:
        return self.limit is not None and self.used > self.limit

    @property
    def unit(self) -> str:
        """What is counted, in words."""
        return unit(self.counting)


@dataclass(frozen=True, slots=True)
class PanelSlot:
    """A place in the fourth column that another app fills from its own URL (config/panels.py)."""

    key: str
    title: str
    url: str
    lines: int = 3
    """How high it will be, about, from 1 to 8 lines: the room is kept so that nothing moves."""


@dataclass(frozen=True, slots=True)
class ConversationPage:
    """One conversation, whole."""

    id: int
    url: str
    back_url: str
    title: str
    network: str
    network_icon: str
    channel: str
    private: bool
    author: AuthorFacts
    status: str
    stage: str
    intent: str
    intent_percent: int | None
    sentiment: str
    severity: str
    language: str
    priority: int
    priority_reasons: tuple[ReasonLine, ...]
    disposition: str
    disposition_reasons: tuple[ReasonLine, ...]
    items: tuple[ThreadItem, ...]
    composer: Composer
    read_at: datetime
    due_at: datetime | None = None
    warn_at: datetime | None = None
    waiting_since: datetime | None = None
    proposed: bool = False
    """The disposition is a machine's proposal that nobody has confirmed."""
    matches: tuple[str, ...] = ()
    """Why it was found, in sentences (M11)."""
    version: str = ""
    """Of the rules that decided."""
    assignee: PersonFace | None = None
    claimed_by: PersonFace | None = None
    claimed_until: datetime | None = None
    snoozed_until: datetime | None = None
    tags: tuple[str, ...] = ()
    viewers: tuple[PersonFace, ...] = ()
    clocks: tuple[ClockLine, ...] = ()
    panels: tuple[PanelSlot, ...] = ()
    external_url: str = ""
    earlier_count: int = 0
    """Items before the first one shown."""
    earlier_url: str = ""
    is_closed: bool = False
    may_act: bool = True
    zone: str = ""
    """The client's time zone, where it differs from the reader's."""

    @property
    def clock(self) -> Clock:
        return Clock(self.read_at, self.due_at, self.warn_at, self.waiting_since)

    @property
    def level(self) -> str:
        return level(self.priority)
