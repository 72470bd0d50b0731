"""Who hears what happened: the only wiring that leads from left to right, in one table.

Each subscriber keeps its own place in each client's ledger, gets the entries in order and in batches,
and is safe to run twice (tenants/ledger/dispatch.py).
"""

from __future__ import annotations

from tenants.ledger.dispatch import Subscriber

SUBSCRIBERS = (
    Subscriber(name="desk", handler="inbox.desk.project"),
    Subscriber(
        name="response_facts",
        handler="reporting.facts.fold",
        kinds=frozenset({"sla.started", "sla.met", "sla.cancelled"}),
    ),
    Subscriber(name="seal", handler="tenants.ledger.sealing.seal", agency=True),
)
