"""Lengths as networks count them (networks.md §2a). Pure."""

from __future__ import annotations

import regex

GRAPHEME = regex.compile(r"\X")
URL = regex.compile(r"https?://\S+")
LINK = 23
"""What a link counts on X and on Mastodon, however long it is."""
X_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
"""Code points that X counts once; all others count twice (X's published configuration v3)."""


UNITS = {"bytes": "bytes", "graphemes": "characters", "weighted": "characters as X counts them"}
"""How a person reads each way of counting; the others are characters."""


def unit(counting: str) -> str:
    return UNITS.get(counting, "characters")


def count(text: str, counting: str) -> int:
    """The length of a text: in characters, graphemes, bytes of UTF-8, X's weights, or with short links (Mastodon)."""
    if counting == "graphemes":
        return len(GRAPHEME.findall(text))
    if counting == "bytes":
        return len(text.encode("utf-8", "surrogatepass"))
    if counting == "weighted":
        return _weighted(text)
    if counting == "short_links":
        return len(URL.findall(text)) * LINK + len(GRAPHEME.findall(URL.sub("", text)))
    return len(text)


def _weighted(text: str) -> int:
    links = len(URL.findall(text))
    rest = URL.sub("", text)
    return links * LINK + sum(_weight(cluster) for cluster in GRAPHEME.findall(rest))


def _weight(cluster: str) -> int:
    """An emoji counts two however many code points build it; other characters count by their range."""
    if regex.search(r"\p{Extended_Pictographic}|\p{Regional_Indicator}", cluster):
        return 2
    return sum(1 if any(low <= ord(one) <= high for low, high in X_LIGHT) else 2 for one in cluster)
