"""Messages as facts, in one line each, for tests of triage."""

from __future__ import annotations

from typing import Any

from inbox.evaluation import BrandFacts, Evaluation, ListeningTermFacts, MessageFacts
from playbooks.triage import evaluate
from tests.conftest import NOON

BRAND = BrandFacts(
    name="Quillamo Coffee",
    handles=("@quillamo",),
    terms=(
        ListeningTermFacts("Quillamo", excludes=("Lago Quillamo", "#quillamotrail")),
        ListeningTermFacts("Brewza"),
        ListeningTermFacts("Quimo"),
        ListeningTermFacts("QCo"),
        ListeningTermFacts("Crema Norte"),
        ListeningTermFacts("Espressimo", fuzzy=False),
    ),
    languages=("en", "de", "fr", "es"),
    crisis_words=("recall", "Rückruf", "glass splinters"),
    noise_phrases=("voucher hunters",),
)


def fact(text: str, **facts: Any) -> MessageFacts:
    return MessageFacts(
        **{"key": "1", "network": "mastodon", "kind": "mention", "sent_at": NOON, **facts}, text=text
    )


def evaluated(text: str, brand: BrandFacts = BRAND, /, **facts: Any) -> Evaluation:
    """One message alone."""
    [evaluation] = evaluate([fact(text, **facts)], brand)
    return evaluation
