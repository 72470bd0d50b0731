"""The agency's desk: one ranked list over all brands, read from the projection without anybody's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Min, Q, QuerySet
from django.urls import reverse

from tenants.accounts.actors import Actor
from tenants.accounts.models import User
from tenants.kernel.errors import NotFound
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
    strip = {line["client_id"]: line for line in _strip(awake, at)}
    rows = _of_view(awake, view, actor, at)
    rows = rows.filter(client_id=chosen.pk) if chosen else rows
    page = list(_beyond(rows, after).order_by(F("priority").desc(), "waiting_since", "id")[: PAGE + 1])
    people = {user.pk: user for user in User.objects.filter(pk__in={item.assignee_id for item in page})}
    numbers = strip.values() if chosen is None else [strip[chosen.pk]] if chosen.pk in strip else []
    totals = {key: sum(line[key] for line in numbers) for key in ("open", "breaching", "unassigned")}
    return DeskPage(
        rows=tuple(
            _row(item, clients, people, actor, at) for item in page[:PAGE] if item.client_id in clients
        ),
        brands=tuple(_brand(client, strip.get(pk), chosen, at) for pk, client in clients.items()),
        duty=_duty(actor, at),
        troubles=_troubles(clients),
        **totals,
        read_at=at,
        views=tuple(Choice(key, label, current=key == view, url=_url(key, brand)) for key, label in VIEWS),
        title=chosen.name if chosen else "Everything open",
        next_url=_url(view, brand, _place(page[PAGE - 1])) if len(page) > PAGE else "",
        clear_url=_url(view, "") if chosen else "",
    )


def _strip(awake: QuerySet[DeskItem], at: datetime) -> Iterable[Mapping[str, Any]]:
    """Per brand: open, late, unassigned and the oldest who waits, in one statement."""
    return (
        awake.order_by()
        .values("client_id")
        .annotate(
            open=Count("id"),
            breaching=Count("id", filter=Q(due_at__lte=at)),
            unassigned=Count("id", filter=Q(assignee_id__isnull=True)),
            oldest=Min("waiting_since"),
        )
    )


def _of_view(rows: QuerySet[DeskItem], view: str, actor: Actor, at: datetime) -> QuerySet[DeskItem]:
    if view == "mine":
        return rows.filter(assignee_id=actor.user_id)
    if view == "unassigned":
        return rows.filter(assignee_id__isnull=True)
    if view == "breaching":
        return rows.filter(due_at__lte=at)
    if view != "all":
        raise NotFound(f"The desk has no view “{view}”.")
    return rows


def _place(item: DeskItem) -> str:
    return f"{item.priority}~{item.waiting_since.isoformat() if item.waiting_since else ''}~{item.pk}"


def _beyond(rows: QuerySet[DeskItem], after: str) -> QuerySet[DeskItem]:
    """The part after a place, by keyset. A place that cannot be read starts at the top."""
    try:
        priority, since, pk = after.split("~")
        level = int(priority)
        tie = Q(waiting_since__isnull=True, id__gt=int(pk))
        if since:
            moment = datetime.fromisoformat(since)
            tie = (
                Q(waiting_since=moment, id__gt=int(pk))
                | Q(waiting_since__gt=moment)
                | Q(waiting_since__isnull=True)
            )
    except ValueError:
        return rows
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


def _brand(client: Client, line: Mapping[str, Any] | None, chosen: Client | None, at: datetime) -> DeskBrand:
    found = line or {"open": 0, "breaching": 0, "unassigned": 0, "oldest": None}
    return DeskBrand(
        brand=face_of(client),
        open=found["open"] or 0,
        breaching=found["breaching"] or 0,
        unassigned=found["unassigned"] or 0,
        read_at=at,
        oldest_waiting_since=found["oldest"],
        filter_url=_url("all", client.slug),
        current=chosen is not None and chosen.pk == client.pk,
    )


HERE_FOR = timedelta(minutes=1)


def _duty(actor: Actor, at: datetime) -> tuple[DutyPerson, ...]:
    """Everybody with a seat at the agency who answers, and how much they hold over all brands."""
    loads = DeskItem.objects.filter(assignee_id__isnull=False).order_by().values("assignee_id")
    held = {
        line["assignee_id"]: line
        for line in loads.annotate(load=Count("id"), brands=Count("client_id", distinct=True))
    }
    users = User.objects.filter(is_active=True, seats__client_id__isnull=True, seats__isnull=False).distinct()
    lines = []
    for user in users.order_by("name"):
        mine = held.get(user.pk, {"load": 0, "brands": 0})
        lines.append(
            DutyPerson(
                face=PersonFace(user.pk, user.name, user.initials, you=user.pk == actor.user_id),
                load=mine["load"],
                capacity=user.capacity,
                brands=mine["brands"],
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
