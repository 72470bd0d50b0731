"""Drafts: what a person has typed and not sent.

The one rule: a save never replaces words that its writer had not seen. It names the version it was written from; where
the draft has moved on since, it is refused with the newer text, unless it only adds to that text. What a save takes
away on purpose is filed as an earlier draft, so nothing disappears silently.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models, transaction

from inbox.connectors.reading import clean
from inbox.models import Conversation, Draft, EarlierDraft
from inbox.queries.facts import answers_in_private
from tenants.accounts.actors import Actor
from tenants.accounts.permissions import Permission
from tenants.kernel.errors import Conflict, Refusal

ANSWERS = (Permission.REPLY_PRIVATE, Permission.REPLY_PUBLIC)
"""In public or in private, one is enough to write; which of them the answer needs is asked when it is sent."""
LONGEST = 100_000
"""Characters. What a network takes is said by the gate of length."""
EARLIER_KEPT = 20
"""Earlier drafts of one person in one conversation; the oldest make room."""
SMALL_EDIT = 20
"""Characters. Smaller corrections are filed at most once in FILED_EVERY, so that they do not push out whole texts."""
FILED_EVERY = timedelta(minutes=1)


class DraftChanged(Conflict):
    """The draft has moved on since the text was begun. Carries `newer`, the draft as it is now, or None."""

    code = "draft_changed"

    def __init__(self, newer: Draft | None) -> None:
        self.newer = newer
        super().__init__(
            "This draft was changed in another window. Compare the two texts, then save again."
            if newer
            else "This draft was sent or cleared in another window. Save your text as a new draft, or drop it.",
            version=newer.version if newer else "",
        )


class DraftTooLong(Refusal):
    code = "draft_too_long"


@transaction.atomic
def save_draft(
    *, conversation_id: int, text: str, private: bool, based_on: str, by: Actor, at: datetime
) -> Draft | None:
    """Keep what has been typed; an empty text removes the draft.

    `based_on` is the version (`Draft.version`) the text was written from, "" if there was no draft. Raises
    DraftChanged and DraftTooLong.
    """
    by.must_either(*ANSWERS)
    text = storable(text)
    conversation = _lock_where_it_is_now(conversation_id)
    private = private or answers_in_private(conversation)
    draft = Draft.objects.filter(conversation=conversation, user_id=by.user_id or 0).first()
    if draft is None:
        return _begin(conversation, text, private=private, based_on=based_on, by=by, at=at)
    if (draft.text, draft.private) == (text, private):
        return draft
    if based_on != draft.version and not text.startswith(draft.text):
        raise DraftChanged(draft)
    _file_what_is_lost(draft, text, at=at)
    if not text.strip():
        draft.delete()
        return None
    return rewrite(draft, text, private=private, at=at)


def _begin(
    conversation: Conversation, text: str, *, private: bool, based_on: str, by: Actor, at: datetime
) -> Draft | None:
    """A draft where there is none. One that was written from a draft is not brought back unasked: it may be sent."""
    if not text.strip():
        return None
    if based_on:
        raise DraftChanged(None)
    return Draft.objects.create(
        conversation=conversation, user_id=by.user_id or 0, text=text, private=private, saved_at=at
    )


@transaction.atomic
def set_aside_draft(
    *, conversation_id: int, text: str, private: bool, by: Actor, at: datetime
) -> EarlierDraft | None:
    """File a text that its writer gave up for another; None where there is nothing to file."""
    by.must_either(*ANSWERS)
    text = storable(text)
    conversation = _lock_where_it_is_now(conversation_id)
    if not text.strip():
        return None
    return _file(
        Draft(
            conversation=conversation,
            user_id=by.user_id or 0,
            text=text,
            private=private or answers_in_private(conversation),
            saved_at=at,
        ),
        at=at,
    )


# --- Steps shared with answering (actions/reply.py) --------------------------------------------------


def drop_sent(
    conversation: Conversation, *, text: str, version: str | None, user_id: int, at: datetime
) -> None:
    """Remove the draft that has become a reply.

    One that moved on in another window since `version` stays. Where the version is not known, what the reply does not
    say is filed.
    """
    draft = Draft.objects.filter(conversation=conversation, user_id=user_id).first()
    if draft is None:
        return
    text = storable(text)
    if version is not None and version != draft.version and not text.startswith(draft.text):
        return
    _file_what_is_lost(draft, text, at=at)
    draft.delete()


def bring_back(conversation: Conversation, *, text: str, private: bool, user_id: int, at: datetime) -> Draft:
    """A reply that was undone is a draft again; what its writer has begun since stands below it."""
    draft = Draft.objects.filter(conversation=conversation, user_id=user_id).first()
    if draft is None:
        return Draft.objects.create(
            conversation=conversation, user_id=user_id, text=text, private=private, saved_at=at
        )
    whole = text if draft.text == text else f"{text}\n\n{draft.text}"
    return rewrite(draft, whole, private=private or draft.private, at=at)


def rewrite(draft: Draft, text: str, *, private: bool, at: datetime) -> Draft:
    """Another text, and so another version."""
    draft.text, draft.private, draft.saved_at = text, private, at
    draft.number += 1
    draft.save()
    return draft


def storable(text: str) -> str:
    """As PostgreSQL and the next reading of a form give it back: line ends as `\\n`. Raises DraftTooLong."""
    text = clean(text).replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > LONGEST:
        raise DraftTooLong(
            f"A draft may have {LONGEST:,} characters, and this has {len(text):,}. Shorten it; nothing was cut."
        )
    return text


def _lock_where_it_is_now(conversation_id: int) -> Conversation:
    """The conversation, or the one it was merged into. Raises NotFound."""
    conversation = Conversation.objects.lock(conversation_id)
    while conversation.merged_into_id is not None:
        conversation = Conversation.objects.lock(conversation.merged_into_id)
    return conversation


# --- Earlier drafts ----------------------------------------------------------------------------------


def lost(old: str, new: str) -> int:
    """How many characters of the old text the new one does not have: between what both begin and end with."""
    start = _shared(old, new)
    end = _shared(old[start:][::-1], new[start:][::-1])
    return len(old) - start - end


def _shared(one: str, other: str) -> int:
    """How many characters both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))


def _file_what_is_lost(draft: Draft, text: str, *, at: datetime) -> None:
    """File the draft's text before another replaces it, unless that has all of it or only corrects it again."""
    gone = lost(draft.text.strip(), text)
    if gone == 0:
        return
    if gone >= SMALL_EDIT or not _filed(draft).filter(replaced_at__gt=at - FILED_EVERY).exists():
        _file(draft, at=at)


def _file(draft: Draft, *, at: datetime) -> EarlierDraft:
    newest = _filed(draft).order_by("-id").first()
    if newest is not None and newest.text == draft.text:
        return newest
    filed = EarlierDraft.objects.create(
        conversation_id=draft.conversation_id,
        user_id=draft.user_id,
        text=draft.text,
        private=draft.private,
        saved_at=min(draft.saved_at, at),
        replaced_at=at,
    )
    beyond = list(_filed(draft).order_by("-id").values_list("pk", flat=True)[EARLIER_KEPT:])
    EarlierDraft.objects.filter(pk__in=beyond).delete()
    return filed


def _filed(draft: Draft) -> models.QuerySet[EarlierDraft]:
    return EarlierDraft.objects.filter(conversation_id=draft.conversation_id, user_id=draft.user_id)
