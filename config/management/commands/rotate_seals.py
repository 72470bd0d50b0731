"""`manage.py rotate_seals`: every sealed credential under the newest key, so that older keys can be retired."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import seals


class Command(BaseCommand):
    help = (
        "Seal every credential anew with the first key of RAPPORT_SEAL_KEYS. First put a new key in front and restart "
        "Rapport, then run this, then take the older keys away. May be interrupted and run again at any time."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="Change nothing; exit 1 when older keys are in use."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            self._go_through(change=True, word="renewed")
        older, lost = self._go_through(change=False, word="under an older key")
        if lost:
            raise CommandError(
                f"{lost} seals cannot be opened with any key in RAPPORT_SEAL_KEYS. Put the missing key back at the "
                "end of the list and run this again, or enter these credentials anew."
            )
        if older:
            raise CommandError(
                f"{older} seals need an older key. Run `manage.py rotate_seals` before you take it away."
            )
        others = len(settings.RAPPORT_SEAL_KEYS) - 1
        end = f"The {others} older ones in RAPPORT_SEAL_KEYS can go." if others else "It is the only one."
        self.stdout.write(f"Every seal is under the newest key. {end}")

    def _go_through(self, *, change: bool, word: str) -> tuple[int, int]:
        """Tell each place as it is done; how many were under older keys, and how many no key opens."""
        older = lost = 0
        for count in seals.go_through(change=change):
            older, lost = older + count.older, lost + len(count.lost)
            if change or count.older or count.lost:
                self.stdout.write(f"{count.place}: {count.older} {word}, {count.newest} new already")
            for row in count.lost:
                self.stdout.write(f"  {row} cannot be opened")
        return older, lost
