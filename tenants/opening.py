"""Migrating, opening and closing clients: the work of the owner role, never of a request.

A client is opened by building a schema from the blueprint (kernel/blueprint.py). Migrations run for the
public schema, then the template, then every client side by side; what each schema has is written in its
own `django_migrations`, so an interrupted run goes on where it stopped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from typing import Any

import django
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.commands.migrate import Command as MigrateOneSchema
from django.db import connection, connections, transaction
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from tenants import policies
from tenants.accounts.actors import INSTALLER, Actor
from tenants.events import ClientClosed, ClientOpened
from tenants.kernel import blueprint, rights
from tenants.kernel.errors import Conflict, NotFound, Refusal
from tenants.kernel.schema import as_owner, database_name, outside
from tenants.ledger.recorder import record
from tenants.models import Blueprint, Client, Host

SLUG = re.compile(r"^(?!pg-)[a-z][a-z0-9-]{1,29}\Z")
RESERVED = {"agency", "www", "api", "public", "static", "template", "information-schema", "rapport-template"}
"""Hosts of the agency's own, and schemas that PostgreSQL or we have already (it reserves those that begin with pg_)."""


class BadSlug(Refusal):
    code = "bad_slug"


class BadClient(Refusal):
    code = "bad_client"


class NotMigrated(Refusal):
    code = "not_migrated"


@dataclass(frozen=True, slots=True)
class Migrated:
    """How one schema's migration ended: empty `trouble` means well."""

    schema: str
    trouble: str = ""


PARTIAL = {"plan", "app_label", "migration_name", "check_unapplied", "prune"}
"""Options of `migrate` after which the tables may not be as the code expects them."""


def migrate_shared(*, at: datetime, options: dict[str, Any]) -> None:
    """The public schema, the roles, the template and the blueprint drawn from it."""
    with as_owner(), outside():
        rights.prepare_roles(database_name(), app_password=settings.DATABASE_APP_PASSWORD)
        _migrate_here(options)
        rights.grant_public(database_name())
        if not options.keys() & PARTIAL:
            policies.write_down()
        with connection.cursor() as cursor:
            cursor.execute(
                sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(blueprint.TEMPLATE))
            )
    migrate_schema(blueprint.TEMPLATE, options)
    with as_owner(), outside():
        drawing = blueprint.draw(connection.settings_dict)
        Blueprint.objects.update_or_create(pk=1, defaults={"drawing": drawing, "drawn_at": at})


def migrate_schema(schema: str, options: dict[str, Any]) -> None:
    """One client schema to the newest migrations, and its role's rights on the new tables."""
    with as_owner(), _schema(schema):
        _migrate_here(options)
    if schema != blueprint.TEMPLATE:
        with as_owner(), outside(), transaction.atomic():  # a dozen grants, and one wait for the disk
            rights.grant_client(database_name(), schema)


def migrate_clients(schemas: list[str], *, options: dict[str, Any], processes: int) -> Iterator[Migrated]:
    """Every schema, several at a time; one that fails is told with its reason and stops no other.

    A schema that has every migration only gets its rights anew, which takes milliseconds and no process of its own.
    """
    if not options:
        current, schemas = _up_to_date(schemas)
        for schema in current:
            yield _grant_and_tell(schema)
    if processes <= 1 or len(schemas) <= 1:
        for schema in schemas:
            yield _migrate_and_tell(schema, options)
        return
    connections.close_all()
    context = get_context("spawn")
    with ProcessPoolExecutor(max_workers=processes, mp_context=context, initializer=django.setup) as pool:
        runs = [pool.submit(_migrate_and_tell, schema, options) for schema in schemas]
        for run in as_completed(runs):
            yield run.result()


def _up_to_date(schemas: list[str]) -> tuple[list[str], list[str]]:
    """The schemas that have every migration of the client apps, and the others."""
    labels = {apps.get_app_config(name.rpartition(".")[2]).label for name in settings.TENANT_APPS}
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    wanted = {key for key, migration in known.items() if key[0] in labels and not migration.replaces}
    current: list[str] = []
    behind: list[str] = []
    with as_owner(), outside(), connection.cursor() as cursor:
        for schema in schemas:
            cursor.execute("SELECT to_regclass(format('%%I.django_migrations', %s::text))", [schema])
            if cursor.fetchone()[0] is None:
                behind.append(schema)
                continue
            table = sql.Identifier(schema, "django_migrations")
            cursor.execute(sql.SQL("SELECT app, name FROM {}").format(table))
            (behind if wanted - set(cursor.fetchall()) else current).append(schema)
    return current, behind


def _grant_and_tell(schema: str) -> Migrated:
    try:
        with as_owner(), outside():
            rights.grant_client(database_name(), schema)
    except Exception as error:  # as below: told beside the schema's name
        return Migrated(schema, f"{type(error).__name__}: {error}")
    return Migrated(schema)


def _migrate_and_tell(schema: str, options: dict[str, Any]) -> Migrated:
    try:
        migrate_schema(schema, options)
    except Exception as error:  # whatever a migration raises is told beside the schema's name
        return Migrated(schema, f"{type(error).__name__}: {error}")
    return Migrated(schema)


def _migrate_here(options: dict[str, Any]) -> None:
    call_command(MigrateOneSchema(), **{**options, "verbosity": 0, "interactive": False, "skip_checks": True})


@contextmanager
def _schema(schema: str) -> Iterator[None]:
    before = connection.tenant  # type: ignore[attr-defined]  # django-tenants' wrapper
    connection.set_schema(schema)  # type: ignore[attr-defined]  # django-tenants' wrapper
    try:
        yield
    finally:
        connection.set_tenant(before)  # type: ignore[attr-defined]  # django-tenants' wrapper


def open_client(
    *,
    slug: str,
    name: str,
    at: datetime,
    colour: str = "#3b5bdb",
    time_zone: str = "UTC",
    languages: tuple[str, ...] = ("en",),
    hosts: tuple[str, ...] = (),
    by: Actor = INSTALLER,
) -> Client:
    """Open a client: its row, its hosts, its schema and its role, in one transaction (about a second)."""
    if not SLUG.match(slug) or slug in RESERVED:
        raise BadSlug(
            f"“{slug}” cannot be a client's short name: use 2 to 30 of a-z, 0-9 and -, not pg- first, "
            f"and none of {', '.join(sorted(RESERVED))}."
        )
    with as_owner(), outside(), transaction.atomic():
        if Client.objects.filter(slug=slug).exists():
            raise Conflict(f"There is a client “{slug}” already. Choose another short name.")
        taken = Host.objects.filter(domain__in=hosts).values_list("domain", flat=True).first()
        if taken is not None:
            raise Conflict(f"{taken} leads to another client already. Choose another host.")
        drawing = Blueprint.objects.values_list("drawing", flat=True).first()
        if drawing is None:
            raise NotMigrated("The database is not migrated yet: run `manage.py migrate` first.")
        client = Client(
            slug=slug, schema_name=slug.replace("-", "_"), name=name, colour=colour, time_zone=time_zone
        )
        client.languages, client.opened_at = list(languages), at
        try:
            client.clean_fields(exclude=["schema_name", "languages", "closed_at"])
        except ValidationError as error:
            raise BadClient("; ".join(error.messages)) from error
        client.save()
        for position, host in enumerate(hosts):
            Host.objects.create(domain=host, tenant=client, is_primary=position == 0)
        blueprint.build(drawing=drawing, schema=client.schema_name)
        rights.grant_client(database_name(), client.schema_name)
        record(ClientOpened(client_id=client.pk, slug=slug), by=by, at=at)
    return client


def close_client(*, slug: str, at: datetime, drop: bool, by: Actor = INSTALLER) -> Client:
    """Close a client: it answers no request any more. With `drop` its schema, role and shared rows go too."""
    with as_owner(), outside(), transaction.atomic():
        client: Client | None = Client.objects.select_for_update().filter(slug=slug).first()
        if client is None:
            raise NotFound(f"There is no client “{slug}”.")
        client.closed_at = client.closed_at or at
        client.save(update_fields=["closed_at"])
        record(ClientClosed(client_id=client.pk, slug=slug, dropped=drop), by=by, at=at)
        if drop:
            _drop(client)
    return client


def _drop(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(client.schema_name)))
        for table, rule in rights.ROWS.items():
            if rule == rights.OWN or table == "accounts_seat":
                cursor.execute(
                    sql.SQL("DELETE FROM public.{} WHERE client_id = %s").format(sql.Identifier(table)),
                    [client.pk],
                )
        cursor.execute("DELETE FROM public.tenants_host WHERE tenant_id = %s", [client.pk])
        cursor.execute("DELETE FROM public.tenants_client WHERE id = %s", [client.pk])
    rights.drop_client_role(database_name(), client.schema_name)
