"""Channels and listening terms as the API shows them, and what can be asked about them. Never a secret twice."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from inbox.api.serializers.common import Asked, BoundedDict, BoundedList, Flag, Slug, Text, strange
from inbox.connectors import connector_class, registrations
from inbox.models import Channel
from inbox.queries.queue import channel_state
from tenants import networks

STATES = ["ok", "late", "paused"]


@extend_schema_serializer(component_name="Channel")
class ChannelOut(serializers.Serializer[Any]):
    """One account on one network. Its credentials are sealed and never shown."""

    id = serializers.IntegerField()
    network = serializers.CharField(help_text="What people see: whose limits and icon it has.")
    connector = serializers.CharField(help_text="The code that speaks to it.")
    name = serializers.CharField()
    account = serializers.CharField()
    purpose = serializers.CharField()
    audience = serializers.CharField()
    publishes = serializers.SerializerMethodField(help_text="Replies can be sent through it.")
    state = serializers.SerializerMethodField()
    trouble = serializers.CharField(help_text="What is wrong, or empty.")
    trouble_since = serializers.DateTimeField(allow_null=True)
    paused_at = serializers.DateTimeField(allow_null=True)
    paused_reason = serializers.CharField(allow_null=True)
    connected_at = serializers.DateTimeField()
    healthy_at = serializers.DateTimeField(allow_null=True)

    def get_publishes(self, row: Channel) -> bool:
        return bool(connector_class(row.connector).capabilities.publishes)

    @extend_schema_field(serializers.ChoiceField(STATES))
    def get_state(self, row: Channel) -> str:
        return channel_state(row)


@extend_schema_serializer(component_name="FreshChannel")
class FreshChannelOut(ChannelOut):
    """A channel just connected. What signs its deliveries is shown now and never again."""

    deliver_to = serializers.CharField(allow_null=True, help_text="Where signed deliveries are posted.")
    secret = serializers.CharField(
        allow_null=True,
        help_text="The signing secret we made, where none was given. Keep it: it is not shown again.",
    )


class ChannelAsked(Asked):
    """A channel to connect."""

    connector = serializers.ChoiceField([(known.slug, known.title) for known in registrations()])
    network = serializers.ChoiceField([(slug, networks.title(slug)) for slug in sorted(networks.TITLES)])
    name = Text(max_length=100, help_text="As colleagues know it.")
    account = Slug(
        max_length=100, help_text="A short word for the address it is delivered to, such as `acme-forum`."
    )
    purpose = Text(max_length=300, required=False, default="", allow_blank=True)
    audience = Text(max_length=300, required=False, default="", allow_blank=True)
    credentials = BoundedDict(
        max_members=20,
        child=Text(max_length=2000, allow_blank=True),
        required=False,
        default=dict,
        help_text="The connector's own settings: `url` for a feed; `secret` and `return_url` for a signed webhook. "
        "Sealed at once. A signing secret that is left out is made for you.",
    )

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        known = [field.name for field in connector_class(asked["connector"]).fields]
        unknown = (f"credentials.{name}" for name in asked["credentials"] if name not in known)
        sentence = f"“{asked['connector']}” has no such setting. It knows {', '.join(known)}."
        if errors := strange(unknown, sentence):
            raise serializers.ValidationError(errors)
        return asked


class PauseAsked(Asked):
    reason = Text(max_length=300, help_text="Shown to everybody whose reply waits for it.")


@extend_schema_serializer(component_name="ListeningTerm")
class TermOut(serializers.Serializer[Any]):
    """Words the brand listens for (M11)."""

    id = serializers.IntegerField()
    text = serializers.CharField()
    fuzzy = serializers.BooleanField(help_text="Misspellings match, too.")
    excludes = serializers.ListField(child=serializers.CharField())
    added_at = serializers.DateTimeField()


class TermAsked(Asked):
    text = Text(min_length=2, max_length=100)
    fuzzy = Flag(required=False, default=True)
    excludes = BoundedList(
        child=Text(max_length=100),
        required=False,
        default=list,
        max_length=50,
        help_text="A message that contains one of these does not match.",
    )
