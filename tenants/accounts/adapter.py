"""How sign-in fits an agency: people are invited, nobody registers; MFA secrets are sealed."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from tenants.accounts import queries, sessions
from tenants.accounts.actions import end_session, end_sessions, see_user
from tenants.accounts.models import User
from tenants.kernel import vault


class InvitedOnly(DefaultAccountAdapter):
    """Accounts come with a seat, never from a form."""

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

    def set_password(self, user: User, password: str) -> None:
        """A new password ends every other session of its person. (Django's sessions end by the changed hash.)"""
        super().set_password(user, password)
        here = sessions.current(self.request) if self.request.user == user else None
        at = timezone.now()  # noqa: TID251  # the edge: the moment of the change
        end_sessions(by=queries.oneself(user), but=here, at=at)

    def post_login(self, request: HttpRequest, user: User, **facts: Any) -> HttpResponse:
        see_user(user=user, at=timezone.now())  # noqa: TID251  # the edge: the moment of signing in
        response: HttpResponse = super().post_login(request, user, **facts)
        return response


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
