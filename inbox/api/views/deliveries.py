"""Deliveries that need a person, and having one read once more."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from inbox import tasks
from inbox.actions.receipts import retry_delivery
from inbox.api.description import CURSOR, LIMIT
from inbox.api.operation import Operation
from inbox.api.pages import next_address, page, page_of
from inbox.api.reading import NEWEST_ID
from inbox.api.serializers.common import Nothing
from inbox.api.serializers.deliveries import DeliveryOut
from inbox.queries.deliveries import deliveries_in_need
from tenants.accounts.permissions import Permission
from tenants.kernel import hints

DELIVERIES = "Deliveries"
DeliveryPage = page_of(DeliveryOut, "DeliveryPage")


class Deliveries(Operation):
    """Those of this client that need a person."""

    allowed = Permission.MANAGE_CHANNELS

    @extend_schema(
        operation_id="deliveries_list",
        summary="List deliveries that need a person",
        description="Deliveries that could not be read, of which items were set aside, or whose id came again with "
        "another body. The newest come first. Without anybody's words.",
        tags=[DELIVERIES],
        parameters=[CURSOR, LIMIT],
        responses={200: DeliveryPage},
    )
    def get(self, request: Request) -> Response:
        found = page(deliveries_in_need(), NEWEST_ID, request)
        shown = DeliveryOut(found.rows, many=True).data
        return Response({"next": next_address(request, found.cursor), "results": shown})


class RetryDelivery(Operation):
    """Reading one once more."""

    allowed = Permission.MANAGE_CHANNELS

    @extend_schema(
        operation_id="deliveries_retry",
        summary="Read a delivery once more",
        description="For one that failed or of which items were set aside, once the cause is gone. What it brought "
        "before stays as it is. 409 while it waits to be read, or when all of it was read.",
        tags=[DELIVERIES],
        request=Nothing,
        responses={202: DeliveryOut},
    )
    def post(self, request: Request, delivery_id: int) -> Response:
        self.asked(Nothing)
        row = retry_delivery(receipt_id=delivery_id, by=self.actor, at=self.at)
        hints.give(tasks.read, kwargs={"client_id": row.client_id})
        return Response(DeliveryOut(row).data, status=202)
