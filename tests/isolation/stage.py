"""Two clients and a secret in each, committed by a process of its own that logs in as the owner."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connection
from django.utils.timezone import now

from inbox.models import Channel
from tenants import opening
from tenants.accounts.actions import first_roles
from tenants.accounts.models import Role, Seat, User
from tenants.kernel.schema import as_owner, inside, outside
from tenants.models import Client

SECRET = {"acme": "acme-word", "globex": "globex-secret"}


def main() -> None:
    call_command("migrate", verbosity=0, processes=1)
    with as_owner(), outside():
        first_roles(at=now())
    for slug, word in SECRET.items():
        client = opening.open_client(slug=slug, name=slug.title(), at=now(), hosts=(f"{slug}.localhost",))
        _fill(client, word)
    connection.close()


def _fill(client: Client, word: str) -> None:
    with inside(client):
        Channel.objects.create(
            network="mastodon", connector="webhook", name=word, account=word, connected_at=now()
        )
    with outside():
        user = User.objects.create_user(f"{word}@{client.slug}.example", "correct horse battery", name=word)
        role = Role.objects.get(slug="manager")
        Seat.objects.create(user=user, client_id=client.pk, role=role, given_at=now())
        agency = User.objects.create_user(
            f"{client.slug}@agency.example", "correct horse battery", name="Gus"
        )
        Seat.objects.create(user=agency, client_id=None, role=role, given_at=now())
