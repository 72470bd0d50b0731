"""How sign-in fits an agency: people are invited, nobody registers; MFA secrets are sealed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from tenants.accounts import arrivals, guessing
from tenants.accounts.actions import see_user
from tenants.accounts.models import User
from tenants.kernel import vault


class InvitedOnly(DefaultAccountAdapter):
    """Accounts come with a seat, never from a form; links in mails lead to the configured address."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": (
            "Too many failed attempts. Wait a few minutes, sign in from a browser you have used before or with a "
            "passkey, or choose a new password by email."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  # allauth's signature
        return False

    def is_safe_url(self, url: str) -> bool:
        """Only this host. allauth would also follow links to every name under ALLOWED_HOSTS."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts={self.request.get_host()})

    def post_login(self, request: HttpRequest, user: User, **facts: Any) -> HttpResponse:
        see_user(user=user, at=timezone.now())  # noqa: TID251  # the edge: the moment of signing in
        response: HttpResponse = super().post_login(request, user, **facts)
        guessing.remember_browser(response, user)
        return response

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link in the mail about a forgotten password. allauth would build it from the Host header."""
        facts = {"uidb36": "UID", "key": "KEY"}
        path = reverse(
            "account_reset_password_from_key", urlconf=settings.PUBLIC_SCHEMA_URLCONF, kwargs=facts
        )
        return arrivals.agency_address(path.replace("UID-KEY", quote(key)))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """In place of allauth's limit, which counts by account alone: anybody could shut anybody out with it."""
        usage = guessing.begin(request, login=_login(credentials), address=ratelimit.get_ip(request))
        self._login_failed_rl_usage = usage  # rolled back by `authenticate` when the password was right
        if usage is None:
            raise self.validation_error("too_many_login_attempts")

    def set_password(self, user: User, password: str) -> None:
        """A new password, chosen with a link or while signed in: what strangers tried before counts no more."""
        super().set_password(user, password)
        guessing.forget(self.request, login=user.email.lower(), address=ratelimit.get_ip(self.request))


def _login(credentials: Mapping[str, Any]) -> str:
    return str(credentials.get("email") or credentials.get("username") or "").strip().lower()


class InvitedOnlySocial(DefaultSocialAccountAdapter):
    """OpenID Connect signs in whom we know by a verified address, and registers nobody."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:  # noqa: ARG002  # as above
        return False


class SealedMfa(DefaultMFAAdapter):
    """Keeps TOTP secrets and recovery seeds encrypted at rest."""

    def encrypt(self, text: str) -> str:
        return vault.seal({"text": text}).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return str(vault.unseal(encrypted_text.encode())["text"])
