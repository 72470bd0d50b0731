"""How the author sounds: negative, neutral or positive, how sure that is, and which words say so.

- Stars decide where there are any: a reviewer has said it in a number.
- English: the shipped linear model, plus what our own complaint phrases add. In a message addressed to a
  company more complaints are expected than in the model's training data, and that is reckoned in.
- German, French, Spanish: a small lexicon written by hand; never surer than `SUREST_LEXICON`.
- Any other language: emoji and emoticons only.
- Too short to tell: the model, and where it hears nothing the lexicons of the client's languages.

Confidence is the model's own probability. It is not calibrated on the client's labels: thresholds that hold
on one kind of message break on another (reference/triage.md §3). Below 0.70 a person should look.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from inbox.evaluation import Sentiment
from playbooks.triage.language import UNKNOWN
from playbooks.triage.linear import READ_AT_MOST, features, shipped_model
from playbooks.triage.normalise import HAPPY, SAD, Reading
from playbooks.triage.phrases import Found
from playbooks.triage.phrases.cues import Cue
from playbooks.triage.valence import lexicon, valence

KINDS: Final = (Sentiment.NEGATIVE, Sentiment.NEUTRAL, Sentiment.POSITIVE)
EVENLY: Final = (0.0, 0.0, 0.0)
TO_A_COMPANY: Final = (math.log(3 * 0.5), math.log(3 * 0.3), math.log(3 * 0.2))
"""People who address a company are taken to be negative in 50 of 100 messages, neutral in 30, positive in 20."""
PER_COMPLAINT: Final = 0.8
"""What a complaint phrase adds to the negative logit; two count, more do not."""
MOST_COMPLAINTS: Final = 2
BY_STARS: Final = 0.95
SUREST_LEXICON: Final = 0.65
SUREST_UNKNOWN: Final = 0.55
SUREST_PICTURES: Final = 0.6
NOTHING_FOUND: Final = 0.4
"""Neutral for want of any sign."""
TOLD: Final = 3
"""Words that an explanation names."""


@dataclass(frozen=True, slots=True)
class Mood:
    """How the author sounds."""

    sentiment: Sentiment
    score: float
    confidence: float
    words: tuple[str, ...]
    """What says so, the strongest first."""
    source: str
    """`stars`, `model`, `lexicon`, `pictures` or `nothing`."""


def mood_of(
    reading: Reading,
    language: str,
    cues: Found,
    *,
    rating: int | None,
    addressed: bool,
    english_if_unknown: bool,
) -> Mood:
    """Return how the author sounds. Total over any reading."""
    if rating is not None and 1 <= rating <= 5:
        return _by_stars(rating)
    if language == "en" or (language == UNKNOWN and english_if_unknown and reading.words):
        mood = _by_model(reading, cues, addressed=addressed)
        return mood if language == "en" else _unsure(mood, reading, cues)
    return _by_lexicon(reading, cues)


def _unsure(mood: Mood, reading: Reading, cues: Found) -> Mood:
    """Return the mood of what may be English: where the model hears nothing, the lexicons may."""
    if mood.sentiment is Sentiment.NEUTRAL:
        other = _by_lexicon(reading, cues)
        mood = mood if other.sentiment is Sentiment.NEUTRAL else other
    sure = min(mood.confidence, SUREST_UNKNOWN)
    return Mood(mood.sentiment, mood.score, sure, mood.words, mood.source)


def _by_stars(rating: int) -> Mood:
    sentiment = KINDS[0] if rating <= 2 else KINDS[2] if rating >= 4 else KINDS[1]
    return Mood(sentiment, (rating - 3) / 2, BY_STARS, (f"{rating} of 5 stars",), "stars")


def _by_model(reading: Reading, cues: Found, *, addressed: bool) -> Mood:
    exclamations = reading.text.count("!")
    felt = valence(reading.tokens[:READ_AT_MOST], exclamations)
    seen = features(reading.tokens, felt, exclamations, reading.text.count("?"))
    model = shipped_model()
    shift = TO_A_COMPANY if addressed else EVENLY
    complaints = cues.get(Cue.COMPLAINT, [])
    cold, calm, warm = (logit + more for logit, more in zip(model.score(seen), shift, strict=True))
    cold += PER_COMPLAINT * min(len(complaints), MOST_COMPLAINTS)
    shares = _softmax(cold, calm, warm)
    kind = max(range(3), key=lambda place: shares[place])
    said = tuple(dict.fromkeys(complaints[:TOLD])) if kind == 0 else ()
    # Neutral names no words: it is the lack of signs.
    words = tuple(dict.fromkeys((*said, *model.strongest(seen, kind, TOLD))))[:TOLD] if kind != 1 else ()
    return Mood(KINDS[kind], round(shares[2] - shares[0], 4), round(shares[kind], 4), words, "model")


def _softmax(*logits: float) -> tuple[float, ...]:
    highest = max(logits)
    raised = [math.exp(logit - highest) for logit in logits]
    whole = sum(raised)
    return tuple(one / whole for one in raised)


def _by_lexicon(reading: Reading, cues: Found) -> Mood:
    warm, cold = cues.get(Cue.POSITIVE, []), cues.get(Cue.NEGATIVE, [])
    words = lexicon()
    smiles = [t for t in reading.tokens if t in HAPPY or (not t.isascii() and words.get(t, 0) > 0)]
    frowns = [t for t in reading.tokens if t in SAD or (not t.isascii() and words.get(t, 0) < 0)]
    turned = _turned(reading, warm, cues.get(Cue.NOT, []))
    good = len(warm) - turned + len(smiles)
    bad = len(cold) + turned + len(frowns)
    if not good and not bad:
        return Mood(KINDS[1], 0.0, NOTHING_FOUND, (), "nothing")
    score = (good - bad) / (good + bad + 1)
    spoken = bool(warm or cold)
    surest = SUREST_LEXICON if spoken else SUREST_PICTURES
    confidence = round(min(surest, NOTHING_FOUND + abs(score) / 2), 4)
    kind = 0 if score < 0 else 2 if score > 0 else 1
    names = cold + frowns if kind == 0 else warm + smiles if kind == 2 else []
    told = tuple(dict.fromkeys(names))[:TOLD]
    return Mood(KINDS[kind], round(score, 4), confidence, told, "lexicon" if spoken else "pictures")


def _turned(reading: Reading, warm: list[str], negations: list[str]) -> int:
    """Return how many warm words stand within three words after a negation (`nicht gut`)."""
    if not (warm and negations):
        return 0
    no = {word for phrase in negations for word in phrase.split()}
    first = {phrase.partition(" ")[0] for phrase in warm}
    words = reading.words
    return sum(
        1
        for place, word in enumerate(words)
        if word in first and any(back in no for back in words[max(0, place - 3) : place])
    )
