"""Who may do what in PostgreSQL: roles, grants and row-level security, applied after every migration.

Each client's role is a login of its own (kernel/logins.py makes its password), and a member of no role but the
clients' common one. `<db>_app` is a member of the agency's role and of no client's.

Idempotent and readable in one place. `PUBLIC_RIGHTS` is the whole list of what a client's role may
touch outside its schema; a table that is not listed does not exist for it. Where a public table holds
rows of several clients, `ROWS` says which of them are the client's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from psycopg import sql

from tenants.kernel import large_objects, logins, roles

# The first half finds the row by its index, the second refuses every name that only looks alike when it is cut.
OWN_ROW = (
    "schema_name = right(current_user, -length(current_database() || '_c_')) "
    "AND current_user = current_database() || '_c_' || schema_name"
)
OWN = "client_id = (SELECT id FROM public.tenants_client)"

PUBLIC_RIGHTS: dict[str, str] = {
    "accounts_apitoken": "SELECT, INSERT, UPDATE",
    "accounts_handover": "SELECT, UPDATE (used_at)",
    "accounts_role": "SELECT",
    # No INSERT, and no change of the person: with a seat of its own making a client could look at anybody.
    "accounts_seat": "SELECT, UPDATE (role_id), DELETE",
    # No e-mail address and no password hash.
    "accounts_user": "SELECT (id, name, languages, time_zone, capacity, is_active, seen_at, joined_at, "
    "session_secret), UPDATE (seen_at)",
    "accounts_usersession": "SELECT (id, user_id, began_at, seen_at, ended_at), UPDATE (seen_at, seen_client_id)",
    "tenants_client": "SELECT",
    "tenants_deskitem": "SELECT, INSERT, UPDATE, DELETE",
    "tenants_host": "SELECT",
    "tenants_networkpolicy": "SELECT",
    "tenants_pendingentry": "SELECT, DELETE",
    "tenants_receipt": "SELECT, INSERT, UPDATE",
    "tenants_route": "SELECT, INSERT, UPDATE, DELETE",
}

ROWS: dict[str, str] = {
    "tenants_client": OWN_ROW,
    "tenants_host": "tenant_id = (SELECT id FROM public.tenants_client)",
    "tenants_deskitem": OWN,
    "tenants_pendingentry": OWN,
    "tenants_receipt": OWN,
    "tenants_route": OWN,
    "accounts_apitoken": OWN,
    "accounts_handover": OWN,
    "accounts_seat": f"client_id IS NULL OR {OWN}",
    "accounts_user": "EXISTS (SELECT 1 FROM public.accounts_seat seat WHERE seat.user_id = accounts_user.id)",
    "accounts_usersession": "EXISTS (SELECT 1 FROM public.accounts_user person WHERE person.id = user_id)",
}

# What a client may change is narrower than what it may see: agency seats are not its to touch.
CHANGES: dict[str, str] = {"accounts_seat": OWN}

LEDGER_TABLES = ("ledger_entry", "ledger_seal")


def prepare_roles(database: str, *, app_password: str) -> None:
    """Make the roles that do not belong to one client. Needs CREATEROLE; run as owner."""
    for role in (roles.agency_role(database), roles.clients_role(database)):
        _make_role(role)
    _make_role(roles.app_role(database), login=True)
    for role in (roles.agency_role(database), roles.app_role(database)):
        _run("GRANT {} TO CURRENT_USER", role)
    _run("GRANT {} TO CURRENT_USER", roles.clients_role(database))
    _run("ALTER ROLE {} NOINHERIT", roles.app_role(database))
    with transaction.atomic():
        # Since PostgreSQL 16 a membership keeps the inheritance it was given with, so it is given anew.
        _run("REVOKE {} FROM {}", roles.agency_role(database), roles.app_role(database))
        _run("GRANT {} TO {}", roles.agency_role(database), roles.app_role(database))
    _set_password(roles.app_role(database), app_password)


def grant_public(database: str) -> None:
    """Rights on the public tables, and the rows of them that are a client's own."""
    agency, clients = roles.agency_role(database), roles.clients_role(database)
    _run("GRANT USAGE ON SCHEMA public TO {}, {}, {}", agency, clients, roles.app_role(database))
    _run("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC", database)
    close_large_objects()
    _run("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}", agency)
    _run("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}", agency)
    for table in LEDGER_TABLES:
        _run("REVOKE UPDATE, DELETE, TRUNCATE ON public.{} FROM {}", table, agency)
    _run("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}", clients)
    for table, rights in PUBLIC_RIGHTS.items():
        if not _exists("public", table):
            continue
        _run(f"GRANT {rights} ON public.{{}} TO {{}}", table, clients)
        if "INSERT" in rights:
            _run(f"GRANT USAGE, SELECT ON SEQUENCE public.{table}_id_seq TO {{}}", clients)
        _wall(table, agency=agency, clients=clients)


def _wall(table: str, *, agency: str, clients: str) -> None:
    rows = ROWS.get(table)
    if rows is None:
        return
    changes = CHANGES.get(table, rows)
    _run("ALTER TABLE public.{} ENABLE ROW LEVEL SECURITY", table)
    for policy in ("agency_all", "client_sees", "client_adds", "client_changes", "client_removes"):
        _run("DROP POLICY IF EXISTS {} ON public.{}", policy, table)
    _run("CREATE POLICY agency_all ON public.{} TO {} USING (true) WITH CHECK (true)", table, agency)
    _run(f"CREATE POLICY client_sees ON public.{{}} FOR SELECT TO {{}} USING ({rows})", table, clients)
    _run(
        f"CREATE POLICY client_adds ON public.{{}} FOR INSERT TO {{}} WITH CHECK ({changes})", table, clients
    )
    _run(
        f"CREATE POLICY client_changes ON public.{{}} FOR UPDATE TO {{}} USING ({changes}) WITH CHECK ({changes})",
        table,
        clients,
    )
    _run(f"CREATE POLICY client_removes ON public.{{}} FOR DELETE TO {{}} USING ({changes})", table, clients)


def grant_client(database: str, schema: str) -> None:
    """One client's login, with rights on its schema and on no other's. The ledger can only be added to."""
    role = roles.client_role(database, schema)
    _make_role(role, login=True)
    _run("ALTER ROLE {} LOGIN INHERIT", role)
    _set_password(role, logins.password(role))
    _run("GRANT {} TO CURRENT_USER", role)
    _run("GRANT {} TO {}", roles.clients_role(database), role)
    if _is_member(roles.app_role(database), role):  # databases made before there was a login per client
        _run("REVOKE {} FROM {}", role, roles.app_role(database))
    _run("GRANT USAGE ON SCHEMA {} TO {}", schema, role)
    _run("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {} TO {}", schema, role)
    _run("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {} TO {}", schema, role)
    for table in LEDGER_TABLES:
        if _exists(schema, table):
            _run("REVOKE UPDATE, DELETE, TRUNCATE ON {}.{} FROM {}", schema, table, role)
    if _exists(schema, "django_migrations"):
        _run("REVOKE INSERT, UPDATE, DELETE ON {}.django_migrations FROM {}", schema, role)


def drop_client_role(database: str, schema: str) -> None:
    """Take the client's role away; its schema must be gone already."""
    role = roles.client_role(database, schema)
    if _role_exists(role):
        _run("DROP OWNED BY {}", role)
        _run("DROP ROLE {}", role)


def _make_role(role: str, *, login: bool = False) -> None:
    if not _role_exists(role):
        _run(f"CREATE ROLE {{}} {'LOGIN' if login else 'NOLOGIN'}", role)


def _set_password(role: str, password: str) -> None:
    """As a verifier: the password itself is neither stored nor sent."""
    with connection.cursor() as cursor:
        proof = sql.Literal(logins.verifier(password))
        cursor.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), proof))


def _is_member(member: str, role: str) -> bool:
    query = "SELECT 1 FROM pg_auth_members WHERE roleid = %s::regrole AND member = %s::regrole"
    names = [sql.Identifier(name).as_string(None) for name in (role, member)]
    return bool(_ask(query, names))


def close_large_objects() -> None:
    """Take the functions of large objects from everybody, as far as the owner may (kernel/large_objects.py)."""
    for name, may in _ask(large_objects.OPEN_TO, ["public"]):
        if may:
            _run(large_objects.CLOSE.format(name))


def _role_exists(role: str) -> bool:
    return bool(_ask("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]))


def _exists(schema: str, table: str) -> bool:
    return bool(
        _ask("SELECT to_regclass(format('%%I.%%I', %s::text, %s::text)) IS NOT NULL", [schema, table])[0][0]
    )


def _ask(query: str, params: Iterable[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, list(params))
        return list(cursor.fetchall())


def _run(statement: str, *names: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(*[sql.Identifier(name) for name in names]))
