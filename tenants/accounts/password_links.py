"""The keys of links with which a password is chosen. Each ends when one is chosen, or after PASSWORD_RESET_TIMEOUT."""

from __future__ import annotations

from django.contrib.auth.tokens import PasswordResetTokenGenerator

from tenants.accounts.models import Seat, User


class ShownLinks(PasswordResetTokenGenerator):
    """Keys of links that an inviter has seen: they also end as soon as a seat of the person changes.

    Otherwise an inviter could keep such a link until somebody else makes the person an owner.
    """

    key_salt = "tenants.accounts.password_links.ShownLinks"

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        seats = Seat.objects.filter(user_id=user.pk).order_by("pk")
        held = list(seats.values_list("pk", "client_id", "role_id"))
        return f"{super()._make_hash_value(user, timestamp)}{held}"


class PasswordLinks(PasswordResetTokenGenerator):
    """Keys of links that are mailed, and the check of both kinds (ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR)."""

    key_salt = "tenants.accounts.password_links.PasswordLinks"

    def check_token(self, user: User | None, token: str | None) -> bool:
        return super().check_token(user, token) or ShownLinks().check_token(user, token)
