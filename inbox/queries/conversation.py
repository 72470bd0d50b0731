"""One conversation, whole: the page a person answers on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from inbox import gates as gating
from inbox.contacts import contact
from inbox.evaluation import Disposition
from inbox.gates import Answer as GateAnswer
from inbox.gates import Gate, Verdict
from inbox.models import Conversation, Cycle, Draft, EarlierDraft, Message
from inbox.queries.faces import Faces, colleagues, presences
from inbox.queries.facts import reply_facts
from inbox.queries.queue import HIDDEN, hidden_previews, queue_url
from inbox.queries.thread import Thread, safe_url
from inbox.rows import (
    AuthorFacts,
    Choice,
    ClockLine,
    Composer,
    ConversationChoices,
    ConversationPage,
    EarlierTalk,
    GateAnswerLine,
    OtherDraft,
    PanelSlot,
    ReasonLine,
)
from inbox.sentences import plain
from inbox.states import Direction, NotNeeded, Outcome, Status
from tenants import networks
from tenants.accounts.actors import Actor
from tenants.accounts.permissions import Permission
from tenants.kernel.errors import NotFound
from tenants.models import Client
from tenants.rows import Clock, span

EARLIER = 5
CLOSED = (Status.RESOLVED, Status.SPAM, Status.WAITING_CUSTOMER)


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person has typed and not yet sent, with what a refused attempt said."""

    text: str | None = None
    conflict: str = ""
    error: str = ""
    note: str = ""
    note_error: str = ""
    last_seen: int | None = None
    draft_version: str | None = None
    """Set where the text could not be saved: the version it was written from, which is not the newest."""


def conversation_page(
    pk: int,
    *,
    client: Client,
    actor: Actor,
    gates: Sequence[Gate],
    panels: Sequence[tuple[str, str]],
    at: datetime,
    view_key: str = "open",
    all_of_it: bool = False,
    typed: Typed | None = None,
) -> ConversationPage:
    """Everything the conversation's page shows. Raises NotFound; one that was merged leads to the one it joined."""
    row = load(pk)
    thread = Thread(row, actor=actor, all_of_it=all_of_it)
    cycles = list(Cycle.objects.filter(conversation=row).order_by("-number")[:4])
    here = presences([row.pk], at=at).get(row.pk, [])
    earlier, total = _earlier(row, actor=actor)
    claimed = row.claimed_by_id if row.claimed_until is not None and at < row.claimed_until else None
    drafts = _drafts(row, actor)
    writers = [user for user, _ in here] + [draft.user_id for draft in drafts]
    faces = Faces([row.assignee_id, claimed, *thread.people(), *writers], me=actor.user_id)
    current = next(
        (message for message in reversed(thread.messages) if message.direction == Direction.INBOUND), None
    )
    told = current.evaluation if current else {}
    viewers = [faces.face(user, mode=mode) for user, mode in here if user != actor.user_id]
    private = bool(current and current.private)
    return ConversationPage(
        id=row.pk,
        url=reverse("inbox:conversation", args=[row.pk]) + f"?view={view_key}",
        back_url=queue_url(view_key),
        title=row.title,
        network=networks.title(row.channel.network),
        network_icon=networks.icon(row.channel.network),
        channel=row.channel.name,
        private=private,
        author=_author(row, earlier, total, actor=actor),
        status=plain(row.status_at(at)),
        stage=row.stage,
        intent=row.intent or "message",
        intent_percent=_percent(told.get("intent_confidence")),
        sentiment=row.sentiment or "neutral",
        severity=row.severity or "calm",
        language=row.language,
        priority=row.priority,
        priority_reasons=tuple(
            ReasonLine(reason["sentence"], round(reason["weight"]), reason["rule"])
            for reason in told.get("priority_reasons", [])
        ),
        disposition=plain(row.disposition or "not evaluated"),
        disposition_reasons=tuple(
            ReasonLine(reason["sentence"], rule=reason["rule"]) for reason in told.get("reasons", [])
        ),
        items=thread.items(faces, waiting_since=row.waiting_since),
        composer=_composer(
            row, thread, current, drafts, faces, actor=actor, gates=gates, at=at, typed=typed or Typed()
        ),
        read_at=at,
        due_at=row.due_at,
        warn_at=row.warn_at,
        waiting_since=row.waiting_since,
        proposed=row.disposition_proposed,
        matches=tuple(_match(match) for match in told.get("matches", [])),
        version=str(told.get("version", "")),
        assignee=faces.face(row.assignee_id),
        claimed_by=faces.face(claimed),
        claimed_until=row.claimed_until if claimed else None,
        snoozed_until=row.snoozed_until if row.is_asleep(at) else None,
        tags=tuple(row.tags),
        viewers=tuple(face for face in viewers if face is not None),
        clocks=tuple(_clock(cycle, at) for cycle in cycles),
        panels=tuple(PanelSlot(name, title, reverse(name, args=[row.pk])) for title, name in panels),
        external_url=safe_url(current.url) if current and actor.may(Permission.VIEW_PII) else "",
        earlier_count=thread.hidden,
        earlier_url=reverse("inbox:conversation", args=[row.pk]) + f"?view={view_key}&all=1",
        is_closed=row.status in CLOSED and row.waiting_since is None,
        may_act=actor.may(Permission.TRIAGE),
        zone=client.time_zone,
    )


def load(pk: int) -> Conversation:
    row = Conversation.objects.select_related("channel", "author", "merged_into").filter(pk=pk).first()
    if row is None:
        raise NotFound("There is no such conversation here. It may belong to another client.")
    return load(row.merged_into_id) if row.merged_into_id is not None else row


def _percent(share: float | None) -> int | None:
    return None if share is None else round(100 * share)


def _match(match: dict[str, object]) -> str:
    how = {"misspelt": "a misspelling of", "handle": "inside a name, for"}.get(str(match["how"]), "as")
    return f"Found “{match['found']}”, {how} the listening term “{match['term']}”"


def _author(row: Conversation, earlier: Sequence[EarlierTalk], total: int, *, actor: Actor) -> AuthorFacts:
    author, seen = row.author, contact(row.author, may_view_pii=actor.may(Permission.VIEW_PII))
    if author is None:
        return AuthorFacts(0, seen.name, "")
    return AuthorFacts(
        id=author.pk,
        name=seen.name,
        handle=seen.handle,
        url=safe_url(seen.url),
        followers=author.followers,
        first_seen_at=author.first_seen_at,
        messages=author.messages_count,
        earlier=tuple(earlier),
        earlier_total=total,
    )


def _earlier(row: Conversation, *, actor: Actor) -> tuple[list[EarlierTalk], int]:
    """The author's other conversations with this brand, the newest first."""
    if row.author_id is None:
        return [], 0
    others = Conversation.objects.filter(author_id=row.author_id, merged_into__isnull=True).exclude(pk=row.pk)
    found = list(others.select_related("channel").order_by("-last_message_at")[: EARLIER + 1])
    hidden = hidden_previews([talk.pk for talk in found], actor=actor)
    talks = [
        EarlierTalk(
            id=talk.pk,
            url=reverse("inbox:conversation", args=[talk.pk]),
            first_line=HIDDEN if talk.pk in hidden else talk.preview,
            network=networks.title(talk.channel.network),
            network_icon=networks.icon(talk.channel.network),
            at=talk.last_message_at,
            outcome=plain(talk.status),
            intent=talk.intent,
        )
        for talk in found[:EARLIER]
    ]
    return talks, others.count() if len(found) > EARLIER else len(found)


def _clock(cycle: Cycle, at: datetime) -> ClockLine:
    seconds = (cycle.due_at - cycle.started_at).total_seconds() if cycle.due_at else None
    target = f"promised within {span(seconds)}" if seconds is not None else "no promise was made"
    met = cycle.outcome == Outcome.ANSWERED and cycle.ended_at is not None
    after = int((cycle.ended_at - cycle.started_at).total_seconds()) if met and cycle.ended_at else None
    ended = {
        Outcome.EXCLUDED: "no answer needed",
        Outcome.CANCELLED: "deleted by its author",
        Outcome.LAPSED: "given up, unanswered",
    }
    return ClockLine(
        name=plain(cycle.clock).capitalize(),
        clock=Clock(at, cycle.due_at, cycle.warn_at, cycle.started_at),
        target=target,
        met_after=after,
        met_late=bool(met and cycle.due_at and cycle.ended_at and cycle.ended_at > cycle.due_at),
        paused=ended.get(Outcome(cycle.outcome), ""),
    )


# --- The composer ----------------------------------------------------------------------------------


def _composer(
    row: Conversation,
    thread: Thread,
    current: Message | None,
    drafts: Sequence[Draft],
    faces: Faces,
    *,
    actor: Actor,
    gates: Sequence[Gate],
    at: datetime,
    typed: Typed,
) -> Composer:
    draft = next((draft for draft in drafts if draft.user_id == actor.user_id), None)
    text = typed.text if typed.text is not None else draft.text if draft else ""
    private = bool(current and current.private)
    right = Permission.REPLY_PRIVATE if private else Permission.REPLY_PUBLIC
    facts = reply_facts(conversation=row, text=text, private=private, by=actor, at=at)
    answers = gating.ask(gates, facts)
    why_not = _why_not(actor, right, current, answers)
    author = contact(row.author, may_view_pii=actor.may(Permission.VIEW_PII))
    return Composer(
        may_reply=not why_not,
        why_not=why_not,
        account=row.channel.name,
        network=networks.title(row.channel.network),
        text=text,
        private=private,
        reply_to=author.handle or author.name,
        limit=facts.text_limit,
        used=gating.count(text, facts.counting),
        counting=facts.counting,
        gates=tuple(_line(answer) for answer in answers if _speaks(answer, text)),
        undo_seconds=settings.RAPPORT_UNDO_SECONDS,
        saved_at=draft.saved_at if draft else None,
        last_seen=thread.newest_id() if typed.last_seen is None else typed.last_seen,
        conflict=typed.conflict,
        error=typed.error,
        note=typed.note,
        note_error=typed.note_error,
        draft_version=typed.draft_version
        if typed.draft_version is not None
        else draft.version
        if draft
        else "",
        key=str(uuid4()),
        writer_id=actor.user_id or 0,
        has_earlier=EarlierDraft.objects.filter(conversation=row, user_id=actor.user_id or 0).exists(),
        others=tuple(
            OtherDraft(faces.name(draft.user_id), draft.text, draft.saved_at)
            for draft in drafts
            if draft.user_id != actor.user_id
        ),
    )


def _drafts(row: Conversation, actor: Actor) -> list[Draft]:
    """What has been begun here, by this person and by others; what is private only for those who may read it."""
    drafts = Draft.objects.filter(conversation=row).order_by("saved_at")
    if not actor.may(Permission.VIEW_PRIVATE):
        drafts = drafts.filter(Q(private=False) | Q(user_id=actor.user_id or 0))
    return list(drafts)


def _why_not(actor: Actor, right: Permission, current: Message | None, answers: Sequence[GateAnswer]) -> str:
    if not actor.may(right):
        return "Your role reads here and does not answer. Whoever manages people can change it."
    if current is None:
        return "Nobody outside the brand has said anything here yet."
    closed = next(
        (answer for answer in answers if answer.gate == "channel" and answer.verdict is Verdict.BLOCK), None
    )
    return closed.sentence if closed else ""


def _speaks(answer: GateAnswer, text: str) -> bool:
    """Allow is silent, and an empty field is not reproached with being empty."""
    return answer.verdict is not Verdict.ALLOW and (bool(text.strip()) or answer.gate != "length")


def _line(answer: GateAnswer) -> GateAnswerLine:
    return GateAnswerLine(
        gate=answer.gate, answer=answer.verdict.value, sentence=answer.sentence, rule=answer.gate
    )


# --- What can be chosen ----------------------------------------------------------------------------

REASONS = {
    NotNeeded.CLOSING_THANKS: "A closing thanks",
    NotNeeded.BARE_MENTION: "A bare mention, nothing said",
    NotNeeded.PRIVATE_TALK: "Private talk between others",
    NotNeeded.BAIT: "Bait",
    NotNeeded.SPAM: "Spam",
    NotNeeded.NOT_OURS: "Nothing to do with the brand",
    NotNeeded.ANSWERED_ELSEWHERE: "Answered elsewhere",
    NotNeeded.DUPLICATE: "The same thing said twice",
    NotNeeded.MODERATED: "Moderated",
    NotNeeded.IGNORED_ON_PURPOSE: "Ignored on purpose",
    NotNeeded.TOO_LATE: "Too late to answer; it stays unanswered in the figures",
}
DISPOSITIONS = {
    Disposition.ENGAGE: ("It calls for an answer", ""),
    Disposition.MONITOR: ("Only watch it", ""),
    Disposition.NO_RESPONSE: ("No answer is needed", "not ours"),
    Disposition.SPAM: ("Spam", ""),
    Disposition.INCIDENT: ("An incident", ""),
}


def choices(*, actor: Actor, client: Client, at: datetime, current: str = "") -> ConversationChoices:
    """To whom, until when, which tag, why not."""
    return ConversationChoices(
        people=colleagues(me=actor.user_id),
        snoozes=snoozes(client.time_zone, at),
        tags=used_tags(),
        reasons=tuple(Choice(reason.value, label) for reason, label in REASONS.items()),
        dispositions=tuple(
            Choice(word.value, label, hint, current=word.value == current)
            for word, (label, hint) in DISPOSITIONS.items()
        ),
    )


def snoozes(time_zone: str, at: datetime) -> tuple[Choice, ...]:
    """Usual moments, in the client's time zone."""
    here = at.astimezone(ZoneInfo(time_zone))
    morning = here.replace(hour=9, minute=0, second=0, microsecond=0)
    monday = morning + timedelta(days=7 - here.weekday())
    moments = {
        "In an hour": here + timedelta(hours=1),
        "In three hours": here + timedelta(hours=3),
        "Tomorrow morning": morning + timedelta(days=1),
        "Next Monday": monday,
        "In a month": morning + timedelta(days=30),
    }
    return tuple(Choice(moment.isoformat(), label, f"{moment:%a %H:%M}") for label, moment in moments.items())


def used_tags() -> tuple[str, ...]:
    """Tags of the newest conversations, so that words are used again."""
    newest = Conversation.objects.exclude(tags=[]).order_by("-id").values_list("tags", flat=True)[:300]
    return tuple(sorted({tag for tags in newest for tag in tags}))[:60]
