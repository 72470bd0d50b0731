"""An agency to measure in: clients `bench-1` and so on, and three hundred people, of whom one asks for the pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings

from tenants import opening
from tenants.accounts.actions import first_roles
from tenants.accounts.models import Role, Seat, User
from tenants.kernel.schema import as_owner, outside
from tenants.models import Client

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
AGENCY = 50
EACH = 5
"""People at the agency, who answer for all clients, and at each client."""


@dataclass(frozen=True, slots=True)
class Staff:
    asker: User
    answering: tuple[int, ...]
    """Ids of those at the agency."""


def open_one(number: int) -> Client:
    """One client with a host, as `open_client` opens it."""
    slug = f"bench-{number}"
    host = f"{slug}.{settings.RAPPORT_BASE_HOST}"
    return opening.open_client(slug=slug, name=f"Bench {number}", at=NOON, hosts=(host,))


def hire(clients: Sequence[Client]) -> Staff:
    """Seats at the agency and at each client."""
    with as_owner(), outside():
        first_roles(at=NOON)
        role = Role.objects.get(slug="responder")
        people = [User(email=f"a{n}@agency.example", name=f"Agent {n}", password="!") for n in range(AGENCY)]  # noqa: S106  # "!" opens nothing
        theirs = [
            (client, User(email=f"p{n}@{client.slug}.example", name=f"{client} {n}", password="!"))  # noqa: S106  # the same
            for client in clients
            for n in range(EACH)
        ]
        User.objects.bulk_create([*people, *(user for _, user in theirs)])
        Seat.objects.bulk_create([
            *(Seat(user=user, role=role, given_at=NOON) for user in people),
            *(Seat(user=user, client_id=client.pk, role=role, given_at=NOON) for client, user in theirs),
        ])  # fmt: skip
    return Staff(people[0], tuple(user.pk for user in people))
