"""What can be done to a conversation short of answering it. Each answers with the conversation as it is then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from inbox.actions import converse
from inbox.api import reading
from inbox.api.operation import Operation, tagged
from inbox.api.serializers.common import Nothing
from inbox.api.serializers.conversations import (
    AssignAsked,
    ConversationOut,
    DoneAsked,
    EscalateAsked,
    NoteAsked,
    NoteOut,
    SnoozeAsked,
    TagsAsked,
)
from inbox.states import NotNeeded
from inbox.wiring import house_rules
from tenants.accounts.permissions import Permission

Method = TypeVar("Method", bound=Callable[..., Any])


def described(
    verb: str, summary: str, description: str, body: type[serializers.Serializer[Any]]
) -> Callable[[Method], Method]:
    """The description all commands share: they take a body and answer with the conversation."""
    return extend_schema(
        operation_id=f"conversations_{verb}",
        summary=summary,
        description=description,
        tags=["Work on a conversation"],
        request=body,
        responses={200: ConversationOut},
    )


class Command(Operation):
    """One verb on one conversation. Who acts on it also sees it, so the right `view` is needed, too."""

    def ready(self) -> None:
        self.actor.must(Permission.VIEW)

    def shown(self, conversation_id: int) -> Response:
        row = reading.conversation(conversation_id)
        return tagged(
            self.request,
            reading.show_conversations([row], actor=self.actor, at=self.at)[0],
            version=row.version,
        )


class Assign(Command):
    allowed = Permission.ASSIGN

    @described("assign", "Assign a conversation", "Give it to a colleague, or to nobody.", AssignAsked)
    def post(self, request: Request, conversation_id: int) -> Response:
        self.ready()
        to = self.asked(AssignAsked)["to"]
        converse.assign_conversation(conversation_id=conversation_id, to=to, by=self.actor, at=self.at)
        return self.shown(conversation_id)


class Claim(Command):
    allowed = Permission.REPLY_PUBLIC

    @described(
        "claim",
        "Claim a conversation",
        "Say that you are writing. The claim lapses after five minutes of silence. 409 while somebody else has it.",
        Nothing,
    )
    def post(self, request: Request, conversation_id: int) -> Response:
        self.ready()
        self.asked(Nothing)
        converse.claim_conversation(conversation_id=conversation_id, by=self.actor, at=self.at)
        return self.shown(conversation_id)


class NoteOn(Command):
    allowed = Permission.NOTE

    @extend_schema(
        operation_id="conversations_note",
        summary="Leave a note",
        description="For colleagues only. A note stops no clock and has no way to a network.",
        tags=["Work on a conversation"],
        request=NoteAsked,
        responses={201: NoteOut},
    )
    def post(self, request: Request, conversation_id: int) -> Response:
        self.ready()
        text = self.asked(NoteAsked)["text"]
        note = converse.add_note(conversation_id=conversation_id, text=text, by=self.actor, at=self.at)
        return Response(reading.show_notes([note], actor=self.actor)[0], status=201)


class Tags(Command):
    allowed = Permission.TRIAGE

    @described("tags", "Set the tags", "Lower case, each once; these and no others from now on.", TagsAsked)
    def post(self, request: Request, conversation_id: int) -> Response:
        self.ready()
        tags = self.asked(TagsAsked)["tags"]
        converse.tag_conversation(conversation_id=conversation_id, tags=tags, by=self.actor, at=self.at)
        return self.shown(conversation_id)


class Snooze(Command):
    allowed = Permission.TRIAGE

    @described(
        "snooze",
        "Put a conversation to sleep",
        "Until a moment, or until somebody writes. The clock keeps running.",
        SnoozeAsked,
    )
    def post(self, request: Request, conversation_id: int) -> Response:
        self.ready()
        until = self.asked(SnoozeAsked)["until"]
        converse.snooze_conversation(conversation_id=conversation_id, until=until, by=self.actor, at=self.at)
        return self.shown(conversation_id)


class Wake(Command):
    allowed = Permission.TRIAGE

    @described("wake", "Wake a conversation", "End its sleep. One that is awake stays as it is.", Nothing)
    def post(self, request: Request, conversation_id: int) -> Response:
        self.ready()
        self.asked(Nothing)
        converse.wake_conversation(conversation_id=conversation_id, by=self.actor, at=self.at)
        return self.shown(conversation_id)


class Done(Command):
    allowed = Permission.TRIAGE

    @described(
        "done",
        "Mark a conversation done",
        "While somebody waits for an answer, say why none is needed; 409 otherwise.",
        DoneAsked,
    )
    def post(self, request: Request, conversation_id: int) -> Response:
        self.ready()
        reason = self.asked(DoneAsked)["not_needed"]
        converse.resolve_conversation(
            conversation_id=conversation_id,
            not_needed=NotNeeded(reason) if reason else None,
            rules=house_rules(),
            by=self.actor,
            at=self.at,
        )
        return self.shown(conversation_id)


class Reopen(Command):
    allowed = Permission.TRIAGE

    @described(
        "reopen",
        "Reopen a conversation",
        "Back into the queue. What had been set aside since the last answer waits again.",
        Nothing,
    )
    def post(self, request: Request, conversation_id: int) -> Response:
        self.ready()
        self.asked(Nothing)
        converse.reopen_conversation(
            conversation_id=conversation_id, rules=house_rules(), by=self.actor, at=self.at
        )
        return self.shown(conversation_id)


class Acknowledge(Command):
    allowed = Permission.TRIAGE

    @described(
        "acknowledge",
        "Acknowledge a conversation",
        "Somebody has seen it and cares for it. Nothing is sent.",
        Nothing,
    )
    def post(self, request: Request, conversation_id: int) -> Response:
        self.ready()
        self.asked(Nothing)
        converse.acknowledge_conversation(conversation_id=conversation_id, by=self.actor, at=self.at)
        return self.shown(conversation_id)


class Escalate(Command):
    allowed = Permission.ASSIGN

    @described(
        "escalate",
        "Escalate a conversation",
        "Hand it up with a reason, which becomes a note.",
        EscalateAsked,
    )
    def post(self, request: Request, conversation_id: int) -> Response:
        self.ready()
        asked = self.asked(EscalateAsked)
        converse.escalate_conversation(
            conversation_id=conversation_id, to=asked["to"], reason=asked["reason"], by=self.actor, at=self.at
        )
        return self.shown(conversation_id)
