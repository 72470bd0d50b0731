"""Waking a worker: a hint that costs little to give and nothing to lose.

The receipts, the outbox and the ledger are the truth; what no worker was told of, the beat's rounds find
(config/celery.py). So a broker that is gone or mute may neither fail a request nor hold it up: one that did
not take a hint is left in peace for a moment.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from celery import Task
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)

PEACE = 5.0
"""Seconds; the rounds come as often."""
CONFIRM_WITHIN = 3.0

OFTEN_ENOUGH = 1.0
"""Seconds between two hints of the same thing, while they are gathered."""

_silent_until = 0.0


@dataclass(slots=True)
class _Gathered:
    """What one piece of work has hinted at: when last, and what it still owes."""

    given_at: dict[str, float] = field(default_factory=dict)
    owed: dict[str, tuple[Task[Any, Any], dict[str, Any]]] = field(default_factory=dict)


_gathering: ContextVar[_Gathered | None] = ContextVar("gathering", default=None)


@contextmanager
def gathered() -> Iterator[None]:
    """Within the block the same hint is given once a second at most, and once more in the end.

    For work with many commits: a hundred answers sent need not wake the dispatcher three hundred times.
    """
    before = _gathering.set(_Gathered())
    try:
        yield
    finally:
        gathering = _gathering.get()
        _gathering.reset(before)
        for task, kwargs in gathering.owed.values() if gathering else ():
            give(task, kwargs=kwargs)


def give(task: Task[Any, Any], *, kwargs: dict[str, Any], **options: Any) -> bool:
    """Ask for a task to be run; False when the broker does not answer, and a round will do its work."""
    gathering = _gathering.get()
    if gathering is not None and not options:
        name = f"{task.name} {sorted(kwargs.items())}"
        if monotonic() < gathering.given_at.get(name, -OFTEN_ENOUGH) + OFTEN_ENOUGH:
            gathering.owed[name] = (task, kwargs)
            return True
        gathering.given_at[name] = monotonic()
        gathering.owed.pop(name, None)
    return _ask(task, kwargs, options)


def _ask(task: Task[Any, Any], kwargs: dict[str, Any], options: dict[str, Any]) -> bool:
    global _silent_until  # what one thread learned of the broker spares the others of this process
    if monotonic() < _silent_until:
        return False
    how = {"ignore_result": True, "confirm_timeout": CONFIRM_WITHIN, **options}
    try:
        task.apply_async(kwargs=kwargs, **how)
    except (OperationalError, OSError) as error:
        _silent_until = monotonic() + PEACE
        log.warning(
            "The broker does not answer; a round will do it", extra={"task": task.name, "why": str(error)}
        )
        return False
    return True
