"""`manage.py backup`: everything of this installation in one sealed file."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from config import env
from config.backups import history, making, passphrases, plan
from config.backups.progress import Bar
from config.door.home import Home
from config.door.trouble import Trouble

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Write the database and the secrets that its rows need into one file, sealed with a passphrase, while the "
        "installation goes on working. `manage.py restore` brings it back."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--client", action="append", default=[], metavar="SLUG",
            help="Only this client, with the people and settings of the agency. May be given several times.",
        )  # fmt: skip
        parser.add_argument(
            "--to", type=Path, metavar="FOLDER", help="Where the file goes (default: RAPPORT_BACKUP_FOLDER)."
        )
        parser.add_argument(
            "--passphrase-file", type=Path, metavar="FILE", help="A file that holds the passphrase."
        )
        parser.add_argument(
            "--scheduled", action="store_true",
            help="As `serve` does it each day: ask nobody, and remove old backups (RAPPORT_BACKUP_KEEP).",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        home = Home(settings.RAPPORT_HOME)
        only, is_scheduled = sorted(set(options["client"])), options["scheduled"]
        if is_scheduled and only:
            raise CommandError("--scheduled makes a backup of all clients; leave --client out.")
        try:
            self._back_up(home, only, options)
        except Trouble as trouble:
            raise CommandError(str(trouble)) from trouble

    def _back_up(self, home: Home, only: list[str], options: dict[str, Any]) -> None:
        if env.text("RAPPORT_LOGIN", "owner") != "owner":
            raise Trouble("A backup needs the owner's login: run it without RAPPORT_LOGIN=app.")
        is_scheduled = options["scheduled"]
        with _noting_failures(home) if is_scheduled else nullcontext():
            settled = plan.read(home)
            passphrase = passphrases.obtain(options["passphrase_file"], twice=True, ask=not is_scheduled)
        folder = (options["to"] or settled.folder).expanduser().absolute()
        with nullcontext() if only else _noting_failures(home):
            self._make(home, folder, passphrase, only)
            if is_scheduled:
                for name in making.rotate(folder, settled.keep):
                    self.stdout.write(f"Removed {name}.")

    def _make(self, home: Home, folder: Path, passphrase: str, only: list[str]) -> None:
        with Bar(self.stdout, "Backup") as bar:
            good = making.make(
                home=home, folder=folder, passphrase=passphrase, at=now(), only=only, say=bar.show
            )
        self.stdout.write(
            f"{good.file}: {good.clients} clients, {good.rows:,} rows, {good.size / 1e6:.1f} MB in {good.seconds} s; "
            "read back without a fault."
        )


@contextmanager
def _noting_failures(home: Home) -> Iterator[None]:
    """Write down a failure, for `doctor` and the metrics; it is raised all the same."""
    try:
        yield
    except Exception as error:
        says = str(error) or type(error).__name__
        log.error("The backup failed", extra={"reason": says})  # its sentence says it
        with suppress(OSError):  # a full disk was probably the reason
            history.note_failed(home, at=now(), says=says)
        raise
