"""Migrating all clients side by side: one that fails is named with its reason, stops nobody, and is gone on with."""

from __future__ import annotations

from io import StringIO
from urllib.parse import quote

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from tenants import opening
from tenants.kernel.schema import as_owner, database_name, inside, outside
from tenants.models import Client
from tests.conftest import NOON

# The migration that is taken back, with those after it, and done again: it makes triggers, which cannot be made twice.
LAST = ("ledger", "0002_append_only")
TRIGGERS = {
    "ledger_entry_stays": "ledger_entry",
    "ledger_entry_is_not_emptied": "ledger_entry",
    "ledger_seal_stays": "ledger_seal",
}


def run(statement, *facts):
    with as_owner(), outside(), connection.cursor() as cursor:
        cursor.execute(statement, list(facts))
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def behind(django_db_setup, django_db_blocker, monkeypatch):
    """Two clients, really committed, that lack the last migration. At `hare` something stands in its way."""
    settings = connection.settings_dict
    where = f"host={quote(settings['HOST'], safe='')}&port={settings['PORT']}"
    user, password = quote(settings["USER"], safe=""), quote(settings["PASSWORD"], safe="")
    # The processes that migrate read the environment, as those of an installation do.
    monkeypatch.setenv("DATABASE_URL", f"postgresql://{user}:{password}@/{database_name()}?{where}")
    monkeypatch.setenv("RAPPORT_LOGIN", "owner")
    with django_db_blocker.unblock():
        for slug in ("hare", "tortoise"):
            opening.open_client(slug=slug, name=slug.title(), at=NOON)
            run(f"DELETE FROM {slug}.django_migrations WHERE app = %s AND name >= %s", *LAST)
        drop_triggers("tortoise")
        yield ["hare", "tortoise"]
        for slug in ("hare", "tortoise"):
            opening.close_client(slug=slug, at=NOON, drop=True)


def drop_triggers(schema):
    for trigger, table in TRIGGERS.items():
        run(f"DROP TRIGGER {trigger} ON {schema}.{table}")


def triggers(schema):
    names = run("SELECT tgname::text FROM pg_trigger WHERE tgrelid = %s::regclass", f"{schema}.ledger_entry")
    return {name for (name,) in names if name in TRIGGERS}


def has_it(schema):
    found = run(f"SELECT 1 FROM {schema}.django_migrations WHERE app = %s AND name = %s", *LAST)
    return found == [(1,)]


@pytest.mark.parametrize("processes", [1, 2])
def test_one_that_fails_stops_no_other_and_is_gone_on_with(behind, processes):
    first = {
        one.schema: one.trouble for one in opening.migrate_clients(behind, options={}, processes=processes)
    }

    assert first["tortoise"] == ""
    assert "already exists" in first["hare"]
    assert (has_it("tortoise"), has_it("hare")) == (True, False)

    drop_triggers("hare")
    again = {
        one.schema: one.trouble for one in opening.migrate_clients(behind, options={}, processes=processes)
    }

    assert again == {"hare": "", "tortoise": ""}
    assert has_it("hare")
    assert triggers("hare") == triggers("tortoise") == {"ledger_entry_stays", "ledger_entry_is_not_emptied"}


def test_the_command_tells_which_failed_and_why(behind):
    said = StringIO()

    with pytest.raises(CommandError, match=r"1 of 1 clients were not migrated: hare\."):
        call_command("migrate", "--client=hare", "--processes=1", stdout=said)

    assert "[1/1] hare failed: ProgrammingError: trigger" in said.getvalue()


def test_a_migration_that_failed_leaves_nothing_half_done(behind):
    run("DROP TRIGGER ledger_seal_stays ON hare.ledger_seal")
    run(
        "DROP TRIGGER ledger_entry_stays ON hare.ledger_entry"
    )  # the second of the three is what stands in the way

    [told] = opening.migrate_clients(["hare"], options={}, processes=1)

    assert "ledger_entry_is_not_emptied" in told.trouble
    assert triggers("hare") == {"ledger_entry_is_not_emptied"}


def test_afterwards_the_connection_is_where_it_was(behind):
    list(opening.migrate_clients(behind, options={}, processes=1))

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        assert cursor.fetchone() == ("public",)


def test_an_unknown_client_is_named(db):
    with pytest.raises(CommandError, match="no client “nobody”"):
        call_command("migrate", "--client=nobody", stdout=StringIO())


def test_clients_that_are_there_can_be_worked_in_while_others_fail(behind, globex_is_open):
    list(opening.migrate_clients(behind, options={}, processes=1))

    assert globex_is_open()


@pytest.fixture
def globex_is_open():
    def look():
        client = Client.objects.get(slug="globex")
        with inside(client), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM inbox_conversation")
            return cursor.fetchone() == (0,)

    return look
