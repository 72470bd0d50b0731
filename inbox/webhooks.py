"""`POST /hooks/<connector>/<account>/`: verify, store, answer. Reading comes later (DESIGN.md §4)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.timezone import now
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from inbox import tasks
from inbox.actions import keep
from inbox.actions.keep import Outcome
from inbox.connectors import connect, registrations
from inbox.connectors.networks.webhook.signing import DELIVERY_ID, MAX_DELIVERY_ID
from inbox.connectors.ports import BadSettings, BadSignature
from inbox.connectors.reading import clean
from tenants.accounts.actors import RECEIVER
from tenants.accounts.guards import anyone
from tenants.kernel import hints, vault
from tenants.kernel.schema import outside
from tenants.models import Route
from tenants.queries import needs_reader

log = logging.getLogger(__name__)

LONGEST_NAME = MAX_DELIVERY_ID
"""Characters of an account and of a delivery's id: what the receipt's columns hold."""
LONGEST_HEADER = 200
"""Characters of a header that are kept with a receipt."""
KEPT_HEADERS = ("content-type", "user-agent", "webhook-id", "webhook-timestamp")
NETWORK_BITS = {4: 24, 6: 64}
"""Addresses that are counted as one sender of deliveries that lead nowhere, by version of IP."""


@anyone("Deliveries prove themselves by their signature.")
@csrf_exempt
@require_POST
def deliver(request: HttpRequest, connector: str, account: str) -> HttpResponse:
    """Take one delivery: 200 stored (or stored before), 202 noted though it leads nowhere, 400 cut short, 401 bad
    signature, 404 no such connector, 409 its id was used for another body, 413 too large, 429 too much that leads
    nowhere, 503 a channel half set up."""
    known = sorted(registration.slug for registration in registrations())
    if connector not in known or len(account) > LONGEST_NAME:
        return _problem(
            404,
            f"There is no connector “{connector[:LONGEST_NAME]}”, or no such account can be. "
            f"Connectors are {', '.join(known)}; the channel's page shows its whole address.",
        )
    try:
        body = request.read(settings.RAPPORT_MAX_DELIVERY_BYTES + 1)
    except OSError:  # the sender hung up
        return _problem(400, "The body ended before all of it had come. Nothing was stored; send it again.")
    if len(body) > settings.RAPPORT_MAX_DELIVERY_BYTES:
        return _too_large()
    with outside():  # whose it is is said by the account, whichever host it comes to
        route = Route.objects.filter(network=connector, account=account).first()
    headers = {name.lower(): value for name, value in request.headers.items()}
    secrets = vault.unseal(route.sealed) if route else {}
    if route is None:
        return _keep_unroutable(request, connector, account, headers, body)
    try:
        delivery_id = connect(connector, secrets).delivery_id(headers=headers, body=body, at=now())
    except BadSignature as error:
        return _problem(401, f"{error} Nothing was stored.")
    except BadSettings as error:
        return _problem(
            503, f"The channel is not set up to the end: {error} Nothing was stored; send it again later."
        )
    with outside():
        kept = keep.keep_delivery(
            connector=connector,
            account=account,
            delivery_id=delivery_id,
            route=route,
            headers=_kept(headers),
            body=body,
            by=RECEIVER,
            at=now(),
        )
    if kept.outcome is Outcome.CONFLICT:
        return _id_is_taken()
    if kept.receipt_id is not None:
        _wake(kept.receipt_id, route.client_id)
    return JsonResponse({"stored": kept.outcome is Outcome.STORED, "delivery": delivery_id})


def _wake(receipt_id: int, client_id: int) -> None:
    with outside():
        is_needed = needs_reader(receipt_id=receipt_id, client_id=client_id, at=now())
    if is_needed:
        hints.give(tasks.read, kwargs={"client_id": client_id})


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: clean(headers[name])[:LONGEST_HEADER] for name in KEPT_HEADERS if name in headers}


def _keep_unroutable(
    request: HttpRequest, connector: str, account: str, headers: Mapping[str, str], body: bytes
) -> HttpResponse:
    """Its beginning is kept for the agency to look at. Without a route there is no secret to verify it with."""
    nowhere = f"No channel is connected for “{account}”."
    delivery_id = headers.get("webhook-id", "")
    if len(delivery_id) > LONGEST_NAME or not DELIVERY_ID.fullmatch(delivery_id):
        return _problem(
            404,
            f"{nowhere} Connect it, then send again. (It would have been noted until then with a webhook-id of "
            f"1 to {LONGEST_NAME} visible ASCII characters.)",
        )
    with outside():  # what is nobody's yet is the agency's, also when it came to a client's host
        kept = keep.keep_unroutable(
            connector=connector,
            account=account,
            delivery_id=delivery_id,
            headers=_kept(headers),
            body=body,
            origin=origin_of(request.META.get("REMOTE_ADDR", "")),
            by=RECEIVER,
            at=now(),
        )
    if kept.outcome is Outcome.REFUSED:
        return _problem(
            429, f"{nowhere} Too much that leads nowhere is kept already. Connect it, then send again."
        )
    if kept.outcome is Outcome.CONFLICT:
        return _id_is_taken()
    log.warning("A delivery leads to no channel", extra={"connector": connector, "account": account})
    stored = kept.outcome is Outcome.STORED
    return JsonResponse({"stored": stored, "delivery": delivery_id, "routed": False}, status=202)


def origin_of(address: str) -> str:
    """The network of a remote address, such as 192.0.2.0/24: what one sender can usually choose freely."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ip_network((found, NETWORK_BITS[found.version]), strict=False))


def _id_is_taken() -> HttpResponse:
    return _problem(
        409,
        "A delivery with this webhook-id and another body was taken before. This body was not stored. "
        "Give each delivery an id of its own, and send this one again under a new id.",
    )


def _too_large() -> HttpResponse:
    limit = settings.RAPPORT_MAX_DELIVERY_BYTES // (1024 * 1024)
    return _problem(
        413, f"A delivery may have {limit} MB at most. Send fewer items at a time. Nothing was stored."
    )


def _problem(status: int, sentence: str) -> HttpResponse:
    body = {"type": "about:blank", "title": "Not delivered", "status": status, "detail": sentence}
    return JsonResponse(body, status=status, content_type="application/problem+json")
