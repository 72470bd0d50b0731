"""Reading what others wrote: the limits, the cleaning and the checks that every parser shares. Pure.

Nothing is cut: what is longer than its limit is `Unreadable`, and the sentence says how long it was and
how long it may be. Two things are replaced by U+FFFD because no database and no page can hold them: the
character NUL and surrogates that stand alone.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import NoReturn

import httpx
import orjson

# Characters. They fit the columns of inbox.models, with room for the prefixes we put before ids.
MAX_TEXT = 100_000
MAX_TITLE = 300
MAX_ID = 255
MAX_NAME = 200
MAX_ADDRESS = 2_000
MAX_AUTHOR_ADDRESS = 1_000
MAX_ATTACHMENTS = 50
MAX_EXCERPT = 200

# A parser has no clock, so it only refuses what no network can mean; who receives knows what time it is.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")


class Unreadable(Exception):
    """An item cannot be read. Its sentence becomes the reason of a Poisoned."""


def clean(text: str) -> str:
    """The text with NUL and lone surrogates replaced by U+FFFD, and nothing else changed."""
    return _UNSTORABLE.sub("\ufffd", text)


def within(text: str, limit: int, what: str) -> str:
    """The text itself. Raises Unreadable where it has more than `limit` characters."""
    if len(text) > limit:
        raise Unreadable(
            f"{what} has {len(text):,} characters; at most {limit:,} are taken, and nothing is cut"
        )
    return text


def instant(text: str, what: str) -> datetime:
    """An ISO 8601 instant in UTC. Raises Unreadable without a time zone, and outside 1990 to 2099."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Unreadable(
            f"{what} is not an ISO 8601 time such as 2026-03-01T09:30:00Z: {excerpt(text)}"
        ) from None
    if moment.tzinfo is None:
        raise Unreadable(f"{what} has no time zone; write 2026-03-01T09:30:00Z or +01:00: {excerpt(text)}")
    return plausible(moment, what)


def plausible(moment: datetime, what: str) -> datetime:
    """An aware moment, in UTC. Raises Unreadable outside 1990 to 2099."""
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        raise Unreadable(f"{what} is in the year {moment.year}, outside 1990 to 2099") from None
    if not EARLIEST <= moment < LATEST:
        raise Unreadable(f"{what} is in the year {moment.year}, outside 1990 to 2099")
    return moment


def web_address(text: str, limit: int, what: str) -> str:
    """An absolute http or https address. Raises Unreadable for others: no `javascript:` reaches a page."""
    within(text, limit, what)
    try:
        address = httpx.URL(text)
    except (httpx.InvalidURL, ValueError):
        address = httpx.URL("")
    if address.scheme not in {"http", "https"} or not address.host:
        raise Unreadable(f"{what} is not an http or https address: {excerpt(text)}")
    return text


def language_tag(text: str, what: str) -> str:
    """A language such as `en` or `pt-BR`, in at most ten characters. Raises Unreadable for anything else."""
    if len(text) > 10 or not _LANGUAGE.fullmatch(text):
        raise Unreadable(f"{what} is not a language such as en or pt-BR: {excerpt(text)}")
    return text


def excerpt(value: object) -> str:
    """The beginning of anything, fit to be shown beside the reason why it was set aside."""
    if isinstance(value, bytes):
        text = value[: 4 * MAX_EXCERPT].decode("utf-8", "replace")
    elif isinstance(value, str):
        text = value
    else:
        text = _as_json(value)
    return clean(text[:MAX_EXCERPT])


def _as_json(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (RecursionError, ValueError):
        return type(value).__name__


def load_json(body: bytes) -> object:
    """The value of a JSON text. Raises Unreadable for anything else.

    orjson is several times faster and refuses lone surrogates, which real senders produce by cutting a
    text in the middle of an emoji; what it refuses is read once more by the standard library, which
    keeps them for `clean` to replace.
    """
    value: object
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        value = _load_patiently(body)
    return value


def _load_patiently(body: bytes) -> object:
    value: object
    try:
        value = json.loads(body, parse_constant=_refuse_constant)
    except RecursionError:
        raise Unreadable("the JSON is nested too deeply") from None
    except UnicodeDecodeError:
        raise Unreadable("the body is not UTF-8 text") from None
    except ValueError as error:
        raise Unreadable(f"not valid JSON: {error}") from None
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")
