"""Each test here runs on the embedded server and on PostgreSQL 15, as Acme's login unless it says otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from django.db import connection, connections
from django_tenants.postgresql_backend.base import FakeTenant

from tenants.kernel.database import pool
from tenants.kernel.database.base import DatabaseWrapper
from tests.isolation import servers
from tests.isolation.servers import Server


@pytest.fixture(scope="package", params=["embedded", "debian_15"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    if request.param == "debian_15" and not servers.PROGRAMS_15.exists():
        pytest.skip("PostgreSQL 15 is not installed: apt-get install postgresql-15")
    with ExitStack() as stack:
        made = stack.enter_context(getattr(servers, request.param)())
        yield made
        pool.close_all()


@pytest.fixture
def wrapper(server: Server, django_db_blocker: Any) -> Iterator[DatabaseWrapper]:
    """Django's connection as web, worker and beat have it, at the agency."""
    with django_db_blocker.unblock(), known(server) as made:
        yield made


@contextmanager
def known(server: Server) -> Iterator[DatabaseWrapper]:
    """Django's connection to the server, under the server's name: signals look connections up by it."""
    made = connections[server.name] = server.wrapper(connection.settings_dict)
    try:
        yield made
    finally:
        made.close()
        del connections[server.name]


def go(wrapper: DatabaseWrapper, schema: str) -> None:
    wrapper.set_tenant(FakeTenant(schema_name=schema))


@contextmanager
def at(wrapper: DatabaseWrapper, schema: str) -> Iterator[None]:
    """Within a client, then at the agency again."""
    go(wrapper, schema)
    try:
        yield
    finally:
        go(wrapper, "public")


def rows(wrapper: DatabaseWrapper, statement: str) -> list[tuple[Any, ...]]:
    with wrapper.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []
