"""The demo's own stories, written without an eye on the rules, get what people would decide for most of them."""

from __future__ import annotations

from functools import cache

import pytest

from config.demo import loader
from config.demo.shapes import StoryKind
from inbox.evaluation import BrandFacts, Disposition, Evaluation, ListeningTermFacts
from playbooks.triage import evaluate
from playbooks.triage.normalise import read
from tests.config.demo.material import START, THREADS
from tests.playbooks.triage.saying import fact


@cache
def stories() -> list[tuple[frozenset[StoryKind], str, str, Evaluation]]:
    """Each thread's opening: what it is a story of, its language, its text, and our answer."""
    told = []
    addressed = {
        item.payload["external_id"]: bool(item.payload.get("addressed_to_brand"))
        for _, item in loader.schedule(THREADS, START, pace=1, seed=7)
    }
    for brand in loader.brands():
        facts = BrandFacts(
            name=brand.name,
            handles=brand.handles,
            terms=tuple(
                ListeningTermFacts(term.text, term.misspellings, term.excludes) for term in brand.terms
            ),
            languages=brand.languages,
            crisis_words=brand.crisis_words,
        )
        for thread in loader.threads(brand.slug):
            opening = thread.messages[0]
            if opening.author is not None:
                said = fact(
                    opening.text,
                    title=thread.title,
                    rating=thread.rating,
                    private=thread.private,
                    addressed_to_brand=addressed[f"{brand.slug}.{thread.id}.0"],
                )
                told.append((thread.tags, thread.language, opening.text, evaluate([said], facts)[0]))
    return told


def share(kind, *dispositions):
    found = [said.disposition in dispositions for tags, _, _, said in stories() if kind in tags]
    return sum(found) / len(found)


@pytest.mark.parametrize(
    ("kind", "dispositions", "least"),
    [
        (StoryKind.SPAM, (Disposition.SPAM,), 0.75),
        (StoryKind.FOLLOWER_BAIT, (Disposition.SPAM,), 0.75),
        (StoryKind.EMOJI, (Disposition.NO_RESPONSE,), 0.9),
        (StoryKind.BARE_MENTION, (Disposition.NO_RESPONSE,), 0.9),
        (StoryKind.JOURNALIST, (Disposition.ENGAGE, Disposition.INCIDENT), 0.9),
        (StoryKind.JOB, (Disposition.ENGAGE,), 0.9),
        (StoryKind.REVIEW, (Disposition.ENGAGE, Disposition.INCIDENT), 0.95),
        (StoryKind.QUESTION, (Disposition.ENGAGE, Disposition.INCIDENT), 0.7),
        (StoryKind.COMPLAINT, (Disposition.ENGAGE, Disposition.INCIDENT), 0.75),
        (StoryKind.LEGAL, (Disposition.ENGAGE, Disposition.INCIDENT), 1.0),
    ],
)
def test_most_stories_of_a_kind_end_where_people_would_put_them(kind, dispositions, least):
    assert share(kind, *dispositions) >= least


def test_nobody_who_complains_asks_or_reviews_is_called_spam():
    kinds = {StoryKind.COMPLAINT, StoryKind.QUESTION, StoryKind.REVIEW, StoryKind.PRAISE, StoryKind.CRISIS}
    lost = [
        text
        for tags, _, text, said in stories()
        if tags & kinds and StoryKind.SPAM not in tags and said.disposition is Disposition.SPAM
    ]

    assert lost == []


def test_the_language_of_four_words_and_more_is_right():
    long_enough = [
        (language, said.language) for _, language, text, said in stories() if len(read(text).words) >= 4
    ]

    assert len(long_enough) > 150
    assert sum(wanted == told for wanted, told in long_enough) / len(long_enough) >= 0.97
