"""`manage.py replay CLIENT FILE --channel NAME`: an archive of real messages into a client's inbox."""

from __future__ import annotations

from argparse import ArgumentTypeError
from pathlib import Path
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from inbox import archives
from inbox.actions.channels import connect_channel
from inbox.connectors.networks.webhook.signing import new_secret
from inbox.connectors.tables import ArchiveError
from inbox.models import Channel
from tenants.accounts.actors import INSTALLER
from tenants.kernel.errors import Refusal
from tenants.kernel.schema import inside, outside
from tenants.ledger.dispatch import dispatch
from tenants.models import Client

MOST_TOLD = 20


def columns(text: str) -> dict[str, str]:
    pairs = [pair.split("=", 1) for pair in text.split(",") if pair]
    if any(len(pair) != 2 for pair in pairs):  # field=column
        raise ArgumentTypeError("write it as field=column,field=column, such as text=body,author=user.id")
    return {field.strip(): column.strip() for field, column in pairs}


class Command(BaseCommand):
    help = "Receive an archive of messages (JSON Lines or CSV). A second run adds nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("client", help="The client's short name.")
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--channel", required=True, help="The channel's account; it is made when there is none."
        )
        parser.add_argument("--network", default="x", help="What a new channel is shown as.")
        parser.add_argument(
            "--map", type=columns, default={}, metavar="FIELD=COLUMN,…", help="Our field=the file's column."
        )
        parser.add_argument(
            "--company", default="", help="Only this company's conversations of a support archive."
        )
        parser.add_argument(
            "--backfill", action="store_true", help="Keep it as the past: no clocks, no rules."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        with outside():
            client = Client.objects.filter(slug=options["client"], closed_at__isnull=True).first()
        if client is None:
            raise CommandError(
                f"There is no client “{options['client']}”. Open it with `manage.py open_client`."
            )
        started = perf_counter()
        with inside(client):
            told = self._replay(client, path, options)
            dispatch(at=timezone.now())
        self._tell(told, perf_counter() - started)

    def _replay(self, client: Client, path: Path, options: dict[str, Any]) -> archives.Replayed:
        try:
            return archives.replay(
                channel=self._channel(client, options),
                path=path,
                columns=options["map"],
                company=options["company"],
                backfill=options["backfill"],
                at=timezone.now(),
                progress=lambda rows, new: self.stdout.write(f"  {rows} rows read, {new} new messages"),
            )
        except (ArchiveError, Refusal) as error:
            raise CommandError(str(error)) from error

    def _channel(self, client: Client, options: dict[str, Any]) -> Channel:
        known = Channel.objects.filter(account=options["channel"]).first()
        return known or connect_channel(
            client_id=client.pk,
            network=options["network"],
            connector="webhook",
            name=options["channel"],
            account=options["channel"],
            credentials={"secret": new_secret()},
            by=INSTALLER,
            at=timezone.now(),
        )

    def _tell(self, told: archives.Replayed, seconds: float) -> None:
        self.stdout.write(
            f"{told.rows} rows: {told.new} new messages, {told.known} known already, "
            f"{len(told.poisoned)} set aside ({seconds:.1f} s)."
        )
        for line, reason in told.poisoned[:MOST_TOLD]:
            self.stdout.write(f"  line {line}: {reason}")
        if len(told.poisoned) > MOST_TOLD:
            self.stdout.write(f"  and {len(told.poisoned) - MOST_TOLD} more")
