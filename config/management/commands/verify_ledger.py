"""`manage.py verify_ledger`: recompute the hash chains of all ledgers."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.kernel.schema import inside, outside
from tenants.ledger import sealing
from tenants.ledger.models import Seal
from tenants.models import Client


class Command(BaseCommand):
    help = (
        "Recompute the hash chain over the agency's and every client's ledger. Exits 1 and names the first seal that "
        "does not agree."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--client", default="", help="Only the client with this short name.")

    def handle(self, *args: Any, **options: Any) -> None:
        slug = options["client"]
        broken = [client.slug for client in _clients(slug) if not self._client_agrees(client)]
        if not slug:
            with outside():
                broken += [] if self._agrees("the agency") else ["the agency"]
        if broken:
            raise CommandError(
                f"The ledger was changed at {', '.join(broken)}. Keep the database as it is, and compare the entries "
                "of the seal named above with a backup from before."
            )

    def _client_agrees(self, client: Client) -> bool:
        with inside(client):
            return self._agrees(client.slug)

    def _agrees(self, name: str) -> bool:
        """Verify the ledger of the current schema and print the result under `name`."""
        wrong, seals = sealing.verify(), Seal.objects.count()
        if wrong is None:
            self.stdout.write(f"{name}: {seals} seals agree.")
            return True
        first, last = wrong.first_id, wrong.last_id
        self.stdout.write(
            f"{name}: seal {wrong.pk} of {wrong.sealed_at:%Y-%m-%d %H:%M} over {wrong.entries} entries "
            f"(numbers {first} to {last}) does not agree with them."
        )
        return False


def _clients(slug: str) -> list[Client]:
    """Closed clients too: what happened there stays true."""
    with outside():
        found = Client.objects.order_by("pk")
        clients = list(found.filter(slug=slug) if slug else found)
    if slug and not clients:
        raise CommandError(f"There is no client “{slug}”.")
    return clients
