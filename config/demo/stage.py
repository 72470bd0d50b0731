"""Setting the stage: the agency, its people and brands, their channels, terms, promises and past.

Everything asks first whether it is there, so a second start finds what the first one left and adds only
what lies between.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, islice

import orjson
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from config.demo.loader import people
from config.demo.past import history
from config.demo.shapes import DemoBrand, DemoChannel, DemoItem, DemoPerson
from inbox.actions import channels as acts
from inbox.actions.give_up import give_up_waiting
from inbox.actions.receive import receive_messages
from inbox.connectors import parse
from inbox.connectors.networks.webhook.signing import new_secret
from inbox.connectors.ports import IncomingMessage
from inbox.models import Channel, Conversation, ListeningTerm, Message
from inbox.wiring import evaluator, house_rules
from playbooks.models import HouseStyle, ServiceLevel
from tenants import opening
from tenants.accounts.actions import first_roles
from tenants.accounts.actors import INSTALLER, RECEIVER
from tenants.accounts.models import Seat, User
from tenants.kernel.schema import as_owner, inside, outside
from tenants.ledger.dispatch import dispatch
from tenants.models import Client

SEED = 2026
PER_DAY = 8.0
DAYS = 365
AT_ONCE = 500
GIVE_UP_AFTER = timedelta(days=3)
PASSWORD_LENGTH = 12

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Place:
    """One channel as the world outside knows it: where to deliver, and with which secret."""

    client: str
    network: str
    account: str
    secret: str


def seat_people(password: str, *, cast: Sequence[DemoPerson], at: datetime) -> None:
    """Everybody of the cast with a seat; all of them sign in with the same password."""
    with as_owner(), outside(), transaction.atomic():
        roles = {role.slug: role for role in first_roles(at=at)}
        clients = {client.slug: client.pk for client in Client.objects.all()}
        hashed = make_password(password)
        for person in cast:
            facts = {"name": person.name, "languages": list(person.languages), "password": hashed}
            user, _ = User.objects.update_or_create(email=person.email, defaults=facts)
            place = clients[person.client] if person.client else None
            Seat.objects.get_or_create(
                user=user, client_id=place, defaults={"role": roles[person.role], "given_at": at}
            )


def open_brand(brand: DemoBrand, *, at: datetime) -> Client:
    """The brand's schema, unless it is there."""
    with outside():
        known: Client | None = Client.objects.filter(slug=brand.slug).first()
    if known is not None:
        return known
    return opening.open_client(
        slug=brand.slug,
        name=brand.name,
        at=at - timedelta(days=DAYS),
        colour=brand.color,
        time_zone=brand.time_zone,
        languages=brand.languages,
        hosts=(f"{brand.slug}.{settings.RAPPORT_BASE_HOST}",),
    )


def furnish(client: Client, brand: DemoBrand, *, return_url: str, at: datetime) -> list[Place]:
    """Channels, listening terms, standing decisions and promises of one brand."""
    with inside(client):
        if not HouseStyle.objects.exists():
            _decide(brand, at)
        known = set(ListeningTerm.objects.values_list("text", flat=True))
        for term in brand.terms:
            if term.text not in known:
                acts.add_term(
                    text=term.text, fuzzy=term.misspellings, excludes=list(term.excludes), by=INSTALLER, at=at
                )
        return [_connect(client, channel, return_url=return_url, at=at) for channel in brand.channels]


def _decide(brand: DemoBrand, at: datetime) -> None:
    HouseStyle.objects.create(
        crisis_words=list(brand.crisis_words),
        noise_phrases=[],
        machine_decides=["engage", "no_response"],
        handles=list(brand.handles),
        changed_at=at,
        changed_by_id="installer",
    )
    promises = (("Hot", 70, 15, 30), ("Warm", 40, 60, 120), ("Everything else", 0, 240, 480))
    for position, (name, priority, first, following) in enumerate(promises):
        ServiceLevel.objects.create(
            position=position,
            name=name,
            minimum_priority=priority,
            first_seconds=first * 60,
            next_seconds=following * 60,
            changed_at=at,
        )


def _connect(client: Client, channel: DemoChannel, *, return_url: str, at: datetime) -> Place:
    account = f"{client.slug}-{channel.slug}"
    row = Channel.objects.filter(account=account).first()
    secret = new_secret()
    credentials = {"secret": secret, "return_url": f"{return_url}/{account}/", "allow_private": True}
    if row is None:
        acts.connect_channel(
            client_id=client.pk,
            network=channel.network,
            connector="webhook",
            name=channel.name,
            account=account,
            credentials=credentials,
            purpose=channel.purpose,
            audience=channel.audience,
            by=INSTALLER,
            at=at,
        )
    else:
        acts.change_credentials(channel_id=row.pk, credentials=credentials, by=INSTALLER, at=at)
    return Place(client.slug, channel.network, account, secret)


def remember(client: Client, brand: DemoBrand, *, until: datetime, say: Say) -> int:
    """The brand's past year, received as if it came in; only what is not there yet. Returns how many were new."""
    with inside(client):
        newest = (
            Message.objects.filter(external_id__startswith=f"{brand.slug}.past.").order_by("-sent_at").first()
        )
        days = DAYS if newest is None else min(DAYS, (until - newest.sent_at).days + 1)
        items = history(brand.slug, until, days, PER_DAY, SEED)
        new = receive_items(client, items, at=until, say=say)
        _give_up(until)
        dispatch(at=until)
    return new


def receive_items(client: Client, items: Iterable[DemoItem], *, at: datetime, say: Say) -> int:
    """Receive items of one brand in the order in which they were sent."""
    rules, new, taken = house_rules(), 0, 0
    channels = {row.account: row for row in Channel.objects.all()}
    by_channel = sorted(items, key=lambda item: (item.channel, item.sent_at))
    for slug, group in groupby(by_channel, key=lambda item: item.channel):
        channel = channels[f"{client.slug}-{slug}"]
        for batch in _batches(group):
            new += receive_messages(
                channel=channel, messages=_read(batch), rules=rules, evaluate=evaluator(), by=RECEIVER, at=at
            ).new
            taken += len(batch)
            say(f"{client.name}: {taken} of {len(by_channel)} messages of the past year")
    return new


def _read(batch: Sequence[DemoItem]) -> list[IncomingMessage]:
    body = orjson.dumps({"items": [item.payload for item in batch]})
    return [item for item in parse("webhook", body) if isinstance(item, IncomingMessage)]


def _batches(items: Iterator[DemoItem]) -> Iterator[list[DemoItem]]:
    while batch := list(islice(items, AT_ONCE)):
        yield batch


def _give_up(at: datetime) -> None:
    """Nobody answers what has waited for days; it stays unanswered in the figures."""
    stale = Conversation.objects.filter(waiting_since__lt=at - GIVE_UP_AFTER).order_by("pk")
    give_up_waiting(
        conversation_ids=list(stale.values_list("pk", flat=True)), rules=house_rules(), by=INSTALLER, at=at
    )


def cast_of(brands: Sequence[DemoBrand]) -> tuple[DemoPerson, ...]:
    """Everybody at the agency, and whoever works at one of these brands."""
    slugs = {brand.slug for brand in brands}
    return tuple(person for person in people() if not person.client or person.client in slugs)


def new_password() -> str:
    """One password for the whole cast of this demo; made once, kept in RAPPORT_HOME."""
    return secrets.token_urlsafe(PASSWORD_LENGTH)


def known_ids() -> set[str]:
    """What has arrived at any brand already, of what the demo tells as if live."""
    with outside():
        clients = list(Client.objects.filter(closed_at__isnull=True))
    known: set[str] = set()
    for client in clients:
        with inside(client):
            known.update(
                Message.objects.exclude(external_id__contains=".past.").values_list("external_id", flat=True)
            )
    return known
