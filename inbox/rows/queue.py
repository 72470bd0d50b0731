"""The menu, the list and what can be chosen in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tenants.rows import Choice, Clock, PersonFace, level


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One conversation in the list."""

    id: int
    url: str
    network: str
    """The network's title."""
    network_icon: str
    author_name: str
    author_handle: str
    first_line: str
    """Of the oldest unanswered message, or of the last one where nothing waits."""
    intent: str
    sentiment: str
    severity: str
    language: str
    priority: int
    status: str
    stage: str
    read_at: datetime
    due_at: datetime | None = None
    warn_at: datetime | None = None
    waiting_since: datetime | None = None
    snoozed_until: datetime | None = None
    assignee: PersonFace | None = None
    viewers: tuple[PersonFace, ...] = ()
    unread: bool = False
    tags: tuple[str, ...] = ()
    selected: bool = False
    """It is the one that is open."""
    private: bool = False
    waiting: int = 1
    """How many messages wait in it."""
    has_draft: bool = False
    needs_human: bool = False
    """The machine was not sure what this is."""
    outcome: str = ""
    """For talks that wait no more: "answered", "no reply needed", ..."""
    purged: bool = False
    """The text was deleted by a rule of its network; `first_line` is empty."""

    @property
    def clock(self) -> Clock:
        return Clock(self.read_at, self.due_at, self.warn_at, self.waiting_since)

    @property
    def level(self) -> str:
        """The band of the priority: high, medium or low."""
        return level(self.priority)


@dataclass(frozen=True, slots=True)
class MenuView:
    """One entry of the menu on the left. `group` is work, saved or channels."""

    key: str
    label: str
    icon: str
    url: str
    group: str = "work"
    count: int | str | None = None
    """A number, or "1000+" where counting stopped."""
    current: bool = False
    urgent: bool = False
    """Something in it is late."""
    state: str = ""
    """For channels: ok, late, stopped or paused; empty otherwise."""
    shortcut: str = ""


@dataclass(frozen=True, slots=True)
class EmptyState:
    """A page with nothing on it: what that means, and the one way to fill it."""

    icon: str
    title: str
    sentence: str
    action: str = ""
    action_url: str = ""


@dataclass(frozen=True, slots=True)
class ConversationChoices:
    """What can be chosen for one conversation or for many: to whom, until when, which tag, why not."""

    people: tuple[PersonFace, ...] = ()
    snoozes: tuple[Choice, ...] = ()
    """`value` is what inbox:snooze takes as `until`; `hint` is the moment in words ("Tue 09:00")."""
    tags: tuple[str, ...] = ()
    reasons: tuple[Choice, ...] = ()
    """Why no reply is needed; `value` is the reason's code."""
    dispositions: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class QueuePage:
    """The menu and the list."""

    view: str
    title: str
    rows: tuple[QueueRow, ...]
    menu: tuple[MenuView, ...]
    url: str
    rows_url: str
    """Answers with the rows of this view; takes `only` (one conversation) too."""
    empty: EmptyState
    total: int | None = None
    query: str = ""
    sorts: tuple[Choice, ...] = ()
    next_url: str = ""
    breaching: int = 0
    unassigned: int = 0
    first_url: str = ""
    """The conversation most worth opening now."""
