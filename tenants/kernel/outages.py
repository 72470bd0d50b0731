"""When the database is away or its disk is full: recognised, remembered for a moment, and said in a sentence.

`recognise(error)` tells an outage from a mistake of ours by what PostgreSQL or the driver reports. `breaker` knows
whether the database answers; while it does not, requests are refused at once instead of waiting for a connection each.
"""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable, Iterator
from time import monotonic

import psycopg
from django.db import InterfaceError, OperationalError

from tenants.kernel.errors import Refusal

RETRY_AFTER = 5
"""Seconds after which a refused request may come again: the embedded server is back within a few."""
REMEMBERED = 1.0
"""Seconds for which one failed connection spares the requests after it the same wait."""
MUTE_AFTER = 3.0
"""Seconds a question may stay without an answer before the database counts as away."""

AWAY = ("08", "57P")
"""SQLSTATE: connections that fail, and servers that stop, crash or start."""
FULL = ("53100", "58030")
BUSY = ("53",)
READ_ONLY = ("25006",)


class Outage(Refusal):
    """Nothing is wrong with the request; it can be sent again after `RETRY_AFTER` seconds."""

    status = 503
    code = "unavailable"


class DatabaseAway(Outage):
    """No connection to the database, or one that broke."""

    code = "database_away"

    def __init__(self) -> None:
        super().__init__(
            "The database does not answer right now. Nothing was stored by this request; send it again in some seconds."
        )


class DatabaseBusy(Outage):
    """The database answers, and has no room for one more request."""

    code = "database_busy"

    def __init__(self) -> None:
        super().__init__(
            "The database has no room for this request right now. Nothing was stored; send it again in some seconds."
        )


class DiskFull(Outage):
    """The disk of the database is full, broken or read-only."""

    code = "disk_full"

    def __init__(self) -> None:
        super().__init__(
            "The disk of the database takes nothing more. Nothing was stored by this request; send it again once there "
            "is room. `manage.py doctor` says what is in the way."
        )


class Breaker:
    """Whether the database answers, as far as this process knows. May be used from any thread."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._away = False
        self._until = 0.0
        self._asked_at: float | None = None

    def is_open(self) -> bool:
        """True while requests that need the database are to be refused."""
        now = self._clock()
        asked_at = self._asked_at
        return self._away or now < self._until or (asked_at is not None and now - asked_at > MUTE_AFTER)

    def trip(self) -> None:
        """A request found the database away: the next ones need not wait to find the same."""
        self._until = self._clock() + REMEMBERED

    def asking(self) -> None:
        """A question has been sent whose answer `report` will tell; one that stays away for long counts as no."""
        self._asked_at = self._clock()

    def report(self, *, answers: bool) -> bool:
        """What the last question came to; True when that is news."""
        with self._lock:
            is_news = self._away is answers
            self._away, self._asked_at = not answers, None
            if answers:
                self._until = 0.0
        return is_news


breaker = Breaker()


def recognise(error: BaseException | None) -> Outage | None:
    """The outage behind an error, or None when it is no outage. A connection that failed trips the breaker."""
    for cause in _chain(error):
        state = getattr(cause, "sqlstate", None)
        if state is not None:
            return _by_state(state)
        if isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EROFS, errno.EDQUOT):
            return DiskFull()
    return _without_state(error)


def _by_state(state: str) -> Outage | None:
    if state.startswith(AWAY):
        breaker.trip()
        return DatabaseAway()
    if state.startswith((*FULL, *READ_ONLY)):
        return DiskFull()
    return DatabaseBusy() if state.startswith(BUSY) else None


def _without_state(error: BaseException | None) -> Outage | None:
    """The driver reports a connection that failed without a state, and a pool that ran dry by a class of its own."""
    if not isinstance(error, OperationalError | InterfaceError):
        return None
    if any(_is_plain(cause) for cause in _chain(error.__cause__)) or error.__cause__ is None:
        breaker.trip()
        return DatabaseAway()
    return DatabaseAway() if breaker.is_open() else DatabaseBusy()


def _is_plain(cause: BaseException) -> bool:
    return type(cause) in (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ConnectionTimeout)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what caused it, from the outside in."""
    for _ in range(5):
        if error is None:
            return
        yield error
        error = error.__cause__
