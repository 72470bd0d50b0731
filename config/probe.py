"""A thread of each web process that watches for the database going away and coming back.

It keeps one connection open, so it hears at once when the other side hangs up, and tells tenants.kernel.outages.
"""

from __future__ import annotations

import logging
import select
import threading
import time
from typing import Any

import psycopg
from django.db import connection

from tenants.kernel.database import pool
from tenants.kernel.outages import breaker

log = logging.getLogger(__name__)

ASK_EVERY = 1.0  # seconds between two questions to a database that answers
AGAIN_AFTER = 0.25  # seconds between two tries to reach one that does not
PATIENCE = {"connect_timeout": 2, "keepalives_idle": 5, "tcp_user_timeout": 3000}  # s, s, ms


class Probe(threading.Thread):
    """Asks the database every second whether it answers, on a connection of its own, and tells the breaker."""

    def __init__(self) -> None:
        super().__init__(name="database probe", daemon=True)

    def run(self) -> None:
        """Never returns; the thread ends with its process."""
        while True:
            try:
                self._follow_one_connection()
            except (psycopg.Error, OSError) as error:
                self._note_away(error)
            time.sleep(AGAIN_AFTER)

    def _follow_one_connection(self) -> None:
        """Until it breaks."""
        breaker.asking()
        with psycopg.connect(**_address(), autocommit=True) as line:
            while True:
                breaker.asking()
                line.execute("SELECT 1")
                if breaker.report(answers=True):
                    log.warning("The database answers again")
                # Returns early when the other side hangs up.
                select.select([line.fileno()], [], [], ASK_EVERY)

    def _note_away(self, error: Exception) -> None:
        if breaker.report(answers=False):
            log.error(
                "The database does not answer; requests are refused until it does", extra={"why": str(error)}
            )
            # What rests in the pools is of no use any more.
            pool.close_all()


def _address() -> dict[str, Any]:
    """Where Django connects, without what is only Django's."""
    parameters = connection.get_connection_params()
    for name in ("context", "cursor_factory", "pool"):
        parameters.pop(name, None)
    return {**PATIENCE, **parameters, "application_name": "rapport probe"}
