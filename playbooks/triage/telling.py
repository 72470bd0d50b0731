"""How reasons quote a message: briefly, and never more than a few words of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

QUOTED_AT_MOST: Final = 3
LONGEST_QUOTE: Final = 40


def quoted(phrases: Iterable[str]) -> str:
    """Return the first few different phrases in quotation marks, each cut to a readable length."""
    several = list(dict.fromkeys(phrases))[:QUOTED_AT_MOST]
    return ", ".join(f"“{short(phrase)}”" for phrase in several)


def short(phrase: str) -> str:
    """Return the phrase, or its beginning and an ellipsis."""
    return phrase if len(phrase) <= LONGEST_QUOTE else f"{phrase[: LONGEST_QUOTE - 1]}…"
