"""Closing a client: it answers no more and its data stay; or everything goes, and nothing of others."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client as Browser

from inbox.models import Channel
from inbox.tasks import send
from tenants import opening
from tenants.accounts.models import Seat, User
from tenants.kernel import rights, roles
from tenants.kernel.errors import NotFound
from tenants.kernel.schema import as_owner, database_name, inside, outside
from tenants.models import Client, Host, Receipt, Route
from tests.conftest import NOON, person


@pytest.fixture
def initech(db):
    """A client with somebody in it, something connected and something delivered."""
    client = opening.open_client(slug="initech", name="Initech", at=NOON, hosts=("initech.localhost",))
    person("peter@initech.example", "Peter", role="manager", client=client)
    with inside(client):
        channel = Channel.objects.create(
            network="x", connector="webhook", name="X", account="initech-x", connected_at=NOON
        )
    with outside():
        Route.objects.create(
            network="webhook", account="initech-x", client_id=client.pk, channel_id=channel.pk
        )
        Receipt.objects.create(
            network="webhook", delivery_id="1", account="initech-x", client_id=client.pk, channel_id=channel.pk,
            body=b"{}", received_at=NOON,
        )  # fmt: skip
    return client


def close(*, drop=False):
    return opening.close_client(slug="initech", at=NOON, drop=drop)


def test_a_closed_client_answers_nobody_and_keeps_its_data(initech):
    assert Browser(SERVER_NAME="initech.localhost").get("/healthz").status_code == 200

    close()

    answer = Browser(SERVER_NAME="initech.localhost").get("/")
    assert answer.status_code == 404
    with inside(initech):
        assert Channel.objects.count() == 1
    assert send.run(client_id=initech.pk) == 0


def test_closing_twice_keeps_the_first_day(initech):
    close()
    again = opening.close_client(slug="initech", at=NOON.replace(year=2030), drop=False)

    assert again.closed_at == NOON


def test_dropping_leaves_nothing_of_it(initech):
    close(drop=True)

    with as_owner(), outside(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace('initech') IS NULL")
        assert cursor.fetchone() == (True,)
        cursor.execute(
            "SELECT 1 FROM pg_roles WHERE rolname = %s", [roles.client_role(database_name(), "initech")]
        )
        assert cursor.fetchone() is None
        for table, rule in rights.ROWS.items():
            if "client_id" in rule:
                cursor.execute(f"SELECT count(*) FROM public.{table} WHERE client_id = %s", [initech.pk])
                assert cursor.fetchone() == (0,), table
    assert not Client.objects.filter(slug="initech").exists()
    assert not Host.objects.filter(domain="initech.localhost").exists()


def test_people_stay_without_their_seats(initech):
    close(drop=True)

    assert User.objects.filter(email="peter@initech.example").exists()
    assert not Seat.objects.filter(user__email="peter@initech.example").exists()


def test_dropping_one_client_takes_nothing_from_another(initech, acme, ada_user):
    close(drop=True)

    assert Seat.objects.filter(user=ada_user, client_id=acme.pk).exists()
    with inside(acme):
        assert Channel.objects.count() == 0


def test_its_short_name_is_free_again(initech):
    close(drop=True)

    again = opening.open_client(slug="initech", name="Initech", at=NOON, hosts=("initech.localhost",))

    with inside(again):
        assert not Channel.objects.exists()


def test_nobody_can_be_closed_who_is_not_there(db):
    with pytest.raises(NotFound, match="no client “nobody”"):
        opening.close_client(slug="nobody", at=NOON, drop=True)


def test_the_command_drops_only_what_was_named_twice(initech):
    with pytest.raises(CommandError, match="write its short name again"):
        call_command("close_client", "initech", "--drop", "acme")
    assert Client.objects.filter(slug="initech", closed_at__isnull=True).exists()

    said = StringIO()
    call_command("close_client", "initech", "--drop", "initech", stdout=said)

    assert said.getvalue() == "Initech is closed and its data are gone.\n"
    assert not Client.objects.filter(slug="initech").exists()
