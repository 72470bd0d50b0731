"""`manage.py test [pytest's arguments]`: the whole suite, or what is named, with a database of its own."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from config.door import trial

WHOLE = ["--numprocesses=logical", "--cov", "--cov-report=term"]


class Command(BaseCommand):
    help = (
        "Run the tests with pytest, in a database that is thrown away afterwards (or the one DATABASE_URL names). "
        "Without arguments: all of them, on every core, with a coverage report."
    )
    requires_system_checks = ()

    def run_from_argv(self, argv: list[str]) -> None:
        """Every argument is pytest's; Django's own parser would refuse most of them."""
        if {"--help", "-h"} & set(argv[2:]):
            self.print_help(argv[0], argv[1])
            return
        self.execute(arguments=argv[2:], force_color=False, no_color=False, skip_checks=True)

    def handle(self, *args: str, **options: Any) -> None:
        arguments = [*args, *options.get("arguments", [])]
        sys.exit(trial.run([sys.executable, "-m", "pytest", *(arguments or WHOLE)]))
