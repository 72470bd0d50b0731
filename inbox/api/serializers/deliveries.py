"""Deliveries as the API shows them: what became of them, without what people said in them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from tenants.models import Receipt, ReceiptState

DELIVERY_STATES = [state.value for state in ReceiptState if state is not ReceiptState.UNROUTABLE]


@extend_schema_serializer(component_name="DeliveryNote")
class NoteOfDelivery(serializers.Serializer[Any]):
    """Why an item was set aside."""

    position = serializers.IntegerField(help_text="The item's place in the delivery, counted from 0.")
    reason = serializers.CharField()
    count = serializers.IntegerField(help_text="How many items it is about, from this place on.")


@extend_schema_serializer(component_name="Delivery")
class DeliveryOut(serializers.Serializer[Any]):
    """One delivery or polled page."""

    id = serializers.IntegerField()
    connector = serializers.CharField(source="network")
    account = serializers.CharField()
    delivery = serializers.CharField(source="delivery_id", help_text="Its webhook-id.")
    channel_id = serializers.IntegerField()
    received_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)
    state = serializers.ChoiceField(
        DELIVERY_STATES,
        help_text="`poisoned`: read, and none of its items could be used. `failed`: reading it failed three times.",
    )
    trouble = serializers.CharField(help_text="Why the last attempt failed, or empty.")
    items = serializers.IntegerField(help_text="How many items it holds, or were dealt with so far.")
    set_aside = serializers.IntegerField(source="aside", help_text="How many of them could not be used.")
    notes = serializers.SerializerMethodField(help_text="Why not, of the first hundred.")
    conflicts = serializers.IntegerField(help_text="How often its id came again with another body.")

    @extend_schema_field(NoteOfDelivery(many=True))
    def get_notes(self, row: Receipt) -> list[dict[str, Any]]:
        return [
            {"position": note["position"], "reason": note["reason"], "count": note.get("count", 1)}
            for note in row.poisoned
        ]
