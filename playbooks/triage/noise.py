"""Hints that a message is noise or spam (M7).

Hints lower the priority; several together let Evaluate propose spam. Nothing here deletes or hides
anything: a filter learnt elsewhere called 19 of 100 genuine complaints spam (reference/triage.md §0), so
the rules are few, each is named, and a link or a repeated text alone is never enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from inbox.evaluation import MessageFacts, Reason
from playbooks.triage.normalise import Reading
from playbooks.triage.phrases import Found
from playbooks.triage.phrases.cues import Cue
from playbooks.triage.telling import quoted

ENOUGH_FOR_SPAM: Final = 3
"""Hint points from which spam is proposed."""
MANY_LINKS: Final = 3
MANY_HANDLES: Final = 8
MANY_TAGS: Final = 8
SOME_COPIES: Final = 3
MANY_COPIES: Final = 10
ADVERTISING: Final = frozenset({Cue.SOLICITATION, Cue.CRYPTO})
SHORTENERS: Final = (
    "bit.ly/",
    "tinyurl.com/",
    "goo.gl/",
    "ow.ly/",
    "is.gd/",
    "cutt.ly/",
    "rb.gy/",
    "shorturl.at/",
    "t.me/",
    "wa.me/",
)


@dataclass(frozen=True, slots=True)
class Noise:
    """The hints found: how many points they make together, each with its sentence."""

    points: int
    reasons: tuple[Reason, ...]
    filtered_by: tuple[str, ...]
    """Phrases of the client's own filter that stand in the message."""


def noise_of(reading: Reading, cues: Found, filtered: tuple[str, ...], facts: MessageFacts) -> Noise:
    """Return the noise hints. `filtered` are the client's noise phrases that stand in the message."""
    hints = [
        *_said(cues),
        *_links(reading, advertises=not ADVERTISING.isdisjoint(cues)),
        *_copies(facts.same_text_before),
        *_crowding(reading),
    ]
    reasons = [reason for _, reason in hints]
    if filtered:
        reasons.insert(0, Reason("noise_phrase", f"The client filters {quoted(filtered)}."))
    return Noise(sum(points for points, _ in hints), tuple(reasons), filtered)


Hint = tuple[int, Reason]


def _said(cues: Found) -> list[Hint]:
    hints = []
    if Cue.SOLICITATION in cues:
        several = len(set(cues[Cue.SOLICITATION])) > 1
        reason = Reason("solicitation", f"Advertises something: {quoted(cues[Cue.SOLICITATION])}.")
        hints.append((3 if several else 2, reason))
    if Cue.CRYPTO in cues:
        several = len(set(cues[Cue.CRYPTO])) > 1
        reason = Reason("crypto", f"Words of coin and trading schemes: {quoted(cues[Cue.CRYPTO])}.")
        hints.append((2 if several else 1, reason))
    if Cue.FOLLOW in cues:
        several = len(set(cues[Cue.FOLLOW])) > 1
        reason = Reason("follower_bait", f"Fishes for followers: {quoted(cues[Cue.FOLLOW])}.")
        hints.append((3 if several else 2, reason))
    if Cue.PHISHING in cues:
        reason = Reason("phishing", f"Asks for passwords or numbers: {quoted(cues[Cue.PHISHING])}.")
        hints.append((3, reason))
    return hints


def _links(reading: Reading, *, advertises: bool) -> list[Hint]:
    if len(reading.urls) >= MANY_LINKS:
        return [(2, Reason("links", f"{len(reading.urls)} links."))]
    if any(shortener in url for url in reading.urls for shortener in SHORTENERS):
        return [(1, Reason("short_link", "A shortened link hides where it leads."))]
    if reading.urls and advertises:
        return [(1, Reason("advertised_link", "Advertises, and leads elsewhere by a link."))]
    return []


def _copies(count: int) -> list[Hint]:
    if count >= MANY_COPIES:
        return [(2, Reason("copies", f"{count} others sent the very same text within a day."))]
    if count >= SOME_COPIES:
        return [(1, Reason("copies", f"{count} others sent the very same text within a day."))]
    return []


def _crowding(reading: Reading) -> list[Hint]:
    hints = []
    if len(reading.handles) >= MANY_HANDLES:
        hints.append((1, Reason("many_handles", f"Names {len(reading.handles)} accounts.")))
    if len(reading.tags) >= MANY_TAGS:
        hints.append((1, Reason("many_tags", f"Carries {len(reading.tags)} tags.")))
    return hints
