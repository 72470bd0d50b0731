"""OpenID Connect as its specification asks, on top of allauth: PKCE, nonce, one subject, a checked address.

allauth makes and keeps `state` and, when told to, PKCE's verifier, in the session of the browser that began. It knows
no nonce. Ours is derived from the verifier, so that the ID token belongs to this browser too, and nothing more is kept:

    browser, session          issuer                            Rapport
    verifier (secret)    →    code_challenge = S256(verifier)
                              nonce = SHA256("nonce" verifier)
                         ←    code
    verifier, code       →    checks S256(verifier)         →   checks nonce in the ID token
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

log = logging.getLogger(__name__)

TRUST_EMAIL = "trust_email"
"""In the app's settings: an address counts as verified where the issuer does not say (OPENID_TRUST_EMAIL)."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why somebody could not come in through the issuer, and what to do about it."""

    title: str
    says: str
    todo: str
    status: int = 403


UNREACHABLE = Trouble(
    "{name} can't be reached",
    "Rapport got no usable answer from it, so nobody can sign in this way right now.",
    "Try again in a few minutes, or sign in with your password. If it stays like this, tell an owner: "
    "`manage.py doctor` and the log say what the answer was.",
    status=502,
)
STATE_LOST = Trouble(
    "This sign-in expired",
    "It was begun in another browser or more than 10 minutes ago, or it was used already.",
    "Start again from the sign-in page, and allow cookies for this site.",
)
REFUSED = Trouble(
    "{name} refused the sign-in",
    "It answered: {error}.",
    "Try again. If it is refused again, ask whoever runs {name} whether you may use Rapport.",
)
UNTRUSTED = Trouble(
    "The answer of {name} can't be trusted",
    "It does not belong to the sign-in that was begun here, or it lacks what OpenID Connect requires.",
    "Start again from the sign-in page. If it happens again, tell an owner: the log says what was missing.",
)
NO_EMAIL = Trouble(
    "{name} sent no email address",
    "People are recognised by the address they were invited with.",
    "Ask whoever runs {name} to release the claim “email” to Rapport, or sign in with your password.",
)
NOT_VERIFIED = Trouble(
    "Your email address isn't verified",
    "{name} does not confirm that {email} is yours, so it can't open an account here.",
    "Verify the address there and try again. If {name} never says whether addresses are verified, an owner can "
    "set OPENID_TRUST_EMAIL.",
)
NO_ACCOUNT = Trouble(
    "No account for {email}",
    "{name} knows you, but nobody has invited this address to Rapport.",
    "Ask an owner for an invitation to exactly this address, or sign in with another one.",
)


def page(request: HttpRequest, trouble: Trouble, **facts: str) -> HttpResponse:
    """The trouble in words; `facts` fill its sentences (name, email, error)."""
    words = {
        part: getattr(trouble, part).format_map({"error": "", "email": "", **facts})
        for part in ("title", "says", "todo")
    }
    return render(request, "accounts/single_sign_on.html", words, status=trouble.status)


def trouble_of(request: HttpRequest, *, state: object, error: Exception | None) -> Trouble:
    """What allauth's error amounts to. `state` is what was kept when the sign-in began, if it is still there."""
    if error is None and not state:
        return STATE_LOST
    if isinstance(error, OSError):  # every RequestException is one
        return UNREACHABLE
    if error is None and request.GET.get("error"):
        return REFUSED
    return UNTRUSTED


def trouble_with(login: SocialLogin) -> tuple[Trouble, str] | None:
    """Why the person whom the issuer vouches for has no way in; None for somebody we know. Also the address."""
    if login.is_existing:
        return None
    address = next((one for one in login.email_addresses if one.email), None)
    if address is None:
        return NO_EMAIL, ""
    return (NO_ACCOUNT if address.verified else NOT_VERIFIED), address.email


class Provider(OpenIDConnectProvider):
    """The issuer. What is asked of it is ours alone: nothing is taken over from the query string."""

    def get_pkce_params(self) -> dict[str, str]:
        params: dict[str, str] = super().get_pkce_params()
        return {**params, "nonce": nonce_of(params["code_verifier"])}

    def get_auth_params_from_request(self, request: HttpRequest, action: str) -> dict[str, str]:  # noqa: ARG002  # allauth's signature
        return dict(self.get_auth_params())

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:  # noqa: ARG002  # as above
        return list(self.get_scope())

    def extract_email_addresses(self, data: dict[str, Any]) -> list[EmailAddress]:
        """The one address, verified if the issuer says so, in JSON's words or (some do) in a string's.

        Where it says nothing, OPENID_TRUST_EMAIL decides. Where it says no, nothing else counts.
        """
        claims = data.get("userinfo") or data.get("id_token") or data
        stated, email = claims.get("email_verified"), claims.get("email")
        trusted = self.app.settings.get(TRUST_EMAIL, False) if stated is None else stated in (True, "true")
        return [EmailAddress(email=email, verified=bool(trusted), primary=True)] if email else []


class Adapter(OpenIDConnectOAuth2Adapter):
    """The exchange with the issuer; refuses what does not belong to the sign-in that this browser began."""

    def get_provider(self) -> Provider:
        return Provider(self.request, app=super().get_provider().app)

    def get_access_token_data(
        self,
        request: HttpRequest,
        app: SocialApp,
        client: OAuth2Client,
        pkce_code_verifier: str | None = None,
    ) -> dict[str, Any]:
        if not pkce_code_verifier:
            raise OAuth2Error("The sign-in was begun without PKCE.")
        self._nonce = nonce_of(pkce_code_verifier)
        data: dict[str, Any] = super().get_access_token_data(request, app, client, pkce_code_verifier)
        return data

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        if not kwargs["response"].get("id_token"):
            raise OAuth2Error("The issuer sent no ID token.")
        claims = self._decode_id_token(app, kwargs["response"]["id_token"])
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), self._nonce.encode()):
            raise OAuth2Error("The ID token has another nonce than this sign-in.")
        told = self._fetch_user_info(token.token)
        if told.get("sub") != claims.get("sub"):
            raise OAuth2Error("The ID token and the userinfo endpoint name different subjects.")
        found: SocialLogin = self.get_provider().sociallogin_from_response(
            request, {"userinfo": {**claims, **told}, "id_token": claims}
        )
        return found


def nonce_of(verifier: str) -> str:
    """What the ID token must repeat; it does not tell the verifier."""
    return hashlib.sha256(f"nonce {verifier}".encode()).hexdigest()
