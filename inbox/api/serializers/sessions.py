"""A person's own sessions as the API shows them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers


@extend_schema_serializer(component_name="Session")
class SessionOut(serializers.Serializer[Any]):
    """One sign-in in one browser. It covers the agency and every client opened from it."""

    id = serializers.IntegerField()
    device = serializers.CharField(help_text="Browser and system, such as “Firefox on Windows”.")
    address = serializers.CharField(help_text="The network: an address without its last part.")
    began_at = serializers.DateTimeField()
    seen_at = serializers.DateTimeField(help_text="Last use, exact to a minute.")
    place = serializers.CharField(help_text="Where that was: a client's name, or the agency.")
    current = serializers.BooleanField(help_text="The session that asks.")


@extend_schema_serializer(component_name="Sessions")
class SessionsOut(serializers.Serializer[Any]):
    """All of a person's sessions that are alive, last used first; at most 50."""

    results = SessionOut(many=True)
