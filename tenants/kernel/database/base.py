"""A PostgreSQL connection that wears the role of the schema it works in.

django-tenants points the search_path at a client's schema; that alone rests on nobody ever naming
another schema. Here the same switch also issues `SET ROLE`, so PostgreSQL itself refuses whatever
the client's role was not granted (DESIGN.md §3). Both settings travel in one statement, only when
they change, and are re-issued after a rollback has undone them.

PostgreSQL lets a login change to every role that it may wear, so a statement could ask for another
client's. The login's own rights are none, what is worn never outlasts `set_tenant`, and whatever names
roles is refused here before it is sent, unless the owner is at work (`as_owner`). That last is a fence
and no wall: it stops mistakes and what is slipped into a statement, not a program that holds the login.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import psycopg
from django.db.utils import DatabaseError, ProgrammingError
from django_tenants.postgresql_backend import base

from tenants.kernel import roles

GAP = r"(?:\s|/\*.*?\*/|--[^\n]*\n)+"
NAMES_ROLES = re.compile(
    rf"""\b(?:SET|RESET){GAP}(?:(?:SESSION|LOCAL){GAP})?"?(?:ROLE|SESSION_AUTHORIZATION|AUTHORIZATION)\b
    | \b(?:SET|RESET){GAP}(?:ALL\b|(?:(?:SESSION|LOCAL){GAP})?U&)
    | \bSET_CONFIG\b | \bPG_SETTINGS\b | \bDISCARD{GAP}ALL\b
    | \bDO\b(?!{GAP}(?:UPDATE|NOTHING)\b) | \bCREATE{GAP}(?:OR{GAP}REPLACE{GAP})?(?:FUNCTION|PROCEDURE)\b""",
    re.DOTALL | re.VERBOSE,
)
"""Statements that change who asks, or hide such statements in a body of their own. In capitals."""


@lru_cache(maxsize=1024)
def names_roles(statement: str) -> bool:
    """Whether a statement is one of those. Remembered, because looking takes longer than the rest of sending it."""
    return bool(NAMES_ROLES.search(statement.upper()))


class DatabaseWrapper(base.DatabaseWrapper):
    """django-tenants' wrapper, with a role per schema."""

    search_path_set_schemas: list[str] | None
    _setting_search_path: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(self._keep_the_role)

    def _keep_the_role(
        self, execute: Callable[..., object], statement: str | psycopg.sql.Composable, *rest: object
    ) -> object:
        if self.schema_name != roles.PUBLIC and not roles.is_owner():
            words = statement if isinstance(statement, str) else statement.as_string(None)
            if names_roles(words):
                raise ProgrammingError("permission denied: inside a client nothing may change who asks.")
        return execute(statement, *rest)

    def _handle_search_path(self, cursor: object = None) -> None:  # noqa: ARG002  # django-tenants' signature
        if self._setting_search_path:
            return
        database = self.settings_dict["NAME"] or ""
        wanted = [
            *self._get_cursor_search_paths(),
            roles.role_for(database=database, schema=self.schema_name),
        ]
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
