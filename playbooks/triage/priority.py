"""How soon a message should be looked at, 0 to 100, as a sum that anyone can check.

Every term has a name, whole points and a sentence, and the priority is their sum: where the scale ends, a last
term says how much of it is held back. Only what is known of the message itself counts here. What changes
with time (how long it has waited, how near a deadline or a network's window is) and what the client's
people set is added by those who know it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from inbox.evaluation import Disposition, Intent, Reason, Sentiment, Severity
from playbooks.triage.disposition import Case, Decision

LOWEST: Final = 0
HIGHEST: Final = 100
BASE: Final = 20
BY_INTENT: Final[Mapping[Intent, int]] = MappingProxyType(
    {
        Intent.MEDIA: 25,
        Intent.COMPLAINT: 20,
        Intent.QUESTION: 14,
        Intent.REQUEST: 14,
        Intent.SALES: 10,
        Intent.PRAISE: 6,
        Intent.JOB: 4,
        Intent.BAIT: -10,
    }
)
MOST_FOR_NEGATIVE: Final = 12
BY_SEVERITY: Final[Mapping[Severity, int]] = MappingProxyType({Severity.HEATED: 10, Severity.SEVERE: 30})
BY_RATING: Final[Mapping[int, int]] = MappingProxyType({1: 8, 2: 5})
CRISIS_WORD: Final = 15
ADDRESSED: Final = 8
PRIVATE: Final = 4
PER_UNANSWERED: Final = 5
MOST_UNANSWERED: Final = 15
KNOWN: Final = 3
KNOWN_FROM: Final = 3
"""Earlier messages from which an author counts as known."""
PER_TENFOLD: Final = 4
"""Points for each tenfold of followers above a hundred."""
MOST_FOR_REACH: Final = 16
PER_NOISE_POINT: Final = -6
MOST_FOR_NOISE: Final = -30
BY_DISPOSITION: Final[Mapping[Disposition, tuple[int, str]]] = MappingProxyType(
    {
        Disposition.INCIDENT: (25, "Danger or a crisis comes before everything else."),
        Disposition.MONITOR: (-10, "To be watched, not answered."),
        Disposition.NO_RESPONSE: (-25, "No answer is called for."),
        Disposition.SPAM: (-40, "Looks like spam."),
    }
)


def priority_of(case: Case, decision: Decision) -> tuple[int, tuple[Reason, ...]]:
    """Return the priority and the terms that it is the sum of."""
    terms = [
        Reason("base", "Every message starts here.", BASE),
        *_said(case),
        *_author(case),
        *_place(case),
        *_doubts(case, decision),
    ]
    total = round(sum(term.weight for term in terms))
    priority = max(LOWEST, min(HIGHEST, total))
    if priority != total:
        terms.append(Reason("limit", f"The scale ends at {priority}.", priority - total))
    return priority, tuple(terms)


def _said(case: Case) -> list[Reason]:
    terms = []
    points = BY_INTENT.get(case.aim.intent, 0)
    if points:
        terms.append(Reason("intent", f"What the author wants: {case.aim.intent.value}.", points))
    if case.mood.sentiment is Sentiment.NEGATIVE:
        felt = round(MOST_FOR_NEGATIVE * case.mood.confidence)
        terms.append(
            Reason("sentiment", f"Negative, with a probability of {case.mood.confidence:.2f}.", felt)
        )
    heat = BY_SEVERITY.get(case.heat.severity, 0)
    if heat:
        terms.append(Reason("severity", f"The message is {case.heat.severity.value}.", heat))
    if "crisis_word" in case.heat.grave:
        terms.append(Reason("crisis_word", "A crisis word of the client.", CRISIS_WORD))
    stars = BY_RATING.get(case.facts.rating or 0, 0)
    if stars:
        terms.append(Reason("rating", f"{case.facts.rating} of 5 stars.", stars))
    return terms


def _author(case: Case) -> list[Reason]:
    terms = []
    unanswered = min(MOST_UNANSWERED, PER_UNANSWERED * max(0, case.facts.author_unanswered_before))
    if unanswered:
        sentence = f"{case.facts.author_unanswered_before} earlier messages of the author got no answer."
        terms.append(Reason("unanswered_before", sentence, unanswered))
    if case.facts.author_messages_before >= KNOWN_FROM:
        sentence = f"The author wrote {case.facts.author_messages_before} times before."
        terms.append(Reason("known_author", sentence, KNOWN))
    followers = case.facts.author_followers or 0
    reach = min(MOST_FOR_REACH, round(PER_TENFOLD * (math.log10(followers) - 2))) if followers > 100 else 0
    if reach:
        terms.append(Reason("reach", f"{followers} people follow the author.", reach))
    return terms


def _place(case: Case) -> list[Reason]:
    terms = []
    if case.facts.addressed_to_brand:
        terms.append(Reason("addressed", "Addressed to the brand.", ADDRESSED))
    if case.facts.private:
        terms.append(Reason("private", "A private message: somebody waits for an answer.", PRIVATE))
    return terms


def _doubts(case: Case, decision: Decision) -> list[Reason]:
    terms = []
    if case.noise.points:
        noise = max(MOST_FOR_NOISE, PER_NOISE_POINT * case.noise.points)
        terms.append(Reason("noise", f"{case.noise.points} points of noise hints.", noise))
    if decision.disposition in BY_DISPOSITION:
        points, sentence = BY_DISPOSITION[decision.disposition]
        terms.append(Reason("disposition", sentence, points))
    return terms
