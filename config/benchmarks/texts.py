"""Texts for a filled inbox: what the demo's people say, so that words are as common and as rare as in life."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from functools import lru_cache

from django.db import connection

from config.demo import loader

PER_DAY = 60
DAYS = 60
SEED = 7
UNTIL = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
WORD = re.compile(r"(?<!\w)[a-z]{4,}(?!\w)")


@lru_cache(maxsize=1)
def pool() -> tuple[str, ...]:
    """Different texts of the three brands' invented past, in a fixed order."""
    told = (
        str(item.payload["text"])
        for brand in loader.brands()
        for item in loader.history(brand.slug, UNTIL, DAYS, PER_DAY, SEED)
    )
    return tuple(dict.fromkeys(told))


def load() -> int:
    """Put the pool into a temporary table `bench_text` (id from 1, text); returns how many texts there are."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE bench_text (id int PRIMARY KEY, text text NOT NULL)")
        with cursor.copy("COPY bench_text FROM STDIN") as copy:
            for number, text in enumerate(pool(), start=1):
                copy.write_row((number, text))
        cursor.execute("ANALYZE bench_text")
    return len(pool())


def word_in(share: float) -> tuple[str, float]:
    """A word of plain letters that is in about this share of the texts, and in which share it is."""
    found = Counter(word for text in pool() for word in set(WORD.findall(text.lower())))
    word, times = min(found.items(), key=lambda item: (abs(item[1] / len(pool()) - share), item[0]))
    return word, times / len(pool())
