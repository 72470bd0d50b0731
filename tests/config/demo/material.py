"""What the tests of the demo's content look at, read once."""

from __future__ import annotations

from datetime import UTC, datetime

from config.demo import loader
from config.demo.shapes import DemoItem

START = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
BRANDS = {brand.slug: brand for brand in loader.brands()}
SLUGS = list(BRANDS)
THREADS = [thread for slug in SLUGS for thread in loader.threads(slug)]


def all_items(past):
    return [item for items in past.values() for item in items]


def conversations(items):
    threads: dict[str, list[DemoItem]] = {}
    for item in items:
        threads.setdefault(item.payload["thread_id"], []).append(item)
    return list(threads.values())
