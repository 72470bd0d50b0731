"""Channels and listening terms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """A connected account and how it does. `state` is ok, late, stopped or paused."""

    id: int
    name: str
    network: str
    network_icon: str
    account: str
    state: str
    sentence: str
    """The state in words: "Last item 4 min ago", or what is wrong and what to do."""
    received_today: int = 0
    waiting: int = 0
    last_item_at: datetime | None = None
    since: datetime | None = None
    """For trouble: since when."""
    publishes: bool = False
    purpose: str = ""
    hook_url: str = ""
    may_pause: bool = False
    pause_url: str = ""
    resume_url: str = ""


@dataclass(frozen=True, slots=True)
class ConnectorCard:
    """A network that can be connected."""

    slug: str
    title: str
    icon: str
    sentence: str
    url: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class FreshChannel:
    """Shown once after connecting a signed webhook: the secret cannot be shown again."""

    name: str
    url: str
    secret: str
    example: str
    """A command line that works."""


@dataclass(frozen=True, slots=True)
class ChannelPage:
    """The channels of one brand."""

    channels: tuple[ChannelLine, ...]
    connectors: tuple[ConnectorCard, ...]
    may_change: bool = True
    fresh: FreshChannel | None = None


@dataclass(frozen=True, slots=True)
class TermLine:
    """A listening term and what it found."""

    id: int
    text: str
    fuzzy: bool
    excludes: tuple[str, ...]
    found: int
    """Messages in the last 30 days."""
    misspelt: int
    """Of these, found through a misspelling."""
    examples: tuple[str, ...] = ()
    """Misspellings that were found."""
    added_by: str = ""
    added_at: datetime | None = None
    rows_url: str = ""


@dataclass(frozen=True, slots=True)
class TermPage:
    """The listening terms of one brand."""

    terms: tuple[TermLine, ...]
    may_change: bool = True
    unmatched: int = 0
    """Messages of the last 30 days that came in without a term, because they were addressed to the brand."""
