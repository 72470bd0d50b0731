"""A ledger to write in, listeners that remember, and a client whose transactions are real."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.db import connection, transaction

from tenants import opening
from tenants.accounts.actors import INSTALLER
from tenants.kernel.schema import as_owner, inside
from tenants.ledger import dispatch as dispatching
from tenants.ledger.dispatch import Subscriber
from tenants.ledger.models import Entry
from tenants.ledger.recorder import record
from tenants.models import Client
from tests.conftest import NOON

LATER = NOON + timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ThingDone:
    kind: ClassVar[str] = "thing.done"
    number: int
    conversation_id: int | None = None


@dataclass(frozen=True, slots=True)
class ThingLeft:
    kind: ClassVar[str] = "thing.left"
    number: int


def write(*numbers: int, kind: type = ThingDone) -> list[Entry]:
    """One entry each, in one transaction."""
    with transaction.atomic():
        return [record(kind(number), by=INSTALLER, at=NOON) for number in numbers]


class Listener:
    """Keeps the numbers it was told, batch by batch; raises as long as it is told to."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.trouble: Exception | None = None
        self.work: Callable[[], object] = lambda: None

    def __call__(self, entries: Any, *, at: Any) -> None:
        self.work()
        if self.trouble is not None:
            raise self.trouble
        self.batches.append([entry.data["number"] for entry in entries])

    @property
    def told(self) -> list[int]:
        return [number for batch in self.batches for number in batch]


first, second = Listener(), Listener()


@pytest.fixture(autouse=True)
def _listeners(settings) -> Iterator[None]:
    for listener in (first, second):
        listener.__init__()  # type: ignore[misc]  # as new
    settings.RAPPORT_SUBSCRIPTIONS = f"{__name__}.TABLE"
    dispatching.subscribers.cache_clear()
    yield
    dispatching.subscribers.cache_clear()


TABLE = [
    Subscriber(name="first", handler=f"{__name__}.first"),
    Subscriber(name="second", handler=f"{__name__}.second", kinds=frozenset({"thing.left"})),
    Subscriber(name="seal", handler="tenants.ledger.sealing.seal"),
]


@pytest.fixture
def listeners() -> tuple[Listener, Listener]:
    """The first hears everything, the second only of what was left."""
    return first, second


@pytest.fixture
def dispatched() -> Callable[[], int]:
    return lambda: dispatching.dispatch(at=LATER)


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[Client]:
    """A client in which transactions are real; afterwards it is gone."""
    with django_db_blocker.unblock():
        client = opening.open_client(slug="scribe", name="Scribe", at=NOON)
        try:
            with inside(client):
                yield client
        finally:
            opening.close_client(slug="scribe", at=NOON, drop=True)


OLDER_ELSEWHERE = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname <> current_database()
      AND backend_xid::text::bigint <= (SELECT max(xid::text::bigint) FROM ledger_entry)
"""


@pytest.fixture
def dispatched_alone(committed: Client, dispatched: Callable[[], int]) -> Callable[[], int]:
    """Dispatch once no transaction of another database holds up this one's entries.

    PostgreSQL's oldest running transaction is the whole server's, and the other test process has a database on it.
    """

    def dispatch() -> int:
        deadline = time.monotonic() + 300
        while _older_elsewhere():
            assert time.monotonic() < deadline, "a transaction of another database never ended"
            time.sleep(0.05)
        return dispatched()

    return dispatch


def _older_elsewhere() -> int:
    with as_owner(), connection.cursor() as cursor:  # other roles' transactions are hidden from a client's
        cursor.execute(OLDER_ELSEWHERE)
        return int(cursor.fetchone()[0])
