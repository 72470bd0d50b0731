"""Messages as the API shows them. Private words are withheld from whoever has no right to them."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from inbox.actions.refold import NO_ANSWER
from inbox.api.serializers.common import Asked, PersonOut, ReasonOut
from inbox.contacts import contact
from inbox.evaluation import Disposition, Intent, MatchKind, Sentiment, Severity
from inbox.models import Author, Message
from inbox.queries.faces import Faces
from inbox.states import Direction, NotNeeded, ReplyState, Source
from tenants.accounts.actors import Actor, ActorKind
from tenants.accounts.permissions import Permission

PRIVATE = "private"


def words(enum: type[StrEnum], *, blank: bool = False) -> list[tuple[str, str]]:
    """An enum as a field's choices; `blank` adds "nobody has said"."""
    return [
        *([("", "not said")] if blank else []),
        *((word.value, word.value.replace("_", " ")) for word in enum),
    ]


# The description names these by what they are, not by the fields that take them (config/settings.py).
ACTOR_KINDS = words(ActorKind)
NOT_NEEDED = words(NotNeeded)
REPLY_STATES = words(ReplyState)


class AuthorOut(serializers.Serializer[Any]):
    """An account on a network that said something. Context: `actor`."""

    id = serializers.IntegerField()
    network = serializers.CharField()
    name = serializers.CharField(help_text="As shown there; masked where it is a handle or an address.")
    handle = serializers.CharField(help_text="Masked, as in `@j…`, without the right `view_pii`.")
    url = serializers.CharField(help_text="Empty without the right `view_pii`.")
    masked = serializers.BooleanField(
        read_only=True, help_text="Something was masked: this token or person has no right `view_pii`."
    )
    followers = serializers.IntegerField(allow_null=True)
    is_brand = serializers.BooleanField(help_text="The account belongs to the client.")

    def to_representation(self, author: Author) -> dict[str, Any]:
        seen = contact(author, may_view_pii=self.context["actor"].may(Permission.VIEW_PII))
        facts = {"id": author.pk, "network": author.network, "followers": author.followers}
        shown = {"name": seen.name, "handle": seen.handle, "url": seen.url, "masked": seen.masked}
        return {**facts, **shown, "is_brand": author.is_brand}


class MatchOut(serializers.Serializer[Any]):
    """Why the message matched a listening term."""

    term = serializers.CharField()
    found = serializers.CharField(help_text="The words as they were written.")
    how = serializers.ChoiceField(words(MatchKind))
    distance = serializers.IntegerField(help_text="How many letters apart; 0 where it is exact.")


class EvaluationOut(serializers.Serializer[Any]):
    """What the message was found to be, by whom, and why."""

    disposition = serializers.ChoiceField(words(Disposition, blank=True))
    reason = serializers.CharField(help_text="A code such as `question` or `closing_thanks`.")
    proposed = serializers.BooleanField(help_text="A machine's proposal: no person has decided yet.")
    decided_by = serializers.CharField(help_text="The version of the rules, or `user:` and an id.")
    intent = serializers.ChoiceField(words(Intent, blank=True))
    sentiment = serializers.ChoiceField(words(Sentiment, blank=True))
    severity = serializers.ChoiceField(words(Severity, blank=True))
    language = serializers.CharField(help_text="ISO 639-1, or `und` where the text does not tell.")
    priority = serializers.IntegerField(
        allow_null=True, help_text="0 to 100; null where nothing was evaluated."
    )
    priority_reasons = ReasonOut(many=True, help_text="What adds up to the priority.")
    needs_human = serializers.BooleanField(help_text="The machine was not sure.")
    reasons = ReasonOut(many=True)
    matches = MatchOut(many=True)


@extend_schema_serializer(component_name="Message")
class MessageOut(serializers.Serializer[Any]):
    """One item said by somebody. Context: `actor` and `faces`."""

    id = serializers.IntegerField()
    conversation_id = serializers.IntegerField()
    channel_id = serializers.IntegerField()
    external_id = serializers.CharField(help_text="The network's own id.")
    in_reply_to = serializers.CharField(help_text="The network's id of what this answers, or empty.")
    kind = serializers.CharField(
        help_text="post, comment, reply, direct_message, mention, repost, review or email."
    )
    direction = serializers.ChoiceField(words(Direction))
    source = serializers.ChoiceField(words(Source))  # type: ignore[assignment]  # also the name of a Field's argument
    author = AuthorOut(allow_null=True)
    sent_by = serializers.SerializerMethodField(help_text="The colleague who wrote it in Rapport.")
    private = serializers.BooleanField()
    withheld = serializers.SerializerMethodField(
        help_text="`private`: the words are private and this token may not read them; text and title are null."
    )
    title = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField()
    attachments = serializers.SerializerMethodField(help_text="Addresses.")
    url = serializers.SerializerMethodField(
        help_text="Where it stands on the network. Empty without `view_pii`: it leads to its author."
    )
    rating = serializers.IntegerField(allow_null=True, help_text="Stars from 1 to 5, for reviews.")
    sent_at = serializers.DateTimeField(help_text="The network's own time.")
    received_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    deleted_at = serializers.DateTimeField(allow_null=True)
    backfill = serializers.BooleanField(help_text="Older than the connection: starts no clock.")
    evaluation = serializers.SerializerMethodField()

    @extend_schema_field(PersonOut(allow_null=True))
    def get_sent_by(self, message: Message) -> dict[str, Any] | None:
        faces: Faces = self.context["faces"]
        return shown(faces, message.sent_by_id)

    @extend_schema_field(serializers.ChoiceField([PRIVATE], allow_null=True))
    def get_withheld(self, message: Message) -> str | None:
        return PRIVATE if withheld(message.private, self.context["actor"]) else None

    def get_title(self, message: Message) -> str | None:
        return None if self.get_withheld(message) else message.title

    def get_text(self, message: Message) -> str | None:
        return None if self.get_withheld(message) else message.text

    def get_url(self, message: Message) -> str:
        may = message.direction == Direction.OUTBOUND or self.context["actor"].may(Permission.VIEW_PII)
        return message.url if may else ""

    def get_attachments(self, message: Message) -> list[str]:
        return [] if self.get_withheld(message) else [str(address) for address in message.attachments]

    @extend_schema_field(EvaluationOut)
    def get_evaluation(self, message: Message) -> dict[str, Any]:
        found: dict[str, Any] = message.evaluation
        told = {} if self.get_withheld(message) else found  # reasons and matches repeat words of the text
        return {
            "disposition": message.disposition,
            "reason": message.disposition_reason,
            "proposed": message.disposition_proposed,
            "decided_by": message.disposition_by,
            "intent": message.intent,
            "sentiment": message.sentiment,
            "severity": message.severity,
            "language": message.language,
            "priority": found.get("priority"),
            "priority_reasons": told.get("priority_reasons", []),
            "needs_human": bool(found.get("needs_human")),
            "reasons": told.get("reasons", []),
            "matches": told.get("matches", []),
        }


def withheld(private: bool, actor: Actor) -> bool:  # noqa: FBT001  # a fact about a row, not a switch
    """Private words need a right of their own."""
    return private and not actor.may(Permission.VIEW_PRIVATE)


def shown(faces: Faces, user_id: int | None) -> dict[str, Any] | None:
    """A colleague as `PersonOut` says it."""
    face = faces.face(user_id)
    return None if face is None else {"id": user_id, "name": face.name}


class DispositionAsked(Asked):
    """What a person decides about a message (M1)."""

    disposition = serializers.ChoiceField(words(Disposition))
    reason = serializers.ChoiceField(
        NOT_NEEDED, required=False, default="", help_text="Needed where no answer is to be given."
    )

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if Disposition(asked["disposition"]) in NO_ANSWER and not asked["reason"]:
            raise serializers.ValidationError(
                {"reason": [f"Say why no answer is needed: {', '.join(word.value for word in NotNeeded)}."]}
            )
        return asked
