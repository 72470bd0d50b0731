"""The hash chain: whoever changes the past is found out."""

from __future__ import annotations

from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from tenants.kernel.schema import as_owner
from tenants.ledger.models import Entry, Seal
from tenants.ledger.sealing import GENESIS, verify
from tests.tenants.ledger.conftest import write


@pytest.fixture
def sealed(at_acme, dispatched):
    """Three batches, each under its seal."""
    for numbers in ((1, 2), (3,), (4, 5)):
        write(*numbers)
        dispatched()
    return list(Seal.objects.order_by("pk"))


@contextmanager
def past_the_trigger():
    """Somebody who owns the tables and takes the trigger off."""
    with as_owner(), connection.cursor() as cursor:
        for table in ("ledger_entry", "ledger_seal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        for table in ("ledger_entry", "ledger_seal"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_each_seal_is_chained_to_the_one_before(sealed):
    assert [seal.entries for seal in sealed] == [2, 1, 2]
    assert [seal.previous for seal in sealed] == [GENESIS, sealed[0].digest, sealed[1].digest]
    assert verify() is None


def test_an_empty_ledger_agrees(at_acme):
    assert verify() is None


@pytest.mark.parametrize("change", [
    """data = '{"number": 9}'""", "kind = 'thing.left'", "occurred_at = occurred_at - interval '1 hour'",
    "recorded_at = recorded_at - interval '1 hour'", "actor_id = 'somebody'", "actor_kind = 'token'",
    "conversation_id = 5", "causation_id = 5", "request_id = 'x'", "version = 2",
])  # fmt: skip
def test_a_changed_entry_is_found_by_its_seal(sealed, change):
    with past_the_trigger() as cursor:
        cursor.execute(f"UPDATE ledger_entry SET {change} WHERE id = %s", [sealed[1].first_id])

    assert verify() == sealed[1]


def test_a_removed_entry_is_found_by_its_seal(sealed):
    with past_the_trigger() as cursor:
        cursor.execute("DELETE FROM ledger_entry WHERE id = %s", [sealed[0].first_id])

    assert verify() == sealed[0]


def test_an_entry_slipped_into_the_past_is_found(sealed):
    columns = "kind, version, occurred_at, recorded_at, actor_kind, actor_id, data, request_id"
    with past_the_trigger() as cursor:
        cursor.execute(
            f"INSERT INTO ledger_entry (id, xid, {columns}) SELECT 0, xid, {columns} FROM ledger_entry WHERE id = %s",
            [sealed[0].first_id],
        )

    assert verify() == sealed[0]


def test_a_seal_made_to_fit_a_changed_entry_breaks_the_next(sealed):
    with past_the_trigger() as cursor:
        cursor.execute("UPDATE ledger_seal SET digest = %s WHERE id = %s", ["f" * 64, sealed[0].pk])

    assert verify() == sealed[0]


def test_a_missing_seal_is_found(sealed):
    with past_the_trigger() as cursor:
        cursor.execute("DELETE FROM ledger_seal WHERE id = %s", [sealed[1].pk])

    assert verify() == sealed[2]


def test_the_command_says_that_everything_agrees(sealed):
    said = StringIO()

    call_command("verify_ledger", client="acme", stdout=said)

    assert said.getvalue() == "acme: 3 seals agree.\n"


def test_the_command_names_the_seal_and_fails(sealed):
    with past_the_trigger() as cursor:
        cursor.execute("UPDATE ledger_entry SET kind = 'x.y' WHERE id = %s", [sealed[2].first_id])
    said = StringIO()

    with pytest.raises(CommandError, match="changed at acme"):
        call_command("verify_ledger", stdout=said)

    assert f"acme: seal {sealed[2].pk}" in said.getvalue()
    assert f"numbers {sealed[2].first_id} to {sealed[2].last_id}" in said.getvalue()


def test_entries_not_yet_sealed_are_nobodys_fault(sealed):
    write(6)

    assert verify() is None
    assert Entry.objects.count() == 6
