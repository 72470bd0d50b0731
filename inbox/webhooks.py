"""`POST /hooks/<connector>/<account>/`: verify, store, answer. Reading comes later (DESIGN.md §4)."""

from __future__ import annotations

import logging

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.timezone import now
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from inbox import tasks
from inbox.connectors import connect, registrations
from inbox.connectors.ports import BadSettings, BadSignature
from tenants.accounts.guards import anyone
from tenants.kernel import hints, vault
from tenants.kernel.schema import outside
from tenants.models import Receipt, ReceiptState, Route

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
    stored = _store(connector, account, delivery_id, headers, body, route)
    if stored and _is_first_in_line(delivery_id, connector, account, route.client_id):
        hints.give(tasks.read, kwargs={"client_id": route.client_id})
    return JsonResponse({"stored": stored, "delivery": delivery_id})


def _store(
    connector: str, account: str, delivery_id: str, headers: dict[str, str], body: bytes, route: Route | None
) -> bool:
    """True when this delivery is new."""
    row = Receipt(
        network=connector,
        account=account,
        delivery_id=delivery_id,
        client_id=route.client_id if route else None,
        channel_id=route.channel_id if route else None,
        headers={name: headers[name] for name in KEPT_HEADERS if name in headers},
        body=body,
        received_at=now(),
        state=ReceiptState.WAITING if route else ReceiptState.UNROUTABLE,
    )
    with outside():
        known = Receipt.objects.filter(network=connector, account=account, delivery_id=row.delivery_id)
        if route is not None and _is_claimed(known, row):
            return True
        if known.exists():
            return False
        Receipt.objects.bulk_create([row], ignore_conflicts=True)
    return True


def _is_claimed(known: QuerySet[Receipt], row: Receipt) -> bool:
    """Whether the same delivery was kept while it led nowhere: now it is proved and has a place to go.

    What was kept is replaced: nobody had proved it.
    """
    facts = {
        name: getattr(row, name)
        for name in ("client_id", "channel_id", "headers", "body", "received_at", "state")
    }
    return bool(known.filter(state=ReceiptState.UNROUTABLE).update(**facts))


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
        stored = _store(connector, account, delivery_id, headers, body, None)
    log.warning("A delivery leads to no channel", extra={"connector": connector, "account": account})
    return JsonResponse({"stored": stored, "delivery": delivery_id, "routed": False}, status=202)


def _is_first_in_line(delivery_id: str, connector: str, account: str, client_id: int) -> bool:
    """Nobody stands before this delivery. Whoever does has woken a reader, who reads until nobody is left.

    So a flood wakes one reader and not one for each drop, and other clients' work does not queue up behind it.
    """
    line = Receipt.objects.filter(client_id=client_id, state=ReceiptState.WAITING).order_by("id")
    first = line.values_list("network", "account", "delivery_id").first()
    return first == (connector, account, delivery_id[:200])


def _too_large() -> HttpResponse:
    limit = settings.RAPPORT_MAX_DELIVERY_BYTES // (1024 * 1024)
    return _problem(
        413, f"A delivery may have {limit} MB at most. Send fewer items at a time. Nothing was stored."
    )


def _problem(status: int, sentence: str) -> HttpResponse:
    body = {"type": "about:blank", "title": "Not delivered", "status": status, "detail": sentence}
    return JsonResponse(body, status=status, content_type="application/problem+json")
