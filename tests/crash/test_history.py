"""Random kills of everything under random traffic: every delivery is accounted for, every reply leaves once at most."""

from __future__ import annotations

import secrets
import sys
from collections import Counter
from dataclasses import replace

import pytest

from config.faults.history import History, Item, Outcome, Press, ReplyRow, violations
from config.faults.run import Plan, run


def test_nothing_is_lost_or_done_twice_whatever_is_killed():
    plan = Plan(seconds=15.0, seed=secrets.randbelow(1_000_000))
    sys.stdout.write(f"{plan}\n")

    verdict = run(plan, tell=lambda sentence: None)

    assert verdict.broken == [], f"{plan} broke rules"
    assert len(verdict.history.faults) >= 3, "hardly anything was killed"
    assert verdict.history.accepted
    assert verdict.outcome.published


# --- The checker itself: each kind of loss and repetition is seen ------------------------------------------
GOOD, BAD = Item("a", 1), Item("b", is_damaged=True)


@pytest.fixture
def history():
    return History(
        sent={"d": (GOOD, BAD), "lost": (Item("c"),)},
        accepted=Counter({"d": 2}),
        refused=Counter({503: 1}),
        presses=[Press(7, "yes", 202), Press(7, "no", 409), Press(8, "maybe", 0)],
    )


@pytest.fixture
def outcome():
    return Outcome(
        receipts=Counter({"d": 1}),
        waiting=0,
        aside={"d": ((1, "author is missing"),)},
        messages=Counter({"a": 1}),
        versions={"a": 1},
        replies=(ReplyRow("k", 7, "yes", "confirmed"), ReplyRow("l", 8, "maybe", "failed")),
        posts=Counter({"k": 1, "l": 1}),
        published=Counter({"k": 1}),
    )


def test_a_history_in_which_everything_is_accounted_for_breaks_no_rule(history, outcome):
    assert violations(history, outcome) == []


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"waiting": 2}, "never read"),
        ({"receipts": Counter({"d": 2})}, "is there 2 times"),
        ({"receipts": Counter({"d": 1, "e": 1})}, "receipt e was never sent"),
        ({"receipts": Counter()}, "accepted and is gone"),
        ({"aside": {}}, "should have set aside [1]"),
        ({"aside": {"d": ((0, "x"), (1, "x"))}}, "should have set aside [1]"),
        ({"aside": {"d": ((1, ""),)}}, "without a reason"),
        ({"messages": Counter()}, "accepted and is no message"),
        ({"messages": Counter({"a": 2})}, "became 2 messages"),
        ({"messages": Counter({"a": 1, "z": 1})}, "message z was never sent"),
        ({"messages": Counter({"a": 1, "b": 1})}, "message b was never sent"),
        ({"versions": {"a": 0}}, "is of version 0"),
        ({"replies": ()}, "is there 0 times"),
        ({"replies": (ReplyRow("k", 7, "yes", "sending"),)}, "is sending for ever"),
        ({"replies": (ReplyRow("k", 7, "yes", "failed"),)}, "is failed and was published 1 times"),
        ({"published": Counter()}, "is confirmed and was published 0 times"),
        ({"published": Counter({"k": 2})}, "was published 2 times"),
        ({"posts": Counter({"x": 1})}, "is not in the outbox"),
        (
            {"replies": (ReplyRow("k", 7, "yes", "confirmed"), ReplyRow("m", 7, "no", "failed"))},
            "conversation 7 got 2 replies",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_loss_and_each_repetition_is_seen(history, outcome, changed, says):
    found = violations(history, replace(outcome, **changed))

    assert any(says in sentence for sentence in found), found


def test_a_delivery_that_was_never_accepted_may_be_there_or_not(history, outcome):
    there = replace(
        outcome,
        receipts=Counter({"d": 1, "lost": 1}),
        messages=Counter({"a": 1, "c": 1}),
        versions={"a": 1, "c": 0},
    )

    assert violations(history, there) == []
