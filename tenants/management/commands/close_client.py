"""`manage.py close_client SLUG`: stop answering for a brand; with --drop its data go too."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tenants import opening
from tenants.kernel.errors import Refusal


class Command(BaseCommand):
    help = "Close a client. Its data stay until --drop removes them for good."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument(
            "--drop",
            metavar="SLUG_AGAIN",
            default="",
            help="Remove the data: write the short name once more.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        slug, again = options["slug"], options["drop"]
        if again and again != slug:
            raise CommandError(
                f"--drop removes all data of “{slug}”. To confirm, write its short name again: --drop {slug}"
            )
        try:
            client = opening.close_client(slug=slug, at=timezone.now(), drop=bool(again))
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from refusal
        self.stdout.write(
            f"{client.name} is closed{' and its data are gone' if again else '; its data are kept'}."
        )
