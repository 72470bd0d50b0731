"""Reads about people: who may do what here, who works where, which keys exist."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import JSONObject

from tenants.accounts.actors import Actor, ActorKind
from tenants.accounts.models import ApiToken, Role, Seat, User, UserSession
from tenants.accounts.permissions import Permission
from tenants.kernel.schema import outside
from tenants.models import Client, Host
from tenants.rows import PersonFace, PersonLine, RoleCard, SeatLine, SessionLine, TokenLine

KNOWN = frozenset(permission.value for permission in Permission)
AGENCY = "the agency"
INSTALLATION = 0
"""`ApiToken.made_by_id` of tokens that no person made: the demo's, and those of `manage.py`."""


# --- Who may do what ---------------------------------------------------------------------------------
def permissions_of(words: Iterable[str]) -> frozenset[Permission]:
    """Stored words as permissions. A word no version of ours knows gives no right."""
    return frozenset(Permission(word) for word in words if word in KNOWN)


@dataclass(frozen=True, slots=True)
class SeatHere:
    """A seat that counts at a place: `client_id` is null for the agency's; `role` is a slug."""

    client_id: int | None
    role: str
    permissions: list[str]


def seated_actor(user: User, *, client_id: int | None) -> Actor | None:
    """The person with the rights of the seat at this client and of the agency's seat together; None without either."""
    return actor_with(user, seats_here(user, client_id=client_id))


def seats_here(user: User, *, client_id: int | None) -> list[SeatHere]:
    """The seats that count here, in one statement."""
    here = Q(client_id__isnull=True) | Q(client_id=client_id)
    seats = Seat.objects.filter(here, user=user).values_list("client_id", "role__slug", "role__permissions")
    return [SeatHere(place, role, words) for place, role, words in seats]


def rights_of_seats(user_id: int, *, client_id: int | None) -> frozenset[Permission] | None:
    """What a person may do at this client now; None when switched off, unknown or without a seat. One statement."""
    here = Q(client_id__isnull=True) | Q(client_id=client_id)
    seats = Seat.objects.filter(here, user_id=user_id, user__is_active=True)
    roles = list(seats.values_list("role__permissions", flat=True))
    return permissions_of(word for words in roles for word in words) if roles else None


def actor_with(user: User, seats: list[SeatHere]) -> Actor | None:
    """The person with the rights of these seats."""
    if not seats:
        return None
    granted = permissions_of(word for seat in seats for word in seat.permissions)
    return Actor(kind=ActorKind.USER, id=str(user.pk), name=str(user), permissions=granted, user_id=user.pk)


def oneself(user: User) -> Actor:
    """The person as somebody who acts on his or her own account only: with no right over anything else."""
    return Actor(
        kind=ActorKind.USER, id=str(user.pk), name=str(user), permissions=frozenset(), user_id=user.pk
    )


def words_for(permission: str) -> str:
    """A permission as people read it."""
    return permission.replace("_", " ")


@dataclass(frozen=True, slots=True)
class SessionHere:
    """A session that is alive, and the seats of its person that count at a place."""

    seen_at: datetime
    seats: list[SeatHere]


def session_here(session_id: int, *, user: User, client_id: int | None, at: datetime) -> SessionHere | None:
    """The session and the seats in one statement, since every request asks for both; None if it is over."""
    facts = JSONObject(client_id="client_id", role="role__slug", permissions="role__permissions")
    seats = Seat.objects.filter(
        Q(client_id__isnull=True) | Q(client_id=client_id), user_id=OuterRef("user_id")
    )
    found = UserSession.objects.alive(at=at).filter(pk=session_id, user_id=user.pk)
    rows = found.annotate(seats=ArraySubquery(seats.values(facts=facts))).values_list("seen_at", "seats")
    return next((SessionHere(seen_at, [SeatHere(**seat) for seat in held]) for seen_at, held in rows), None)


# --- Sessions ----------------------------------------------------------------------------------------
def is_session_alive(session_id: int, *, user: User, at: datetime) -> bool:
    """Whether this sign-in of the person still counts. Asked on every host."""
    return UserSession.objects.alive(at=at).filter(pk=session_id, user_id=user.pk).exists()


def session_lines(user_id: int, *, current: int | None, at: datetime) -> tuple[SessionLine, ...]:
    """The person's sessions that are alive, last used first. From outside: a client does not see where else."""
    with outside():
        sessions = list(UserSession.objects.alive(at=at).filter(user_id=user_id).order_by("-seen_at", "-pk"))
        wanted = {session.seen_client_id for session in sessions}
        places = dict(Client.objects.filter(pk__in=wanted).values_list("pk", "name"))
    return tuple(
        SessionLine(
            id=session.pk,
            device=session.device,
            address=session.address,
            began_at=session.began_at,
            seen_at=session.seen_at,
            place=places.get(session.seen_client_id or 0, AGENCY),
            current=session.pk == current,
        )
        for session in sessions
    )


def has_second_factor(user: User) -> bool:
    """Whether the person signs in with two steps. Kept by the agency alone, so it is asked from outside."""
    safe, _ = _kept_by_the_agency([user])
    return user.pk in safe


# --- Where somebody may go ---------------------------------------------------------------------------
def clients_of(user: User) -> list[Client]:
    """The open clients a person may enter, by name, with what shows them. From outside: a client sees only itself."""
    with outside():
        seats = Seat.objects.filter(Q(client_id__isnull=True) | Q(client_id=OuterRef("pk")), user=user)
        clients = Client.objects.filter(Exists(seats), closed_at__isnull=True)
        return list(clients.only("slug", "name", "colour").order_by("name", "pk"))


def email_of(user: User) -> str:
    """A person's own address. From outside: no client may read addresses."""
    if "email" not in user.get_deferred_fields():
        return user.email
    with outside():
        return User.objects.values_list("email", flat=True).get(pk=user.pk)


def enterable(slug: str) -> tuple[Client, str] | None:
    """An open client and its first host, or None."""
    hosts = Host.objects.select_related("tenant").filter(tenant__slug=slug, tenant__closed_at__isnull=True)
    host = hosts.order_by("-is_primary", "pk").first()
    return (host.tenant, host.domain) if host else None


# --- The pages ---------------------------------------------------------------------------------------
def people_lines(*, client: Client | None, you: int) -> tuple[PersonLine, ...]:
    """Everybody with a seat here: at a client those of the client and of the agency, at the agency all.

    The same few statements for one person and for three hundred.
    """
    seats = Seat.objects.select_related("role").order_by("client_id", "pk")
    if client is not None:
        seats = seats.filter(Q(client_id__isnull=True) | Q(client_id=client.pk))
    people: QuerySet[User] = User.objects.order_by("name", "pk").prefetch_related(
        Prefetch("seats", queryset=seats)
    )
    people = people.filter(Exists(seats.filter(user=OuterRef("pk")))) if client else people
    found = list(people)
    places: dict[int | None, str] = {None: AGENCY, **_places(client)}
    safe, addresses = _kept_by_the_agency(found)
    return tuple(
        _line(user, places, email=addresses[user.pk], second_factor=user.pk in safe, you=you)
        for user in found
    )


def _line(
    user: User, places: Mapping[int | None, str], *, email: str, second_factor: bool, you: int
) -> PersonLine:
    face = PersonFace(id=user.pk, name=str(user), initials=user.initials, you=user.pk == you)
    seats = tuple(
        SeatLine(seat.pk, seat.role.name, places.get(seat.client_id, "a closed brand"), seat.given_at)
        for seat in user.seats.all()
    )
    return PersonLine(
        face=face,
        email=email,
        seats=seats,
        second_factor=second_factor,
        active=user.is_active,
        last_seen_at=user.seen_at,
    )


def _places(client: Client | None) -> dict[int | None, str]:
    return {client.pk: client.name} if client else dict(Client.objects.values_list("pk", "name"))


def place_name(client_id: int | None) -> str:
    """Where a seat is, in words."""
    if client_id is None:
        return AGENCY
    return Client.objects.filter(pk=client_id).values_list("name", flat=True).first() or "a closed brand"


def _kept_by_the_agency(people: list[User]) -> tuple[set[int], dict[int, str]]:
    """Who signs in with two steps, and everybody's address: no client may read either, so it is asked from outside."""
    ids = [user.pk for user in people]
    with outside():
        kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        factors = Authenticator.objects.filter(user_id__in=ids, type__in=kinds)
        addresses = User.objects.filter(pk__in=ids).values_list("pk", "email")
        return set(factors.values_list("user_id", flat=True)), dict(addresses)


def role_cards(*, client: Client | None) -> tuple[RoleCard, ...]:
    """Every role in words, with how many people have it here."""
    here = Q(seats__client_id__isnull=True) | Q(seats__client_id=client.pk) if client else Q()
    roles = Role.objects.annotate(people=Count("seats__user", filter=here, distinct=True)).order_by("pk")
    return tuple(
        RoleCard(
            slug=role.slug,
            name=role.name,
            sentence=role.sentence,
            permissions=tuple(words_for(word) for word in role.permissions),
            people=role.people,
        )
        for role in roles
    )


def token_lines(client: Client) -> tuple[TokenLine, ...]:
    """The client's tokens, newest first."""
    tokens = list(ApiToken.objects.filter(client_id=client.pk).order_by("-made_at", "-pk"))
    ids = {token.made_by_id for token in tokens}
    makers: dict[int, str] = dict(User.objects.filter(pk__in=ids).values_list("pk", "name"))
    seats = Seat.objects.filter(Q(client_id__isnull=True) | Q(client_id=client.pk), user__is_active=True)
    seated = set(seats.filter(user_id__in=ids).values_list("user_id", flat=True)) | {INSTALLATION}
    return tuple(_token_line(token, makers, maker_left=token.made_by_id not in seated) for token in tokens)


def _token_line(token: ApiToken, makers: Mapping[int, str], *, maker_left: bool) -> TokenLine:
    facts: dict[str, Any] = {
        name: getattr(token, name) for name in ("name", "made_at", "used_at", "expires_at", "revoked_at")
    }
    return TokenLine(
        id=token.pk,
        prefix=f"rpt_{token.prefix}",
        permissions=tuple(words_for(word) for word in token.permissions),
        made_by="the installation"
        if token.made_by_id == INSTALLATION
        else makers.get(token.made_by_id, "somebody who has left"),
        maker_left=maker_left,
        **facts,
    )
