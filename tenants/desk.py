"""The agency's desk: one ranked list over all brands, read from the projection without anybody's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.urls import reverse

from tenants.accounts.actors import Actor
from tenants.accounts.models import User
from tenants.kernel.errors import NotFound
from tenants.kernel.numbers import read_id, read_moment, read_number
from tenants.models import Client, DeskItem, Route
from tenants.networks import icon, title
from tenants.rows import (
    BrandFace,
    ChannelTrouble,
    Choice,
    DeskBrand,
    DeskPage,
    DeskRow,
    DutyPerson,
    PersonFace,
)

PAGE = 60
VIEWS = (("all", "All"), ("mine", "Mine"), ("unassigned", "Unassigned"), ("breaching", "Late"))


def desk_page(*, view: str, brand: str, after: str, actor: Actor, at: datetime) -> DeskPage:
    """One page of the desk. Raises NotFound for a brand or view that does not exist."""
    clients = {client.pk: client for client in Client.objects.filter(closed_at__isnull=True).order_by("name")}
    chosen = next((client for client in clients.values() if client.slug == brand), None)
    if brand and chosen is None:
        raise NotFound(f"There is no brand “{brand}”.")
    awake = DeskItem.objects.filter(Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=at))
    rows = _of_view(awake, view, actor, at)
    rows = rows.filter(client_id=chosen.pk) if chosen else rows.filter(client_id__in=list(clients))
    strip, held = _counted(list(clients), at)
    page = list(_beyond(rows, after).order_by(F("priority").desc(), "waiting_since", "id")[: PAGE + 1])
    people = {user.pk: user for user in User.objects.filter(pk__in={item.assignee_id for item in page})}
    brands = tuple(_brand(client, strip.get(pk, NOTHING), chosen, at) for pk, client in clients.items())
    shown = [line for line in brands if chosen is None or line.current]
    return DeskPage(
        rows=tuple(_row(item, clients, people, actor, at) for item in page[:PAGE]),
        brands=brands,
        duty=_duty(held, actor, at),
        troubles=_troubles(clients),
        open=sum(line.open for line in shown),
        breaching=sum(line.breaching for line in shown),
        unassigned=sum(line.unassigned for line in shown),
        read_at=at,
        views=tuple(Choice(key, label, current=key == view, url=_url(key, brand)) for key, label in VIEWS),
        title=chosen.name if chosen else "Everything open",
        next_url=_url(view, brand, _place(page[PAGE - 1])) if len(page) > PAGE else "",
        clear_url=_url(view, "") if chosen else "",
    )


@dataclass(frozen=True, slots=True)
class Load:
    """What one brand has open, and how old the oldest of it is."""

    open: int
    breaching: int
    unassigned: int
    oldest: datetime | None


NOTHING = Load(0, 0, 0, None)

# Everything is read once: what is awake counts for its brand, and what is asleep too for who holds it.
COUNTED = """
    WITH part AS MATERIALIZED (
        SELECT client_id, assignee_id, count(*) AS held, count(*) FILTER (WHERE awake) AS open,
            count(*) FILTER (WHERE awake AND due_at <= %(at)s) AS breaching,
            min(waiting_since) FILTER (WHERE awake) AS oldest
        FROM (
            SELECT *, snoozed_until IS NULL OR snoozed_until <= %(at)s AS awake
            FROM tenants_deskitem WHERE client_id = ANY(%(clients)s)
        ) item
        GROUP BY client_id, assignee_id
    )
    SELECT client_id, NULL::bigint, sum(open)::bigint, sum(breaching)::bigint,
        coalesce(sum(open) FILTER (WHERE assignee_id IS NULL), 0)::bigint, min(oldest)
    FROM part GROUP BY client_id
    UNION ALL
    SELECT NULL, assignee_id, sum(held)::bigint, count(*), 0, NULL
    FROM part WHERE assignee_id IS NOT NULL GROUP BY assignee_id
"""


def _counted(clients: list[int], at: datetime) -> tuple[dict[int, Load], dict[int, tuple[int, int]]]:
    """What each brand has open, and how much each person holds in how many brands, in one statement."""
    brands, people = {}, {}
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, {"clients": clients, "at": at})
        for client_id, user_id, first, second, third, oldest in cursor.fetchall():
            if user_id is None:
                brands[client_id] = Load(first, second, third, oldest)
            else:
                people[user_id] = (first, second)
    return brands, people


def _of_view(rows: QuerySet[DeskItem], view: str, actor: Actor, at: datetime) -> QuerySet[DeskItem]:
    if view == "mine":
        return rows.filter(assignee_id=actor.user_id)
    if view == "unassigned":
        return rows.filter(assignee_id__isnull=True)
    if view == "breaching":
        return rows.filter(due_at__lte=at)
    if view != "all":
        raise NotFound(f"The desk has no view “{view[:40]}”.")
    return rows


def _place(item: DeskItem) -> str:
    return f"{item.priority}~{item.waiting_since.isoformat() if item.waiting_since else ''}~{item.pk}"


def _beyond(rows: QuerySet[DeskItem], after: str) -> QuerySet[DeskItem]:
    """The part after a place, by keyset. A place that cannot be read starts at the top."""
    priority, since, number = [*after.split("~", 3), "", ""][:3]
    level, pk, moment = read_number(priority), read_id(number), read_moment(since)
    if level is None or pk is None or (since and moment is None):
        return rows
    tie = Q(waiting_since__isnull=True, id__gt=pk)
    if moment is not None:
        tie = Q(waiting_since=moment, id__gt=pk) | Q(waiting_since__gt=moment) | Q(waiting_since__isnull=True)
    return rows.filter(priority__lte=level).filter(Q(priority__lt=level) | (Q(priority=level) & tie))


def _url(view: str, brand: str, after: str = "") -> str:
    asked = {"view": view, "brand": brand, "after": after}
    return reverse("desk:desk") + "?" + urlencode({key: value for key, value in asked.items() if value})


def face_of(client: Client) -> BrandFace:
    return BrandFace(client.pk, client.slug, client.name, client.colour, enter_url(client.slug))


def enter_url(slug: str, next_path: str = "/") -> str:
    """The agency's address that signs a person in at a brand and leads on."""
    return f"/enter/{slug}/?" + urlencode({"next": next_path})


def _row(
    item: DeskItem, clients: dict[int, Client], people: dict[int, User], actor: Actor, at: datetime
) -> DeskRow:
    client = clients[item.client_id]
    user = people.get(item.assignee_id or 0)
    return DeskRow(
        id=item.pk,
        brand=face_of(client),
        conversation_id=item.conversation_id,
        url=enter_url(client.slug, f"/c/{item.conversation_id}/"),
        network=title(item.network),
        network_icon=icon(item.network),
        priority=item.priority,
        intent=item.intent or "message",
        severity=item.severity or "calm",
        language=item.language,
        stage=item.stage,
        read_at=at,
        waiting_since=item.waiting_since,
        warn_at=item.warn_at,
        due_at=item.due_at,
        assignee=PersonFace(user.pk, user.name, user.initials, you=user.pk == actor.user_id)
        if user
        else None,
    )


def _brand(client: Client, load: Load, chosen: Client | None, at: datetime) -> DeskBrand:
    return DeskBrand(
        brand=face_of(client),
        open=load.open,
        breaching=load.breaching,
        unassigned=load.unassigned,
        read_at=at,
        oldest_waiting_since=load.oldest,
        filter_url=_url("all", client.slug),
        current=chosen is not None and chosen.pk == client.pk,
    )


HERE_FOR = timedelta(minutes=1)


def _duty(held: Mapping[int, tuple[int, int]], actor: Actor, at: datetime) -> tuple[DutyPerson, ...]:
    """Everybody with a seat at the agency who answers, and how much they hold over all brands."""
    users = User.objects.filter(is_active=True, seats__client_id__isnull=True, seats__isnull=False).distinct()
    lines = []
    for user in users.order_by("name"):
        load, brands = held.get(user.pk, (0, 0))
        lines.append(
            DutyPerson(
                face=PersonFace(user.pk, user.name, user.initials, you=user.pk == actor.user_id),
                load=load,
                capacity=user.capacity,
                brands=brands,
                here=user.seen_at is not None and user.seen_at > at - HERE_FOR,
            )
        )
    return tuple(lines)


def _troubles(clients: dict[int, Client]) -> tuple[ChannelTrouble, ...]:
    routes = (
        Route.objects.exclude(trouble="").filter(trouble_since__isnull=False).order_by("trouble_since")[:20]
    )
    return tuple(
        ChannelTrouble(
            brand=face_of(clients[route.client_id]),
            channel=route.name,
            network=title(route.shown_as),
            network_icon=icon(route.shown_as),
            sentence=route.trouble,
            since=route.trouble_since,
            url=enter_url(clients[route.client_id].slug, "/channels/"),
            stopped=route.stopped,
        )
        for route in routes
        if route.client_id in clients and route.trouble_since is not None
    )
