"""`manage.py open_client SLUG NAME`: a new brand with a schema of its own, in about a second."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tenants import opening
from tenants.kernel.errors import Refusal


class Command(BaseCommand):
    help = "Open a client: its schema, its role and its host."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="Short name: a-z, 0-9 and -. It becomes the host name.")
        parser.add_argument("name", help="The brand's name, as people read it.")
        parser.add_argument("--colour", default="#3b5bdb")
        parser.add_argument("--time-zone", default="UTC")
        parser.add_argument("--languages", default="en", help="Comma-separated, such as en,de.")
        parser.add_argument(
            "--host", action="append", default=[], help="Instead of SLUG.BASE_HOST; may be repeated."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        hosts = tuple(options["host"]) or (f"{options['slug']}.{settings.RAPPORT_BASE_HOST}",)
        started = perf_counter()
        try:
            opening.open_client(
                slug=options["slug"],
                name=options["name"],
                at=timezone.now(),
                colour=options["colour"],
                time_zone=options["time_zone"],
                languages=tuple(options["languages"].split(",")),
                hosts=hosts,
            )
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from refusal
        self.stdout.write(f"{options['name']} is open at {hosts[0]} ({perf_counter() - started:.1f} s).")
