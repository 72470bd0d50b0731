"""`manage.py serve`: the production processes, until Ctrl-C or SIGTERM."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from config.door import crew, ports
from config.door.home import Home

PATIENCE = 60.0  # seconds until the first page must answer


class Command(BaseCommand):
    help = (
        "Start web, worker and beat, and keep them alive. The database is migrated first; the embedded one is started "
        "unless DATABASE_URL names another. Put a proxy that ends TLS in front of the port."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--host", default="127.0.0.1", help="The address to listen on (default: this machine only)."
        )
        parser.add_argument("--port", type=int, default=settings.RAPPORT_PORT)
        parser.add_argument(
            "--web-processes", type=int, default=1, metavar="N", help="How many processes answer pages."
        )
        parser.add_argument(
            "--workers", type=int, default=2, metavar="N", help="How many tasks run at a time."
        )
        parser.add_argument("--no-migrate", action="store_true", help="Leave the database as it is.")

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        counts = {"web_processes": options["web_processes"], "workers": options["workers"]}
        with crew.of(Home(settings.RAPPORT_HOME), host=host, port=port, **counts) as processes:
            ports.must_be_free(host, port, command="serve")
            if not options["no_migrate"]:
                _must_be_owner()
                call_command("migrate", verbosity=0)
            call_command("collectstatic", interactive=False, verbosity=0)
            processes.start()
            processes.wait_ready(PATIENCE)
            self.stdout.write(
                f"Rapport answers on http://{settings.RAPPORT_BASE_HOST}:{port}/ (Ctrl-C stops it)."
            )
            processes.run_forever()
        self.stdout.write("Stopped.")


def _must_be_owner() -> None:
    if connection.settings_dict.get("LOGINS_APART"):
        raise CommandError(
            "RAPPORT_LOGIN=app logs in as a role that cannot migrate, and rightly. Run `manage.py migrate` with the "
            "owner's DATABASE_URL first, then this with --no-migrate."
        )
