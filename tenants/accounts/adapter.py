"""How sign-in fits an agency: people are invited, nobody registers; MFA secrets are sealed."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthError, Provider
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from tenants.accounts import arrivals, guessing, queries, sessions, single_sign_on
from tenants.accounts.actions import end_session, end_sessions, see_user
from tenants.accounts.models import User
from tenants.kernel import vault

log = logging.getLogger(__name__)

LONGEST_ERROR = 60


class InvitedOnly(DefaultAccountAdapter):
    """Accounts come with a seat, never from a form; links in mails lead to the configured address."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "That email address and password don't match. Check both, or reset your password.",
        "account_inactive": "This account is switched off. An owner can switch it on under People.",
        "enter_current_password": "That isn't your current password.",
        "incorrect_password": "That isn't your password.",
        "incorrect_code": "That code isn't right. Codes change every half minute and work once.",
        "invalid_password_reset": "This link is no longer valid. Ask for a new one.",
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

    def login(self, request: HttpRequest, user: User) -> None:
        """A sign-in begins a UserSession; the one this browser had before ends."""
        at, former = timezone.now(), sessions.current(request)  # noqa: TID251  # the edge: the moment of signing in
        super().login(request, user)
        if former is not None and request.session.get(sessions.KEY) == former:
            end_session(by=queries.oneself(user), session_id=former, at=at)
        sessions.begin(request, user, at=at)

    def logout(self, request: HttpRequest) -> None:
        """Ends the session here and, with its UserSession, at every client that was entered from it."""
        session_id = sessions.current(request)
        if session_id is not None and isinstance(request.user, User):
            at = timezone.now()  # noqa: TID251  # the edge: the moment of signing out
            end_session(by=queries.oneself(request.user), session_id=session_id, at=at)
        super().logout(request)

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
        """A new password ends every other session of its person, and what strangers tried before counts no more.

        Django's own sessions end by the changed hash.
        """
        super().set_password(user, password)
        here = sessions.current(self.request) if self.request.user == user else None
        at = timezone.now()  # noqa: TID251  # the edge: the moment of the change
        end_sessions(by=queries.oneself(user), but=here, at=at)
        guessing.forget(self.request, login=user.email.lower(), address=ratelimit.get_ip(self.request))


def _login(credentials: Mapping[str, Any]) -> str:
    return str(credentials.get("email") or credentials.get("username") or "").strip().lower()


class InvitedOnlySocial(DefaultSocialAccountAdapter):
    """OpenID Connect signs in whom we know by a verified address, and registers nobody. Says why it does not."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        name = sociallogin.account.get_provider(request).name
        if found := single_sign_on.trouble_with(sociallogin):
            trouble, email = found
            raise ImmediateHttpResponse(single_sign_on.page(request, trouble, name=name, email=email))

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Provider,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        if error == AuthError.CANCELLED:
            return  # allauth leads back
        log.warning("Single sign-on failed: %s", exception or error, exc_info=exception)
        facts = {"name": provider.name, "error": request.GET.get("error", "")[:LONGEST_ERROR]}
        trouble = single_sign_on.trouble_of(
            request, state=(extra_context or {}).get("state"), error=exception
        )
        raise ImmediateHttpResponse(single_sign_on.page(request, trouble, **facts))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:  # noqa: ARG002  # as above
        return False


class SealedMfa(DefaultMFAAdapter):
    """Keeps TOTP secrets and recovery seeds encrypted at rest, and names things in our words."""

    error_messages: ClassVar[dict[str, str]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": InvitedOnly.error_messages["incorrect_code"],
    }

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002  # allauth's name
        known = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return f"Passkey {known + 1}" if known else "Passkey"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return {**entity, "name": "Rapport"}

    def encrypt(self, text: str) -> str:
        return vault.seal({"text": text}).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return str(vault.unseal(encrypted_text.encode())["text"])
