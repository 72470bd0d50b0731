"""Who calls the API: a program with a token, or a signed-in person's browser."""

from __future__ import annotations

import hmac
from datetime import datetime

from django.db.models import Q
from django.utils.timezone import now
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from tenants.accounts import keys
from tenants.accounts.actions import use_token
from tenants.accounts.actors import Actor, ActorKind
from tenants.accounts.credentials import rights_of_token
from tenants.accounts.guards import actor_of, client_of
from tenants.accounts.models import ApiToken

NOBODY = "0" * 64
"""Compared with when no row has the prefix, so that an unknown prefix takes as long as a wrong secret."""


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer rpt_…`: the token's rights, at the client whose host was called and at no other."""

    def authenticate(self, request: Request) -> tuple[Actor, ApiToken] | None:
        scheme, _, plain = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        at = now()
        token = _good(plain.strip(), client_id=_client_id(request), at=at)
        actor = actor_of_token(token)
        use_token(token=token, at=at)
        request._request.actor = actor  # type: ignore[attr-defined]  # noqa: SLF001  # so that `request.actor` says who acts
        return actor, token

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002  # DRF's signature
        return 'Bearer realm="Rapport"'


class SessionActor(SessionAuthentication):
    """The person whom WhoActs has found behind the session cookie. CSRF is checked, as on pages."""

    def authenticate(self, request: Request) -> tuple[Actor, None] | None:
        beneath = request._request  # noqa: SLF001  # DRF has no other way to the request that was signed in
        if not beneath.user.is_authenticated:
            return None
        self.enforce_csrf(request)
        return actor_of(beneath), None


def actor_of_token(token: ApiToken) -> Actor:
    """A program under its own name, with the rights of the token that its maker still has. Raises 401 without one."""
    rights = rights_of_token(token)
    if rights is None:
        raise AuthenticationFailed(
            "This token has ended: the person who made it may not act here any more. "
            "Somebody with the right “manage tokens” can make a new one."
        )
    return Actor(
        kind=ActorKind.TOKEN,
        id=token.prefix,
        name=f"The token “{token.name}”",
        permissions=rights,
    )


def _good(plain: str, *, client_id: int | None, at: datetime) -> ApiToken:
    """The token's row. Only who has the whole token learns that it ended; everybody else, that it is unknown."""
    here = Q(client_id__isnull=True) if client_id is None else Q(client_id=client_id)
    token = ApiToken.objects.filter(here, prefix=keys.prefix_of(plain)).first()
    is_same = hmac.compare_digest(token.hashed if token else NOBODY, keys.fingerprint(plain))
    if token is None or not is_same:
        raise AuthenticationFailed(
            "This token is not known here. A token is good for one brand: call that brand's own host."
        )
    if token.revoked_at is not None:
        raise AuthenticationFailed("This token was revoked. Make a new one under API tokens.")
    if token.expires_at is not None and token.expires_at <= at:
        raise AuthenticationFailed("This token has ended. Make a new one under API tokens.")
    return token


def _client_id(request: Request) -> int | None:
    client = client_of(request._request)  # noqa: SLF001  # as above
    return client.pk if client else None
