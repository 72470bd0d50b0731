"""The agency's own ledger: what happens to seats, accounts and clients, sealed like every client's."""

from __future__ import annotations

from importlib import import_module
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.db.utils import DatabaseError, ProgrammingError

from config.subscriptions import SUBSCRIBERS
from tenants import opening
from tenants.accounts.actions.people import change_role, seat_user, switch_off_user
from tenants.accounts.actions.telling import tell
from tenants.accounts.actors import INSTALLER
from tenants.accounts.events import SeatGiven
from tenants.accounts.models import Role, User
from tenants.kernel.schema import as_owner, inside, outside
from tenants.ledger import dispatch as dispatching
from tenants.ledger.models import Entry, Seal
from tenants.ledger.pending import record_pending
from tenants.ledger.sealing import verify
from tenants.ledger.tasks import sweep
from tests.conftest import NOON
from tests.tenants.ledger.conftest import LATER


@pytest.fixture
def real_subscribers(settings):
    """The table of production in place of this folder's listeners."""
    settings.RAPPORT_SUBSCRIPTIONS = "config.subscriptions.SUBSCRIBERS"
    dispatching.subscribers.cache_clear()


@pytest.fixture
def newcomer(db):
    with outside():
        return User.objects.create(email="new@agency.example", name="Noor", password="!")


def kinds(since: int = 0) -> list[str]:
    return list(Entry.objects.filter(pk__gt=since).order_by("pk").values_list("kind", flat=True))


def newest() -> int:
    return Entry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def test_a_seat_at_the_agency_is_recorded_there_with_who_gave_it(newcomer):
    with outside():
        before = newest()
        seat = seat_user(
            by=INSTALLER, user=newcomer, role=Role.objects.get(slug="auditor"), client_id=None, at=NOON
        )
        change_role(by=INSTALLER, seat=seat, role=Role.objects.get(slug="responder"), at=LATER)
        switch_off_user(by=INSTALLER, user=newcomer, at=LATER)

        assert kinds(before) == ["seat.given", "seat.changed", "person.switched_off"]
        given = Entry.objects.get(pk__gt=before, kind="seat.given")
        assert (given.actor_id, given.data) == ("installer", {"user_id": newcomer.pk, "role": "auditor"})


def test_a_seat_at_a_client_is_recorded_at_the_client_only(acme, newcomer):
    with outside():
        before = newest()
        seat_user(
            by=INSTALLER, user=newcomer, role=Role.objects.get(slug="auditor"), client_id=acme.pk, at=NOON
        )
        assert kinds(before) == []
    with inside(acme):
        record_pending(client_id=acme.pk)  # what is done right after the commit
        assert "seat.given" in kinds()


def test_opening_and_closing_a_client_is_recorded(db):
    with outside():
        before = newest()
        opening.open_client(slug="brook", name="Brook", at=NOON)
        opening.close_client(slug="brook", at=LATER, drop=True)

        assert kinds(before) == ["client.opened", "client.closed"]
        closed = Entry.objects.get(pk__gt=before, kind="client.closed")
        assert (closed.data["slug"], closed.data["dropped"]) == ("brook", True)


def test_an_event_of_the_agency_is_refused_inside_a_client(at_acme):
    with pytest.raises(ValueError, match=r"seat\.given concerns the agency"), transaction.atomic():
        tell(SeatGiven(user_id=1, role="owner"), client_id=None, by=INSTALLER, at=NOON)

    assert kinds() == []


def test_the_sweep_seals_the_agencys_entries(real_subscribers, newcomer):
    with outside():
        seat_user(by=INSTALLER, user=newcomer, role=Role.objects.get(slug="auditor"), client_id=None, at=NOON)

    sweep()

    with outside():
        assert Seal.objects.latest("pk").last_id == newest()
        assert verify() is None


def test_only_the_seal_hears_the_agencys_ledger():
    assert [subscriber.name for subscriber in SUBSCRIBERS if subscriber.agency] == ["seal"]


def test_a_changed_entry_of_the_agency_is_named_by_the_command(real_subscribers, newcomer):
    with outside():
        seat_user(by=INSTALLER, user=newcomer, role=Role.objects.get(slug="auditor"), client_id=None, at=NOON)
        dispatching.dispatch(at=LATER)
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE public.ledger_entry DISABLE TRIGGER USER")
            cursor.execute("UPDATE public.ledger_entry SET actor_id = 'nobody' WHERE id = %s", [newest()])
            cursor.execute("ALTER TABLE public.ledger_entry ENABLE TRIGGER USER")
    said = StringIO()

    with pytest.raises(CommandError, match="changed at the agency"):
        call_command("verify_ledger", stdout=said)

    assert "the agency: seal" in said.getvalue()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE public.ledger_entry SET kind = 'x.y'",
        "DELETE FROM public.ledger_entry",
        "TRUNCATE public.ledger_entry",
        "DELETE FROM public.ledger_seal",
    ],
)
def test_neither_the_agencys_role_nor_the_owner_changes_an_entry(real_subscribers, newcomer, statement):
    with outside():
        seat_user(by=INSTALLER, user=newcomer, role=Role.objects.get(slug="auditor"), client_id=None, at=NOON)
        dispatching.dispatch(at=LATER)
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
        with (
            as_owner(),
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_seal", "ledger_cursor"])
def test_a_client_cannot_see_the_agencys_ledger(at_acme, table):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"SELECT * FROM public.{table}")


def test_a_database_migrated_before_the_agency_had_a_ledger_gets_its_tables(db):
    migration = import_module("tenants.ledger.migrations.0003_agency_ledger")
    with as_owner(), outside(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE public.ledger_entry, public.ledger_seal, public.ledger_cursor")
        with connection.schema_editor(atomic=False) as editor:
            migration.create_missing_tables(apps, editor)

        assert Entry.objects.count() == 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgrelid = 'public.ledger_entry'::regclass")
            assert cursor.fetchone() == (2,)
        transaction.set_rollback(True)
