"""What is done to a conversation with one key, and to many at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import is_naive
from django.views.decorators.http import require_POST

from inbox.actions import converse
from inbox.evaluation import Disposition
from inbox.models import Conversation, Message
from inbox.queries.conversation import choices, conversation_page, load
from inbox.queries.queue import HIDDEN, hidden_previews
from inbox.rows import Answer, BulkResult
from inbox.states import Direction, NotNeeded
from inbox.views.conversation import row_of
from inbox.views.here import Here, here
from inbox.views.queue import QUEUE, page_of
from inbox.wiring import gates, house_rules, panels
from tenants.accounts.guards import allow
from tenants.accounts.permissions import Permission
from tenants.kernel.errors import Refusal
from tenants.kernel.htmx import is_part, part
from tenants.kernel.numbers import read_id, read_ids
from tenants.rows import Toast

MAX_AT_ONCE = 200

Act = Callable[[Here, int], object]
Undo = tuple[str, tuple[tuple[str, str], ...]]
"""The verb that takes an act back (its URL's name), and what it is sent."""
WayBack = Callable[[Conversation], Undo | None]
"""From the conversation as it was before."""


def _reopening(_: Conversation) -> Undo:
    return "inbox:reopen", ()


def _do(
    request: HttpRequest,
    conversation_id: int,
    act: Act,
    said: str,
    *,
    gone: bool = False,
    undo: WayBack = lambda _: None,
) -> HttpResponse:
    """Do it and answer with what changed; a refusal answers with its sentence and changes nothing.

    `undo` says how to take it back; what itself takes something back offers no undo.
    """
    at_hand = here(request)
    before = load(conversation_id)
    pk, way_back = before.pk, undo(before) if not request.POST.get("undoes") else None
    try:
        act(at_hand, pk)
    except Refusal as refusal:
        said_no = Toast(refusal.sentence, trouble=True)
        return _answer(request, at_hand, pk, said_no, status=refusal.status, shown=not gone)
    return _answer(request, at_hand, pk, _said(said, pk, way_back), gone=gone, shown=not gone)


def _said(sentence: str, pk: int, way_back: Undo | None) -> Toast:
    if way_back is None:
        return Toast(sentence)
    name, fields = way_back
    return Toast(sentence, undo_url=reverse(name, args=[pk]), undo_fields=(*fields, ("undoes", "1")))


def _answer(
    request: HttpRequest,
    at_hand: Here,
    pk: int,
    toast: Toast,
    *,
    status: int = 200,
    gone: bool = False,
    shown: bool = True,
) -> HttpResponse:
    """What changed. `shown` is whether the conversation stays on the page: after a verb that leaves it, it does not."""
    view_key = request.GET.get("view") or "open"
    page = conversation_page(
        pk,
        client=at_hand.client,
        actor=at_hand.actor,
        gates=gates(),
        panels=panels(),
        at=at_hand.at,
        view_key=view_key,
    )
    if not is_part(request):
        return redirect(page.url)
    answer = Answer(
        toast=toast,
        row=None if gone else row_of(at_hand, pk, view_key),
        gone=(pk,) if gone else (),
        conversation=page if shown else None,
    )
    offered = choices(
        actor=at_hand.actor, client=at_hand.client, at=at_hand.at, current=page.disposition.replace(" ", "_")
    )
    return render(request, "inbox/answer.html", {"answer": answer, "choices": offered}, status=status)


@allow(Permission.ASSIGN)
@require_POST
def assign(request: HttpRequest, conversation_id: int) -> HttpResponse:
    to = request.POST.get("assignee", "")

    def act(at_hand: Here, pk: int) -> object:
        return converse.assign_conversation(
            conversation_id=pk, to=_colleague(to), by=at_hand.actor, at=at_hand.at
        )

    def undo(before: Conversation) -> Undo:
        return "inbox:assign", (("assignee", str(before.assignee_id or "")),)

    said = "Assigned." if to else "Nobody has it now."
    return _do(request, conversation_id, act, said, undo=undo)


def _colleague(text: str) -> int | None:
    """A user's id; None for nobody. Raises NotUnderstood."""
    user_id = read_id(text)
    if text and user_id is None:
        raise converse.NotUnderstood("Nobody with that id works here. Choose somebody from the list.")
    return user_id


@allow(Permission.REPLY_PUBLIC)
@require_POST
def claim(request: HttpRequest, conversation_id: int) -> HttpResponse:
    def act(at_hand: Here, pk: int) -> object:
        return converse.claim_conversation(conversation_id=pk, by=at_hand.actor, at=at_hand.at)

    return _do(request, conversation_id, act, "Yours for five minutes.")


@allow(Permission.TRIAGE)
@require_POST
def snooze(request: HttpRequest, conversation_id: int) -> HttpResponse:
    def act(at_hand: Here, pk: int) -> object:
        until = _moment(request.POST.get("until", ""), at_hand.client.time_zone)
        return converse.snooze_conversation(conversation_id=pk, until=until, by=at_hand.actor, at=at_hand.at)

    return _do(
        request, conversation_id, act, "Asleep until then.", gone=True, undo=lambda _: ("inbox:wake", ())
    )


@allow(Permission.TRIAGE)
@require_POST
def wake(request: HttpRequest, conversation_id: int) -> HttpResponse:
    def act(at_hand: Here, pk: int) -> object:
        return converse.wake_conversation(conversation_id=pk, by=at_hand.actor, at=at_hand.at)

    return _do(request, conversation_id, act, "Awake again.")


def _moment(text: str, time_zone: str) -> datetime:
    """An instant as a form sends it; without a zone it is the client's."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise converse.NotUnderstood(
            "That is no time. Choose one from the list, or a day and an hour."
        ) from None
    return moment.replace(tzinfo=ZoneInfo(time_zone)) if is_naive(moment) else moment


@allow(Permission.TRIAGE)
@require_POST
def done(request: HttpRequest, conversation_id: int) -> HttpResponse:
    def act(at_hand: Here, pk: int) -> object:
        return converse.resolve_conversation(
            conversation_id=pk, not_needed=None, rules=house_rules(), by=at_hand.actor, at=at_hand.at
        )

    return _do(request, conversation_id, act, "Done.", gone=True, undo=_reopening)


@allow(Permission.TRIAGE)
@require_POST
def reopen(request: HttpRequest, conversation_id: int) -> HttpResponse:
    def act(at_hand: Here, pk: int) -> object:
        return converse.reopen_conversation(
            conversation_id=pk, rules=house_rules(), by=at_hand.actor, at=at_hand.at
        )

    return _do(request, conversation_id, act, "Open again.")


@allow(Permission.TRIAGE)
@require_POST
def acknowledge(request: HttpRequest, conversation_id: int) -> HttpResponse:
    def act(at_hand: Here, pk: int) -> object:
        return converse.acknowledge_conversation(conversation_id=pk, by=at_hand.actor, at=at_hand.at)

    return _do(request, conversation_id, act, "Seen.")


@allow(Permission.ASSIGN)
@require_POST
def escalate(request: HttpRequest, conversation_id: int) -> HttpResponse:
    to, reason = request.POST.get("assignee", ""), request.POST.get("reason", "")

    def act(at_hand: Here, pk: int) -> object:
        return converse.escalate_conversation(
            conversation_id=pk,
            to=_colleague(to),
            reason=reason,
            by=at_hand.actor,
            at=at_hand.at,
        )

    return _do(request, conversation_id, act, "Escalated.")


@allow(Permission.TRIAGE)
@require_POST
def tag(request: HttpRequest, conversation_id: int) -> HttpResponse:
    add, remove = request.POST.get("add", ""), request.POST.get("remove", "")

    def act(at_hand: Here, pk: int) -> object:
        tags = [word for word in load(pk).tags if word != remove] + ([add] if add.strip() else [])
        return converse.tag_conversation(conversation_id=pk, tags=tags, by=at_hand.actor, at=at_hand.at)

    def undo(before: Conversation) -> Undo | None:
        known = " ".join(add.lower().split()) in before.tags
        return None if known else ("inbox:tag", (("remove", add) if add else ("add", remove),))

    return _do(request, conversation_id, act, "Tagged." if add else "Tag removed.", undo=undo)


@allow(Permission.TRIAGE)
@require_POST
def disposition(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """Decide what the waiting messages are; no answer needed also closes the conversation."""
    word, reason = request.POST.get("disposition", ""), request.POST.get("reason", "")

    def act(at_hand: Here, pk: int) -> object:
        if word not in set(Disposition):
            raise converse.NotUnderstood("Choose one of the decisions in the list.")
        if word in (Disposition.NO_RESPONSE, Disposition.SPAM):
            why = NotNeeded.SPAM if word == Disposition.SPAM else _reason(reason)
            return converse.resolve_conversation(
                conversation_id=pk, not_needed=why, rules=house_rules(), by=at_hand.actor, at=at_hand.at
            )
        return _decide_newest(at_hand, pk, Disposition(word), reason)

    gone = word in (Disposition.NO_RESPONSE, Disposition.SPAM)
    undo = _reopening if gone else lambda _: None
    return _do(request, conversation_id, act, "Decided.", gone=gone, undo=undo)


def _reason(code: str) -> NotNeeded:
    return NotNeeded(code) if code in set(NotNeeded) else NotNeeded.NOT_OURS


def _decide_newest(at_hand: Here, conversation_id: int, word: Disposition, reason: str) -> Message:
    inbound = Message.objects.filter(conversation_id=conversation_id, direction=Direction.INBOUND)
    newest = inbound.order_by("-sent_at", "-id").first()
    if newest is None:
        raise converse.NotUnderstood("Nobody outside the brand has said anything here yet.")
    return converse.decide_message(
        message_id=newest.pk,
        disposition=word,
        reason=reason or "by_hand",
        rules=house_rules(),
        by=at_hand.actor,
        at=at_hand.at,
    )


# --- Many at once ----------------------------------------------------------------------------------


@allow(Permission.BULK)
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """One verb on many conversations: each by itself, and each refusal told with its reason."""
    at_hand = here(request)
    ids = _chosen(request.POST.getlist("ids"))
    verb, _, value = request.POST.get("verb", "").partition(":")
    went, refused = 0, []
    names = dict(Conversation.objects.filter(pk__in=ids).values_list("pk", "preview"))
    names.update(dict.fromkeys(hidden_previews(ids, actor=at_hand.actor) & names.keys(), HIDDEN))
    for pk in ids:
        try:
            _one(at_hand, pk, verb, value)
            went += 1
        except Refusal as refusal:
            refused.append((names.get(pk) or f"Conversation {pk}", refusal.sentence))
    result = BulkResult(f"{went} of {len(ids)} went." if refused else f"{went} went.", tuple(refused))
    page = page_of(request, at_hand)
    context = {"page": page, "bulk": result, "toast": None}
    if is_part(request):
        return part(request, QUEUE, "bulk_answer", context)
    offered = choices(actor=at_hand.actor, client=at_hand.client, at=at_hand.at)
    return render(request, QUEUE, {**context, "choices": offered})


def _chosen(asked: list[str]) -> list[int]:
    """The ids of a bulk form, each once. Raises NotUnderstood."""
    if len(asked) > MAX_AT_ONCE:
        raise converse.NotUnderstood(f"{len(asked)} are too many; {MAX_AT_ONCE} at once is the most.")
    ids = read_ids(asked, most=MAX_AT_ONCE)
    if len(ids) < len(asked):
        raise converse.NotUnderstood("Some of what was chosen is no conversation. Load the list again.")
    return list(dict.fromkeys(ids))


def _one(at_hand: Here, pk: int, verb: str, value: str) -> object:
    actor, at = at_hand.actor, at_hand.at
    if verb == "assign":
        return converse.assign_conversation(conversation_id=pk, to=_colleague(value), by=actor, at=at)
    if verb == "snooze":
        until = _moment(value, at_hand.client.time_zone)
        return converse.snooze_conversation(conversation_id=pk, until=until, by=actor, at=at)
    if verb == "tag":
        return converse.tag_conversation(conversation_id=pk, tags=[*load(pk).tags, value], by=actor, at=at)
    if verb in ("done", "no_response"):
        why = _reason(value) if verb == "no_response" else None
        return converse.resolve_conversation(
            conversation_id=pk, not_needed=why, rules=house_rules(), by=actor, at=at
        )
    raise converse.NotUnderstood(f"“{verb[:40]}” is nothing that can be done to many.")
