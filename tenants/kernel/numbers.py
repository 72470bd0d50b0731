"""Numbers and moments of a request: the only place where text that came from outside becomes one.

Python's own readers take more than PostgreSQL does: `int("²".…)` raises although `"²".isdigit()`, `int` takes
`١٢`, `1_000` and numbers beyond bigint, `float` takes `nan`, and `fromisoformat` takes moments without a zone or with
one of 16 hours. A guard test (tests/guards/test_requests.py) finds every other reading in pages and API.

Each function answers None for what it cannot take; the caller says what that means (404, 422, or the default).
"""

from __future__ import annotations

import math
from datetime import UTC, datetime

MAX_ID = 2**63 - 1
"""The largest number PostgreSQL's bigint holds."""
MAX_DIGITS = 19


def read_number(text: str | None, *, least: int = 0, most: int = MAX_ID) -> int | None:
    """A whole number in ASCII digits, from `least` to `most`."""
    if not text or len(text) > MAX_DIGITS or not (text.isascii() and text.isdigit()):
        return None
    number = int(text)
    return number if least <= number <= most else None


def read_id(text: str | None) -> int | None:
    """The id of a row: from 1 to the largest bigint."""
    return read_number(text, least=1)


def read_ids(texts: list[str], *, most: int) -> list[int]:
    """Those of the first `most` texts that are ids."""
    return [number for text in texts[:most] if (number := read_id(text)) is not None]


def read_decimal(text: str | None) -> float | None:
    """A finite number such as `12.5`."""
    if not text or len(text) > 40 or not text.isascii():
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def read_moment(text: str | None) -> datetime | None:
    """An ISO 8601 instant with its zone, in UTC."""
    if not text or len(text) > 40:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
