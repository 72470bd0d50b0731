"""The composer's draft: saved as it is typed, read again after an absence, and its earlier texts."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from inbox.actions import converse
from inbox.actions.draft import DraftChanged, save_draft, set_aside_draft
from inbox.models import Draft
from inbox.queries.conversation import Typed, load
from inbox.queries.drafts import earlier_texts, own_draft, was_sent
from inbox.views.conversation import CONVERSATION, page_here
from inbox.views.here import Here, here, same_person, typed_text
from tenants.accounts.guards import allow
from tenants.accounts.permissions import Permission
from tenants.kernel.htmx import part

VERSION = "Draft-Version"
"""The header in which a saved draft's version comes back; empty where there is no draft now."""


@allow(Permission.REPLY_PUBLIC)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@same_person
def draft(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """POST keeps what has been typed and answers with what the gates think of it; 409 with the newer text where it
    was changed meanwhile. GET reads it; `?sent=KEY` also asks whether that attempt to send arrived.
    """
    at_hand = here(request)
    row = load(conversation_id)
    if request.method == "POST":
        return _save(request, at_hand, row.pk)
    told = _told(own_draft(row.pk, actor=at_hand.actor))
    return JsonResponse(told | {"sent": _was_sent(request, at_hand)})


def _save(request: HttpRequest, at_hand: Here, conversation_id: int) -> HttpResponse:
    text, based_on = typed_text(request), request.POST.get("draft_version", "")
    by, at = at_hand.actor, at_hand.at
    if request.POST.get("aside") == "1":
        set_aside_draft(conversation_id=conversation_id, text=text, private=False, by=by, at=at)
        return HttpResponse(status=204)
    try:
        saved = save_draft(
            conversation_id=conversation_id, text=text, private=False, based_on=based_on, by=by, at=at
        )
    except DraftChanged as refusal:
        told = _told(refusal.newer) | {"sentence": refusal.sentence}
        return JsonResponse(told, status=refusal.status)
    if text.strip():
        _claim(at_hand, conversation_id)
    page = page_here(request, at_hand, conversation_id, Typed(text))
    response = part(request, CONVERSATION, "gates", {"conversation": page})
    response[VERSION] = saved.version if saved else ""
    return response


def _claim(at_hand: Here, conversation_id: int) -> None:
    """The first who writes takes a soft claim; somebody else's is shown by the gate, and stops nobody from drafting."""
    try:
        converse.claim_conversation(conversation_id=conversation_id, by=at_hand.actor, at=at_hand.at)
    except converse.ClaimedByAnother:
        return


def _told(draft: Draft | None) -> dict[str, object]:
    if draft is None:
        return {"text": "", "version": "", "saved_at": None}
    return {"text": draft.text, "version": draft.version, "saved_at": draft.saved_at.isoformat()}


def _was_sent(request: HttpRequest, at_hand: Here) -> bool:
    try:
        key = UUID(request.GET.get("sent", ""))
    except ValueError:
        return False
    return was_sent(key, actor=at_hand.actor)


@allow(Permission.REPLY_PUBLIC)
@require_safe
@never_cache
def earlier(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """The person's own earlier texts, for the composer."""
    row = load(conversation_id)
    texts = earlier_texts(row.pk, actor=here(request).actor)
    return render(request, "inbox/earlier_drafts.html", {"texts": texts})
