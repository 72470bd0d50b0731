"""`manage.py migrate`: the public schema, the template, then every client side by side."""

from __future__ import annotations

import os
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.utils import timezone

from tenants import opening
from tenants.kernel.schema import as_owner, outside
from tenants.models import Client

PASSED_ON = (
    "fake",
    "fake_initial",
    "plan",
    "run_syncdb",
    "check_unapplied",
    "prune",
    "app_label",
    "migration_name",
)


class Command(DjangoMigrate):
    help = (
        "Migrate the public schema, the template of client schemas, and every client. "
        "An interrupted run goes on where it stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--client", default="", help="Only the client with this short name.")
        parser.add_argument(
            "--processes", type=int, default=os.cpu_count() or 1, help="How many clients at a time."
        )

    def execute(self, *args: Any, **options: Any) -> str | None:
        with as_owner():  # the checks before `handle` look at the database, too
            return super().execute(*args, **options)

    def handle(self, *args: Any, **options: Any) -> None:
        passed = {name: options[name] for name in PASSED_ON if options.get(name)}
        schemas = self._schemas(options["client"])
        if not options["client"]:
            self.stdout.write("Migrating the public schema and the template of client schemas.")
            opening.migrate_shared(at=timezone.now(), options=passed)
            schemas = self._schemas("")
        failed = []
        runs = opening.migrate_clients(schemas, options=passed, processes=options["processes"])
        for number, run in enumerate(runs, start=1):
            word = f"failed: {run.trouble}" if run.trouble else "ok"
            self.stdout.write(f"[{number}/{len(schemas)}] {run.schema} {word}")
            failed += [run] if run.trouble else []
        if failed:
            names = ", ".join(run.schema for run in failed)
            raise CommandError(
                f"{len(failed)} of {len(schemas)} clients were not migrated: {names}. "
                "The reasons stand above; mend them and run `manage.py migrate` again, it goes on with these."
            )

    def _schemas(self, only: str) -> list[str]:
        with as_owner(), outside():
            try:
                rows = Client.objects.filter(closed_at__isnull=True).order_by("pk")
                rows = rows.filter(slug=only) if only else rows
                found = list(rows.values_list("schema_name", flat=True))
            except Exception:  # before the first migration there is no table of clients
                return []
        if only and not found:
            raise CommandError(f"There is no client “{only}”.")
        return found
