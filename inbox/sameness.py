"""Whether an item under an id we know is that item again, an edit of it, or another item. Pure.

A feed's ids cannot be trusted: real feeds give every item the guid `N/A`, or no guid and one shared link.
So an item under a known id is compared with what is known under it (`judge`). In doubt it is another item:
showing two messages where there was one loses nothing, overwriting one loses it.

The rule, in this order:
1. The same title and text: SAME. Only where both tell other authors and other times it is OTHER.
2. Another author: OTHER.
3. The same time told: EDIT where at least half of the words stand in both and the title is the same; with
   another title, at least four fifths.
4. Another time told: EDIT where title and address are the same (neither empty) and four fifths of the words.
5. No time told by one of them: EDIT where the title is the same (not empty) and half of the words; without
   titles, four fifths of the words.
6. Everything else: OTHER.

`asks_anew` says whether an edit changed what is asked, so that somebody must look at it again.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

HALF = 0.5
MOST = 0.8
NEW_WORDS = 3
"""Words an edit must bring before it counts as another question: fewer are a correction of spelling."""

# Scripts that write without blanks between words: each character counts as a word.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")


class Verdict(StrEnum):
    SAME = "same"
    EDIT = "edit"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Item:
    """What the comparison looks at."""

    author: str
    """External id."""
    at: datetime | None
    """When it was published, or None where the source does not tell."""
    title: str
    text: str
    url: str = ""


def judge(known: Item, new: Item) -> Verdict:
    """Compare an item with what is known under its id. Symmetric."""
    dated = known.at is not None and new.at is not None
    if (known.title, known.text) == (new.title, new.text):
        differs = dated and known.at != new.at and known.author != new.author
        return Verdict.OTHER if differs else Verdict.SAME
    if known.author != new.author:
        return Verdict.OTHER
    return Verdict.EDIT if likeness(known, new) >= _needed(known, new, dated=dated) else Verdict.OTHER


def _needed(known: Item, new: Item, *, dated: bool) -> float:
    """The likeness from which on it is an edit; more than 1 is never reached."""
    titled = known.title == new.title and known.title != ""
    if dated and known.at == new.at:
        return HALF if known.title == new.title else MOST
    if dated:
        return MOST if titled and known.url == new.url and known.url else 2.0
    if known.title != new.title:
        return 2.0
    return HALF if titled else MOST


def likeness(one: Item, other: Item) -> float:
    """The share of words that both have (Dice), from 0 to 1: of the texts, or of the titles without any text."""
    if one.text.strip() and other.text.strip():
        return _shared(words(one.text), words(other.text))
    return _shared(words(f"{one.title} {one.text}"), words(f"{other.title} {other.text}"))


def _shared(one: Counter[str], other: Counter[str]) -> float:
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0


def words(text: str) -> Counter[str]:
    """The words of a text with how often each stands there, without case, accents kept."""
    return Counter(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def asks_anew(before: Item, after: Item) -> bool:
    """Whether an edit says something that was not there: at least NEW_WORDS words more than before."""
    old, new = words(f"{before.title} {before.text}"), words(f"{after.title} {after.text}")
    return (new - old).total() >= NEW_WORDS
