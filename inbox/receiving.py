"""Reading receipts: stored deliveries become messages, a bounded piece of work in each transaction.

A piece (`read_next`) is a batch of small receipts, or some items of one large receipt, which remembers in `items`
how far it was read. Before each piece an attempt is counted in a transaction of its own (inbox.actions.receipts).
If the piece fails, whatever the cause, its receipts are read one by one from then on, later again, and set aside
after three attempts. So nothing in a receipt can stop those behind it. Taking items in is safe to repeat.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import connection, transaction

from inbox.actions import channels, receipts
from inbox.actions.receipts import Claim
from inbox.connectors import parse
from inbox.connectors.delivery import MAX_ITEMS, too_many
from inbox.connectors.ports import IncomingMessage, Poisoned
from inbox.intake import take_in
from inbox.models import Channel
from inbox.wiring import house_rules
from tenants.accounts.actors import RECEIVER
from tenants.models import Receipt, ReceiptState

log = logging.getLogger(__name__)

MOST_AT_ONCE = 1000
"""Items received in one statement, and items of a large receipt received in one transaction."""

Clock = Callable[[], datetime]
Place = tuple[Receipt, int]
"""Where an item stood in a receipt."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What one piece of work came to: items that were new, and whether there was anything to do."""

    new: int
    was_due: bool


def read_receipts(*, client_id: int, now: Clock) -> int:
    """Read every receipt of the current client that is due; returns how many items were new."""
    new = 0
    while (piece := read_next(client_id=client_id, now=now)).was_due:
        new += piece.new
    return new


def read_next(*, client_id: int, now: Clock) -> Piece:
    """Read the client's next piece. Raises only where the database does not answer."""
    claim = receipts.begin_reading(client_id=client_id, by=RECEIVER, at=now())
    if claim is None:
        return Piece(0, was_due=False)
    try:
        with transaction.atomic():
            new = _read(claim, at=now())
    except Exception as error:
        if not connection.is_usable():
            raise  # it is no fault of the receipts; their attempt is repeated when its lease has run out
        log.exception("Receipts could not be read", extra={"receipts": claim.receipt_ids[:10]})
        why = f"Reading failed: {type(error).__name__}: {error}"
        receipts.fail_reading(claim=claim, why=why, by=RECEIVER, at=now())
        new = 0
    return Piece(new, was_due=True)


def _read(claim: Claim, *, at: datetime) -> int:
    """Read the claimed receipts that nobody else has read meanwhile, and store what became of them."""
    locked = Receipt.objects.select_for_update(skip_locked=True)
    rows = list(locked.filter(pk__in=claim.receipt_ids, state=ReceiptState.WAITING).order_by("id"))
    by_channel: dict[int, list[tuple[Place, IncomingMessage]]] = {}
    for receipt in rows:
        by_channel.setdefault(receipt.channel_id or 0, []).extend(_good_items(receipt, alone=claim.alone))
    found, new = Channel.objects.in_bulk(by_channel), 0
    for channel_id, items in sorted(by_channel.items()):
        if channel_id in found:
            new += _receive(found[channel_id], items, at=at)
        else:
            _note_all(items, "its channel is gone")
    for receipt in rows:
        if receipt.state == ReceiptState.READ and 0 < receipt.items <= receipt.aside:
            receipt.state = ReceiptState.POISONED
    receipts.store_results(receipts=rows, by=RECEIVER, at=at)
    return new


def _good_items(receipt: Receipt, *, alone: bool) -> list[tuple[Place, IncomingMessage]]:
    """The receipt's next items that can be received; notes the others. Its state stays `waiting` if more follow."""
    good: list[tuple[Place, IncomingMessage]] = []
    most = MOST_AT_ONCE if alone else MAX_ITEMS
    for position, item in islice(enumerate(_parse(receipt)), receipt.items, None):
        if len(good) == most:
            return good
        if isinstance(item, Poisoned):
            receipts.add_poisoned(receipt, item)
            receipt.items += item.count
        else:
            good.append(((receipt, position), item))
            receipt.items += 1
    receipt.state = ReceiptState.READ
    return good


def _parse(receipt: Receipt) -> Iterator[IncomingMessage | Poisoned]:
    """Up to MAX_ITEMS items, then one note about the rest. A parser that raises ends with a note, too."""
    try:
        items = parse(receipt.network, bytes(receipt.body))
        yield from islice(items, MAX_ITEMS)
        rest = sum(item.count if isinstance(item, Poisoned) else 1 for item in items)
    except Exception as error:
        log.exception("A parser failed", extra={"receipt": receipt.pk})
        yield Poisoned(0, f"the parser failed: {type(error).__name__}: {error}")
        return
    if rest:
        yield Poisoned(MAX_ITEMS, too_many(rest), count=rest)


def _receive(channel: Channel, items: list[tuple[Place, IncomingMessage]], *, at: datetime) -> int:
    """Take in the items of one channel; returns how many were new."""
    rules, new = house_rules(), 0
    for start in range(0, len(items), MOST_AT_ONCE):
        batch = items[start : start + MOST_AT_ONCE]
        done, aside = take_in(channel=channel, items=batch, rules=rules, at=at)
        new += done
        for (receipt, position), reason in aside:
            receipts.add_poisoned(receipt, Poisoned(position, reason))
    if channel.trouble or channel.healthy_at is None:
        channels.mark_healthy(channel_id=channel.pk, by=RECEIVER, at=at)
    return new


def _note_all(items: list[tuple[Place, IncomingMessage]], reason: str) -> None:
    for (receipt, position), _ in items:
        receipts.add_poisoned(receipt, Poisoned(position, reason))
