"""A draft of the one who asks, and the texts it replaced."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from inbox.actions.draft import LONGEST
from inbox.api.serializers.common import Asked


@extend_schema_serializer(component_name="Draft")
class DraftOut(serializers.Serializer[Any]):
    """What has been typed and not sent."""

    text = serializers.CharField(allow_blank=True, help_text="Empty where there is no draft.")
    version = serializers.CharField(
        allow_blank=True, help_text="Names exactly this text; empty where there is no draft."
    )
    private = serializers.BooleanField()
    saved_at = serializers.DateTimeField(allow_null=True)


class DraftAsked(Asked):
    """A text to keep. It replaces no text that its writer has not seen."""

    text = serializers.CharField(
        max_length=LONGEST, trim_whitespace=False, allow_blank=True, help_text="Empty removes the draft."
    )
    based_on = serializers.CharField(
        max_length=40,
        allow_blank=True,
        help_text="The version of the draft this text was written from; empty if there was none.",
    )
    private = serializers.BooleanField(required=False, default=False)


@extend_schema_serializer(component_name="EarlierDraft")
class EarlierDraftOut(serializers.Serializer[Any]):
    """A text that the draft held before."""

    id = serializers.IntegerField()
    text = serializers.CharField()
    private = serializers.BooleanField()
    saved_at = serializers.DateTimeField()


class EarlierDraftsOut(serializers.Serializer[Any]):
    """The newest first; at most twenty are kept."""

    results = EarlierDraftOut(many=True)


class DraftChangedOut(serializers.Serializer[Any]):
    """The draft was changed meanwhile (a problem document with the newer one)."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    newer = DraftOut(required=False)
