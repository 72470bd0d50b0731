"""After a commit: tell open browsers, and wake a worker.

Both are hints. The ledger is the truth; what a hint misses, the beat's round finds (config/celery.py).
"""

from __future__ import annotations

import logging

from django.db import Error

from tenants.kernel import hints
from tenants.ledger import live
from tenants.ledger.tasks import dispatch

log = logging.getLogger(__name__)


def wake(schema: str) -> None:
    """A client's ledger has grown."""
    try:
        live.notify(schema)
    except Error:
        log.warning("Open browsers were not told; they will resume", extra={"schema": schema})
    hints.give(dispatch, kwargs={"schema": schema})
