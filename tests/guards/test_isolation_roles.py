"""Changing who asks: the login that answers requests has no rights of its own, and a role does not come off inside
a client."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from psycopg import sql
from psycopg.errors import InsufficientPrivilege, UndefinedTable

from tenants.kernel import roles
from tenants.kernel.schema import as_owner, database_name, inside, outside
from tests.guards.walking import PROJECT, modules
from tests.guards.world import SECRET


@contextmanager
def login() -> Iterator[psycopg.Connection]:
    """A connection as web, worker and beat make it (RAPPORT_LOGIN=app)."""
    given = connection.get_connection_params()
    where = {name: given[name] for name in ("host", "port") if given.get(name)}
    with psycopg.connect(
        dbname=database_name(),
        user=roles.app_role(database_name()),
        password=settings.DATABASE_APP_PASSWORD,
        autocommit=True,
        **where,
    ) as raw:
        yield raw


def wear(raw, schema):
    raw.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(roles.client_role(database_name(), schema))))


EVERYTHING = [
    "SELECT * FROM globex.inbox_message",
    "SELECT * FROM acme.inbox_message",
    "SELECT * FROM public.tenants_client",
    "SELECT * FROM public.accounts_user",
    "SELECT * FROM public.tenants_receipt",
    "SELECT * FROM public.django_session",
]


@pytest.mark.parametrize("statement", EVERYTHING)
def test_the_login_by_itself_may_do_nothing(acme, globex, statement):
    with login() as raw, pytest.raises(InsufficientPrivilege):
        raw.execute(statement)


@pytest.mark.parametrize("statement", [line for line in EVERYTHING if "acme" not in line])
def test_taking_the_role_off_gives_nothing(acme, globex, statement):
    with login() as raw:
        wear(raw, "acme")
        raw.execute("SELECT * FROM acme.inbox_message")
        raw.execute("RESET ROLE")
        with pytest.raises(InsufficientPrivilege):
            raw.execute(statement)


def test_the_login_cannot_become_the_owner_or_anybody_else(acme):
    owner = connection.settings_dict["USER"]
    with login() as raw:
        for worn in (False, True):
            wear(raw, "acme") if worn else None
            for statement in ("SET ROLE {}", "SET SESSION AUTHORIZATION {}"):
                with pytest.raises(InsufficientPrivilege):
                    raw.execute(sql.SQL(statement).format(sql.Identifier(owner)))


def test_the_login_is_nothing_special(acme):
    with login() as raw:
        found = raw.execute(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, rolinherit FROM pg_roles "
            "WHERE rolname = current_user"
        ).fetchone()

    assert found == (False, False, False, False, False, False)


def test_a_clients_role_is_nothing_special_either(acme, globex):
    with as_owner(), outside(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s) AND (rolcanlogin OR rolsuper OR rolcreaterole "
            "OR rolcreatedb OR rolbypassrls)",
            [roles.client_role(database_name(), "")],
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT pg_has_role(%s, %s, 'MEMBER')",
            [roles.client_role(database_name(), "acme"), roles.client_role(database_name(), "globex")],
        )
        assert cursor.fetchone() == (False,)


TRICKS = [
    "RESET ROLE",
    "RESET ALL",
    "SET ROLE {globex}",
    "SET LOCAL ROLE {globex}",
    "SET SESSION ROLE {globex}",
    "set/**/role {globex}",
    "SET -- \n role TO {globex}",
    "SET \"role\" = '{globex}'",
    "SET U&\"\\0072ole\" = '{globex}'",
    "SELECT 1; SET ROLE {globex}",
    "SELECT set_config('role', '{globex}', false)",
    "SELECT pg_catalog . set_config('ro' || 'le', '{globex}', true)",
    "UPDATE pg_settings SET setting = '{globex}' WHERE name = 'role'",
    "SET SESSION AUTHORIZATION {globex}",
    "RESET SESSION AUTHORIZATION",
    "DISCARD ALL",
    "DO $$ BEGIN EXECUTE 'SET ' || 'ROLE {globex}'; END $$",
    "DO LANGUAGE plpgsql 'BEGIN NULL; END'",
    "CREATE FUNCTION pg_temp.spy() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "SELECT set_config('role', '{globex}', true), query_to_xml('TABLE globex.inbox_message', true, true, '')",
]


@pytest.mark.parametrize("trick", TRICKS)
def test_inside_a_client_nothing_changes_who_asks(at_acme, globex, trick):
    statement = trick.replace("{globex}", roles.client_role(database_name(), "globex"))
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as one,
    ):
        one.execute(statement)

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (roles.client_role(database_name(), "acme"),)


@pytest.mark.parametrize(
    "statement",
    [
        'UPDATE accounts_seat SET "role_id" = 1 WHERE id = 0',
        "SELECT 'SETTLE' AS role",
        "SET LOCAL enable_seqscan = off",
        "INSERT INTO inbox_draft (conversation_id) SELECT 1 WHERE false ON CONFLICT DO NOTHING",
    ],
)
def test_what_only_looks_like_it_is_let_through(at_acme, statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_role_that_was_changed_underneath_does_not_outlast_the_next_step(ours, at_globex):
    """A program past the cursor: the next request, task or `inside` puts everything right."""
    with inside(ours.client):
        connection.ensure_connection()
        connection.cursor().close()
        connection.connection.execute("RESET ROLE")
        connection.connection.execute("SET search_path = globex")
    with inside(ours.client), connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_schema()")
        assert cursor.fetchone() == (roles.client_role(database_name(), "acme"), "acme")
        cursor.execute("SELECT count(*) FROM inbox_message WHERE text LIKE %s", [f"%{SECRET}%"])
        assert cursor.fetchone() == (0,)


def test_a_savepoint_that_is_undone_takes_no_role_with_it(acme, globex):
    with transaction.atomic():
        with inside(acme), transaction.atomic():
            connection.cursor().close()
            transaction.set_rollback(True)
        with inside(globex), connection.cursor() as cursor:
            cursor.execute("SELECT current_user, current_schema()")
            assert cursor.fetchone() == (roles.client_role(database_name(), "globex"), "globex")
        with outside(), connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() == (roles.agency_role(database_name()),)


def test_an_error_inside_a_client_leaves_no_role_behind(acme):
    with pytest.raises(ZeroDivisionError), inside(acme):
        1 / 0  # noqa: B018

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (roles.agency_role(database_name()),)


def test_the_agencys_role_cannot_look_into_a_client(acme):
    with outside(), connection.cursor() as cursor, pytest.raises((ProgrammingError, UndefinedTable)):
        cursor.execute("SELECT * FROM acme.inbox_message")


def test_no_code_of_ours_goes_past_the_cursor():
    """`connection.connection` is the driver's own, behind every fence."""
    past = {"tenants/kernel/database/base.py"}
    for path in modules():
        words = (PROJECT / path).read_text(encoding="utf-8")
        assert "connection.connection" not in words or path in past, path
