"""Whether an answer is called for at all (M1), why, and whether a machine may say so by itself.

`RULES` are asked in order and the first that answers decides. What they protect, in this order: people in
danger; people who are threatened; the feed from spam; the team's time from what needs no answer
(bare mentions, emoji, closing thanks, bait, private talk between others); and after that everybody who asks,
complains, praises or wants something gets an answer. What is merely said about the brand is watched.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from inbox.evaluation import BrandFacts, Disposition, Intent, MessageFacts, Reason, Sentiment, Severity
from playbooks.triage.intents import Aim
from playbooks.triage.noise import ENOUGH_FOR_SPAM, Noise
from playbooks.triage.normalise import Reading
from playbooks.triage.phrases import Found
from playbooks.triage.phrases.cues import Cue
from playbooks.triage.sentiment import Mood
from playbooks.triage.severity import Heat
from playbooks.triage.telling import quoted
from playbooks.triage.terms import TermAnswer

INCIDENTS: Final = frozenset({"crisis_word", "person_at_risk", "injury", "safety"})
"""Grave reasons that open an incident; naming a lawyer is answered, and is no incident."""
LONGEST_CLOSING: Final = 12
"""Words up to which thanks or a `got it` can end an exchange."""
KNOWN_AUTHOR: Final = 3
"""Earlier messages from which an author is an acquaintance: a likely advocate or adversary."""
ANSWERABLE: Final = (
    Intent.QUESTION,
    Intent.REQUEST,
    Intent.COMPLAINT,
    Intent.MEDIA,
    Intent.JOB,
    Intent.SALES,
)
ENGAGED: Final[dict[Intent, str]] = {
    Intent.COMPLAINT: "Complaints are answered.",
    Intent.QUESTION: "Questions are answered.",
    Intent.REQUEST: "Requests are answered.",
    Intent.PRAISE: "Praise is answered: the author may be an advocate.",
    Intent.THANKS: "Thanks out of the blue are answered: the author may be an advocate.",
    Intent.MEDIA: "The press is answered.",
    Intent.JOB: "People who look for work are answered.",
    Intent.SALES: "People who want to buy are answered.",
}


@dataclass(frozen=True, slots=True)
class Case:
    """All that is known about one message when it is decided upon."""

    facts: MessageFacts
    brand: BrandFacts
    reading: Reading
    cues: Found
    terms: TermAnswer
    mood: Mood
    aim: Aim
    heat: Heat
    noise: Noise

    @property
    def says_nothing(self) -> bool:
        """No words and no stars: nothing that could be answered."""
        return not self.reading.words and self.facts.rating is None


@dataclass(frozen=True, slots=True)
class Decision:
    """What should happen, the reason as a code, and in a sentence."""

    disposition: Disposition
    code: str
    reasons: tuple[Reason, ...]
    sure: float = 1.0
    """How sure the facts are that the decision rests on, 0 to 1."""


def decide(case: Case) -> Decision:
    """Return the decision of the first rule that has one."""
    for rule in RULES:
        decision = rule(case)
        if decision is not None:
            return decision
    return _decided(
        Disposition.MONITOR, "statement", "Speaks of the brand and asks for nothing.", case.aim.confidence
    )


def _decided(disposition: Disposition, code: str, sentence: str, sure: float = 1.0) -> Decision:
    return Decision(disposition, code, (Reason(code, sentence),), sure)


def incident(case: Case) -> Decision | None:
    """Danger to people, or a crisis word of the client."""
    for code in case.heat.grave:
        if code in INCIDENTS:
            return Decision(Disposition.INCIDENT, code, case.heat.reasons)
    return None


def abuse(case: Case) -> Decision | None:
    """Threats against people, in public. In private there is nothing to take down."""
    if Cue.ABUSE in case.cues and not case.facts.private:
        return _decided(
            Disposition.MODERATE, "abuse", f"Threatens or wishes harm: {quoted(case.cues[Cue.ABUSE])}."
        )
    return None


def filtered(case: Case) -> Decision | None:
    """A phrase that the client filters."""
    if case.noise.filtered_by:
        return Decision(Disposition.SPAM, "noise_phrase", case.noise.reasons[:1])
    return None


def spam(case: Case) -> Decision | None:
    """Several hints of noise together. Somebody who clearly complains to the brand is no spammer."""
    complains = case.facts.addressed_to_brand and case.aim.intent is Intent.COMPLAINT
    if case.noise.points >= ENOUGH_FOR_SPAM and not complains:
        return Decision(Disposition.SPAM, "spam", case.noise.reasons)
    return None


def excluded(case: Case) -> Decision | None:
    """Only an exclusion's sense of the term was found: the message is about something else."""
    if case.terms.excluded and not case.terms.matches and not case.facts.addressed_to_brand:
        term, exclusion = case.terms.excluded[0]
        sentence = f"“{term}” stands beside “{exclusion}”, which the client excludes."
        return _decided(Disposition.NO_RESPONSE, "excluded", sentence)
    return None


def wordless(case: Case) -> Decision | None:
    """Nothing but pictures, names or links."""
    to_brand = case.facts.addressed_to_brand or case.facts.private
    if not case.says_nothing or (to_brand and case.aim.intent is Intent.QUESTION):
        return None
    if case.reading.pictures:
        return _decided(Disposition.NO_RESPONSE, "emoji_only", "Only emoji: there is nothing to answer.")
    if case.facts.private or (case.facts.reply_to_brand and case.reading.urls):
        return None  # A picture that the brand asked for arrives as a link, or as no text at all.
    if case.reading.handles or case.reading.urls:
        return _decided(Disposition.NO_RESPONSE, "bare_mention", "A bare mention: nothing is said.")
    return _decided(Disposition.NO_RESPONSE, "empty", "The message holds no text.")


def repost(case: Case) -> Decision | None:
    """Passes on what somebody else said."""
    if case.facts.kind == "repost":
        return _decided(Disposition.MONITOR, "repost", "Passes on somebody's words.")
    return None


def private_talk(case: Case) -> Decision | None:
    """Speaks to others, not to the brand."""
    if case.facts.addressed_to_brand or case.facts.private or case.terms.names_handle:
        return None
    if case.reading.starts_with_handle:
        sentence = f"Speaks to {quoted('@' + name for name in case.reading.handles[:1])}, not to the brand."
        return _decided(Disposition.NO_RESPONSE, "private_talk", sentence)
    return None


def closing(case: Case) -> Decision | None:
    """Thanks or a `got it` at the end of an exchange, and nothing else wanted."""
    thanks, ends = Cue.THANKS in case.cues, Cue.CLOSING in case.cues
    within = case.facts.reply_to_brand or (case.facts.private and case.facts.author_messages_before > 0)
    if not within or not (thanks or ends) or len(case.reading.words) > LONGEST_CLOSING:
        return None
    if case.aim.wants(*ANSWERABLE, Intent.BAIT) or case.mood.sentiment is Sentiment.NEGATIVE:
        return None
    code = "closing_thanks" if thanks else "closing"
    said = case.cues[Cue.THANKS] if thanks else case.cues[Cue.CLOSING]
    return _decided(
        Disposition.NO_RESPONSE, code, f"Ends the exchange ({quoted(said)}) and asks for nothing more."
    )


def bait(case: Case) -> Decision | None:
    """Provokes, and wants nothing that could be answered."""
    wants = case.aim.wants(Intent.COMPLAINT, Intent.REQUEST, Intent.MEDIA, Intent.SALES)
    if case.aim.intent is Intent.BAIT and not wants:
        return Decision(Disposition.NO_RESPONSE, "bait", case.aim.reasons, case.aim.confidence)
    return None


def elsewhere(case: Case) -> Decision | None:
    """Neither addressed to the brand nor about it, as far as the listening terms tell."""
    if case.facts.addressed_to_brand or case.facts.private or case.terms.matches:
        return None
    return _decided(
        Disposition.MONITOR, "no_term", "Names no listening term and is not addressed to the brand."
    )


def grave(case: Case) -> Decision | None:
    """Law or authorities are named, or somebody is threatened in private: a person answers, with care."""
    if case.heat.severity is Severity.SEVERE:
        return Decision(Disposition.ENGAGE, case.heat.grave[0], case.heat.reasons)
    return None


def wants_something(case: Case) -> Decision | None:
    """Asks, complains, praises, looks for work, wants to buy, or is from the press."""
    sentence = ENGAGED.get(case.aim.intent)
    if sentence is None:
        return None
    reasons = (*case.aim.reasons, Reason(f"engage_{case.aim.intent.value}", sentence))
    return Decision(Disposition.ENGAGE, case.aim.intent.value, reasons, case.aim.confidence)


def acquaintance(case: Case) -> Decision | None:
    """Somebody left without an answer before, or who keeps talking to the brand and takes sides."""
    if case.facts.author_unanswered_before:
        sentence = f"The author's {case.facts.author_unanswered_before} earlier messages got no answer."
        return _decided(Disposition.ENGAGE, "unanswered_author", sentence)
    if case.facts.author_messages_before >= KNOWN_AUTHOR and case.mood.sentiment is not Sentiment.NEUTRAL:
        sentence = f"The author wrote {case.facts.author_messages_before} times before and takes sides."
        return _decided(Disposition.ENGAGE, "known_author", sentence)
    return None


def goes_on(case: Case) -> Decision | None:
    """A review, or something said to the brand, in private or in public."""
    if case.facts.private:
        return _decided(Disposition.ENGAGE, "private_message", "Wrote to the brand in private.")
    if case.facts.rating is not None:
        return _decided(Disposition.ENGAGE, "review", "A review of the brand.")
    if case.facts.reply_to_brand:
        return _decided(
            Disposition.ENGAGE, "continues", "Goes on in an exchange with the brand.", case.aim.confidence
        )
    if case.facts.addressed_to_brand or case.terms.spoken_to:
        return _decided(Disposition.ENGAGE, "addressed", "Says something to the brand.", case.aim.confidence)
    return None


Rule = Callable[[Case], Decision | None]
RULES: Final[tuple[Rule, ...]] = (
    incident,
    abuse,
    filtered,
    spam,
    excluded,
    wordless,
    repost,
    private_talk,
    closing,
    bait,
    elsewhere,
    grave,
    wants_something,
    acquaintance,
    goes_on,
)
