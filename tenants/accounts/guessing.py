"""How often a password may be tried, in such a way that nobody can use the limit to shut its owner out.

Three budgets, counted in Django's cache; only failures count, and a limit that is reached ends by itself:

- strangers at one address: 10 failures a minute, and 5 in five minutes for one account;
- strangers at all addresses together: 60 failures an hour for one account;
- a browser that has signed in to the account before (a signed cookie says so): 10 failures an hour of its own,
  whatever strangers do. These are the device cookies of OWASP's "Slow Down Online Guessing Attacks".

So there are at most 60 guesses an hour from outside (OWASP ASVS 2.2.1 asks for at most 100), and while strangers
use them up the owner still gets in: from a known browser, with a passkey, by single sign-on, or with a link by email.
"""

from __future__ import annotations

import secrets

from allauth.core.internal import ratelimit
from allauth.core.internal.ratelimit import RateLimitUsage
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from tenants.accounts.models import User

APP = "rapport"
AT_ONE_ADDRESS, ANYWHERE, KNOWN = "sign_in_here", "sign_in_anywhere", "sign_in_known"
RATES = {AT_ONE_ADDRESS: "10/m/ip,5/5m/key", ANYWHERE: "60/h/key", KNOWN: "10/h/key"}

SALT = "tenants.accounts.guessing"
KNOWN_FOR = 180 * 24 * 3600  # seconds


def begin(request: HttpRequest, *, login: str, address: str) -> RateLimitUsage | None:
    """Count a try before its password is looked at; None when there have been too many. Roll back on success."""
    browser = _known_browser(request, login)
    if browser and (usage := _count(request, KNOWN, f"{login}:{browser}")):
        return usage
    here = _count(request, AT_ONE_ADDRESS, f"{login}:{address}")
    anywhere = _count(request, ANYWHERE, login) if here else None
    return RateLimitUsage(usage=[*here.usage, *anywhere.usage]) if here and anywhere else None


def forget(request: HttpRequest, *, login: str, address: str) -> None:
    """Begin anew for an account whose owner has just chosen a password with a link from the mailbox."""
    for action, key in ((AT_ONE_ADDRESS, f"{login}:{address}"), (ANYWHERE, login)):
        ratelimit.clear(request, app=APP, action=action, config=RATES, key=key)


def remember_browser(response: HttpResponse, user: User) -> None:
    """Note in the browser that its person has signed in here, and nothing that would open anything."""
    value = signing.dumps([_fingerprint(user.email), secrets.token_urlsafe(16)], salt=SALT)
    response.set_cookie(
        cookie_name(),
        value,
        max_age=KNOWN_FOR,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def cookie_name() -> str:
    """With `__Host-` where cookies are secure: then no sibling host can set or replace it."""
    return "__Host-rapport_known" if settings.SESSION_COOKIE_SECURE else "rapport_known"


def _known_browser(request: HttpRequest, login: str) -> str:
    """What tells this browser from others that know the account; empty for a stranger."""
    if isinstance(request.user, User) and request.user.email.lower() == login:
        return f"session-{request.session.session_key}"
    try:
        known, browser = signing.loads(request.COOKIES.get(cookie_name(), ""), salt=SALT, max_age=KNOWN_FOR)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return str(browser) if known == _fingerprint(login) else ""


def _fingerprint(login: str) -> str:
    return salted_hmac(SALT, login.lower()).hexdigest()


def _count(request: HttpRequest, action: str, key: str) -> RateLimitUsage | None:
    return ratelimit.consume(request, app=APP, action=action, config=RATES, key=key)
