"""Who logs in: the login that answers requests has no rights of its own and can become no client.

What a client's own login is refused is tried with committed rows in tests/isolation.
"""

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

from tenants.kernel import logins, rights, roles
from tenants.kernel.database.base import SwitchInTransaction
from tenants.kernel.schema import as_owner, current_schema, database_name, inside, outside
from tests.guards.walking import PROJECT, modules
from tests.guards.world import SECRET


@contextmanager
def login(schema: str = "") -> Iterator[psycopg.Connection]:
    """A connection as web, worker and beat make it (RAPPORT_LOGIN=app): at the agency, or inside a client."""
    given = connection.get_connection_params()
    where = {name: given[name] for name in ("host", "port") if given.get(name)}
    user, password = roles.app_role(database_name()), settings.DATABASE_APP_PASSWORD
    if schema:
        user = roles.client_role(database_name(), schema)
        password = logins.password(user)
    with psycopg.connect(
        dbname=database_name(), user=user, password=password, autocommit=True, **where
    ) as raw:
        yield raw


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


@pytest.mark.parametrize("schema", ["", "acme"])
@pytest.mark.parametrize(
    "statement", [line for line in EVERYTHING if "acme" not in line and "client" not in line]
)
def test_taking_the_role_off_gives_nothing(acme, globex, statement, schema):
    with login(schema) as raw:
        raw.execute("RESET ROLE")
        if "receipt" in statement and schema:
            assert raw.execute(statement).fetchall() == []  # its own, of which there are none
            return
        with pytest.raises(InsufficientPrivilege):
            raw.execute(statement)


@pytest.mark.parametrize("schema", ["", "acme"])
def test_no_login_can_become_the_owner_or_a_client(acme, globex, schema):
    others = [connection.settings_dict["USER"], roles.client_role(database_name(), "globex")]
    others += [roles.agency_role(database_name())] if schema else [roles.client_role(database_name(), "acme")]
    with login(schema) as raw:
        for other in others:
            for statement in ("SET ROLE {}", "SET SESSION AUTHORIZATION {}"):
                with pytest.raises(InsufficientPrivilege):
                    raw.execute(sql.SQL(statement).format(sql.Identifier(other)))


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
            "SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s) AND (NOT rolcanlogin OR rolsuper "
            "OR rolcreaterole OR rolcreatedb OR rolbypassrls)",
            [roles.client_role(database_name(), "")],
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT pg_has_role(%s, %s, 'MEMBER')",
            [roles.client_role(database_name(), "acme"), roles.client_role(database_name(), "globex")],
        )
        assert cursor.fetchone() == (False,)
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE pg_has_role(%s, oid, 'MEMBER') ORDER BY 1",
            [roles.client_role(database_name(), "acme")],
        )
        mine = [roles.client_role(database_name(), "acme"), roles.clients_role(database_name())]
        assert [name for (name,) in cursor.fetchall()] == sorted(mine)


def test_migrating_makes_logins_of_the_roles_of_before_and_takes_them_from_the_app(acme):
    """In a database that an older version made, a client's role is no login and `<db>_app` is a member of it."""
    role, app = roles.client_role(database_name(), "acme"), roles.app_role(database_name())
    with as_owner(), outside(), connection.cursor() as cursor:
        names = [sql.Identifier(role), sql.Identifier(app)]
        cursor.execute(sql.SQL("ALTER ROLE {} NOLOGIN PASSWORD NULL").format(names[0]))
        cursor.execute(sql.SQL("GRANT {} TO {}").format(*names))

        rights.grant_client(database_name(), "acme")

        cursor.execute(
            "SELECT rolcanlogin, pg_has_role(%s, oid, 'MEMBER') FROM pg_roles WHERE rolname = %s", [app, role]
        )
        assert cursor.fetchone() == (True, False)


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
    for client in (acme, globex):
        with inside(client), transaction.atomic():
            with transaction.atomic():
                connection.cursor().close()
                transaction.set_rollback(True)
            with connection.cursor() as cursor:
                cursor.execute("SELECT current_user, current_schema()")
                assert cursor.fetchone() == (
                    roles.client_role(database_name(), client.schema_name),
                    client.schema_name,
                )
    with outside(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (roles.agency_role(database_name()),)


def test_a_client_is_neither_entered_nor_left_within_a_transaction(acme, globex):
    """Two logins cannot share one; the same is refused where roles are worn, so that every test finds it."""
    with (
        transaction.atomic(),
        pytest.raises(SwitchInTransaction, match="“acme” was entered within a transaction of “public”"),
        inside(acme),
    ):
        pass
    with inside(acme), transaction.atomic():
        for go in (outside(), inside(globex)):
            with pytest.raises(SwitchInTransaction), go:
                pass
        with inside(acme):
            assert current_schema() == "acme"


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
    past = {
        "tenants/kernel/database/base.py",
        "config/backups/taking.py",
    }  # the latter asks for the address only
    for path in modules():
        words = (PROJECT / path).read_text(encoding="utf-8")
        assert "connection.connection" not in words or path in past, path
