"""What the author wants, by rules anyone can read.

Phrases of the message's language, question marks, stars and mood each add points to an intent; the intent
with most points wins, of equals the one named first in `INTENTS_BY_WEIGHT`. The confidence follows from
the points of the winner and of the runner-up by a fixed table; it is no measured probability.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from inbox.evaluation import Intent, MessageFacts, Reason, Sentiment
from playbooks.triage.normalise import Reading
from playbooks.triage.phrases import Found
from playbooks.triage.phrases.cues import Cue
from playbooks.triage.sentiment import Mood
from playbooks.triage.telling import quoted

INTENTS_BY_WEIGHT: Final = (
    Intent.MEDIA,
    Intent.JOB,
    Intent.BAIT,
    Intent.COMPLAINT,
    Intent.SALES,
    Intent.REQUEST,
    Intent.QUESTION,
    Intent.PRAISE,
    Intent.THANKS,
)
CUES: Final[Mapping[Cue, tuple[Intent, int, int, str]]] = MappingProxyType(
    {
        Cue.MEDIA: (Intent.MEDIA, 4, 6, "Sounds like the press"),
        Cue.JOB: (Intent.JOB, 4, 6, "Asks for work"),
        Cue.BAIT: (Intent.BAIT, 3, 6, "Provokes"),
        Cue.COMPLAINT: (Intent.COMPLAINT, 3, 6, "Complains"),
        Cue.INSULT: (Intent.COMPLAINT, 2, 4, "Coarse words"),
        Cue.TROUBLE: (Intent.COMPLAINT, 1, 2, "Speaks of trouble"),
        Cue.SALES: (Intent.SALES, 3, 6, "Wants to buy"),
        Cue.REQUEST: (Intent.REQUEST, 2, 4, "Asks for something"),
        Cue.QUESTION: (Intent.QUESTION, 2, 4, "Asks"),
        Cue.PRAISE: (Intent.PRAISE, 2, 4, "Praises"),
        Cue.THANKS: (Intent.THANKS, 2, 2, "Thanks"),
    }
)
"""For each cue: the intent, points for one phrase, most points, and how a reason begins."""
BELIED_BY: Final[Mapping[Cue, Sentiment]] = MappingProxyType(
    {Cue.PRAISE: Sentiment.NEGATIVE, Cue.INSULT: Sentiment.POSITIVE},
)
"""Cues that say nothing beside such a mood: `great, another delay`, `so bloody good`."""
BY_STARS_POINTS: Final = 5
BY_MOOD_POINTS: Final = 2
MOOD_SURE: Final = 0.6
QUESTION_MARK_POINTS: Final = 2
QUESTION_MARKS: Final = frozenset({"?", "??", "?!", "!?", "\u00bf", "\u00bf?"})
OPENER_POINTS: Final = 1
CLEAR: Final = 2
"""Points from which an intent counts as clearly there."""
CONFIDENCE: Final = (0.5, 0.7, 0.8, 0.85, 0.9)
"""By the winner's points: for 1, 2, 3, 4, and for 5 and more."""
NOTHING_SAID: Final = 0.5
CONTESTED: Final = 0.1
"""Taken off when the runner-up has as many points."""


@dataclass(frozen=True, slots=True)
class Aim:
    """What the author wants, how sure that is, and why."""

    intent: Intent
    confidence: float
    reasons: tuple[Reason, ...]
    points: Mapping[Intent, int]

    def wants(self, *intents: Intent) -> bool:
        """Tell whether there is a clear sign of one of these intents, be it the strongest or not."""
        return any(self.points.get(intent, 0) >= CLEAR for intent in intents)


class Tally:
    """Points and reasons gathered per intent. Sentences are made for the intent that is told, and no other."""

    def __init__(self) -> None:
        self.points: dict[Intent, int] = {}
        self.found: dict[Intent, list[tuple[str, Sequence[str]]]] = {}

    def add(self, intent: Intent, points: int, sentence: str, phrases: Sequence[str] = ()) -> None:
        """Give an intent points, and say why: in a sentence, or in its beginning and the phrases it quotes."""
        self.points[intent] = self.points.get(intent, 0) + points
        self.found.setdefault(intent, []).append((sentence, phrases))

    def reasons(self, intent: Intent) -> tuple[Reason, ...]:
        """Return why an intent has its points."""
        return tuple(
            [
                Reason(intent.value, f"{sentence}: {quoted(phrases)}." if phrases else f"{sentence}.")
                for sentence, phrases in self.found[intent]
            ]
        )


def aim_of(reading: Reading, cues: Found, mood: Mood, facts: MessageFacts) -> Aim:
    """Return what the author wants. Total over any reading."""
    tally = Tally()
    for cue, (intent, each, most, beginning) in CUES.items():
        if cue in cues and mood.sentiment is not BELIED_BY.get(cue):
            tally.add(intent, min(most, each * len(cues[cue])), beginning, cues[cue])
    _add_marks(tally, reading, cues)
    said = dict(tally.points)
    _add_mood(tally, mood, facts)
    if not tally.points:
        return Aim(Intent.OTHER, NOTHING_SAID, (Reason("other", "No sign of what the author wants."),), {})
    ranked = sorted(tally.points.items(), key=lambda item: (-item[1], INTENTS_BY_WEIGHT.index(item[0])))
    intent, points = ranked[0]
    confidence = CONFIDENCE[min(points, len(CONFIDENCE)) - 1]
    if len(ranked) > 1 and ranked[1][1] == points:
        confidence -= CONTESTED
    if intent not in said:
        confidence = min(confidence, mood.confidence)
    return Aim(intent, round(confidence, 4), tally.reasons(intent), tally.points)


def _add_marks(tally: Tally, reading: Reading, cues: Found) -> None:
    if not QUESTION_MARKS.isdisjoint(reading.tokens):
        tally.add(Intent.QUESTION, QUESTION_MARK_POINTS, "Carries a question mark")
    opening = cues.get(Cue.OPENER)
    if opening and reading.words and opening[0].partition(" ")[0] == reading.words[0]:
        tally.add(Intent.QUESTION, OPENER_POINTS, "Begins like a question", opening[:1])


def _add_mood(tally: Tally, mood: Mood, facts: MessageFacts) -> None:
    if mood.source == "stars":
        if mood.sentiment is not Sentiment.NEUTRAL:
            intent = Intent.COMPLAINT if mood.sentiment is Sentiment.NEGATIVE else Intent.PRAISE
            tally.add(intent, BY_STARS_POINTS, f"Gave {facts.rating} of 5 stars")
    elif mood.confidence >= MOOD_SURE and mood.sentiment is Sentiment.NEGATIVE:
        tally.add(Intent.COMPLAINT, BY_MOOD_POINTS, "Sounds negative")
    elif mood.confidence >= MOOD_SURE and mood.sentiment is Sentiment.POSITIVE:
        tally.add(Intent.PRAISE, BY_MOOD_POINTS, "Sounds positive")
