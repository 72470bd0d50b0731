"""Replies of the outbox, what can be asked about one, and what the gates say."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from inbox.api.serializers.common import LONGEST_TEXT, Asked, Flag, Id, PersonOut, Text
from inbox.api.serializers.messages import (
    ACTOR_KINDS,
    PRIVATE,
    REPLY_STATES,
    MessageOut,
    shown,
    withheld,
    words,
)
from inbox.gates import Verdict
from inbox.models import Reply


class GateAnswerOut(serializers.Serializer[Any]):
    """What one gate says."""

    gate = serializers.CharField()
    verdict = serializers.ChoiceField(words(Verdict))
    sentence = serializers.CharField(help_text="Why, and what to do; empty where it allows.")


class KeptAnswerOut(GateAnswerOut):
    """What one gate said, and when it was asked."""

    asked_at = serializers.DateTimeField()


@extend_schema_serializer(component_name="Reply")
class ReplyOut(serializers.Serializer[Any]):
    """One answer in the outbox and how far it has come. Context: `actor` and `faces`."""

    id = serializers.IntegerField()
    conversation_id = serializers.IntegerField()
    to_message_id = serializers.IntegerField()
    message_id = serializers.IntegerField(allow_null=True, help_text="The message it became, once confirmed.")
    state = serializers.ChoiceField(REPLY_STATES)
    private = serializers.BooleanField()
    withheld = serializers.SerializerMethodField(
        help_text="`private`: the words are private and this token may not read them; text is null."
    )
    text = serializers.SerializerMethodField()
    written_by = serializers.SerializerMethodField()
    actor_kind = serializers.ChoiceField(ACTOR_KINDS)
    queued_at = serializers.DateTimeField()
    release_at = serializers.DateTimeField(help_text="Until then it can be undone.")
    sending_at = serializers.DateTimeField(allow_null=True)
    settled_at = serializers.DateTimeField(allow_null=True)
    trouble = serializers.CharField(help_text="Why it is held, failed or unknown, and what to do.")
    trouble_code = serializers.CharField()
    gates = KeptAnswerOut(many=True, help_text="What every gate answered, each time it was asked.")

    @extend_schema_field(serializers.ChoiceField([PRIVATE], allow_null=True))
    def get_withheld(self, reply: Reply) -> str | None:
        return PRIVATE if withheld(reply.private, self.context["actor"]) else None

    def get_text(self, reply: Reply) -> str | None:
        return None if self.get_withheld(reply) else reply.text

    @extend_schema_field(PersonOut(allow_null=True))
    def get_written_by(self, reply: Reply) -> dict[str, Any] | None:
        return shown(self.context["faces"], reply.written_by_id)


class ReplyAsked(Asked):
    """An answer to send. It leaves after the undo time, if every gate still lets it."""

    text = Text(max_length=LONGEST_TEXT, trim_whitespace=False)
    private = Flag(required=False, default=False)
    key = serializers.UUIDField(
        required=False,
        allow_null=True,
        default=None,
        help_text="A name of your own for this attempt. Asked again with the same key and text, nothing is sent twice: "
        "the answer is the reply of the first time.",
    )
    draft_version = Text(
        required=False,
        allow_null=True,
        default=None,
        max_length=40,
        help_text="The draft it was written from, which is removed. One that is newer stays.",
    )
    seen_message_id = Id(
        help_text="The newest message its writer has read. Newer ones are answered with 409."
    )
    send_anyway = Flag(
        required=False,
        default=False,
        help_text="The writer has read the newer messages and sends on purpose.",
    )


class GatesAsked(Asked):
    """A text that is not sent: what would the gates say?"""

    conversation_id = Id()
    text = Text(max_length=LONGEST_TEXT, trim_whitespace=False, allow_blank=True)
    private = Flag(required=False, default=False)
    seen_message_id = Id(
        required=False,
        allow_null=True,
        default=None,
        help_text="Leave it out to ask nothing about newer ones.",
    )
    send_anyway = Flag(required=False, default=False)


@extend_schema_serializer(component_name="GateAnswers")
class GatesOut(serializers.Serializer[Any]):
    """What the gates say to a text now. They are asked again at the instant of publishing."""

    verdict = serializers.ChoiceField(words(Verdict), help_text="The strictest answer.")
    used = serializers.IntegerField(help_text="The text's length as the network counts.")
    limit = serializers.IntegerField(allow_null=True)
    counting = serializers.CharField()
    answers = GateAnswerOut(many=True)


class AnsweredMeanwhileOut(serializers.Serializer[Any]):
    """Somebody was first (a problem document with what is newer). Read it, then drop yours or send anyway."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    newer_messages = MessageOut(many=True, required=False, help_text="What was said since, oldest first.")
    on_its_way = ReplyOut(many=True, required=False, help_text="Answers in the outbox that have not settled.")
