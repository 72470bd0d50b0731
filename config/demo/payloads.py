"""One said thing as an item of the signed webhook's body.

The fields are those of `inbox/connectors/networks/webhook/wire.py`; what is unknown is left out. Every
address made here lies in `.example`, the domain reserved for examples (RFC 2606).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from config.demo.shapes import DemoAuthor, DemoBrand, DemoChannel, DemoItem
from inbox.connectors.ports import Kind

DECLARING_NETWORKS = frozenset({"x", "mastodon", "bluesky", "google_reviews", "google_play", "trustpilot"})
"""Networks that say which language an item is in; for the others Rapport has to find out."""

OWN_PLACE_KINDS = frozenset({Kind.COMMENT, Kind.DIRECT_MESSAGE, Kind.EMAIL, Kind.REVIEW})
"""What lands in the brand's own place, and so speaks to the brand."""

PLACES_WITHOUT_PAGES = frozenset({"email", "whatsapp"})


@dataclass(frozen=True, slots=True)
class Said:
    """What was said, before it is an item. `author` is None when the brand speaks."""

    external_id: str
    thread_id: str
    kind: Kind
    author: DemoAuthor | None
    text: str
    language: str
    in_reply_to: str = ""
    answers_brand: bool = False
    title: str = ""
    rating: int | None = None
    private: bool = False


def item(brand: DemoBrand, channel: DemoChannel, said: Said, sent_at: datetime) -> DemoItem:
    """The delivery of `said` to that channel; `sent_at` is aware."""
    to_brand = said.kind in OWN_PLACE_KINDS or said.answers_brand
    payload: dict[str, Any] = {
        "external_id": said.external_id,
        "kind": said.kind.value,
        "text": said.text,
        "sent_at": sent_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "author": _author(brand, channel, said.author),
        "thread_id": said.thread_id,
        "private": said.private or said.kind in (Kind.DIRECT_MESSAGE, Kind.EMAIL),
        "addressed_to_brand": said.author is not None and to_brand,
    }
    optional = {
        "in_reply_to": said.in_reply_to,
        "title": said.title,
        "rating": said.rating,
        "url": _url(channel, said.external_id),
        "language": said.language if channel.network in DECLARING_NETWORKS else "",
    }
    payload.update({name: value for name, value in optional.items() if value})
    return DemoItem(brand.slug, channel.slug, sent_at, payload)


def first_kind(network: str) -> Kind:
    """What somebody's first word on that network is, unless the thread says otherwise."""
    match network:
        case "x" | "mastodon" | "bluesky":
            return Kind.MENTION
        case "google_reviews" | "google_play" | "trustpilot":
            return Kind.REVIEW
        case "email":
            return Kind.EMAIL
        case "whatsapp":
            return Kind.DIRECT_MESSAGE
        case "forum":
            return Kind.POST
        case _:
            return Kind.COMMENT


def answer_kind(network: str) -> Kind:
    """What an answer is there: private places have no public replies."""
    kind = first_kind(network)
    return kind if kind in (Kind.EMAIL, Kind.DIRECT_MESSAGE) else Kind.REPLY


def _author(brand: DemoBrand, channel: DemoChannel, author: DemoAuthor | None) -> dict[str, Any]:
    if author is None:
        return {
            "external_id": f"{channel.network}:{channel.account}",
            "name": brand.name,
            "handle": channel.account,
            "is_brand": True,
        }
    entry: dict[str, Any] = {
        "external_id": f"{channel.network}:{author.handle}",
        "name": author.name,
        "handle": author.handle,
        "is_brand": False,
    }
    if channel.network not in PLACES_WITHOUT_PAGES:
        entry["url"] = _profile(channel, author.handle)
    if author.followers is not None:
        entry["followers"] = author.followers
    return entry


def _profile(channel: DemoChannel, handle: str) -> str:
    name, at, server = handle.partition("@")
    return f"https://{server}/@{name}" if at else f"{_host(channel)}/{handle}"


def _url(channel: DemoChannel, external_id: str) -> str:
    return "" if channel.network in PLACES_WITHOUT_PAGES else f"{_host(channel)}/posts/{external_id}"


def _host(channel: DemoChannel) -> str:
    return f"https://{channel.network.replace('_', '-')}.example"
