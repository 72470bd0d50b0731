"""What the agency has to say in a client's ledger: written down with the change, recorded once by the client itself."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, transaction

from tenants.accounts.actors import INSTALLER
from tenants.accounts.events import SeatGiven
from tenants.kernel.schema import inside, outside
from tenants.ledger import tasks
from tenants.ledger.models import Entry
from tenants.ledger.pending import clients_with_pending, record_pending
from tenants.ledger.recorder import write_down
from tenants.models import PendingEntry
from tests.conftest import NOON


@pytest.fixture
def owed(acme, globex):
    """Three entries for Acme and one for Globex."""
    with outside(), transaction.atomic():
        for client, number in ((acme, 1), (acme, 2), (globex, 9), (acme, 3)):
            write_down(SeatGiven(user_id=number, role="owner"), client_id=client.pk, by=INSTALLER, at=NOON)


def recorded(client):
    with inside(client):
        return list(Entry.objects.filter(kind="seat.given").order_by("pk").values_list("data", flat=True))


def given(*numbers):
    return [{"user_id": number, "role": "owner"} for number in numbers]


@pytest.mark.usefixtures("owed")
def test_they_are_recorded_once_in_their_order_and_at_their_client_only(acme, globex):
    with inside(acme):
        assert record_pending(client_id=acme.pk) == 3
        assert record_pending(client_id=acme.pk) == 0

    assert recorded(acme) == given(1, 2, 3)
    assert recorded(globex) == []


@pytest.mark.usefixtures("owed")
def test_the_round_records_what_a_killed_process_left(acme, globex):
    assert clients_with_pending() == {acme.pk, globex.pk}

    tasks.sweep.run()
    tasks.sweep.run()

    assert (recorded(acme), recorded(globex)) == (given(1, 2, 3), given(9))
    assert not PendingEntry.objects.exists()


@pytest.mark.usefixtures("owed")
def test_an_entry_tells_who_did_it_and_when(acme):
    with inside(acme):
        record_pending(client_id=acme.pk)
        entry = Entry.objects.earliest("pk")

    assert (entry.actor_kind, entry.actor_id, entry.occurred_at) == (INSTALLER.kind.value, INSTALLER.id, NOON)


@pytest.mark.usefixtures("owed")
def test_a_client_neither_sees_nor_takes_nor_makes_anothers(acme, globex):
    with inside(acme):
        assert record_pending(client_id=globex.pk) == 0
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connection.cursor().execute("UPDATE tenants_pendingentry SET kind = 'seat.taken'")
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connection.cursor().execute("INSERT INTO tenants_pendingentry (client_id) VALUES (1)")

    assert PendingEntry.objects.filter(client_id=globex.pk).count() == 1


def test_it_is_written_down_within_the_change_only(acme):
    with outside(), pytest.raises(transaction.TransactionManagementError):
        write_down(SeatGiven(user_id=1, role="owner"), client_id=acme.pk, by=INSTALLER, at=NOON)
