"""`manage.py doctor`: what is misconfigured, and how to mend it."""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from config.door.checks import Verdict, examine


class Command(BaseCommand):
    help = "Look at everything that has to be right; say what is wrong and how to mend it. Exits 1 then."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=settings.RAPPORT_PORT)

    def handle(self, *args: Any, **options: Any) -> None:
        styles = {
            Verdict.OK: self.style.SUCCESS,
            Verdict.WARNING: self.style.WARNING,
            Verdict.WRONG: self.style.ERROR,
        }
        counted: Counter[Verdict] = Counter()
        for finding in examine(port=options["port"]):
            counted[finding.verdict] += 1
            self.stdout.write(
                f"{styles[finding.verdict](f'{finding.verdict:<8}')} {finding.name:<11} {finding.says}"
            )
            if finding.mend:
                self.stdout.write(f"{'':<20} → {finding.mend}")
        self.stdout.write(
            f"{counted[Verdict.OK]} ok, {counted[Verdict.WARNING]} to mind, {counted[Verdict.WRONG]} wrong."
        )
        if counted[Verdict.WRONG]:
            sys.exit(1)
