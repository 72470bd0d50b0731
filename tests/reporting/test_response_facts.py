"""Folding single stories of the ledger into facts."""

from __future__ import annotations

from reporting.models import ResponseFact
from tenants.ledger.dispatch import dispatch
from tests.reporting.talk import after, answers, asks, fold, news, receive, told, true


def test_an_answer_that_the_ledger_hands_over_before_its_question_still_counts(channel):
    receive(channel, asks("1"))
    receive(channel, answers("2", thread="1", minute=20))
    started, met = news()

    fold([met])
    fact = ResponseFact.objects.get()
    assert (fact.outcome, fact.started_at, fact.seconds) == ("answered", after(0), 1200)

    fold([started])
    assert told() == true()


def test_a_transaction_that_waited_for_the_lock_does_not_open_an_answered_cycle_again(channel):
    receive(channel, asks("1"))
    receive(channel, answers("2", thread="1", minute=20))

    fold(news()[::-1])

    assert ResponseFact.objects.get().outcome == "answered"


def test_a_cycle_that_was_none_does_not_come_back_when_its_beginning_is_told_again(channel):
    receive(channel, asks("1", thread="t", minute=10))
    receive(channel, answers("2", thread="t", minute=20))
    receive(channel, asks("3", thread="t", minute=30))
    fold()
    receive(channel, answers("4", thread="t", minute=5))
    receive(channel, asks("late", thread="t", minute=1))
    everything = news()
    fold()

    fold(everything[:2])

    assert told() == true()


def test_folding_many_entries_takes_two_statements(channel, queries):
    receive(channel, *(asks(str(number)) for number in range(40)))
    entries = news()

    with queries() as seen:
        fold(entries)

    assert len(seen) == 2


def test_the_ledgers_dispatcher_folds_what_happened_once(channel):
    receive(channel, asks("1"), asks("2"))
    receive(channel, answers("3", thread="1", minute=20))

    dispatch(at=after(600), only="response_facts")
    assert told() == true()
    assert len(told()) == 2

    kept = list(ResponseFact.objects.values())
    dispatch(at=after(601), only="response_facts")
    assert list(ResponseFact.objects.values()) == kept
