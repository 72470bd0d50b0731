"""Entries of the ledger as the API shows them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from inbox.api.serializers.messages import ACTOR_KINDS
from tenants.ledger.models import Entry


class EntryActorOut(serializers.Serializer[Any]):
    """Who did it."""

    kind = serializers.ChoiceField(ACTOR_KINDS)
    id = serializers.CharField(help_text="A user's id, a robot's name, a token's prefix.")


@extend_schema_serializer(component_name="Entry")
class EntryOut(serializers.Serializer[Any]):
    """One thing that happened, with ids and plain values and no text of people."""

    id = serializers.IntegerField()
    position = serializers.SerializerMethodField(help_text="Its place in the feed, as `after` takes it.")
    kind = serializers.CharField(help_text="In the past tense, such as `reply.confirmed`.")
    version = serializers.IntegerField(help_text="Of the shape of `data` for this kind.")
    occurred_at = serializers.DateTimeField(help_text="The network's time, where it happened there.")
    recorded_at = serializers.DateTimeField()
    actor = serializers.SerializerMethodField()
    conversation_id = serializers.IntegerField(allow_null=True)
    data = serializers.DictField()  # type: ignore[assignment]  # the ledger's word; nobody asks this class for `.data`
    causation_id = serializers.IntegerField(allow_null=True, help_text="The entry this one follows from.")
    request_id = serializers.CharField()

    def get_position(self, entry: Entry) -> str:
        return f"{entry.xid}-{entry.pk}"

    @extend_schema_field(EntryActorOut)
    def get_actor(self, entry: Entry) -> dict[str, str]:
        return {"kind": entry.actor_kind, "id": entry.actor_id}


@extend_schema_serializer(component_name="EntryFeed")
class EntryFeedOut(serializers.Serializer[Any]):
    """A stretch of the ledger. Ask on with `after`, also when nothing was there yet."""

    after = serializers.CharField(
        help_text="Where to go on. Keep it: after a pause the feed goes on from there."
    )
    more = serializers.BooleanField(help_text="There is more already; ask again at once.")
    results = EntryOut(many=True)
