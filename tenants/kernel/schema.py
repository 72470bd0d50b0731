"""Typed doors to django-tenants: where we are, and how to enter a client."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from django.db import connection

from tenants.kernel.roles import PUBLIC, as_owner

__all__ = ["PUBLIC", "as_owner", "current_schema", "database_name", "inside", "outside"]


class HasSchema(Protocol):
    """Anything with a schema of its own: a Client."""

    schema_name: str


def current_schema() -> str:
    return str(_connection().schema_name)


def database_name() -> str:
    return str(connection.settings_dict["NAME"])


@contextmanager
def inside(client: HasSchema) -> Iterator[None]:
    """Work in the client's schema and under its role, then go back to where we were."""
    before = _connection().tenant
    _connection().set_tenant(client)
    try:
        yield
    finally:
        _connection().set_tenant(before)


@contextmanager
def outside() -> Iterator[None]:
    """Work in the public schema as the agency, then go back to where we were."""
    before = _connection().tenant
    _connection().set_schema_to_public()
    try:
        yield
    finally:
        _connection().set_tenant(before)


def _connection() -> Any:  # noqa: ANN401  # django-tenants' wrapper is untyped
    return connection
