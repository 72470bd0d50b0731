"""Real conversations as a demo: the companies of a support archive opened as brands (`demo --conversations FILE`)."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any

from config.demo.shapes import DemoBrand, DemoChannel, DemoTerm
from inbox.connectors.ports import IncomingMessage, Poisoned
from inbox.connectors.support_archive import Talk, is_support_archive, messages, read_tweets, talks
from inbox.connectors.tables import ArchiveError

MOST_COMPANIES = 3
COLOURS = ("#0b5fff", "#8a3ffc", "#a2191f", "#0e6027", "#6f4e37", "#005d5d")
PER_MINUTE = 12.0
"""Messages a minute over all companies at pace 1."""


@dataclass(frozen=True, slots=True)
class Company:
    """One company of the archive, as a brand with its conversations."""

    brand: DemoBrand
    talks: tuple[Talk, ...]


def companies(path: Path, *, most: int = MOST_COMPANIES) -> list[Company]:
    """The companies with the most conversations, the largest first. Raises ArchiveError."""
    with path.open("rb") as lines:
        first = lines.readline()
        if not is_support_archive(first):
            raise ArchiveError(
                f"{path.name} is not an archive of linked support tweets. Its first line must name "
                "tweet_id, author_id, inbound, created_at, text, response_tweet_id and in_response_to_tweet_id."
            )
        lines.seek(0)
        found = talks(row for _, row in read_tweets(lines) if not isinstance(row, Poisoned))
    largest = Counter(talk.company for talk in found if talk.company).most_common(most)
    return [
        Company(
            _brand(name, COLOURS[number % len(COLOURS)]),
            tuple(talk for talk in found if talk.company == name),
        )
        for number, (name, _) in enumerate(largest)
    ]


def _brand(handle: str, colour: str) -> DemoBrand:
    slug = re.sub(r"[^a-z0-9]+", "-", handle.lower()).strip("-")[:30]
    return DemoBrand(
        slug=slug if slug[:1].isalpha() else f"b-{slug}"[:30],
        name=handle,
        trade="support",
        color=colour,
        time_zone="UTC",
        languages=("en",),
        handles=(handle,),
        voice="",
        terms=(DemoTerm(handle),),
        crisis_words=(),
        opens=time(0),
        closes=time(23, 59),
        workdays=frozenset(range(7)),
        channels=(DemoChannel("x", "x", f"{handle} on X", handle, "Answers customers.", "Customers"),),
        saved_replies=(),
    )


def arrivals(found: list[Company], *, pace: float) -> list[tuple[float, str, dict[str, Any]]]:
    """Every message with its second after the start, oldest conversation first, as the world delivers it."""
    lines = []
    for company in found:
        account = f"{company.brand.slug}-x"
        lines += [
            (item.sent_at, account, _payload(item)) for talk in company.talks for _, item in messages(talk)
        ]
    lines.sort(key=lambda line: line[0])
    gap = 60.0 / (PER_MINUTE * pace)
    return [(number * gap, account, payload) for number, (_, account, payload) in enumerate(lines)]


def _payload(item: IncomingMessage) -> dict[str, Any]:
    author = item.author
    return {
        "external_id": item.external_id,
        "kind": item.kind.value,
        "text": item.text,
        "sent_at": item.sent_at.isoformat(),
        "author": {
            "external_id": author.external_id,
            "name": author.name,
            "handle": author.handle,
            "is_brand": author.is_brand,
        },
        "thread_id": item.thread_id,
        "in_reply_to": item.in_reply_to,
        "addressed_to_brand": item.addressed_to_brand,
    }
