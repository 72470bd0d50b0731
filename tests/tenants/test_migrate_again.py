"""Migrating when there is nothing to do: a start must not take longer with every client that was opened."""

from __future__ import annotations

import pytest
from django.db import connection

from tenants import opening
from tenants.kernel.schema import as_owner, inside, outside
from tenants.ledger.models import Entry

SCHEMAS = ["acme", "globex"]


@pytest.fixture
def migrated(monkeypatch):
    """The schemas that were given to Django's own migrate."""
    seen = []
    monkeypatch.setattr(opening, "migrate_schema", lambda schema, options: seen.append(schema))
    return seen


def run() -> dict[str, str]:
    return {one.schema: one.trouble for one in opening.migrate_clients(SCHEMAS, options={}, processes=1)}


def forget(schema: str, app: str) -> None:
    with as_owner(), outside(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {schema}.django_migrations WHERE app = %s", [app])


def test_a_client_that_has_every_migration_is_not_migrated_again(acme, migrated):
    assert run() == {"acme": "", "globex": ""}

    assert migrated == []


def test_a_client_that_is_behind_is_migrated_and_no_other(acme, migrated):
    forget("globex", "inbox")

    assert run() == {"acme": "", "globex": ""}

    assert migrated == ["globex"]


def test_rights_are_given_anew_although_there_is_nothing_to_migrate(acme, migrated):
    with as_owner(), outside(), connection.cursor() as cursor:
        cursor.execute("SELECT grantee FROM information_schema.role_table_grants WHERE table_schema = 'acme'")
        role = {grantee for (grantee,) in cursor.fetchall() if "acme" in grantee}.pop()
        cursor.execute(f'REVOKE ALL ON acme.ledger_entry FROM "{role}"')

    run()

    with inside(acme):
        assert Entry.objects.count() == 0
