"""How hot a message is: calm, heated or severe, and what makes it so.

Severe: a crisis word of the client, words of injury, safety or law, threats, or an author who may be in danger.
Heated: words of anger, coarse words, shouting, or a negative author who was left waiting before.
Warm messages are never heated by anger words alone (`unbelievable!` is also said with joy).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from inbox.evaluation import MessageFacts, Reason, Sentiment, Severity
from playbooks.triage.normalise import Reading
from playbooks.triage.phrases import Found
from playbooks.triage.phrases.cues import Cue
from playbooks.triage.sentiment import Mood
from playbooks.triage.telling import quoted

SHOUTED = re.compile(r"\b[A-Z]{4,}\b")
FEWEST_SHOUTED: Final = 3
LEFT_WAITING: Final = 2
"""Earlier messages without an answer after which a negative author is taken to be heated."""

GRAVE: Final = (
    (Cue.AT_RISK, "person_at_risk", "The author may be in danger"),
    (Cue.INJURY, "injury", "Speaks of an injury or illness"),
    (Cue.SAFETY, "safety", "Speaks of a danger"),
    (Cue.ABUSE, "threat", "Threatens or wishes harm"),
    (Cue.LEGAL, "legal", "Speaks of law or authorities"),
)


@dataclass(frozen=True, slots=True)
class Heat:
    """How hot a message is and why; `grave` holds the code of each severe reason."""

    severity: Severity
    reasons: tuple[Reason, ...]
    grave: tuple[str, ...] = ()


def heat_of(reading: Reading, cues: Found, crisis: tuple[str, ...], mood: Mood, facts: MessageFacts) -> Heat:
    """Return how hot the message is. `crisis` are the client's crisis words that stand in it."""
    severe: list[Reason] = []
    if crisis:
        severe.append(Reason("crisis_word", f"Contains a crisis word of the client: {quoted(crisis)}."))
    for cue, code, sentence in GRAVE:
        if cue in cues:
            severe.append(Reason(code, f"{sentence}: {quoted(cues[cue])}."))
    if severe:
        return Heat(Severity.SEVERE, tuple(severe), tuple(reason.rule for reason in severe))
    heated = tuple(_heating(reading, cues, mood, facts))
    return Heat(Severity.HEATED if heated else Severity.CALM, heated)


def _heating(reading: Reading, cues: Found, mood: Mood, facts: MessageFacts) -> list[Reason]:
    if mood.sentiment is Sentiment.POSITIVE:
        return []
    reasons = []
    if Cue.HEATED in cues:
        reasons.append(Reason("angry_words", f"Angry words: {quoted(cues[Cue.HEATED])}."))
    if Cue.INSULT in cues:
        reasons.append(Reason("coarse_words", f"Coarse words: {quoted(cues[Cue.INSULT])}."))
    shouted = SHOUTED.findall(reading.text)
    if len(shouted) >= FEWEST_SHOUTED and 2 * len(shouted) >= len(reading.words):
        reasons.append(Reason("shouting", "Written mostly in capitals."))
    if mood.sentiment is Sentiment.NEGATIVE and facts.author_unanswered_before >= LEFT_WAITING:
        waited = f"Negative, and {facts.author_unanswered_before} earlier messages got no answer."
        reasons.append(Reason("left_waiting", waited))
    return reasons
