"""What the inbox's pages are given: frozen, plain, free of Django.

`inbox/queries.py` returns these and the templates under `inbox/templates/inbox/` show them without
asking further. Words of people are plain text, never HTML. Instants are aware.
"""

from __future__ import annotations

from inbox.rows.answers import Answer, BulkResult
from inbox.rows.conversation import (
    AuthorFacts,
    ClockLine,
    Composer,
    ConversationPage,
    EarlierTalk,
    EarlierText,
    GateAnswerLine,
    ItemKind,
    OtherDraft,
    PanelSlot,
    ReasonLine,
    ReplyState,
    ThreadItem,
)
from inbox.rows.queue import ConversationChoices, EmptyState, MenuView, QueuePage, QueueRow
from inbox.rows.settings import ChannelLine, ChannelPage, ConnectorCard, FreshChannel, TermLine, TermPage
from tenants.rows import Choice, Clock, PersonFace, Toast

__all__ = [
    "Answer",
    "AuthorFacts",
    "BulkResult",
    "ChannelLine",
    "ChannelPage",
    "Choice",
    "Clock",
    "ClockLine",
    "Composer",
    "ConnectorCard",
    "ConversationChoices",
    "ConversationPage",
    "EarlierTalk",
    "EarlierText",
    "EmptyState",
    "FreshChannel",
    "GateAnswerLine",
    "ItemKind",
    "MenuView",
    "OtherDraft",
    "PanelSlot",
    "PersonFace",
    "QueuePage",
    "QueueRow",
    "ReasonLine",
    "ReplyState",
    "TermLine",
    "TermPage",
    "ThreadItem",
    "Toast",
]
