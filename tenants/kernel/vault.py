"""Sealed credentials: encrypted at rest, opened only where they are used, keys rotated in place.

Fernet (AES-128-CBC with HMAC-SHA256) from the `cryptography` package; the newest key seals, every
listed key opens.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class CannotOpen(Exception):
    """No listed key opens this seal: a key is missing from RAPPORT_SEAL_KEYS."""


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.RAPPORT_SEAL_KEYS])


def seal(secrets: Mapping[str, Any]) -> bytes:
    """Encrypt a JSON-able mapping with the newest key."""
    return _keys().encrypt(json.dumps(dict(secrets)).encode())


def unseal(sealed: bytes | memoryview) -> dict[str, Any]:
    """Decrypt what `seal` made. Raises CannotOpen."""
    if not sealed:
        return {}
    try:
        return dict(json.loads(_keys().decrypt(bytes(sealed))))
    except InvalidToken:
        raise CannotOpen(
            "A sealed credential cannot be opened: put the key it was sealed with back into RAPPORT_SEAL_KEYS."
        ) from None


def reseal(sealed: bytes) -> bytes:
    """The same secrets under the newest key; the old key may be retired when every seal was re-made."""
    try:
        return _keys().rotate(bytes(sealed))
    except InvalidToken:
        raise CannotOpen("A sealed credential cannot be opened with any key in RAPPORT_SEAL_KEYS.") from None
