"""`POST /hooks/<connector>/<account>/`: verify, store, answer. Reading comes later (DESIGN.md §4)."""

from __future__ import annotations

import logging

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.timezone import now
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from inbox import tasks
from inbox.actions.keep import keep_delivery
from inbox.connectors import connect, registrations
from inbox.connectors.ports import BadSettings, BadSignature
from tenants.accounts.actors import RECEIVER
from tenants.accounts.guards import anyone
from tenants.kernel import hints, vault
from tenants.kernel.schema import outside
from tenants.models import Receipt, ReceiptState, Route
from tenants.queries import is_first_in_line

log = logging.getLogger(__name__)

LONGEST_NAME = 200
"""Characters of an account and of a delivery's id: what the receipt's columns hold."""
MOST_UNROUTABLE = 1000
"""Anybody can send what leads nowhere, so there is an end to how much of it is kept."""
KEPT_HEADERS = ("content-type", "user-agent", "webhook-id", "webhook-timestamp")


@anyone("Deliveries prove themselves by their signature.")
@csrf_exempt
@require_POST
def deliver(request: HttpRequest, connector: str, account: str) -> HttpResponse:
    """Take one delivery: 200 stored (or stored before), 202 kept though it leads nowhere, 401 bad signature,
    404 no such connector, 413 too large, 429 too much that leads nowhere, 503 a channel half set up."""
    known = sorted(registration.slug for registration in registrations())
    if connector not in known or len(account) > LONGEST_NAME:
        return _problem(
            404,
            f"There is no connector “{connector[:LONGEST_NAME]}”, or no such account can be. "
            f"Connectors are {', '.join(known)}; the channel's page shows its whole address.",
        )
    body = request.read(settings.RAPPORT_MAX_DELIVERY_BYTES + 1)
    if len(body) > settings.RAPPORT_MAX_DELIVERY_BYTES:
        return _too_large()
    with outside():  # whose it is is said by the account, whichever host it comes to
        route = Route.objects.filter(network=connector, account=account).first()
    headers = {name.lower(): value for name, value in request.headers.items()}
    secrets = vault.unseal(route.sealed) if route else {}
    if route is None:
        return _keep_unroutable(connector, account, headers, body)
    try:
        delivery_id = connect(connector, secrets).delivery_id(headers=headers, body=body, at=now())
    except BadSignature as error:
        return _problem(401, f"{error} Nothing was stored.")
    except BadSettings as error:
        return _problem(
            503, f"The channel is not set up to the end: {error} Nothing was stored; send it again later."
        )
    receipt_id = _keep(connector, account, delivery_id, headers, body, route)
    stored = receipt_id is not None
    if receipt_id is not None and is_first_in_line(receipt_id=receipt_id, client_id=route.client_id):
        hints.give(tasks.read, kwargs={"client_id": route.client_id})
    return JsonResponse({"stored": stored, "delivery": delivery_id})


def _keep(
    connector: str, account: str, delivery_id: str, headers: dict[str, str], body: bytes, route: Route | None
) -> int | None:
    """The receipt's id when this delivery is new."""
    with outside():
        return keep_delivery(
            connector=connector,
            account=account,
            delivery_id=delivery_id,
            route=route,
            headers={name: headers[name] for name in KEPT_HEADERS if name in headers},
            body=body,
            by=RECEIVER,
            at=now(),
        )


def _keep_unroutable(connector: str, account: str, headers: dict[str, str], body: bytes) -> HttpResponse:
    """Nobody's yet: kept for the agency to look at. Without a route there is no secret to verify it with."""
    nowhere = f"No channel is connected for “{account}”."
    delivery_id = headers.get("webhook-id", "")
    if not 0 < len(delivery_id) <= LONGEST_NAME:
        return _problem(
            404,
            f"{nowhere} Connect it, then send again. (It would have been kept until then with a webhook-id of "
            f"1 to {LONGEST_NAME} characters.)",
        )
    with outside():  # what is nobody's yet is the agency's, also when it came to a client's host
        if Receipt.objects.filter(state=ReceiptState.UNROUTABLE).count() >= MOST_UNROUTABLE:
            return _problem(
                429, f"{nowhere} Too much that leads nowhere is kept already. Connect it, then send again."
            )
        stored = _keep(connector, account, delivery_id, headers, body, None) is not None
    log.warning("A delivery leads to no channel", extra={"connector": connector, "account": account})
    return JsonResponse({"stored": stored, "delivery": delivery_id, "routed": False}, status=202)


def _too_large() -> HttpResponse:
    limit = settings.RAPPORT_MAX_DELIVERY_BYTES // (1024 * 1024)
    return _problem(
        413, f"A delivery may have {limit} MB at most. Send fewer items at a time. Nothing was stored."
    )


def _problem(status: int, sentence: str) -> HttpResponse:
    body = {"type": "about:blank", "title": "Not delivered", "status": status, "detail": sentence}
    return JsonResponse(body, status=status, content_type="application/problem+json")
