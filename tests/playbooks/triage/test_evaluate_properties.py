"""Evaluate is a pure function of facts: the same alone or in a batch, total over any text, and it can be added up."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inbox.evaluation import BrandFacts, Disposition, Evaluation, ListeningTermFacts
from playbooks.triage import evaluate
from playbooks.triage.normalise import READ_AT_MOST
from tests.playbooks.triage.saying import BRAND, evaluated, fact

WORDS = st.sampled_from(
    """
    quillamo qillamo @quillamo #quillamo brewza where is my refund thanks for nothing love it ? ! 😡 👏 https://bit.ly/x
    danke wo bleibt meine bestellung merci pourquoi gracias ¿ dónde está follow me bitcoin recall lawyer journalist
    hiring bet you won't answer buy how much RT @a @b @c never again broken 5 stars ... okay kill yourself
    """.split()
)
TEXTS = st.one_of(
    st.lists(WORDS, max_size=30).map(" ".join),
    st.text(st.characters(), max_size=80),
    st.text(st.characters(categories=["Cs", "Cc", "Cf", "Mn", "So", "Lo"]), max_size=40),
)
FACTS = st.builds(
    fact,
    TEXTS,
    title=st.one_of(st.just(""), TEXTS),
    kind=st.sampled_from(["mention", "comment", "reply", "direct", "review", "repost"]),
    author_followers=st.one_of(st.none(), st.integers(-1, 10**12)),
    author_messages_before=st.integers(0, 1000),
    author_unanswered_before=st.integers(0, 1000),
    addressed_to_brand=st.booleans(),
    reply_to_brand=st.booleans(),
    private=st.booleans(),
    rating=st.one_of(st.none(), st.integers(-1, 7)),
    declared_language=st.sampled_from(["", "en", "de-AT", "zh_Hant", "x", "und", "🙃"]),
    same_text_before=st.integers(0, 100),
)
DECIDES = st.frozensets(st.sampled_from(list(Disposition)))


@given(batch=st.lists(FACTS, max_size=8), order=st.randoms(use_true_random=False))
def test_the_same_facts_give_the_same_answer_alone_and_in_any_batch(batch, order):
    together = evaluate(batch, BRAND)
    mixed = list(range(len(batch)))
    order.shuffle(mixed)

    assert [evaluate([one], BRAND)[0] for one in batch] == together
    assert evaluate([batch[place] for place in mixed], BRAND) == [together[place] for place in mixed]


@settings(max_examples=300)
@given(facts=FACTS, decides=DECIDES)
def test_every_answer_is_whole(facts, decides):
    [said] = evaluate([facts], replace(BRAND, machine_decides=decides))

    assert said.proposed is (said.disposition not in decides)
    assert said.priority == sum(reason.weight for reason in said.priority_reasons)
    assert 0 <= said.priority <= 100
    assert said.reason
    assert said.reasons
    assert all(reason.sentence.endswith(".") for reason in (*said.reasons, *said.priority_reasons))
    assert -1 <= said.sentiment_score <= 1
    assert 0 <= said.sentiment_confidence <= 1
    assert 0 <= said.intent_confidence <= 1
    assert len({match.term for match in said.matches}) == len(said.matches)
    assert_can_be_kept(said)


def assert_can_be_kept(said: Evaluation) -> None:
    """As JSON in PostgreSQL, which holds neither NUL nor lone surrogates."""
    written = json.dumps(asdict(said), ensure_ascii=False)
    written.encode()
    assert "\\u0000" not in written


@given(text=TEXTS, terms=st.lists(TEXTS, max_size=5), phrases=st.lists(TEXTS, max_size=5))
def test_any_wording_of_a_clients_terms_and_phrases_is_taken(text, terms, phrases):
    brand = BrandFacts(
        name=text,
        handles=tuple(phrases),
        terms=tuple(ListeningTermFacts(term, excludes=tuple(phrases)) for term in terms),
        languages=tuple(phrases),
        crisis_words=tuple(phrases),
        noise_phrases=tuple(phrases),
    )

    assert_can_be_kept(evaluate([fact(text)], brand)[0])


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "\0",
        "\ud800",
        "@",
        "#",
        "!",
        "é",
        "e\u0301",
        "😡",
        " quillamo",
        "@quillamohelp ",
        "'",
        "a'",
        "://",
        "www.",
        "漢",
    ],
    ids=lambda unit: ascii(unit),
)
def test_a_message_of_a_hundred_thousand_characters_is_read_in_part_and_says_so(unit):
    said = evaluated((unit * 100_000)[:100_000])

    assert any(reason.rule == "long_text" for reason in said.reasons)
    assert_can_be_kept(said)


def test_what_stands_beyond_the_part_that_is_read_changes_nothing():
    opening = "where is my order? " * 300

    assert evaluated(opening + "fine").disposition == evaluated(opening + "recall").disposition
    assert len(opening) > READ_AT_MOST


def test_a_private_message_never_counts_less_than_the_same_one_in_public():
    for text in ("Where is my order?", "it broke", "hello"):
        public, private = (evaluated(text, addressed_to_brand=True, private=one) for one in (False, True))

        assert private.priority >= public.priority


def test_each_heat_is_more_urgent_than_the_one_before():
    said = [
        "@quillamo my grinder does not work",
        "@quillamo my grinder does not work, this is unacceptable",
        "@quillamo my grinder does not work and caught fire",
    ]

    assert all(one.priority < other.priority for one, other in pairwise(map(evaluated, said)))
