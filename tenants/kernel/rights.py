"""Who may do what in PostgreSQL: roles, grants and row-level security, applied after every migration.

Idempotent and readable in one place. `PUBLIC_RIGHTS` is the whole list of what a client's role may
touch outside its schema; a table that is not listed does not exist for it. Where a public table holds
rows of several clients, `ROWS` says which of them are the client's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from psycopg import sql

from tenants.kernel import roles

OWN_ROW = "schema_name = right(current_user, -length(current_database() || '_c_'))"
OWN = "client_id = (SELECT id FROM public.tenants_client)"

PUBLIC_RIGHTS: dict[str, str] = {
    "accounts_apitoken": "SELECT, INSERT, UPDATE",
    "accounts_handover": "SELECT, UPDATE (used_at)",
    "accounts_role": "SELECT",
    # No INSERT, and no change of the person: with a seat of its own making a client could look at anybody.
    "accounts_seat": "SELECT, UPDATE (role_id), DELETE",
    "accounts_user": "SELECT, UPDATE (seen_at)",
    "accounts_usersession": "SELECT (id, user_id, began_at, seen_at, ended_at), UPDATE (seen_at, seen_client_id)",
    "tenants_client": "SELECT",
    "tenants_deskitem": "SELECT, INSERT, UPDATE, DELETE",
    "tenants_host": "SELECT",
    "tenants_networkpolicy": "SELECT",
    "tenants_receipt": "SELECT, INSERT, UPDATE",
    "tenants_route": "SELECT, INSERT, UPDATE, DELETE",
}

ROWS: dict[str, str] = {
    "tenants_client": OWN_ROW,
    "tenants_host": "tenant_id = (SELECT id FROM public.tenants_client)",
    "tenants_deskitem": OWN,
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
    with connection.cursor() as cursor:
        name = sql.Identifier(roles.app_role(database))
        cursor.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, sql.Literal(app_password)))


def grant_public(database: str) -> None:
    """Rights on the public tables, and the rows of them that are a client's own."""
    agency, clients = roles.agency_role(database), roles.clients_role(database)
    _run("GRANT USAGE ON SCHEMA public TO {}, {}, {}", agency, clients, roles.app_role(database))
    _run("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}", agency)
    _run("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}", agency)
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
    """One client's role, with rights on its schema and on no other's. The ledger can only be added to."""
    role = roles.client_role(database, schema)
    _make_role(role)
    _run("GRANT {} TO CURRENT_USER", role)
    _run("GRANT {} TO {}", roles.clients_role(database), role)
    _run("GRANT {} TO {}", role, roles.app_role(database))
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
