"""Conversations as the API shows them, and what can be asked of one.

A conversation that holds a private message never repeats words here, for nobody: whoever may read them reads
the messages, where each reading is recorded.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from inbox.actions.converse import MOST_TAGS
from inbox.api.serializers.common import LONGEST_TEXT, Asked, BoundedList, Id, Instant, PersonOut, Text
from inbox.api.serializers.messages import NOT_NEEDED, PRIVATE, AuthorOut, shown, words
from inbox.evaluation import Disposition, Intent, Sentiment, Severity
from inbox.models import Conversation, Note
from inbox.states import Stage, Status


class ChannelBriefOut(serializers.Serializer[Any]):
    """Where it is being said."""

    id = serializers.IntegerField()
    network = serializers.CharField()
    name = serializers.CharField()


@extend_schema_serializer(component_name="Conversation")
class ConversationOut(serializers.Serializer[Any]):
    """Everything said in one thread on one channel. Context: `actor`, `faces` and `at`; rows carry `holds_private`."""

    id = serializers.IntegerField()
    version = serializers.IntegerField(help_text="Grows with everything an answer must have seen.")
    channel = ChannelBriefOut()
    author = AuthorOut(allow_null=True)
    withheld = serializers.SerializerMethodField(
        help_text="`private`: it holds private messages, so title and preview are null; read the messages."
    )
    title = serializers.SerializerMethodField()
    preview = serializers.SerializerMethodField(help_text="The beginning of the last thing they said.")
    status = serializers.ChoiceField(words(Status))
    stage = serializers.ChoiceField(words(Stage))
    disposition = serializers.ChoiceField(words(Disposition, blank=True))
    disposition_reason = serializers.CharField()
    disposition_proposed = serializers.BooleanField()
    intent = serializers.ChoiceField(words(Intent, blank=True))
    sentiment = serializers.ChoiceField(words(Sentiment, blank=True))
    severity = serializers.ChoiceField(words(Severity, blank=True))
    language = serializers.CharField()
    priority = serializers.IntegerField(help_text="0 to 100; the messages' evaluations say why.")
    tags = serializers.ListField(child=serializers.CharField())
    assignee = serializers.SerializerMethodField()
    claimed_by = serializers.SerializerMethodField(help_text="Who is writing an answer now.")
    claimed_until = serializers.SerializerMethodField()
    snoozed_until = serializers.SerializerMethodField(help_text="Null once that time has come.")
    opened_at = serializers.DateTimeField()
    last_message_at = serializers.DateTimeField()
    last_inbound_at = serializers.DateTimeField(allow_null=True)
    waiting_since = serializers.DateTimeField(
        allow_null=True, help_text="The oldest message that has no answer."
    )
    warn_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True, help_text="When an answer was promised.")
    resolved_at = serializers.DateTimeField(allow_null=True)
    messages_count = serializers.IntegerField()
    cycles_count = serializers.IntegerField(help_text="How often somebody waited for an answer.")
    merged_into_id = serializers.IntegerField(
        allow_null=True, help_text="It turned out to be part of that one."
    )

    @extend_schema_field(serializers.ChoiceField([PRIVATE], allow_null=True))
    def get_withheld(self, row: Conversation) -> str | None:
        return PRIVATE if row.holds_private else None  # type: ignore[attr-defined]  # annotated by inbox.api.reading

    def get_title(self, row: Conversation) -> str | None:
        return None if self.get_withheld(row) else row.title

    def get_preview(self, row: Conversation) -> str | None:
        return None if self.get_withheld(row) else row.preview

    @extend_schema_field(PersonOut(allow_null=True))
    def get_assignee(self, row: Conversation) -> dict[str, Any] | None:
        return shown(self.context["faces"], row.assignee_id)

    @extend_schema_field(PersonOut(allow_null=True))
    def get_claimed_by(self, row: Conversation) -> dict[str, Any] | None:
        return shown(self.context["faces"], row.claimed_by_id) if self._is_claimed(row) else None

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_claimed_until(self, row: Conversation) -> datetime | None:
        return row.claimed_until if self._is_claimed(row) else None

    def _is_claimed(self, row: Conversation) -> bool:
        """Claims lapse by themselves."""
        return row.claimed_until is not None and bool(self.context["at"] < row.claimed_until)

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_snoozed_until(self, row: Conversation) -> datetime | None:
        return row.snoozed_until if row.is_asleep(self.context["at"]) else None


class AssignAsked(Asked):
    to = Id(allow_null=True, help_text="A user's id, or null to take it from whoever has it.")


class TagsAsked(Asked):
    tags = BoundedList(
        child=Text(max_length=40),
        max_length=MOST_TAGS,
        help_text="All its tags from now on. An empty list removes them.",
    )


class NoteAsked(Asked):
    text = Text(max_length=LONGEST_TEXT, trim_whitespace=False)


class SnoozeAsked(Asked):
    until = Instant(help_text="In the future, at most a year ahead.")


class DoneAsked(Asked):
    not_needed = serializers.ChoiceField(
        NOT_NEEDED,
        required=False,
        allow_null=True,
        default=None,
        help_text="Why no answer is needed. Must be said while somebody waits.",
    )


class EscalateAsked(Asked):
    reason = Text(max_length=2000)
    to = Id(required=False, allow_null=True, default=None, help_text="Who takes it, where one is named.")


@extend_schema_serializer(component_name="Note")
class NoteOut(serializers.Serializer[Any]):
    """What a colleague wrote for colleagues. Context: `faces`."""

    id = serializers.IntegerField()
    conversation_id = serializers.IntegerField()
    text = serializers.CharField()
    written_by = serializers.SerializerMethodField()
    written_at = serializers.DateTimeField()

    @extend_schema_field(PersonOut(allow_null=True))
    def get_written_by(self, note: Note) -> dict[str, Any] | None:
        return shown(self.context["faces"], note.user_id or None)
