"""The people of the made-up year: each brand has its regulars, and each has one manner of writing.

A person is a number in a pool; low numbers come often. Name, handle and manner follow from the number.
"""

from __future__ import annotations

import random
import unicodedata
from functools import cache

from config.demo.chance import chance
from config.demo.names import FIRST, LAST
from config.demo.shapes import DemoAuthor, DemoBrand, DemoChannel

POOL = 900
"""People who ever write to one brand, on one network, in one language."""

REGULARS = 2.2
"""The higher, the more often the same few write."""

COUNTED_NETWORKS = frozenset({"x", "mastodon", "bluesky", "instagram", "facebook", "youtube"})
CAREFUL_NETWORKS = frozenset({"email", "google_reviews", "google_play", "trustpilot"})
"""Where people write whole sentences."""

MANNERS = {"plain": 55, "lower": 20, "breathless": 10, "emphatic": 8, "emoji": 7}
EMOJI = ("😅", "🙂", "☀️", "🤷", "🙏", "👀")

LANGUAGES = ("en", "de", "fr", "es")


def stranger(brand: DemoBrand, channel: DemoChannel, language: str, dice: random.Random) -> DemoAuthor:
    """Somebody who writes there in that language."""
    number = int(POOL * dice.random() ** REGULARS)
    return _person(brand.slug, channel.slug, channel.network, language, number)


@cache
def _person(brand: str, channel: str, network: str, language: str, number: int) -> DemoAuthor:
    own = chance("stranger", brand, channel, language, number)
    first, last = own.choice(FIRST), own.choice(LAST)
    name = own.choice((f"{first} {last}", f"{first} {last}", f"{first} {last[0]}.", first.lower()))
    followers = int(own.lognormvariate(5.0, 1.4)) if network in COUNTED_NETWORKS else None
    # Two people of one number may share a name in two languages, never a handle.
    mark = number + 1000 * LANGUAGES.index(language)
    return DemoAuthor(name, _handle(network, first, last, mark), followers)


def in_own_manner(author: DemoAuthor, channel: DemoChannel, text: str) -> str:
    """The text as this person types it."""
    if channel.network in CAREFUL_NETWORKS:
        return text
    manner, emoji = _manner(author.handle)
    match manner:
        case "lower":
            return text.lower()
        case "breathless":
            return text.rstrip(".!")
        case "emphatic":
            return text.removesuffix(".") + "!!" if text.endswith(".") else text
        case "emoji":
            return f"{text} {emoji}"
        case _:
            return text


@cache
def _manner(handle: str) -> tuple[str, str]:
    own = chance("manner", handle)
    return own.choices(list(MANNERS), list(MANNERS.values()))[0], own.choice(EMOJI)


def _handle(network: str, first: str, last: str, number: int) -> str:
    """Unique by its number; what is not a plain letter is folded away."""
    given, family = _plain(first), _plain(last)
    match network:
        case "email":
            return f"{given}.{family}{number}@postbox.example"
        case "mastodon":
            return f"{given}_{number}@{('weide', 'shed', 'garten')[number % 3]}.example"
        case "bluesky":
            return f"{given}{number}.{family}.example"
        case "facebook":
            return f"{given}.{family}.{number}"
        case _:
            return f"{given}_{family[:5]}{number}"


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in folded if letter.isascii() and letter.isalpha())
