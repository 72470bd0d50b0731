"""The secrets that stand for a person or a program: how they are made, written and compared. Pure.

Only SHA-256 fingerprints are stored. That suffices because every secret here is 256 random bits; a slow
hash protects passwords, which people choose.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass

FINGERPRINT = re.compile(r"[0-9a-f]{64}")
TOKEN = re.compile(r"rpt_([0-9a-f]{10})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class NewToken:
    """An API token as its owner sees it, once, and what is kept of it."""

    plain: str
    prefix: str
    hashed: str


def new_token() -> NewToken:
    """A fresh `rpt_<prefix>_<secret>`."""
    prefix = secrets.token_hex(5)
    plain = f"rpt_{prefix}_{secrets.token_urlsafe(32)}"
    return NewToken(plain=plain, prefix=prefix, hashed=fingerprint(plain))


def prefix_of(plain: str) -> str:
    """The public part of a token, by which its row is found; empty when it is no token of ours."""
    match = TOKEN.fullmatch(plain)
    return match[1] if match else ""


def new_slip() -> str:
    """A fresh secret for a hand-over, or for the cookie that binds it to one browser."""
    return secrets.token_urlsafe(32)


def slip_fingerprint(slip: str, *, state: str) -> str:
    """What is stored of a slip: it opens only for the browser whose secret has the fingerprint `state`."""
    return fingerprint(f"{slip}.{state}")


def is_fingerprint(text: str) -> bool:
    return FINGERPRINT.fullmatch(text) is not None


def fingerprint(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
