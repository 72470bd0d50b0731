"""What a backup takes from the tables: every row of every table, ledger places that hold anywhere, one client alone."""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.apps import apps
from django.db import connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as properties
from hypothesis import strategies as st
from psycopg import sql

from config.backups import tables
from config.backups.tables import UnknownPosition
from tenants.kernel.schema import PUBLIC, as_owner, inside, outside
from tenants.ledger.models import Cursor, Entry, Seal
from tenants.models import Client, Receipt, Route
from tests.conftest import NOON, person

some = properties(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def owner(acme):
    """As a backup sees the database: through the owner's eyes, in the public schema."""
    with as_owner(), outside():
        yield


def read_tables(schema):
    with connection.cursor() as cursor:
        return {table.name: table for table in tables.read_tables(cursor, schema)}


def lines(table, where=None):
    """The rows of a table as COPY writes them, split at the tabs."""
    with connection.cursor() as cursor, cursor.copy(tables.copy_out(table, where)) as copy:
        return [bytes(row).decode().rstrip("\n").split("\t") for row in copy]


# --- Places in the ledger ----------------------------------------------------------------------------
ids_and_transactions = st.dictionaries(st.integers(1, 60), st.integers(10**6, 10**6 + 8), max_size=25)


def entries(found):
    Entry.objects.bulk_create([
        Entry(
            pk=pk, xid=xid, kind="test.happened", occurred_at=NOON, actor_kind="user", actor_id="1"
        ) for pk, xid in found.items()
    ])  # fmt: skip


@some
@given(ids_and_transactions, st.data())
def test_entries_keep_their_order_under_the_smallest_numbers_and_what_points_at_them_follows(
    owner, acme, found, data
):
    order = [pk for pk, _ in sorted(found.items(), key=lambda item: (item[1], item[0]))]
    seals = sorted(data.draw(st.sets(st.sampled_from(order))), key=order.index) if order else []
    with transaction.atomic(), inside(acme):
        entries(found)
        Seal.objects.bulk_create([
            Seal(pk=number, first_id=1, last_xid=found[pk], last_id=pk, entries=1, previous="", digest=str(pk),
                 sealed_at=NOON) for number, pk in enumerate(seals, start=1)
        ])  # fmt: skip
        Cursor.objects.create(subscriber="new")
        if order:
            Cursor.objects.create(subscriber="old", xid=found[order[-1]], entry_id=order[-1])
        theirs = read_tables(acme.schema_name)
        written = lines(theirs["ledger_entry"])
        sealed, cursors = lines(theirs["ledger_seal"]), lines(theirs["ledger_cursor"])
        transaction.set_rollback(True)

    column = theirs["ledger_entry"].columns.index("xid")
    places = {int(row[0]): int(row[column]) for row in written}
    assert sorted(places, key=lambda pk: (places[pk], pk)) == order
    steps_back = sum(after < before for before, after in pairwise(order))
    assert set(places.values()) == set(range(1, steps_back + 2)) if order else places == {}
    at = {name: theirs["ledger_seal"].columns.index(name) for name in ("last_xid", "last_id")}
    assert [(int(row[at["last_xid"]]), int(row[at["last_id"]])) for row in sealed] == [
        (places[pk], pk) for pk in seals
    ]
    assert [row[:3] for row in cursors] == [
        ["new", "0", "0"], *([["old", str(places[order[-1]]), str(order[-1])]] if order else [])
    ]  # fmt: skip


def test_every_transaction_number_is_one_that_a_backup_knows_how_to_carry_over(owner, acme):
    """Reading refuses an unknown one, so that a new ledger cannot be restored wrongly in silence."""
    for schema in (PUBLIC, acme.schema_name, "rapport_template"):
        assert read_tables(schema)

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE acme.inbox_channel ADD COLUMN seen_xid xid8")

    with pytest.raises(UnknownPosition, match="inbox_channel.seen_xid"):
        read_tables(acme.schema_name)


# --- All tables, all columns -------------------------------------------------------------------------
def test_every_model_has_its_table_in_a_backup_with_all_but_computed_columns(owner, acme):
    found = {**read_tables(PUBLIC), **read_tables(acme.schema_name)}

    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    assert len(models) > 20
    for model in models:
        columns = {field.column for field in model._meta.local_concrete_fields if not field.generated}
        assert set(found[model._meta.db_table].columns) == columns


# --- One client --------------------------------------------------------------------------------------
def test_every_public_table_says_which_rows_belong_to_one_client(owner):
    """A table that fails here has no client and no person: name it in SHARED_WHOLE, or leave it out knowingly."""
    with connection.cursor() as cursor:
        public = tables.read_public(cursor, tables.read_tables(cursor, PUBLIC))

    unknown = [
        name for name in public
        if (rule := tables.of_clients(name, public, [1])) is not None and rule == sql.SQL("false")
    ]  # fmt: skip
    assert set(unknown) <= tables.LEFT_OUT | tables.AGENCYS_LEDGER
    assert public.keys() >= tables.SHARED_WHOLE | tables.LEFT_OUT


@pytest.fixture
def furnished(acme, globex, ada_user, grace_user, mallory_user):
    """Two clients with a route and a receipt each, and a receipt that led nowhere."""
    with outside():
        for client in (acme, globex):
            Route.objects.create(network="webhook", account=client.slug, client_id=client.pk, channel_id=1)
            Receipt.objects.create(
                network="webhook", delivery_id="1", account=client.slug, client_id=client.pk, channel_id=1,
                body=b"{}", received_at=NOON,
            )  # fmt: skip
        Receipt.objects.create(network="webhook", delivery_id="2", account="?", body=b"{}", received_at=NOON)


def kept(client, table, column):
    with as_owner(), outside(), connection.cursor() as cursor:
        known = read_tables(PUBLIC)
        public = tables.read_public(cursor, list(known.values()))
        rows = lines(known[table], tables.of_clients(table, public, [client.pk]))
        return {row[known[table].columns.index(column)] for row in rows}


def test_a_backup_of_one_client_holds_its_rows_and_the_agency_and_nothing_of_others(furnished, acme):
    person("gone@agency.example", "Gone", role="responder", client=Client.objects.get(slug="globex"))

    assert kept(acme, "tenants_client", "slug") == {"acme"}
    assert kept(acme, "tenants_host", "domain") == {"acme.localhost"}
    assert kept(acme, "tenants_route", "account") == {"acme"}
    assert kept(acme, "tenants_receipt", "account") == {"acme"}
    assert kept(acme, "accounts_user", "email") == {"ada@acme.example", "grace@agency.example"}
    assert kept(acme, "accounts_seat", "client_id") == {str(acme.pk), "\\N"}
    assert len(kept(acme, "accounts_role", "slug")) > 3


def test_a_backup_of_one_client_holds_nothing_of_the_agencys_ledger(furnished, acme):
    with as_owner(), outside():
        entries({900_001: 1_000_000, 900_002: 1_000_001})
        Seal.objects.create(
            first_id=900_001,
            last_xid=1_000_001,
            last_id=900_002,
            entries=2,
            previous="",
            digest="d",
            sealed_at=NOON,
        )
        Cursor.objects.get_or_create(subscriber="somebody")

    for table, column in (("ledger_entry", "id"), ("ledger_seal", "id"), ("ledger_cursor", "subscriber")):
        assert kept(acme, table, column) == set()
