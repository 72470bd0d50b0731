"""`manage.py restore`: a backup onto an empty machine, or into an empty database of your own."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import env
from config.backups import loading, passphrases, reading, secrets
from config.backups.progress import Bar
from config.backups.reading import Backup
from config.door import place
from config.door.home import Home
from config.door.postgres import EmbeddedPostgres
from config.door.trouble import Trouble


class Command(BaseCommand):
    help = (
        "Read a backup through, restore it into an empty database, and compare figures, rows and the ledger's chain. "
        "Nothing is written when the file is damaged or the database is not empty."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--client", action="append", default=[], metavar="SLUG",
            help="Only this client out of the backup. May be given several times.",
        )  # fmt: skip
        parser.add_argument(
            "--passphrase-file", type=Path, metavar="FILE", help="A file that holds the passphrase."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.began = monotonic()
        path, only = options["file"].expanduser().absolute(), sorted(set(options["client"]))
        try:
            if env.text("RAPPORT_LOGIN", "owner") != "owner":
                raise Trouble("A restore needs the owner's login: run it without RAPPORT_LOGIN=app.")
            passphrase = passphrases.obtain(options["passphrase_file"], twice=False)
            backup = self._verify(path, passphrase, only)
            with ExitStack() as stack:
                self._start_database(stack)
                self._load(path, backup, passphrase, only)
                self._check(backup, only)
        except Trouble as trouble:
            raise CommandError(str(trouble)) from trouble

    def _verify(self, path: Path, passphrase: str, only: list[str]) -> Backup:
        """Everything that can be refused by looking at the file, before anything is written."""
        with Bar(self.stdout, "Reading") as bar:
            backup = reading.verify(path, passphrase, bar.show)
        loading.chosen(backup, only)
        loading.must_be_known(backup)
        secrets.must_fit(backup.secrets)
        self.stdout.write(
            f"{path.name} is whole: made {backup.made_at:%Y-%m-%d %H:%M} UTC, {len(backup.clients)} clients, "
            f"{backup.rows:,} rows."
        )
        return backup

    def _start_database(self, stack: ExitStack) -> None:
        if env.text("DATABASE_URL", ""):
            return
        server = EmbeddedPostgres(Home(settings.RAPPORT_HOME))
        stack.enter_context(server.running())
        os.environ["PATH"] = f"{os.environ.get('PATH', '')}{os.pathsep}{place.programs(server.place.account)}"

    def _load(self, path: Path, backup: Backup, passphrase: str, only: list[str]) -> None:
        loading.must_be_empty()
        home = Home(settings.RAPPORT_HOME)
        with Bar(self.stdout, "Restoring") as bar:
            loading.load(path, backup, passphrase=passphrase, home=home, only=only, say=bar.show)

    def _check(self, backup: Backup, only: list[str]) -> None:
        checked = loading.check(backup, only)
        for each in checked:
            if each.differences:
                self.stdout.write(f"{each.client.slug}: {'; '.join(each.differences)}.")
            else:
                self.stdout.write(
                    f"{each.client.slug}: {each.rows:,} rows and the figures are those of the backup; {each.seals:,} "
                    "seals of the ledger agree."
                )
        if any(each.differences for each in checked):
            raise CommandError(
                "The backup was restored, and what stands above is not as it was when it was made. Keep both, and "
                "do not go on with this database before you know why."
            )
        self.stdout.write(
            f"Restored {len(checked)} clients in {monotonic() - self.began:.1f} s. Everybody signs in anew. Start it "
            "with `manage.py serve`."
        )
