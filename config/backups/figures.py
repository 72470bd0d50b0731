"""What must be the same before a backup and after its restore: the report's figures and the ledger's chain."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import orjson

from reporting.queries import DEFINITION_VERSION, first_response
from tenants.ledger import sealing
from tenants.ledger.models import Entry, Seal

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

Figures = dict[str, Any]


def read(*, at: datetime) -> Figures:
    """The current client's first response report up to `at`, and the head of its ledger, as JSON has them."""
    report = first_response(BEGINNING, at, None, at)
    newest = Seal.objects.order_by("-pk").first()
    found = {
        "definition": DEFINITION_VERSION,
        "report": [asdict(figures) for figures in (report.total, *report.channels)],
        "ledger": {
            "entries": Entry.objects.count(),
            "seals": Seal.objects.count(),
            "digest": newest.digest if newest else sealing.GENESIS,
        },
    }
    as_json: Figures = orjson.loads(orjson.dumps(found))
    return as_json


def differences(kept: Figures | None, *, at: datetime) -> list[str]:
    """What is not as it was when the backup was made, in words. The current client's; its chain is walked too."""
    said = []
    broken = sealing.verify()
    if broken is not None:
        said.append(f"seal {broken.pk} of the ledger does not agree with its entries")
    if kept is None:
        return said  # they could not be read when the backup was made: the client was not migrated
    now = read(at=at)
    if now["ledger"] != kept["ledger"]:
        said.append(f"the ledger ends at {now['ledger']}, and ended at {kept['ledger']}")
    if now["definition"] == kept["definition"] and now["report"] != kept["report"]:
        said.append("the figures of the first response report are others")
    return said
