"""What a verb answers to a page that stays."""

from __future__ import annotations

from dataclasses import dataclass

from inbox.rows.conversation import ConversationPage
from inbox.rows.queue import QueueRow
from tenants.rows import Toast


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What became of a verb on many: how many went, and which did not, each with its reason."""

    sentence: str
    refused: tuple[tuple[str, str], ...] = ()
    """(the conversation in words, why not)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a verb answers to a page that stays: the changed row, the changed head, a word."""

    toast: Toast | None = None
    row: QueueRow | None = None
    gone: tuple[int, ...] = ()
    """Conversations that left the view."""
    conversation: ConversationPage | None = None
    bulk: BulkResult | None = None
