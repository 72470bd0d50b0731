"""The first response report as the API shows it. Counts first, rates derived; null means nothing to measure."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from inbox.api.serializers.common import PersonOut
from reporting.queries import FactRow, Figures


class ExcludedOut(serializers.Serializer[Any]):
    """Why cycles were not eligible."""

    reason = serializers.CharField()
    count = serializers.IntegerField()


class FiguresOut(serializers.Serializer[Any]):
    """The figures of one channel, or of all. Context: `at`."""

    received = serializers.IntegerField(help_text="Messages of people outside the brand.")
    eligible = serializers.IntegerField(help_text="Response cycles that called for an answer.")
    answered = serializers.IntegerField()
    native = serializers.IntegerField(help_text="Of these, answered on the network itself.")
    in_time = serializers.IntegerField(help_text="Of these, answered within the promise they stood under.")
    response_rate = serializers.FloatField(allow_null=True, help_text="Answered ÷ eligible, 0 to 1.")
    measured = serializers.IntegerField(help_text="Answered first cycles, over which the times are taken.")
    median_seconds = serializers.FloatField(allow_null=True)
    p90_seconds = serializers.FloatField(allow_null=True)
    mean_seconds = serializers.FloatField(allow_null=True)
    unanswered = serializers.IntegerField()
    oldest_waiting_since = serializers.DateTimeField(allow_null=True)
    oldest_waiting_seconds = serializers.SerializerMethodField()
    excluded = serializers.SerializerMethodField(help_text="The commonest reason first.")

    def get_oldest_waiting_seconds(self, figures: Figures) -> float | None:
        return figures.oldest_age_seconds(self.context["at"])

    @extend_schema_field(ExcludedOut(many=True))
    def get_excluded(self, figures: Figures) -> list[dict[str, Any]]:
        return [{"reason": reason, "count": count} for reason, count in figures.excluded]


class ChannelFiguresOut(FiguresOut):
    """The figures of one channel."""

    channel_id = serializers.IntegerField()
    channel_name = serializers.CharField()
    network = serializers.CharField()


@extend_schema_serializer(component_name="FirstResponseReport")
class FirstResponseOut(serializers.Serializer[Any]):
    """First response of one client over a period."""

    start = serializers.DateTimeField(help_text="The first day's midnight in the client's zone.")
    end = serializers.DateTimeField(help_text="The midnight after the last day; not in the period.")
    zone = serializers.CharField()
    read_at = serializers.DateTimeField(source="at")
    definition_version = serializers.CharField()
    total = FiguresOut()
    channels = ChannelFiguresOut(many=True)


@extend_schema_serializer(component_name="FirstResponseRow")
class RowOut(serializers.Serializer[Any]):
    """One row behind a figure: a response cycle; for `received`, a message. Context: `faces`."""

    id = serializers.IntegerField(help_text="Of the cycle; for `received`, of the message.")
    conversation_id = serializers.IntegerField()
    channel_id = serializers.IntegerField()
    message_id = serializers.IntegerField(allow_null=True)
    cycle_id = serializers.IntegerField(allow_null=True)
    came_at = serializers.DateTimeField(help_text="When the oldest unanswered message came in.")
    clock = serializers.CharField(help_text="`first_response` or `next_response`; empty for a message.")
    outcome = serializers.CharField()
    reason = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)
    seconds = serializers.FloatField(allow_null=True)
    in_time = serializers.BooleanField(allow_null=True, help_text="Null where nothing was promised.")
    native = serializers.BooleanField()
    answered_by = serializers.SerializerMethodField()

    @extend_schema_field(PersonOut(allow_null=True))
    def get_answered_by(self, row: FactRow) -> dict[str, Any] | None:
        face = self.context["faces"].face(row.user_id)
        return None if face is None else {"id": row.user_id, "name": face.name}


@extend_schema_serializer(component_name="FirstResponseRows")
class RowsOut(serializers.Serializer[Any]):
    """The rows that add up to one figure, oldest first."""

    figure = serializers.CharField()
    definition = serializers.CharField()
    total = serializers.IntegerField(help_text="How many rows there are on all pages.")
    next = serializers.URLField(allow_null=True)
    results = RowOut(many=True)
