"""Keys for programs: each for one client, with some rights, until a day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from tenants.accounts import keys
from tenants.accounts.actions.people import OnlyAtTheAgency
from tenants.accounts.actions.telling import tell
from tenants.accounts.actors import Actor, ActorKind
from tenants.accounts.credentials import MoreThanYourOwn
from tenants.accounts.events import TokenIssued, TokenRevoked
from tenants.accounts.models import ApiToken
from tenants.accounts.permissions import Permission
from tenants.accounts.queries import INSTALLATION
from tenants.kernel.errors import NotFound, Refusal
from tenants.kernel.schema import PUBLIC, current_schema
from tenants.queries import current_client

USED_AGAIN_AFTER = timedelta(minutes=1)
"""How exact `used_at` is: a busy program must not write a row with every request."""


class BadToken(Refusal):
    """A token nobody could use."""

    code = "bad_token"


@transaction.atomic
def issue_token(
    *,
    by: Actor,
    client_id: int,
    name: str,
    permissions: Collection[Permission],
    expires_at: datetime | None,
    at: datetime,
) -> tuple[ApiToken, str]:
    """Make a token for a client; returns its row and, this once, the token itself.

    What it may do later is also bounded by what its maker may do then (credentials.rights_of_token).
    """
    by.must(Permission.MANAGE_TOKENS)
    _must_reach(client_id)
    if by.kind is ActorKind.TOKEN:
        raise BadToken(
            "A token cannot make another: the new one would have no person to end with. Sign in to make it."
        )
    if not permissions:
        raise BadToken("A token without rights is good for nothing. Tick at least one.")
    if expires_at is not None and expires_at <= at:
        raise BadToken("This token would have ended before it began. Choose a later day.")
    if missing := frozenset(permissions) - by.permissions:
        words = ", ".join(sorted(right.replace("_", " ") for right in missing))
        raise MoreThanYourOwn(f"You cannot give a program rights that you do not have here ({words}).")
    fresh = keys.new_token()
    token = ApiToken.objects.create(
        client_id=client_id,
        name=name.strip(),
        prefix=fresh.prefix,
        hashed=fresh.hashed,
        permissions=sorted(permissions),
        made_by_id=by.user_id or INSTALLATION,
        made_at=at,
        expires_at=expires_at,
    )
    event = TokenIssued(
        token_id=token.pk, prefix=token.prefix, permissions=tuple(token.permissions), expires_at=expires_at
    )
    tell(event, client_id=client_id, by=by, at=at)
    return token, fresh.plain


@transaction.atomic
def revoke_token(*, by: Actor, token: ApiToken, at: datetime) -> ApiToken:
    """End a token now. Doing it twice changes nothing."""
    by.must(Permission.MANAGE_TOKENS)
    _must_reach(token.client_id)
    found = ApiToken.objects.select_for_update().filter(pk=token.pk).first()
    if found is None:
        raise NotFound("There is no such token here.")
    if found.revoked_at is None:
        found.revoked_at = at
        found.save(update_fields=["revoked_at"])
        tell(TokenRevoked(token_id=found.pk, prefix=found.prefix), client_id=found.client_id, by=by, at=at)
    return found


def use_token(*, token: ApiToken, at: datetime) -> None:
    """Note that a token was used, at most once a minute. Nothing is recorded: using is no change."""
    stale = at - USED_AGAIN_AFTER
    if token.used_at is None or token.used_at <= stale:
        unused = Q(used_at__isnull=True) | Q(used_at__lte=stale)
        ApiToken.objects.filter(unused, pk=token.pk).update(used_at=at)


def _must_reach(client_id: int) -> None:
    """From a client's host only that client's tokens can be managed."""
    if current_schema() != PUBLIC and current_client().pk != client_id:
        raise OnlyAtTheAgency("Tokens of another client are made on that client's own pages.")
