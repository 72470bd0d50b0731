"""The words in which the inbox asks what a message is, and gets its answer.

Pure and free of Django. The inbox knows the question (`MessageFacts`) and the answer
(`Evaluation`); who answers is named in `config/evaluators.py`, so that the inbox never imports
the playbooks. One call answers a whole batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Disposition(StrEnum):
    """What Evaluate decided about one message (M1)."""

    ENGAGE = "engage"
    MONITOR = "monitor"
    NO_RESPONSE = "no_response"
    MODERATE = "moderate"
    SPAM = "spam"
    INCIDENT = "incident"


class Sentiment(StrEnum):
    """How the author sounds."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


class Intent(StrEnum):
    """What the author wants."""

    COMPLAINT = "complaint"
    QUESTION = "question"
    REQUEST = "request"
    PRAISE = "praise"
    THANKS = "thanks"
    MEDIA = "media"
    JOB = "job"
    SALES = "sales"
    BAIT = "bait"
    OTHER = "other"


class Severity(StrEnum):
    """How hot it is."""

    CALM = "calm"
    HEATED = "heated"
    SEVERE = "severe"


class MatchKind(StrEnum):
    """How a listening term was found in a message (M11)."""

    EXACT = "exact"
    MISSPELT = "misspelt"
    HANDLE = "handle"


@dataclass(frozen=True, slots=True)
class Reason:
    """One named part of a decision or a score.

    `weight` is in points for a priority, and 0 for a plain statement.
    """

    rule: str
    sentence: str
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class TermMatch:
    """Why a message matched a listening term: the term, the words found, and how far apart they are."""

    term: str
    found: str
    how: MatchKind
    distance: int = 0


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """What Evaluate may know about one inbound message. Ids and plain values, no database."""

    key: str
    network: str
    kind: str
    text: str
    sent_at: datetime
    title: str = ""
    author_handle: str = ""
    author_followers: int | None = None
    author_messages_before: int = 0
    author_unanswered_before: int = 0
    addressed_to_brand: bool = False
    """A direct message, a reply to the brand, a review, or a message in the brand's own place."""
    reply_to_brand: bool = False
    private: bool = False
    rating: int | None = None
    """Stars from 1 to 5, for reviews."""
    declared_language: str = ""
    same_text_before: int = 0
    """How many other authors sent the very same text in the last day."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The answer: what the message is, what should happen, and why."""

    disposition: Disposition
    reason: str
    """A code such as `question` or `closing_thanks`; `reasons` says it in sentences."""
    proposed: bool
    """True while the client has not allowed machines to decide this disposition: the message stays eligible."""
    reasons: tuple[Reason, ...]
    matches: tuple[TermMatch, ...]
    language: str
    """ISO 639-1 code, or `und` where the text does not tell."""
    sentiment: Sentiment
    sentiment_score: float
    """From -1 (negative) to 1 (positive)."""
    sentiment_confidence: float
    """Probability of the named sentiment, 0 to 1; not calibrated on the client's own labels."""
    intent: Intent
    intent_confidence: float
    severity: Severity
    priority: int
    """0 to 100; the sum of the weights in `priority_reasons`."""
    priority_reasons: tuple[Reason, ...]
    version: str
    """Which version of the rules and the model answered."""
    needs_human: bool = False
    """The machine is not sure enough (below 0.70)."""


@dataclass(frozen=True, slots=True)
class ListeningTermFacts:
    """A listening term as Evaluate needs it."""

    text: str
    fuzzy: bool = True
    excludes: tuple[str, ...] = ()
    """A message that contains one of these does not match the term."""


@dataclass(frozen=True, slots=True)
class BrandFacts:
    """What Evaluate may know about the client."""

    name: str
    handles: tuple[str, ...] = ()
    terms: tuple[ListeningTermFacts, ...] = ()
    languages: tuple[str, ...] = ("en",)
    crisis_words: tuple[str, ...] = ()
    noise_phrases: tuple[str, ...] = ()
    """Phrases the client filters (M7)."""
    machine_decides: frozenset[Disposition] = field(default_factory=lambda: frozenset({Disposition.ENGAGE}))
    """Dispositions a machine may set by itself; all others are proposals."""


class Evaluator(Protocol):
    """A pure function of facts; same facts, same answer."""

    def __call__(self, messages: Sequence[MessageFacts], brand: BrandFacts) -> list[Evaluation]: ...


@dataclass(frozen=True, slots=True)
class TargetRule:
    """How soon a message must be answered: the first rule that fits wins. Seconds of calendar time."""

    first_seconds: int | None
    next_seconds: int | None
    minimum_priority: int = 0
    networks: frozenset[str] = frozenset()
    warn_percent: int = 75
    version: str = "1"

    def fits(self, *, priority: int, network: str) -> bool:
        return priority >= self.minimum_priority and (not self.networks or network in self.networks)


@dataclass(frozen=True, slots=True)
class HouseRules:
    """Everything of a client's playbook that receiving needs, loaded once per batch."""

    brand: BrandFacts
    targets: tuple[TargetRule, ...] = ()

    def target_for(self, *, priority: int, network: str) -> TargetRule | None:
        return next((rule for rule in self.targets if rule.fits(priority=priority, network=network)), None)
