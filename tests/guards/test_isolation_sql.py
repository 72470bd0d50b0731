"""What PostgreSQL itself refuses a client's role, whatever SQL it is given (DESIGN.md §3)."""

from __future__ import annotations

import re
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import DatabaseError, ProgrammingError

from tenants.kernel import rights, roles
from tenants.kernel.schema import inside, outside
from tests.guards.world import SECRET, everything_at

REFUSED = "permission denied|must be owner"


@contextmanager
def undone():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def run(statement, *facts):
    with connection.cursor() as cursor:
        cursor.execute(statement, list(facts) or None)
        return cursor.fetchall() if cursor.description else []


def refused(statement, *facts):
    with pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
        run(statement, *facts)


def tables_of_a_client():
    labels = {name.rsplit(".", 1)[-1] for name in settings.TENANT_APPS}
    models = apps.get_models(include_auto_created=True)
    return sorted({model._meta.db_table for model in models if model._meta.app_label in labels})


# --- Globex's schema -------------------------------------------------------------------------------


@pytest.mark.parametrize("statement", [
    "SELECT * FROM globex.{}", "TABLE globex.{}", "DELETE FROM globex.{}", "TRUNCATE globex.{}",
    "INSERT INTO globex.{} DEFAULT VALUES", "COPY globex.{} TO STDOUT", "DROP TABLE globex.{}",
    "ALTER TABLE globex.{} RENAME TO mine", "CREATE TRIGGER spy BEFORE INSERT ON globex.{} EXECUTE FUNCTION version()",
    "LOCK TABLE globex.{}", "CREATE VIEW pg_temp.spy AS SELECT * FROM globex.{}",
    "CREATE TABLE acme.stolen AS SELECT * FROM globex.{}",
])  # fmt: skip
def test_nothing_of_globexs_schema_can_be_read_or_changed(at_acme, globex, statement):
    for table in tables_of_a_client():
        refused(statement.format(table))


def test_a_search_path_through_globexs_schema_passes_it_by(ours, at_globex):
    """A schema that may not be used is not looked into: the name leads to Acme's own table, or to none."""
    with inside(ours.client), undone():
        run("SET LOCAL search_path = globex, acme")
        assert run("SELECT 1 FROM inbox_message WHERE text LIKE %s", f"%{SECRET}%") == []
        assert run("SELECT 1 FROM inbox_message") != []
        run("SET LOCAL search_path = globex, public")
        with pytest.raises(ProgrammingError, match="does not exist"), transaction.atomic():
            run("SELECT 1 FROM inbox_message")


def test_sequences_and_the_template_are_closed_too(at_acme, globex):
    refused("SELECT nextval('globex.inbox_conversation_id_seq')")
    refused("SELECT setval('globex.inbox_conversation_id_seq', 1)")
    refused("SELECT * FROM rapport_template.inbox_conversation")


def test_a_client_makes_nothing_in_the_shared_schema_and_no_schema(at_acme):
    for statement in (
        "CREATE TABLE public.mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE TABLE mine (id int)",
    ):
        refused(statement)


def test_a_client_neither_makes_roles_nor_gives_rights(at_acme, acme, globex):
    mine = roles.client_role(connection.settings_dict["NAME"], acme.schema_name)
    refused("CREATE ROLE spy")
    refused(f'GRANT USAGE ON SCHEMA globex TO "{mine}"')
    refused(f'ALTER ROLE "{mine}" SUPERUSER')
    theirs = roles.client_role(connection.settings_dict["NAME"], globex.schema_name)
    refused(f'GRANT "{theirs}" TO "{mine}"')


@pytest.mark.parametrize("statement", [
    "COPY inbox_channel FROM PROGRAM 'id'", "COPY inbox_channel TO '/tmp/stolen'", "SELECT pg_read_file('/etc/passwd')",
    "SELECT lo_import('/etc/passwd')", "CREATE EXTENSION dblink",
    "SELECT pg_ls_dir('.')",
])  # fmt: skip
def test_nothing_of_the_server_is_in_reach(at_acme, statement):
    with (
        pytest.raises(DatabaseError, match="permission denied|must be|No such|not available"),
        transaction.atomic(),
    ):
        run(statement)


# --- The shared tables -----------------------------------------------------------------------------


def test_tables_that_are_only_the_agencys_do_not_open(at_acme):
    shared = {name.rsplit(".", 1)[-1] for name in settings.SHARED_APPS}
    each = set(tables_of_a_client())
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)
              if model._meta.app_label in shared}  # fmt: skip

    closed = sorted(tables - set(rights.PUBLIC_RIGHTS) - each)

    assert len(closed) >= 5
    for table in closed:
        refused(f"SELECT * FROM public.{table}")
        refused(f"DELETE FROM public.{table}")


def own(column):
    return f"SELECT DISTINCT {column} FROM public."


@pytest.mark.parametrize("table", sorted(rights.ROWS))
def test_row_level_security_shows_a_client_its_own_rows(ours, at_globex, table):
    column = {
        "tenants_client": "id",
        "tenants_host": "tenant_id",
        "accounts_user": "name",
        "accounts_usersession": "user_id",
    }.get(table, "client_id")
    with outside():
        everybody = {value for (value,) in run(own(column) + table)}
    with inside(ours.client):
        mine = {value for (value,) in run(own(column) + table)}

    theirs = {"name": at_globex.user.name, "user_id": at_globex.user.pk}.get(column, at_globex.client.pk)
    yours = {"name": ours.user.name, "user_id": ours.user.pk}.get(column, ours.client.pk)
    assert {theirs, yours} <= everybody, "the agency sees both"
    assert yours in mine
    assert theirs not in mine
    assert mine <= {yours, None} or column in ("name", "user_id")


@pytest.mark.parametrize("table", [name for name in sorted(rights.ROWS) if "client_id" in rights.ROWS[name]])
def test_rows_of_globexs_are_neither_changed_nor_removed(ours, untouched, table):
    with inside(ours.client):
        assert (
            changed("UPDATE public.{} SET client_id = client_id WHERE client_id = %s", table, untouched) == 0
        )
        assert changed("DELETE FROM public.{} WHERE client_id = %s", table, untouched) == 0


def changed(statement, table, stocked):
    """How many rows of the client's were changed; none where the statement is refused as a whole."""
    with undone(), connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(statement.format(table), [stocked.client.pk])
        except ProgrammingError as refusal:
            return 0 if re.search(REFUSED, str(refusal)) else -1
        return cursor.rowcount


@pytest.mark.parametrize(
    "table", ["tenants_deskitem", "tenants_receipt", "tenants_route", "accounts_apitoken"]
)
def test_a_row_cannot_be_given_to_globex_nor_copied_there(ours, untouched, table):
    with inside(ours.client):
        with pytest.raises(ProgrammingError, match="row-level security"), undone():
            run(f"UPDATE public.{table} SET client_id = %s", untouched.client.pk)
        columns = [name for (name,) in run(
            "SELECT quote_ident(attname::text) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
            "AND NOT attisdropped AND attname NOT IN ('id', 'client_id') AND attidentity = ''", f"public.{table}",
        )]  # fmt: skip
        listed = ", ".join(columns)
        with pytest.raises(ProgrammingError, match="row-level security"), undone():
            run(f"INSERT INTO public.{table} (client_id, {listed}) SELECT %s, {listed} FROM public.{table}",
                untouched.client.pk)  # fmt: skip


def test_seats_of_the_agency_are_seen_and_not_changed(ours, grace_user):
    with inside(ours.client), connection.cursor() as cursor:
        cursor.execute("SELECT user_id FROM public.accounts_seat WHERE client_id IS NULL")
        assert (grace_user.pk,) in cursor.fetchall()
        cursor.execute("UPDATE public.accounts_seat SET role_id = role_id WHERE client_id IS NULL")
        assert cursor.rowcount == 0
        cursor.execute("DELETE FROM public.accounts_seat WHERE client_id IS NULL")
        assert cursor.rowcount == 0


def test_a_client_makes_nobody_a_seat_and_changes_no_password(ours, at_globex):
    with inside(ours.client):
        refused("INSERT INTO public.accounts_seat (user_id, client_id, role_id, given_at) VALUES (%s, %s, 1, now())",
                at_globex.user.pk, ours.client.pk)  # fmt: skip
        refused("UPDATE public.accounts_user SET password = 'x'")
        refused("UPDATE public.accounts_seat SET user_id = %s", at_globex.user.pk)
        refused("UPDATE public.accounts_role SET permissions = '[]'")


# --- The ledger ------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", rights.LEDGER_TABLES)
def test_a_clients_own_ledger_is_only_added_to(ours, table):
    with inside(ours.client):
        refused(f"UPDATE {table} SET id = id")
        refused(f"DELETE FROM {table}")
        refused(f"TRUNCATE {table}")
        refused(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        refused(f"DROP TABLE {table}")


def test_globex_stands_as_it_stood(ours, untouched):
    with inside(ours.client):
        refused("DELETE FROM globex.inbox_message")

    assert everything_at(untouched) == untouched.rows
