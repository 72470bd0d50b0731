"""Signatures as Standard Webhooks describes them (https://www.standardwebhooks.com). Pure.

    webhook-id: msg_2Lml…            unique per message, the same when it is sent again
    webhook-timestamp: 1772357400    Unix seconds of this attempt
    webhook-signature: v1,K5oZfz… v1,tZ1I…    base64 of HMAC-SHA256 over `id.timestamp.body`, one per secret

The published library (`standardwebhooks`) reads the clock itself, knows one secret at a time and raises
anything on headers that are not well-formed, so we use hmac; the tests hold both against each other.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets as random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from inbox.connectors.ports import BadSignature

PREFIX = "whsec_"
TOLERANCE = timedelta(minutes=5)  # the recommendation of Standard Webhooks
_LEAST_BYTES, _MOST_BYTES = 24, 64  # the same, for symmetric secrets
MAX_DELIVERY_ID = 200  # what the receipt's column holds
_MAX_SIGNATURES = 20
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
DELIVERY_ID = re.compile(r"[!-~]+", re.ASCII)


def new_secret() -> str:
    """A fresh secret, as people copy it."""
    return PREFIX + base64.b64encode(random.token_bytes(32)).decode("ascii")


def read_secret(text: str) -> bytes:
    """The key inside `whsec_…`. Raises ValueError with a sentence."""
    encoded = text.strip().removeprefix(PREFIX)
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("A secret is `whsec_` and then base64.") from None
    if not _LEAST_BYTES <= len(key) <= _MOST_BYTES:
        raise ValueError(f"A secret holds {_LEAST_BYTES} to {_MOST_BYTES} bytes; this one has {len(key)}.")
    return key


def sign(keys: Sequence[bytes], *, delivery_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers, with one signature per key, so that a receiver may hold either during a rotation."""
    timestamp = str(int(at.timestamp()))
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(key, delivery_id, timestamp, body) for key in keys),
    }


def verify(keys: Sequence[bytes], *, headers: Mapping[str, str], body: bytes, at: datetime) -> str:
    """The delivery's id, once one of its signatures was made with one of our keys. Raises BadSignature."""
    delivery_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "")
    if not (delivery_id and timestamp and given):
        raise BadSignature(
            "A delivery needs the headers webhook-id, webhook-timestamp and webhook-signature."
        )
    if len(delivery_id) > MAX_DELIVERY_ID or not DELIVERY_ID.fullmatch(delivery_id):
        raise BadSignature(f"webhook-id must be 1 to {MAX_DELIVERY_ID} visible ASCII characters.")
    if not _TIMESTAMP.fullmatch(timestamp):
        raise BadSignature("webhook-timestamp must be Unix seconds, such as 1772357400.")
    if abs(int(timestamp) - at.timestamp()) > TOLERANCE.total_seconds():
        raise BadSignature(
            "webhook-timestamp is more than five minutes off. Set the sender's clock and sign anew."
        )
    offered = [signature.encode("utf-8", "replace") for signature in given.split(" ")[:_MAX_SIGNATURES]]
    expected = [_signature(key, delivery_id, timestamp, body).encode("ascii") for key in keys]
    if not any(hmac.compare_digest(mine, theirs) for mine in expected for theirs in offered):
        raise BadSignature("No signature fits. Check the secret, and sign the very bytes that are sent.")
    return delivery_id


def _signature(key: bytes, delivery_id: str, timestamp: str, body: bytes) -> str:
    digest = hmac.new(key, f"{delivery_id}.{timestamp}.".encode("ascii") + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode("ascii")
