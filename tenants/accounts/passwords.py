"""Password rules that Django does not bring."""

from __future__ import annotations

from django.core.exceptions import ValidationError


class MaximumLength:
    """Refuse passwords over `max_length` characters, so that hashing one is bounded work (ASVS 4.0.3, 2.1.2)."""

    def __init__(self, max_length: int = 128) -> None:
        self.max_length = max_length

    def validate(self, password: str, user: object = None) -> None:  # noqa: ARG002  # Django's signature
        """Raise ValidationError for a password that is too long."""
        if len(password) > self.max_length:
            raise ValidationError(
                f"This password is too long. Use at most {self.max_length} characters.",
                code="password_too_long",
            )

    def get_help_text(self) -> str:
        return f"Use at most {self.max_length} characters."
