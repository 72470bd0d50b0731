"""A PostgreSQL connection whose session has the rights of the schema it works in, and no others.

django-tenants points the search_path at a client's schema; that alone rests on nobody ever naming another schema.
Here the rights change with it, in one of two ways:

logins apart  web, worker and beat (RAPPORT_LOGIN=app). Each client's role is a login of its own, and `set_tenant`
              changes the physical connection: the one in use goes back to its pool, emptied, and the next statement
              takes one that is logged in as the client. There is no role to which a statement could change.
roles worn    the owner's commands and the tests. One connection, and `SET ROLE` to the client's role. It works for
              the owner alone, who is a member of every role, and is no wall against what a statement may do.

Two connections cannot share a transaction, so in both ways a change of client within one is refused.
"""

from __future__ import annotations

from typing import Any

import psycopg
from django.db.backends.postgresql.psycopg_any import IsolationLevel
from django.db.transaction import TransactionManagementError
from django.db.utils import DatabaseError
from django_tenants.postgresql_backend import base

from tenants.kernel import logins, roles
from tenants.kernel.database import pool

LAST = "pg_temp"
"""Searched last, so that a temporary table never stands in for a real one. PostgreSQL searches it first if unnamed."""


class SwitchInTransaction(TransactionManagementError):
    """A client was entered or left within a transaction, which cannot follow to another login."""


class DatabaseWrapper(base.DatabaseWrapper):
    """django-tenants' wrapper, with a login (or a worn role) per schema. `LOGINS_APART` in the settings chooses."""

    search_path_set_schemas: list[str] | None
    _setting_search_path: bool
    connection: Any  # psycopg's, or None; django-tenants is untyped
    _taken_from: tuple[pool.Pool, str] | None = None

    # --- Changing the client ---------------------------------------------------------------------
    def set_tenant(self, tenant: Any, include_public: bool = True) -> None:  # noqa: ANN401, FBT001, FBT002  # django-tenants' signature
        """Work in the tenant's schema from the next statement on. Raises SwitchInTransaction within a transaction."""
        if tenant.schema_name != self.schema_name and self.schema_name is not None:
            self._must_not_be_in_a_transaction(tenant.schema_name)
            if self.logins_apart:
                self.close()
        super().set_tenant(tenant, include_public)

    @property
    def logins_apart(self) -> bool:
        """Whether each client has a connection of its own here."""
        return bool(self.settings_dict.get("LOGINS_APART"))

    def _must_not_be_in_a_transaction(self, schema: str) -> None:
        if roles.is_owner() and not self.logins_apart:
            return  # one session with every right: nothing changes but the search_path
        # A test's own transaction does not count: in tests one connection wears all roles.
        own = [block for block in self.atomic_blocks if not getattr(block, "_from_testcase", False)]
        if own or (self.logins_apart and self.in_atomic_block):
            raise SwitchInTransaction(
                f"“{schema}” was entered within a transaction of “{self.schema_name}”. Each has a database login "
                "of its own, and two logins cannot share a transaction: end this one first, or do it after the commit."
            )

    # --- Connections -----------------------------------------------------------------------------
    def get_connection_params(self) -> dict[str, Any]:
        """Whoever logs in here: a client as itself where logins are apart, else the login of the settings."""
        params: dict[str, Any] = super().get_connection_params()
        if self.logins_apart and self.schema_name not in (None, roles.PUBLIC):
            role = roles.client_role(str(self.settings_dict["NAME"]), str(self.schema_name))
            params |= {"user": role, "password": logins.password(role)}
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:  # noqa: ANN401  # Django's signature
        """From the pool of the login, where logins are apart."""
        if not self.logins_apart:
            return super().get_new_connection(conn_params)
        self.isolation_level = IsolationLevel.READ_COMMITTED
        login = str(conn_params["user"])
        group = "agency" if self.schema_name == roles.PUBLIC else "clients"
        found = pool.of(f"{self.alias} {group}", self.settings_dict["POOLS"][group])
        taken = found.take(login, lambda: self.Database.connect(**conn_params, autocommit=True))
        self._taken_from = (found, login)
        return taken

    def _close(self) -> None:
        if self.connection is None or self._taken_from is None:
            super()._close()
            return
        (found, login), self._taken_from = self._taken_from, None
        physical, self.connection = self.connection, None
        found.give_back(login, physical)

    # --- The schema and the role -----------------------------------------------------------------
    def _handle_search_path(self, cursor: object = None) -> None:  # noqa: ARG002  # django-tenants' signature
        if self._setting_search_path:
            return
        wanted = [*self._get_cursor_search_paths(), LAST, self._worn_role()]
        if self.search_path_set_schemas == wanted:
            return
        self._setting_search_path = True
        try:
            self._issue(paths=wanted[:-1], role=wanted[-1])
        except (DatabaseError, psycopg.errors.InFailedSqlTransaction):
            # The transaction has failed already: only a rollback can follow, and it clears the cache.
            self.search_path_set_schemas = None
        else:
            self.search_path_set_schemas = wanted
        finally:
            self._setting_search_path = False

    def _worn_role(self) -> str:
        """The role to change to after logging in; empty where the login is the role."""
        if self.logins_apart and self.schema_name != roles.PUBLIC:
            return ""
        return roles.role_for(database=self.settings_dict["NAME"] or "", schema=str(self.schema_name))

    def _issue(self, *, paths: list[str], role: str) -> None:
        names = psycopg.sql.SQL(", ").join(psycopg.sql.Identifier(path) for path in paths)
        become = psycopg.sql.SQL("SET ROLE {}" if role else "RESET ROLE").format(psycopg.sql.Identifier(role))
        # First back to the login role: a client's role may not become another client's.
        statement = psycopg.sql.SQL("RESET ROLE; SET search_path = {}; {}").format(names, become)
        with psycopg.ClientCursor(self.connection) as raw:
            try:
                raw.execute(statement)
            except psycopg.errors.InvalidParameterValue:
                # A database that was never migrated has no roles yet. Only the public schema may be
                # looked at without one, and only the owner has any rights there.
                if self.schema_name != roles.PUBLIC or not self.connection.autocommit:
                    raise
