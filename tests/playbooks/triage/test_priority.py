"""A priority is the sum of its reasons, and each reason counts in the direction it says."""

from __future__ import annotations

import pytest

from tests.playbooks.triage.saying import evaluated

TEXT = "@quillamo where is my order?"


def weights(said):
    return {reason.rule: reason.weight for reason in said.priority_reasons}


@pytest.mark.parametrize(
    ("facts", "rule", "weight"),
    [
        ({"addressed_to_brand": True}, "addressed", 8),
        ({"private": True}, "private", 4),
        ({"author_unanswered_before": 2}, "unanswered_before", 10),
        ({"author_unanswered_before": 99}, "unanswered_before", 15),
        ({"author_messages_before": 3}, "known_author", 3),
        ({"author_followers": 1_000}, "reach", 4),
        ({"author_followers": 10**9}, "reach", 16),
        ({"same_text_before": 3}, "noise", -6),
    ],
)
def test_each_fact_moves_the_priority_by_the_reason_it_names(facts, rule, weight):
    before, after = evaluated(TEXT), evaluated(TEXT, **facts)

    assert weights(after)[rule] == weight
    assert after.priority == before.priority + weight


@pytest.mark.parametrize("followers", [None, 0, 100, -5])
def test_a_small_reach_counts_nothing(followers):
    assert "reach" not in weights(evaluated(TEXT, author_followers=followers))


def test_where_the_scale_ends_a_last_reason_says_so():
    hottest = evaluated(
        "@quillamo recall! glass splinters, my child was hurt, this is unacceptable",
        addressed_to_brand=True,
        author_unanswered_before=9,
        author_followers=10**7,
    )
    coldest = evaluated("@quillamo follow me, bitcoin airdrop https://bit.ly/x", same_text_before=50)

    assert (hottest.priority, coldest.priority) == (100, 0)
    assert hottest.priority_reasons[-1].rule == coldest.priority_reasons[-1].rule == "limit"
    assert hottest.priority_reasons[-1].weight < 0 < coldest.priority_reasons[-1].weight


def test_the_order_of_a_busy_morning():
    morning = [
        "@quillamo there is glass in my coffee tin and my child is injured",
        "@quillamo my machine is broken for the third time, this is unacceptable",
        "@quillamo when do you open on sunday?",
        "Passed the old Quillamo building on the tram",
        "@quillamo",
    ]
    priorities = [evaluated(text).priority for text in morning]

    assert priorities == sorted(priorities, reverse=True)
    assert len(set(priorities)) == len(priorities)
