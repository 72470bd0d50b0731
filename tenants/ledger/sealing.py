"""The hash chain: proof that the ledger is as it was written.

Sealing is one more subscriber. It hashes each batch of final entries together with the seal before
it, off the writers' road; `verify` walks the chain and names the first batch that does not agree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from tenants.ledger.models import Entry, Seal

GENESIS = "0" * 64


def seal(entries: Sequence[Entry], *, at: datetime) -> None:
    """Subscriber: add one link for these entries."""
    previous = Seal.objects.order_by("-pk").values_list("digest", flat=True).first() or GENESIS
    Seal.objects.create(
        first_id=entries[0].pk,
        last_xid=entries[-1].xid,
        last_id=entries[-1].pk,
        entries=len(entries),
        previous=previous,
        digest=digest(previous, entries),
        sealed_at=at,
    )


def digest(previous: str, entries: Sequence[Entry]) -> str:
    """SHA-256 over the seal before and each entry's canonical JSON."""
    chain = hashlib.sha256(previous.encode())
    for entry in entries:
        chain.update(orjson.dumps(_canonical(entry), option=orjson.OPT_SORT_KEYS))
    return chain.hexdigest()


def _canonical(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.pk,
        "kind": entry.kind,
        "version": entry.version,
        "occurred_at": entry.occurred_at,
        "recorded_at": entry.recorded_at,
        "actor": [entry.actor_kind, entry.actor_id],
        "conversation": entry.conversation_id,
        "data": entry.data,
        "causation": entry.causation_id,
        "request": entry.request_id,
    }


def verify() -> Seal | None:
    """Walk the chain; the first seal that does not agree with its entries, or None when all do."""
    previous, position = GENESIS, (0, 0)
    for link in Seal.objects.order_by("pk").iterator():
        entries = list(
            Entry.objects.extra(
                where=["(xid, id) > (%s::text::xid8, %s) AND (xid, id) <= (%s::text::xid8, %s)"],
                params=[str(position[0]), position[1], str(link.last_xid), link.last_id],
            ).order_by("xid", "pk")
        )
        if (
            link.previous != previous
            or len(entries) != link.entries
            or digest(previous, entries) != link.digest
        ):
            return link
        previous, position = link.digest, (link.last_xid, link.last_id)
    return None
