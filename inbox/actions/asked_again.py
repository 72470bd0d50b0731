"""Edits that ask something new: the message waits again, from the edit on.

What was answered or set aside were its earlier words. Each such edit is kept with the message as
`{"at", "eligible", "reason"}`: when it was made, and what had been decided about the words before it. The
fold of cycles reads them (inbox/actions/refold.py).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from inbox.actions.arrivals import Changed
from inbox.actions.refold import NO_ANSWER
from inbox.models import Message
from inbox.sameness import Item, asks_anew
from inbox.states import NotNeeded
from tenants.kernel import bulk

MAX_KEPT = 20
"""Edits kept with one message; the oldest go first."""

Asked = dict[int, list[dict[str, Any]]]
"""Message id → its edits that asked something new."""


def find(changed: Sequence[Changed]) -> Asked:
    """Those of these edits that ask something new. Call before their words are written."""
    edits = {change.row.id: change for change in changed if change.is_edit and not change.row.outbound}
    if not edits:
        return {}
    names = "pk title text sent_at disposition disposition_reason disposition_proposed asked_again".split()
    asked: Asked = {}
    for row in Message.objects.filter(pk__in=edits).only(*names):
        change = edits[row.pk]
        before = Item("", None, row.title, row.text)
        after = Item("", None, change.item.title, change.item.text)
        if change.edited_at is not None and asks_anew(before, after):
            at = max(change.edited_at, row.sent_at).isoformat()
            asked[row.pk] = [*row.asked_again, {"at": at, **_decided(row)}][-MAX_KEPT:]
    return asked


def _decided(row: Message) -> dict[str, Any]:
    """What has been decided about the words that the edit replaces."""
    reason = "" if row.disposition_proposed else row.disposition_reason
    excluded = row.disposition in NO_ANSWER and not row.disposition_proposed
    return {"eligible": not excluded or reason == NotNeeded.TOO_LATE, "reason": reason}


def write(asked: Asked) -> None:
    """Keep them, with one statement."""
    rows = [(pk, bulk.json(edits), edits[-1]["at"]) for pk, edits in asked.items()]
    bulk.update_rows(Message, {"id": "bigint", "asked_again": "jsonb", "asked_at": "timestamptz"}, rows)


def conversations(changed: Sequence[Changed], asked: Collection[int]) -> set[int]:
    """The conversations in which something was asked anew."""
    return {change.row.conversation_id for change in changed if change.row.id in asked}
