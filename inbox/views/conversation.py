"""The conversation: reading it, writing in it, and taking back what has not left."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from inbox import presence as presences
from inbox.actions import converse, reply
from inbox.actions.draft import DraftChanged, save_draft, set_aside_draft
from inbox.models import Reply
from inbox.queries.conversation import Typed, choices, conversation_page, load
from inbox.queries.facts import answers_in_private, reply_facts
from inbox.queries.queue import queue_rows
from inbox.rows import ConversationPage, QueueRow
from inbox.tasks import send
from inbox.views.here import Here, here, same_person, typed_text
from inbox.views.queue import page_of
from inbox.wiring import gates, panels
from tenants.accounts.guards import allow
from tenants.accounts.permissions import Permission
from tenants.kernel import hints
from tenants.kernel.errors import NotFound, Refusal
from tenants.kernel.htmx import is_part, part
from tenants.kernel.numbers import read_number
from tenants.rows import Toast

CONVERSATION = "inbox/conversation.html"


@allow(Permission.VIEW)
@require_safe
def conversation(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """The page; only the pane for a click in the list; only the thread when something came in."""
    at_hand = here(request)
    page = page_here(request, at_hand, conversation_id)
    context = {"conversation": page, "choices": _choices(at_hand, page)}
    if request.GET.get("part") == "thread":
        return part(request, CONVERSATION, "thread_update", context)
    if is_part(request):
        return part(request, CONVERSATION, "pane", context)
    return render(request, CONVERSATION, {**context, "page": page_of(request, at_hand, selected=page.id)})


@allow(Permission.REPLY_PUBLIC)
@require_POST
@same_person
def answer(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """Put an answer into the outbox. 409 with the newer messages when somebody was first, the text kept."""
    at_hand = here(request)
    text, last_seen = typed_text(request), read_number(request.POST.get("last_seen"))
    anyway, version = request.POST.get("anyway") == "1", request.POST.get("draft_version")
    row = load(conversation_id)
    private = answers_in_private(row)
    facts = reply_facts(
        conversation=row, text=text, private=private, by=at_hand.actor, at=at_hand.at,
        seen_message_id=last_seen, sent_anyway=anyway,
    )  # fmt: skip
    try:
        queued = reply.queue_reply(
            conversation_id=row.pk, text=text, private=private, seen_version=row.version, sent_anyway=anyway,
            gates=gates(), facts=facts, key=_key(request), draft_version=version, by=at_hand.actor, at=at_hand.at,
        )  # fmt: skip
    except reply.AnsweredMeanwhile as refusal:
        kept = _keep(at_hand, row.pk, text, version or "")
        typed = Typed(text, conflict=refusal.sentence, draft_version=kept)
        return _talk(request, at_hand, row.pk, typed, status=409)
    except Refusal as refusal:
        kept = _keep(at_hand, row.pk, text, version or "")
        typed = Typed(text, error=refusal.sentence, draft_version=kept)
        return _talk(request, at_hand, row.pk, typed, status=refusal.status)
    _send_later(at_hand, queued)
    return _talk(request, at_hand, row.pk, Typed(), toast=Toast("Your answer leaves in a moment."))


def _key(request: HttpRequest) -> UUID | None:
    """The name of this attempt to send; None where a program made one up that is no UUID."""
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return None


def _keep(at_hand: Here, conversation_id: int, text: str, based_on: str) -> str | None:
    """What could not be sent is kept as a draft, also when nobody had paused long enough to save it.

    Where the draft was changed in another window meanwhile, the text is filed beside it, and the answer is the version
    it was written from: the composer then offers both.
    """
    by, at = at_hand.actor, at_hand.at
    try:
        save_draft(conversation_id=conversation_id, text=text, private=False, based_on=based_on, by=by, at=at)
    except DraftChanged:
        set_aside_draft(conversation_id=conversation_id, text=text, private=False, by=by, at=at)
        return based_on
    return None


@allow(Permission.NOTE)
@require_POST
@same_person
def note(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """Leave a note. Its own address, so that it can never go out."""
    at_hand = here(request)
    text = typed_text(request)
    try:
        converse.add_note(conversation_id=conversation_id, text=text, by=at_hand.actor, at=at_hand.at)
    except converse.NotUnderstood as refusal:
        return _talk(
            request, at_hand, conversation_id, Typed(note=text, note_error=refusal.sentence), status=422
        )
    return _talk(request, at_hand, conversation_id, Typed(), toast=Toast("Noted for colleagues."))


@allow(Permission.REPLY_PUBLIC)
@require_POST
def undo(request: HttpRequest, reply_id: int) -> HttpResponse:
    """Take an answer back before it leaves; its text is in the field again."""
    at_hand = here(request)
    row = _reply(reply_id)
    try:
        reply.undo_reply(reply_id=reply_id, by=at_hand.actor, at=at_hand.at)
    except Refusal:
        sentence = "It has left already and cannot be taken back."
        return _talk(request, at_hand, row.conversation_id, Typed(error=sentence), status=409)
    return _talk(request, at_hand, row.conversation_id, Typed(), toast=Toast("Taken back. Nothing was sent."))


@allow(Permission.REPLY_PUBLIC)
@require_POST
def retry(request: HttpRequest, reply_id: int) -> HttpResponse:
    """Queue a failed or held answer again; the gates are asked again when it leaves."""
    at_hand = here(request)
    row = _reply(reply_id)
    _send_later(at_hand, reply.release_held(reply_id=reply_id, by=at_hand.actor, at=at_hand.at))
    return _talk(request, at_hand, row.conversation_id, Typed(), toast=Toast("Tried again."))


@allow(Permission.VIEW)
@require_POST
def presence(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """I am here, or I am writing: every ten seconds."""
    at_hand = here(request)
    composing = request.POST.get("mode") == "composing"
    presences.touch(conversation_id=conversation_id, composing=composing, by=at_hand.actor, at=at_hand.at)
    return HttpResponse(status=204)


def _reply(reply_id: int) -> Reply:
    row = Reply.objects.filter(pk=reply_id).first()
    if row is None:
        raise NotFound("There is no such answer here.")
    return row


def _send_later(at_hand: Here, queued: Reply) -> None:
    """Wake a worker when the undo time is over; the beat's round sends it should the broker be lost."""
    wait = max(0.0, (queued.release_at - at_hand.at).total_seconds())
    hints.give(send, kwargs={"client_id": at_hand.client.pk}, countdown=wait)


def page_here(
    request: HttpRequest, at_hand: Here, conversation_id: int, typed: Typed | None = None
) -> ConversationPage:
    return conversation_page(
        conversation_id,
        client=at_hand.client,
        actor=at_hand.actor,
        gates=gates(),
        panels=panels(),
        at=at_hand.at,
        view_key=request.GET.get("view") or "open",
        all_of_it=request.GET.get("all") == "1",
        typed=typed,
    )


def _choices(at_hand: Here, page: ConversationPage) -> object:
    return choices(
        actor=at_hand.actor, client=at_hand.client, at=at_hand.at, current=page.disposition.replace(" ", "_")
    )


def row_of(at_hand: Here, conversation_id: int, view_key: str) -> QueueRow:
    """The conversation's row in the list, as it is now."""
    return queue_rows(
        [load(conversation_id)],
        actor=at_hand.actor,
        at=at_hand.at,
        selected=conversation_id,
        view_key=view_key,
    )[0]


def _talk(
    request: HttpRequest,
    at_hand: Here,
    conversation_id: int,
    typed: Typed,
    *,
    status: int = 200,
    toast: Toast | None = None,
) -> HttpResponse:
    """Thread and composer for HTMX; without scripts the whole page, or back to it."""
    page = page_here(request, at_hand, conversation_id, typed)
    context = {"conversation": page, "choices": _choices(at_hand, page), "toast": toast, "head_too": True}
    if is_part(request):
        context["row"] = row_of(at_hand, page.id, request.GET.get("view") or "open")
        return part(request, CONVERSATION, "talk", context, status=status)
    if status == 200:  # HTTP's word for well
        return redirect(page.url)
    return render(
        request, CONVERSATION, {**context, "page": page_of(request, at_hand, selected=page.id)}, status=status
    )
