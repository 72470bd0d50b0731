"""Answering: into the outbox, how far a reply has come, taking it back, and what the gates would say."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from inbox import gates as gating
from inbox.actions import reply as outbox
from inbox.api import reading
from inbox.api.description import CURSOR, IF_NONE_MATCH, LIMIT, PROBLEM, problem_with
from inbox.api.operation import Operation, tagged
from inbox.api.pages import next_address, page, page_of
from inbox.api.serializers.common import Nothing
from inbox.api.serializers.replies import AnsweredMeanwhileOut, GatesAsked, GatesOut, ReplyAsked, ReplyOut
from inbox.gates import ReplyFacts
from inbox.models import Conversation, Message, Reply
from inbox.queries.facts import answers_in_private, reply_facts
from inbox.states import ON_ITS_WAY
from inbox.tasks import send
from inbox.wiring import gates
from tenants.accounts.permissions import Permission
from tenants.kernel import hints
from tenants.kernel.errors import NotFound

TAG = "Replies"
MOST_NEWER = 50
"""Newer messages a refusal carries; the rest is read from the conversation."""
ReplyPage = page_of(ReplyOut, "ReplyPage")


class Replies(Operation):
    """The outbox of one conversation."""

    allowed = {"GET": Permission.VIEW, "POST": Permission.VIEW}

    @extend_schema(
        operation_id="replies_list",
        summary="List the replies to a conversation",
        description="Everything that was put into the outbox here, the newest first, whatever became of it.",
        tags=[TAG],
        parameters=[CURSOR, LIMIT],
        responses={200: ReplyPage},
    )
    def get(self, request: Request, conversation_id: int) -> Response:
        reading.must_exist(conversation_id)
        found = page(Reply.objects.filter(conversation_id=conversation_id), reading.NEWEST_ID, request)
        shown = reading.show_replies(found.rows, actor=self.actor, at=self.at)
        return Response({"next": next_address(request, found.cursor), "results": shown})

    @extend_schema(
        operation_id="replies_create",
        summary="Answer a conversation",
        description="Puts an answer into the outbox, from where it leaves after the undo time. Needs the right "
        "`reply_public`, or `reply_private` for a private one. Every gate is asked now and again at the instant of "
        "publishing. 409 when somebody was first: the problem then carries what is newer. "
        "An answer to a private message is private.",
        tags=[TAG],
        request=ReplyAsked,
        responses={202: ReplyOut, (409, PROBLEM): AnsweredMeanwhileOut},
    )
    def post(self, request: Request, conversation_id: int) -> Response:
        asked = self.asked(ReplyAsked)
        row = reading.conversation(conversation_id)
        seen_version = row.version
        private = asked["private"] or answers_in_private(row)
        facts = self._facts(row, asked, private=private)
        try:
            queued = outbox.queue_reply(
                conversation_id=row.pk,
                text=asked["text"],
                private=private,
                seen_version=seen_version,
                sent_anyway=asked["send_anyway"],
                gates=gates(),
                facts=facts,
                key=asked["key"],
                draft_version=asked["draft_version"],
                by=self.actor,
                at=self.at,
            )
        except outbox.AnsweredMeanwhile as refusal:
            return problem_with(refusal, self._newer(row.pk, asked["seen_message_id"]))
        _send_later(request.client.pk, queued)  # type: ignore[attr-defined]  # put there by tenants.middleware.ClientByHost
        shown = reading.show_replies([queued], actor=self.actor, at=self.at)[0]
        return Response(shown, status=202, headers={"Location": f"/api/v1/replies/{queued.pk}"})

    def _facts(self, row: Conversation, asked: dict[str, Any], *, private: bool) -> ReplyFacts:
        return reply_facts(
            conversation=row,
            text=asked["text"],
            private=private,
            by=self.actor,
            at=self.at,
            seen_message_id=asked["seen_message_id"],
            sent_anyway=asked["send_anyway"],
        )

    def _newer(self, conversation_id: int, seen_message_id: int) -> dict[str, Any]:
        """What the writer had not seen, in the API's words."""
        messages = Message.objects.filter(conversation_id=conversation_id, id__gt=seen_message_id)
        leaving = Reply.objects.filter(
            conversation_id=conversation_id, state__in=[state.value for state in ON_ITS_WAY]
        )
        newer = list(messages.select_related("author").order_by("sent_at", "id")[:MOST_NEWER])
        return {
            "newer_messages": reading.show_messages(newer, actor=self.actor, at=self.at),
            "on_its_way": reading.show_replies(list(leaving.order_by("id")), actor=self.actor, at=self.at),
        }


def _send_later(client_id: int, queued: Reply) -> None:
    """Wake a worker when the undo time is over; the beat's round sends it should the broker be lost."""
    hints.give(send, kwargs={"client_id": client_id}, eta=queued.release_at)


class ReplyDetail(Operation):
    """One reply."""

    allowed = Permission.VIEW

    @extend_schema(
        operation_id="replies_read",
        summary="Read a reply",
        description="How far it has come. Ask again with the ETag until its state is `confirmed`, `failed` or "
        "`undone`; `unknown` is settled by reading the thread back, never by sending again.",
        tags=[TAG],
        parameters=[IF_NONE_MATCH],
        responses={200: ReplyOut, 304: None},
    )
    def get(self, request: Request, reply_id: int) -> Response:
        row = Reply.objects.filter(pk=reply_id).first()
        if row is None:
            raise NotFound("There is no such reply here.")
        return tagged(request, reading.show_replies([row], actor=self.actor, at=self.at)[0])


class UndoReply(Operation):
    """Taking one back."""

    allowed = Permission.VIEW

    @extend_schema(
        operation_id="replies_undo",
        summary="Take a reply back",
        description="Before it leaves. For whoever wrote it, or who has the right `approve`. "
        "409 once it is on its way.",
        tags=[TAG],
        request=Nothing,
        responses={200: ReplyOut},
    )
    def post(self, request: Request, reply_id: int) -> Response:
        self.asked(Nothing)
        row = outbox.undo_reply(reply_id=reply_id, by=self.actor, at=self.at)
        return tagged(request, reading.show_replies([row], actor=self.actor, at=self.at)[0])


class Gates(Operation):
    """A dry run."""

    allowed = Permission.VIEW

    @extend_schema(
        operation_id="gates_ask",
        summary="Ask the gates about a text",
        description="Nothing is sent and nothing is kept: what would the gates say if this text were sent now?",
        tags=[TAG],
        request=GatesAsked,
        responses={200: GatesOut},
    )
    def post(self, request: Request) -> Response:
        asked = self.asked(GatesAsked)
        row = reading.conversation(asked["conversation_id"])
        facts = reply_facts(
            conversation=row,
            text=asked["text"],
            private=asked["private"] or answers_in_private(row),
            by=self.actor,
            at=self.at,
            seen_message_id=asked["seen_message_id"],
            sent_anyway=asked["send_anyway"],
        )
        answers = gating.ask(gates(), facts)
        shown = {
            "verdict": gating.strictest(answers),
            "used": gating.count(facts.text, facts.counting),
            "limit": facts.text_limit,
            "counting": facts.counting,
            "answers": [asdict(answer) for answer in answers],
        }
        return Response(GatesOut(shown).data)
