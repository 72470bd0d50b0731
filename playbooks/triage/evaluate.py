"""Evaluate: from the facts about a batch of messages to what each is, what should happen, and why (M1, M3).

A pure function: no database, no clock, no network; the packaged model files are read once per process. What
depends on the client alone (term index, crisis and noise phrases) is prepared once and kept. The same
facts give the same answer, alone or in a batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from inbox.evaluation import BrandFacts, Evaluation, MessageFacts, Reason, TermMatch
from playbooks.triage import phrases, terms
from playbooks.triage.disposition import Case, Decision, decide
from playbooks.triage.intents import aim_of
from playbooks.triage.language import UNKNOWN, base_code, language_of
from playbooks.triage.noise import noise_of
from playbooks.triage.normalise import READ_AT_MOST, fold, read, words_of
from playbooks.triage.priority import priority_of
from playbooks.triage.sentiment import Mood, mood_of
from playbooks.triage.severity import heat_of
from playbooks.triage.telling import quoted, short
from playbooks.triage.version import VERSION

SURE_ENOUGH: Final = 0.7
"""Below this a person should look."""


@dataclass(frozen=True, slots=True)
class Lens:
    """What the client looks through: everything that depends on the brand alone."""

    brand: BrandFacts
    languages: tuple[str, ...]
    terms: terms.TermIndex
    crisis: OwnPhrases
    noise: OwnPhrases


class OwnPhrases:
    """Words and phrases that a client wrote down, found as whole words; of signs only, as they stand."""

    def __init__(self, written: Iterable[str]) -> None:
        self.written = tuple(
            (" ".join(words_of(phrase)), fold(phrase).strip(), phrase.strip()) for phrase in written
        )

    def find(self, said: str, folded: str) -> tuple[str, ...]:
        """Return the phrases in a message; `said` are its words, with a space around each."""
        return tuple(
            shown
            for words, sign, shown in self.written
            if (words and f" {words} " in said) or (not words and sign and sign in folded)
        )


@lru_cache(maxsize=256)
def _lens(brand: BrandFacts) -> Lens:
    languages = tuple(dict.fromkeys(code for written in brand.languages if (code := base_code(written))))
    return Lens(
        brand=brand,
        languages=languages or ("en",),
        terms=terms.index_for(brand.terms, brand.handles, brand.name),
        crisis=OwnPhrases(brand.crisis_words),
        noise=OwnPhrases(brand.noise_phrases),
    )


def evaluate(messages: Sequence[MessageFacts], brand: BrandFacts) -> list[Evaluation]:
    """Return one evaluation for each message, in their order. Never raises on any text."""
    lens = _lens(brand)
    return [_evaluate_one(facts, lens) for facts in messages]


def _evaluate_one(facts: MessageFacts, lens: Lens) -> Evaluation:
    reading = read(facts.text, facts.title)
    language = language_of(reading, facts.declared_language, lens.languages)
    cues = phrases.index_for(language, lens.languages).find(reading.words)
    named = lens.terms.match(reading)
    mood = mood_of(
        reading,
        language,
        cues,
        rating=facts.rating,
        addressed=facts.addressed_to_brand or named.names_handle,
        english_if_unknown="en" in lens.languages,
    )
    aim = aim_of(reading, cues, mood, facts)
    said = f" {' '.join(reading.words)} "
    case = Case(
        facts=facts,
        brand=lens.brand,
        reading=reading,
        cues=cues,
        terms=named,
        mood=mood,
        aim=aim,
        heat=heat_of(reading, cues, lens.crisis.find(said, reading.folded), mood, facts),
        noise=noise_of(reading, cues, lens.noise.find(said, reading.folded), facts),
    )
    return _answer(case, decide(case), language)


def _answer(case: Case, decision: Decision, language: str) -> Evaluation:
    priority, priority_reasons = priority_of(case, decision)
    return Evaluation(
        disposition=decision.disposition,
        reason=decision.code,
        proposed=decision.disposition not in case.brand.machine_decides,
        reasons=_reasons(case, decision, language),
        matches=case.terms.matches,
        language=language,
        sentiment=case.mood.sentiment,
        sentiment_score=case.mood.score,
        sentiment_confidence=case.mood.confidence,
        intent=case.aim.intent,
        intent_confidence=case.aim.confidence,
        severity=case.heat.severity,
        priority=priority,
        priority_reasons=priority_reasons,
        version=VERSION,
        needs_human=decision.sure < SURE_ENOUGH,
    )


def _reasons(case: Case, decision: Decision, language: str) -> tuple[Reason, ...]:
    """Return what led to the decision first, then what else was found, each sentence once."""
    found = [
        *decision.reasons,
        *(_matched(match) for match in case.terms.matches),
        _heard(case.mood),
        *case.heat.reasons,
        *case.noise.reasons,
    ]
    if language == UNKNOWN and case.reading.words:
        found.append(Reason("language", "The language is not clear from the text."))
    if case.reading.cut:
        found.append(Reason("long_text", f"Only the first {READ_AT_MOST} characters were read."))
    return tuple(dict.fromkeys(found))


def _matched(match: TermMatch) -> Reason:
    term, found = short(match.term), short(match.found)
    sentences = {
        "exact": f"Names “{term}”.",
        "misspelt": f"“{found}” is taken for “{term}” ({match.distance} letters off).",
        "handle": f"“{found}” names “{term}”.",
    }
    return Reason(f"term_{match.how.value}", sentences[match.how.value].replace("(1 letters", "(1 letter"))


def _heard(mood: Mood) -> Reason:
    because = f", because of {quoted(mood.words)}" if mood.words else ""
    return Reason("sentiment", f"Sounds {mood.sentiment.value} ({mood.confidence:.2f}){because}.")
