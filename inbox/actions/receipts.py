"""Receipts from waiting to read: attempts are counted before anything is read, so that a worker that is killed,
or a transaction that fails, leaves a trace. What fails three times is set aside and holds up nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Func, IntegerField

from inbox.connectors.ports import Poisoned
from inbox.connectors.reading import MAX_EXCERPT, clean
from inbox.events import DeliveryFailed, DeliveryRetried
from tenants.accounts.actors import Actor
from tenants.accounts.permissions import Permission
from tenants.kernel.errors import Conflict, NotFound
from tenants.ledger.recorder import record
from tenants.models import Receipt, ReceiptState
from tenants.queries import due_receipts

RECEIPTS_AT_ONCE = 200
BATCH_BYTES = 512 * 1024
"""Bodies of the receipts that are read in one transaction."""
LARGE_BYTES = 256 * 1024
"""A receipt with a larger body is read by itself, some of its items at a time."""
MOST_ATTEMPTS = 3
BACK_OFF = (timedelta(seconds=10), timedelta(seconds=60))
"""From a failed attempt to the next."""
LEASE_OF_ONE = timedelta(seconds=30)
"""How long a receipt that is read by itself is left to its reader; a killed reader's is tried again afterwards."""
LEASE_OF_BATCH = timedelta(seconds=3)
"""From the counting of the attempt to the locking of its rows; then the locks protect them."""
MOST_NOTES = 100
"""Items set aside of which place and reason are kept. Of all others only their number is."""
LONGEST_REASON = 500
KILLED = (
    "The worker was stopped while it read this, each time, perhaps short of memory. See the worker's log."
)


@dataclass(frozen=True, slots=True)
class Claim:
    """Receipts to be read in one transaction."""

    receipt_ids: tuple[int, ...]
    alone: bool


@transaction.atomic
def begin_reading(*, client_id: int, by: Actor, at: datetime) -> Claim | None:
    """Count an attempt on the client's next due receipts; None when nothing is due. Commit before reading."""
    by.must(Permission.RECEIVE)
    _give_up(client_id, by=by, at=at)
    size = Func(F("body"), function="octet_length", output_field=IntegerField())
    rows = list(
        due_receipts(at)
        .filter(client_id=client_id)
        .annotate(size=size)
        .select_for_update(skip_locked=True)
        .order_by("id")
        .values_list("pk", "alone", "size")[:RECEIPTS_AT_ONCE]
    )
    if not rows:
        return None
    first, alone, first_size = rows[0]
    if alone or first_size > LARGE_BYTES:
        begun = {"attempts": F("attempts") + 1, "trouble": "", "not_before": at + LEASE_OF_ONE}
        Receipt.objects.filter(pk=first).update(**begun)
        return Claim((first,), alone=True)
    chosen = _batch(rows)
    Receipt.objects.filter(pk__in=chosen).update(alone=True, not_before=at + LEASE_OF_BATCH)
    return Claim(tuple(chosen), alone=False)


def _batch(rows: Sequence[tuple[int, bool, int]]) -> list[int]:
    """The first ones, up to BATCH_BYTES or to one that must be read by itself."""
    chosen, total = [], 0
    for pk, alone, size in rows:
        total += size
        if alone or size > LARGE_BYTES or total > BATCH_BYTES:
            break
        chosen.append(pk)
    return chosen


def _give_up(client_id: int, *, by: Actor, at: datetime) -> None:
    """Set aside what was begun as often as allowed and never finished: its readers were killed."""
    hopeless = (
        due_receipts(at)
        .filter(client_id=client_id, attempts__gte=MOST_ATTEMPTS)
        .select_for_update(skip_locked=True)
    )
    for receipt in hopeless.only("pk", "channel_id", "trouble").order_by("id")[:RECEIPTS_AT_ONCE]:
        _set_aside(receipt, receipt.trouble or KILLED, by=by, at=at)


def _set_aside(receipt: Receipt, why: str, *, by: Actor, at: datetime) -> None:
    receipt.state, receipt.trouble, receipt.read_at = ReceiptState.FAILED, why, at
    receipt.save(update_fields=["state", "trouble", "read_at"])
    record(DeliveryFailed(receipt.pk, receipt.channel_id), by=by, at=at)


@transaction.atomic
def fail_reading(*, claim: Claim, why: str, by: Actor, at: datetime) -> None:
    """Write down that the attempt failed. A batch is read one by one from now on, a single receipt later again."""
    by.must(Permission.RECEIVE)
    waiting = Receipt.objects.filter(pk__in=claim.receipt_ids, state=ReceiptState.WAITING)
    if not claim.alone:
        waiting.update(not_before=None)
        return
    why = clean(why)[:LONGEST_REASON]
    for receipt in waiting.select_for_update().only("pk", "channel_id", "attempts"):
        if receipt.attempts >= MOST_ATTEMPTS:
            _set_aside(receipt, why, by=by, at=at)
        else:
            receipt.trouble, receipt.not_before = why, at + BACK_OFF[max(receipt.attempts, 1) - 1]
            receipt.save(update_fields=["trouble", "not_before"])


@transaction.atomic
def store_results(*, receipts: Sequence[Receipt], by: Actor, at: datetime) -> None:
    """Write what was read of these receipts, in the transaction that stores their messages.

    Their `items`, `aside` and `poisoned` have been set by the reader; one whose state is still `waiting` goes on
    from there, and begins its count of attempts anew.
    """
    by.must(Permission.RECEIVE)
    for receipt in receipts:
        receipt.attempts, receipt.trouble, receipt.not_before, receipt.read_at = 0, "", None, at
    columns = ["poisoned", "aside", "items", "read_at", "attempts", "trouble", "not_before", "state"]
    Receipt.objects.bulk_update(receipts, columns)


def add_poisoned(receipt: Receipt, item: Poisoned) -> None:
    """Add an item that was set aside to the receipt, within MOST_NOTES. Not saved."""
    receipt.aside += item.count
    if len(receipt.poisoned) < MOST_NOTES or item.count > 1:
        told: dict[str, object] = {
            "position": item.position,
            "reason": clean(item.reason)[:LONGEST_REASON],
            "excerpt": clean(item.excerpt)[:MAX_EXCERPT],
        }
        receipt.poisoned = [*receipt.poisoned, told | ({"count": item.count} if item.count > 1 else {})]


@transaction.atomic
def retry_delivery(*, receipt_id: int, by: Actor, at: datetime) -> Receipt:
    """Have a delivery of the current client read once more: one that failed, or of which items were set aside.

    Items that are known already stay as they are. Raises NotFound, and Conflict while it waits or is all read.
    """
    by.must(Permission.MANAGE_CHANNELS)
    found = Receipt.objects.filter(pk=receipt_id, client_id__isnull=False)
    receipt = found.select_for_update().defer("body", "headers").first()
    if receipt is None:
        raise NotFound("There is no such delivery here.")
    if receipt.state == ReceiptState.WAITING:
        raise Conflict("This delivery waits to be read already.")
    if receipt.state != ReceiptState.FAILED and not receipt.aside:
        raise Conflict("Everything in this delivery was read; there is nothing to try again.")
    receipt.state, receipt.alone, receipt.attempts = ReceiptState.WAITING, True, 0
    receipt.items, receipt.aside, receipt.poisoned = 0, 0, []
    receipt.trouble, receipt.not_before = "", None
    receipt.save(
        update_fields=["state", "alone", "attempts", "items", "aside", "poisoned", "trouble", "not_before"]
    )
    record(DeliveryRetried(receipt.pk, receipt.channel_id), by=by, at=at)
    return receipt
