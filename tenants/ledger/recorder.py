"""Recording: the last line of every action.

An event is a frozen dataclass whose class names its `kind`; its fields are the facts. Nothing is
recorded outside a transaction, because an entry without the change it tells of is a lie.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Any, ClassVar, Protocol

from django.conf import settings
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.utils.module_loading import import_string

from tenants.accounts.actors import Actor
from tenants.kernel import bulk
from tenants.kernel.roles import PUBLIC
from tenants.kernel.schema import current_schema
from tenants.kernel.trace import causation, request_id
from tenants.ledger.models import Entry
from tenants.models import PendingEntry

VERSION = 1
"""Of the facts' shape; a reader that finds a newer one knows that it must be taught."""


class Event(Protocol):
    """A past-tense dataclass; `conversation_id` is lifted into a column of its own."""

    kind: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Any]]


def record(event: Event, *, by: Actor, at: datetime) -> Entry:
    """Write one entry in the transaction of the change it tells of, and wake the dispatcher on commit."""
    _must_be_inside_a_transaction()
    entry = Entry.objects.create(**dict(zip(COLUMNS, _columns(event, by=by, at=at), strict=True)))
    wake_on_commit()
    return entry


def record_all(events: Sequence[Event], *, by: Actor, at: datetime | Sequence[datetime]) -> None:
    """Write several entries in order, with one COPY. `at` is one instant for all, or one for each."""
    _must_be_inside_a_transaction()
    instants = at if isinstance(at, Sequence) else [at] * len(events)
    rows = [_columns(event, by=by, at=instant) for event, instant in zip(events, instants, strict=True)]
    if not rows:
        return
    bulk.copy_rows(Entry, COLUMNS, [(*row[:-1], bulk.json(row[-1])) for row in rows])
    wake_on_commit()


def write_down(event: Event, *, client_id: int, by: Actor, at: datetime) -> None:
    """At the agency: keep the entry for a client beside the change it tells of (ledger/pending.py records it)."""
    _must_be_inside_a_transaction()
    columns = dict(zip(COLUMNS, _columns(event, by=by, at=at), strict=True))
    PendingEntry.objects.create(client_id=client_id, **columns)


COLUMNS = (
    "version",
    "kind",
    "occurred_at",
    "actor_kind",
    "actor_id",
    "conversation_id",
    "causation_id",
    "request_id",
    "data",
)


def _columns(event: Event, *, by: Actor, at: datetime) -> tuple[Any, ...]:
    """The entry's columns in the order of COLUMNS; the facts come last, as plain values."""
    facts = {field.name: _plain(getattr(event, field.name)) for field in fields(event)}
    conversation_id = facts.pop("conversation_id", None)
    origin = (causation.get(), request_id.get())
    return (VERSION, event.kind, at, by.kind.value, by.id, conversation_id, *origin, facts)


@lru_cache
def _facts_of(event: type[Event]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(event))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple | frozenset):
        return [_plain(item) for item in value]
    return value


def _must_be_inside_a_transaction() -> None:
    """A test's own transaction does not count: the action must bring its own."""
    own = [block for block in connection.atomic_blocks if not getattr(block, "_from_testcase", False)]
    if not own:
        raise TransactionManagementError(
            "Record inside the transaction of the change: the action is not atomic."
        )


def wake_on_commit() -> None:
    """Once per transaction: tell open browsers and the dispatcher that this client has news."""
    schema = current_schema()
    if schema == PUBLIC:
        return
    hook = _Wake(schema)
    pending = [queued[1] for queued in connection.run_on_commit]
    if hook not in pending:
        transaction.on_commit(hook)


class _Wake:
    """What happens after a commit. Equal for the same schema, so that it is queued once."""

    def __init__(self, schema: str) -> None:
        self.schema = schema

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Wake) and other.schema == self.schema

    def __hash__(self) -> int:
        return hash(self.schema)

    def __call__(self) -> None:
        _waker()(self.schema)


@lru_cache
def _waker() -> Callable[[str], None]:
    waker: Callable[[str], None] = import_string(settings.RAPPORT_WAKER)
    return waker
