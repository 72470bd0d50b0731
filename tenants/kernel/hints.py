"""Waking a worker: a hint that costs little to give and nothing to lose.

The receipts, the outbox and the ledger are the truth; what no worker was told of, the beat's rounds find
(config/celery.py). So a broker that is gone or mute may neither fail a request nor hold it up: one that did
not take a hint is left in peace for a moment.
"""

from __future__ import annotations

import logging
from time import monotonic
from typing import Any

from celery import Task
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)

PEACE = 5.0
"""Seconds; the rounds come as often."""
CONFIRM_WITHIN = 3.0

_silent_until = 0.0


def give(task: Task[Any, Any], *, kwargs: dict[str, Any], **options: Any) -> bool:
    """Ask for a task to be run; False when the broker does not answer, and a round will do its work."""
    global _silent_until  # what one thread learned of the broker spares the others of this process
    if monotonic() < _silent_until:
        return False
    try:
        task.apply_async(kwargs=kwargs, ignore_result=True, confirm_timeout=CONFIRM_WITHIN, **options)
    except (OperationalError, OSError) as error:
        _silent_until = monotonic() + PEACE
        log.warning(
            "The broker does not answer; a round will do it", extra={"task": task.name, "why": str(error)}
        )
        return False
    return True
