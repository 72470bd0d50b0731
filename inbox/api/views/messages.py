"""One message: reading it, and deciding what it is."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from inbox.actions import converse
from inbox.api import reading
from inbox.api.description import IF_NONE_MATCH
from inbox.api.operation import Operation, tagged
from inbox.api.serializers.messages import DispositionAsked, MessageOut
from inbox.evaluation import Disposition
from inbox.models import Message
from inbox.wiring import house_rules
from tenants.accounts.permissions import Permission
from tenants.kernel.errors import NotFound

TAG = "Messages"


def _message(message_id: int) -> Message:
    row = Message.objects.select_related("author").filter(pk=message_id).first()
    if row is None:
        raise NotFound("There is no such message here. It may belong to another client.")
    return row


class MessageDetail(Operation):
    """One message."""

    allowed = Permission.VIEW

    @extend_schema(
        operation_id="messages_read",
        summary="Read a message",
        tags=[TAG],
        parameters=[IF_NONE_MATCH],
        responses={200: MessageOut, 304: None},
    )
    def get(self, request: Request, message_id: int) -> Response:
        shown = reading.show_messages([_message(message_id)], actor=self.actor, at=self.at)[0]
        return tagged(request, shown)


class DecideMessage(Operation):
    """What a person decides stands above what a machine proposed."""

    allowed = Permission.TRIAGE

    @extend_schema(
        operation_id="messages_disposition",
        summary="Decide what a message is",
        description="Does it call for an answer? What a person decides stands above what a machine proposed; both are "
        "kept. Clocks follow at once.",
        tags=[TAG],
        request=DispositionAsked,
        responses={200: MessageOut},
    )
    def post(self, request: Request, message_id: int) -> Response:
        self.actor.must(Permission.VIEW)
        asked = self.asked(DispositionAsked)
        _message(message_id)
        converse.decide_message(
            message_id=message_id,
            disposition=Disposition(asked["disposition"]),
            reason=asked["reason"],
            rules=house_rules(),
            by=self.actor,
            at=self.at,
        )
        return tagged(request, reading.show_messages([_message(message_id)], actor=self.actor, at=self.at)[0])
