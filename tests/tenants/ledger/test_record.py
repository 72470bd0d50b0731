"""Recording: one entry in the transaction of the change, for good."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.db.utils import DatabaseError

from tenants.accounts.actors import INSTALLER
from tenants.kernel.schema import as_owner
from tenants.kernel.trace import causation, request_id
from tenants.ledger.models import Entry, Seal
from tenants.ledger.recorder import record, record_all
from tests.conftest import NOON
from tests.tenants.ledger.conftest import LATER, ThingDone, write


def test_an_entry_says_who_when_what_and_why(at_acme, ada):
    asked, caused = request_id.set("request-7"), causation.set(41)
    try:
        with transaction.atomic():
            entry = record(ThingDone(3, conversation_id=9), by=ada, at=NOON)
    finally:
        request_id.reset(asked)
        causation.reset(caused)

    entry.refresh_from_db()
    assert (entry.kind, entry.occurred_at, entry.data) == ("thing.done", NOON, {"number": 3})
    assert (entry.actor_kind, entry.actor_id, entry.conversation_id) == ("user", ada.id, 9)
    assert (entry.request_id, entry.causation_id) == ("request-7", 41)


def test_nothing_is_recorded_outside_a_transaction(at_acme):
    with pytest.raises(TransactionManagementError, match="not atomic"):
        record(ThingDone(1), by=INSTALLER, at=NOON)

    assert not Entry.objects.exists()


def test_an_entry_is_undone_with_the_change_it_tells_of(at_acme):
    with transaction.atomic():
        record(ThingDone(1), by=INSTALLER, at=NOON)
        transaction.set_rollback(True)

    assert not Entry.objects.exists()


def test_many_are_written_in_order_each_at_its_own_instant(at_acme, queries):
    with queries() as seen, transaction.atomic():
        record_all([ThingDone(n) for n in range(40)], by=INSTALLER, at=[NOON] * 39 + [LATER])

    assert [entry.data["number"] for entry in Entry.objects.order_by("pk")] == list(range(40))
    assert Entry.objects.latest("pk").occurred_at == LATER
    assert len(seen) <= 4


def test_writing_none_of_them_is_nothing(at_acme):
    with transaction.atomic():
        record_all([], by=INSTALLER, at=NOON)

    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET data = '{}'",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry",
        "UPDATE ledger_seal SET digest = 'x'",
        "DELETE FROM ledger_seal",
    ],
)
def test_not_even_the_owner_changes_what_was_recorded(at_acme, dispatched, statement):
    write(1)
    dispatched()
    assert Seal.objects.exists()

    with pytest.raises(DatabaseError, match="append|only be added|stays"), as_owner(), transaction.atomic():
        connection.cursor().execute(statement)
