"""How sign-in fits an agency: people are invited, nobody registers; MFA secrets are sealed."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest

from tenants.kernel import vault


class InvitedOnly(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """Accounts come with a seat, never from a form."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class InvitedOnlySocial(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """OpenID Connect signs in whom we know by a verified address, and registers nobody."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:
        return False


class SealedMfa(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is untyped
    """Keeps TOTP secrets and recovery seeds encrypted at rest."""

    def encrypt(self, text: str) -> str:
        return vault.seal({"text": text}).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return str(vault.unseal(encrypted_text.encode())["text"])
