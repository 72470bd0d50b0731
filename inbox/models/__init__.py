"""The client's own rows of the inbox."""

from inbox.models.channel import Channel, ListeningTerm
from inbox.models.conversation import Conversation, Cycle, Presence
from inbox.models.draft import Draft, EarlierDraft
from inbox.models.message import Author, Message, Note
from inbox.models.reply import Reply

__all__ = [
    "Author",
    "Channel",
    "Conversation",
    "Cycle",
    "Draft",
    "EarlierDraft",
    "ListeningTerm",
    "Message",
    "Note",
    "Presence",
    "Reply",
]
