"""Passwords of the client logins: derived from one secret, never stored.

Every process that knows DATABASE_CLIENT_SECRET can log in as any client; PostgreSQL keeps only a SCRAM verifier.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os

from django.conf import settings

PURPOSE = b"rapport database login\0"
ITERATIONS = 4096
"""PostgreSQL's own number. The password has 256 bits, so more of them would only slow down a login."""


def password(role: str) -> str:
    """The password of a role: an HMAC of its name, in ASCII."""
    key = settings.DATABASE_CLIENT_SECRET.encode()
    digest = hmac.digest(key, PURPOSE + role.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def verifier(plain: str, *, salt: bytes | None = None) -> str:
    """What `ALTER ROLE … PASSWORD` takes instead of the password (RFC 5803), so that no log ever shows the password."""
    salt = salt or os.urandom(16)
    salted = hashlib.pbkdf2_hmac("sha256", plain.encode(), salt, ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", hashlib.sha256)).digest()
    server = hmac.digest(salted, b"Server Key", hashlib.sha256)
    salt_text, stored_text, server_text = (base64.b64encode(part).decode() for part in (salt, stored, server))
    return f"SCRAM-SHA-256${ITERATIONS}:{salt_text}${stored_text}:{server_text}"
