"""A person's own draft of a conversation, and the texts it replaced."""

from __future__ import annotations

from uuid import UUID

from inbox.models import Draft, EarlierDraft, Reply
from inbox.rows import EarlierText
from tenants.accounts.actors import Actor


def own_draft(conversation_id: int, *, actor: Actor) -> Draft | None:
    return Draft.objects.filter(conversation_id=conversation_id, user_id=actor.user_id or 0).first()


def earlier_texts(conversation_id: int, *, actor: Actor) -> tuple[EarlierText, ...]:
    """What the person's drafts said before, the newest first; at most as many as are kept (actions/draft.py)."""
    own = EarlierDraft.objects.filter(conversation_id=conversation_id, user_id=actor.user_id or 0)
    return tuple(EarlierText(row.pk, row.text, row.private, row.saved_at) for row in own.order_by("-id"))


def was_sent(key: UUID, *, actor: Actor) -> bool:
    """Whether the person's attempt to send under this key has come into the outbox and was not undone."""
    own = Reply.objects.filter(key=key, actor_kind=actor.kind.value, actor_id=actor.id)
    return own.exclude(state="undone").exists()
