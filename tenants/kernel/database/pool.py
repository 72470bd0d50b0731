"""Connections of one process, kept by login: few in all, few for each client, the least recently used closed first.

A connection goes back empty (`DISCARD ALL`: no setting, temporary table, prepared statement, advisory lock or
LISTEN survives) and is only ever given to the same login again.
"""

from __future__ import annotations

import os
import select
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

Physical = psycopg.Connection[Any]

TRUSTED = 10.0
"""Seconds of rest after which a connection is asked whether it still works; before, its socket tells enough."""
LONGEST_REST = 300.0
"""Seconds after which a connection that nobody takes is closed."""


class NoConnectionFree(psycopg.OperationalError):
    """All connections of this process that may serve the login are in use, and none came back in time."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many connections a group of logins may have, in all and for each login; `patience` in seconds."""

    total: int
    each: int
    patience: float = 10.0


@dataclass(slots=True)
class _Resting:
    login: str
    connection: Physical
    since: float


class Pool:
    """The connections of one group of logins: the agency's one login, or those of all clients."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._changed = threading.Condition()
        self._resting: list[_Resting] = []  # the least recently used first
        self._open: Counter[str] = Counter()  # by login, resting or in use
        self._closed = False

    def take(self, login: str, connect: Callable[[], Physical]) -> Physical:
        """A connection logged in as `login`: a resting one that still works, or a new one. Raises NoConnectionFree."""
        self._close_all(self._outworn())
        until = time.monotonic() + self.limits.patience
        while True:
            with self._changed:
                resting = self._newest(login)
                place = None if resting else self._make_room(login)
                if resting is None and place is None:
                    if not self._changed.wait(until - time.monotonic()):
                        raise NoConnectionFree(self._sentence(login))
                    continue
            if resting is None:
                self._close_all(place or [])
                return self._connect(login, connect)
            if _works(resting):
                return resting.connection
            self._drop(login, resting.connection)

    def give_back(self, login: str, connection: Physical) -> None:
        """Empty the connection and keep it for the same login; one that cannot be emptied is closed."""
        if self._closed or not _emptied(connection):
            self._drop(login, connection)
            return
        with self._changed:
            self._resting.append(_Resting(login, connection, time.monotonic()))
            self._changed.notify_all()

    def close(self) -> None:
        """Close what rests now, and what is in use when it is given back."""
        with self._changed:
            self._closed = True
            resting, self._resting = self._resting, []
        for one in resting:
            self._drop(one.login, one.connection)

    def forget(self) -> None:
        """After a fork: the connections are the parent's, and must not even be closed here."""
        self.__init__(self.limits)  # type: ignore[misc]  # the same fresh state, with a lock nobody holds

    def counts(self) -> dict[str, int]:
        """Open connections by login, those in use included."""
        with self._changed:
            return {login: number for login, number in self._open.items() if number}

    # --- With the lock held ----------------------------------------------------------------------
    def _newest(self, login: str) -> _Resting | None:
        for place in range(len(self._resting) - 1, -1, -1):
            if self._resting[place].login == login:
                return self._resting.pop(place)
        return None

    def _make_room(self, login: str) -> list[_Resting] | None:
        """Reserve a place for a new connection, and return what must be closed first; None if all are in use."""
        if self._open[login] >= self.limits.each:
            return None
        closing = []
        if self._open.total() >= self.limits.total:
            if not self._resting:
                return None
            closing = [self._resting.pop(0)]
            self._open[closing[0].login] -= 1
        self._open[login] += 1
        return closing

    def _sentence(self, login: str) -> str:
        return (
            f"No connection for {login} became free within {self.limits.patience:.0f} s "
            f"({self._open[login]} of {self.limits.each} for it, {self._open.total()} of {self.limits.total} in all)."
        )

    # --- Without the lock ------------------------------------------------------------------------
    def _connect(self, login: str, connect: Callable[[], Physical]) -> Physical:
        try:
            return connect()
        except BaseException:
            self._release(login)
            raise

    def _drop(self, login: str, connection: Physical) -> None:
        connection.close()
        self._release(login)

    def _release(self, login: str) -> None:
        with self._changed:
            self._open[login] -= 1
            if self._open[login] <= 0:
                del self._open[login]
            self._changed.notify_all()

    def _outworn(self) -> list[_Resting]:
        """Take out what has rested too long."""
        oldest = time.monotonic() - LONGEST_REST
        with self._changed:
            found = [one for one in self._resting if one.since < oldest]
            if found:
                self._resting = [one for one in self._resting if one.since >= oldest]
                self._open.subtract(one.login for one in found)
                self._changed.notify_all()
        return found

    def _close_all(self, resting: list[_Resting]) -> None:
        for one in resting:
            one.connection.close()


def _emptied(connection: Physical) -> bool:
    """Leave nothing of the session; False for a connection that is of no use any more."""
    try:
        if connection.closed:
            return False
        if connection.info.transaction_status is not TransactionStatus.IDLE:
            connection.rollback()
        connection.autocommit = True  # DISCARD ALL refuses to run within a transaction
        connection.execute("DISCARD ALL")
    except psycopg.Error:
        return False
    return True


def _works(resting: _Resting) -> bool:
    """Whether the server is still there. What it says unasked (it ends, we are cut off) can be read from the socket."""
    connection = resting.connection
    if connection.closed or _has_word(connection.fileno()):
        return False
    if time.monotonic() - resting.since < TRUSTED:
        return True
    try:
        connection.execute("SELECT 1")
    except psycopg.Error:
        return False
    return True


def _has_word(descriptor: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


# --- The two pools of this process -------------------------------------------------------------------
_pools: dict[str, Pool] = {}
_making = threading.Lock()


def of(group: str, limits: Limits) -> Pool:
    """The pool of a group of logins, made when first asked for."""
    pool = _pools.get(group)
    if pool is None:
        with _making:
            pool = _pools.setdefault(group, Pool(limits))
    return pool


def close_all() -> None:
    """Close what rests in all pools of this process, and begin with new ones."""
    with _making:
        pools = list(_pools.values())
        _pools.clear()
    for pool in pools:
        pool.close()


def _after_fork() -> None:
    for pool in _pools.values():
        pool.forget()


os.register_at_fork(after_in_child=_after_fork)
