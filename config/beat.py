"""Celery's beat, for machines whose clock is set back and whose disk is full at times.

Celery plans by the wall clock. When that goes back an hour, an entry that ran last at "one hour from now" is not due
for an hour, and the others wait behind it. Here an entry cannot have run later than now.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from celery.beat import PersistentScheduler

log = logging.getLogger(__name__)

TOLERATED = timedelta(seconds=1)


class Scheduler(PersistentScheduler):
    """What is due is found again after the clock went back; what cannot be written is kept in memory."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Seconds until the next look."""
        if self._heal_clock():
            self._heap = None  # its order is by times of the old clock; Celery makes it anew
        wait: float = super().tick(*args, **kwargs)
        return wait

    def sync(self) -> None:
        """Write down when each entry ran last. Losing it costs one early round, so a full disk is no reason to end."""
        try:
            super().sync()
        except OSError as error:  # the errors of every kind of dbm are among them
            log.warning("When tasks ran last cannot be written down", extra={"why": str(error)})

    def _heal_clock(self) -> bool:
        healed = False
        for entry in self.schedule.values():
            now = entry.default_now()
            if entry.last_run_at is not None and entry.last_run_at > now + TOLERATED:
                entry.last_run_at, healed = now, True
        if healed:
            log.warning("The clock went back; every round starts over")
        return healed
