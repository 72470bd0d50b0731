"""Who has which role where: roles, invitations, seats.

New people and new seats come from the agency's host alone. A client's own database role sees nobody who
has no seat there, and may change or take seats of its client but make none (kernel/rights.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from tenants.accounts import credentials
from tenants.accounts.actions.telling import tell
from tenants.accounts.actors import Actor
from tenants.accounts.events import (
    PasswordLinkShown,
    PersonSwitchedOff,
    PersonSwitchedOn,
    ProfileChanged,
    SeatChanged,
    SeatGiven,
    SeatTaken,
)
from tenants.accounts.models import Role, Seat, User
from tenants.accounts.permissions import FIRST_ROLES, Permission
from tenants.kernel.errors import Conflict, NotFound, Refusal
from tenants.kernel.schema import PUBLIC, current_schema
from tenants.queries import current_client

OWNER = "owner"


class LastOwner(Refusal):
    """Somebody must stay who may do everything."""

    status = 409
    code = "last_owner"


class OnlyAtTheAgency(Refusal):
    """A client's host can neither add people nor touch seats of the agency or of another client."""

    status = 403
    code = "only_at_the_agency"


class AlreadySeated(Conflict):
    code = "already_seated"


@dataclass(frozen=True, slots=True)
class Invitation:
    """What came of an invitation. `is_new` says that this person never had an account."""

    user: User
    seat: Seat
    is_new: bool


@transaction.atomic
def first_roles(*, at: datetime) -> list[Role]:  # noqa: ARG001  # every action is given its instant
    """The roles every installation begins with. What an agency has changed since is left alone."""
    for slug, (name, sentence, permissions) in FIRST_ROLES.items():
        facts = {"name": name, "sentence": sentence, "permissions": sorted(permissions)}
        Role.objects.get_or_create(slug=slug, defaults=facts)
    return list(Role.objects.filter(slug__in=FIRST_ROLES).order_by("pk"))


@transaction.atomic
def invite_user(
    *, by: Actor, name: str, email: str, role: Role, client_id: int | None, at: datetime
) -> Invitation:
    """Give a person a seat, and an account first if there is none under that address (sending is the view's)."""
    by.must(Permission.MANAGE_PEOPLE)
    _must_be_at_the_agency()
    user = User.objects.filter(email__iexact=email.strip()).first()
    is_new = user is None
    if user is None:
        user = _make_user(name=name, email=email)
    if not user.is_active:
        raise Conflict(
            f"{user.name} is switched off. Switch {user.name} on under People, then give the seat."
        )
    seat = seat_user(by=by, user=user, role=role, client_id=client_id, at=at)
    return Invitation(user=user, seat=seat, is_new=is_new)


def _make_user(*, name: str, email: str) -> User:
    """An account that nobody can sign in to until its password is chosen, or single sign-on brings the address."""
    try:
        with transaction.atomic():
            user = User.objects.create_user(email.strip(), None, name=name.strip())
    except IntegrityError:
        raise Conflict(
            f"Somebody has invited {email} at this very moment. Look at the list and try again."
        ) from None
    # Trusted as it is: it was written by somebody who may give seats, and nobody can change it alone.
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


@transaction.atomic
def show_password_link(*, by: Actor, invitation: Invitation, at: datetime) -> None:
    """Record that the inviter is shown the link of a new account. Raises CredentialOfAnother, MoreThanYourOwn.

    Only for the account that this invitation made, while it has the one seat that `by` has just given and
    nobody has chosen its password: whoever holds the link can sign in as that person.
    """
    by.must(Permission.MANAGE_PEOPLE)
    _must_be_at_the_agency()
    user = User.objects.select_for_update().get(pk=invitation.user.pk)
    seats = list(Seat.objects.select_related("role").filter(user=user))
    is_untouched = [seat.pk for seat in seats] == [invitation.seat.pk] and not user.has_usable_password()
    if not (invitation.is_new and is_untouched):
        raise credentials.CredentialOfAnother(
            f"{user.name} has an account already, so a link to choose its password is sent to {user.email} only."
        )
    for seat in seats:
        credentials.must_have(by, seat.role)
    tell(PasswordLinkShown(user_id=user.pk), client_id=invitation.seat.client_id, by=by, at=at)


@transaction.atomic
def seat_user(*, by: Actor, user: User, role: Role, client_id: int | None, at: datetime) -> Seat:
    """Give a known person a role at a client, or at the agency (None), which reaches every client."""
    by.must(Permission.MANAGE_PEOPLE)
    _must_be_at_the_agency()
    credentials.must_have(by, role)
    seat, is_new = Seat.objects.get_or_create(
        user=user, client_id=client_id, defaults={"role": role, "given_at": at}
    )
    if not is_new:
        raise AlreadySeated(
            f"{user.name} has a seat there already, as {seat.role.name}. Change its role instead."
        )
    tell(SeatGiven(user_id=user.pk, role=role.slug), client_id=client_id, by=by, at=at)
    return seat


@transaction.atomic
def change_role(*, by: Actor, seat: Seat, role: Role, at: datetime) -> Seat:
    """Give the person in this seat another role."""
    by.must(Permission.MANAGE_PEOPLE)
    seat = _lock(seat)
    credentials.must_have(by, seat.role)
    credentials.must_have(by, role)
    if role.slug == seat.role.slug:
        return seat
    if role.slug != OWNER:
        _spare_the_last_owner(seat)
    before, seat.role = seat.role.slug, role
    seat.save(update_fields=["role"])
    tell(
        SeatChanged(user_id=seat.user_id, role=role.slug, before=before),
        client_id=seat.client_id,
        by=by,
        at=at,
    )
    return seat


@transaction.atomic
def unseat_user(*, by: Actor, seat: Seat, at: datetime) -> None:
    """Take a seat away; what its person may do there ends with the request that is running."""
    by.must(Permission.MANAGE_PEOPLE)
    seat = _lock(seat)
    credentials.must_have(by, seat.role)
    _spare_the_last_owner(seat)
    event = SeatTaken(user_id=seat.user_id, role=seat.role.slug)
    seat.delete()
    tell(event, client_id=seat.client_id, by=by, at=at)


@transaction.atomic
def switch_off_user(*, by: Actor, user: User, at: datetime) -> User:
    """Shut a person out everywhere at once; seats stay, for the day he or she comes back."""
    by.must(Permission.MANAGE_PEOPLE)
    _must_be_at_the_agency()
    _lock_owners()
    seats = list(Seat.objects.select_related("role", "user").filter(user=user).order_by("pk"))
    for seat in seats:
        credentials.must_have(by, seat.role)
        _spare_the_last_owner(seat)
    user.is_active = False
    user.save(update_fields=["is_active"])
    for client_id in _places(seats):
        tell(PersonSwitchedOff(user_id=user.pk), client_id=client_id, by=by, at=at)
    return user


@transaction.atomic
def switch_on_user(*, by: Actor, user: User, at: datetime) -> User:
    """Let a person in again, with the seats he or she had."""
    by.must(Permission.MANAGE_PEOPLE)
    _must_be_at_the_agency()
    seats = list(Seat.objects.select_related("role").filter(user=user).order_by("pk"))
    for seat in seats:
        credentials.must_have(by, seat.role)
    user.is_active = True
    user.save(update_fields=["is_active"])
    for client_id in _places(seats):
        tell(PersonSwitchedOn(user_id=user.pk), client_id=client_id, by=by, at=at)
    return user


@transaction.atomic
def change_profile(
    *, by: Actor, user: User, name: str, time_zone: str, languages: list[str], at: datetime
) -> User:
    """Change what a person says about himself or herself; no right is needed for one's own."""
    if by.user_id != user.pk:
        by.must(Permission.MANAGE_PEOPLE)
    _must_be_at_the_agency()
    user.name, user.time_zone, user.languages = name.strip(), time_zone, languages
    user.save(update_fields=["name", "time_zone", "languages"])
    tell(ProfileChanged(user_id=user.pk), client_id=None, by=by, at=at)
    return user


def _places(seats: list[Seat]) -> list[int | None]:
    """Where it has to be told: at each seat, and in the log when there is none."""
    return [seat.client_id for seat in seats] or [None]


def _must_be_at_the_agency() -> None:
    if current_schema() != PUBLIC:
        raise OnlyAtTheAgency("People are invited and given seats on the agency's own pages, under People.")


def _lock(seat: Seat) -> Seat:
    """The seat as it stands now, held until the end. Owners are locked together, in order, so that two who
    take each other's seats wait instead of both succeeding."""
    if current_schema() != PUBLIC and seat.client_id != current_client().pk:
        raise OnlyAtTheAgency(
            "This seat is not of this client: it is changed on the agency's own pages, under People."
        )
    if seat.client_id is None:
        _lock_owners()
    found = Seat.objects.select_for_update(of=("self",)).select_related("role").filter(pk=seat.pk).first()
    if found is None:
        raise NotFound("This seat is gone already: somebody else has taken it away.")
    return found


def _lock_owners() -> list[Seat]:
    owners = Seat.objects.filter(client_id__isnull=True, role__slug=OWNER, user__is_active=True)
    return list(owners.select_for_update(of=("self",)).order_by("pk"))


def _spare_the_last_owner(seat: Seat) -> None:
    if seat.client_id is not None or seat.role.slug != OWNER:
        return
    if not any(other.pk != seat.pk for other in _lock_owners()):
        raise LastOwner(
            f"{seat.user.name} is the last owner. Make somebody else an owner first, then try again."
        )
