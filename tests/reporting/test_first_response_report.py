"""The figures of the first response report, and the rows that add up to each (reference/inbox.md §4)."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from inbox.actions.give_up import give_up_waiting
from inbox.models import Conversation, Message
from reporting import queries
from reporting.queries import Figure, Slice
from tests.conftest import NOON
from tests.reporting.talk import RULES, after, answers, asks, deletes, exclude, fold, receive

DAY = timedelta(days=1)
START, END = NOON - DAY, NOON + DAY


def report(start=START, end=END, channel=None, at=None):
    fold()
    return queries.first_response(start, end, channel, at or after(600))


def total(**asked):
    return report(**asked).total


def number_of(figure, figures):
    """How many rows a figure says it has."""
    return {
        Figure.RECEIVED: figures.received,
        Figure.ELIGIBLE: figures.eligible,
        Figure.RESPONSE_RATE: figures.eligible,
        Figure.ANSWERED: figures.answered,
        Figure.IN_TIME: figures.in_time,
        Figure.MEDIAN: figures.measured,
        Figure.P90: figures.measured,
        Figure.MEAN: figures.measured,
        Figure.UNANSWERED: figures.unanswered,
        Figure.NATIVE: figures.native,
        Figure.EXCLUDED: sum(count for _, count in figures.excluded),
    }[figure]


@pytest.fixture
def busy_day(channel, reviews, ada):
    """Ten threads on two channels: answered, waiting, given up, excluded, deleted, and asked again."""
    receive(channel, *(asks(f"q{n}", minute=n) for n in range(8)))
    receive(channel, *(answers(f"a{n}", thread=f"q{n}", minute=n + 10 * (n + 1)) for n in range(4)))
    receive(channel, asks("again", thread="q0", minute=200))
    receive(reviews, asks("r0", rating=2), asks("r1", rating=5))
    receive(reviews, answers("r2", thread="r1", minute=90))
    exclude("q4", "bait", by=ada)
    exclude("q5", "bait", by=ada)
    receive(channel, deletes("q6", thread="q6", minute=30))
    pk = Conversation.objects.get(messages__external_id="r0").pk
    give_up_waiting(conversation_ids=[pk], rules=RULES, by=ada, at=after(500))


def test_received_answered_rate_and_who_still_waits(busy_day):
    figures = total()

    assert (figures.received, figures.eligible, figures.answered) == (11, 8, 5)
    assert figures.response_rate == 5 / 8
    assert figures.unanswered == 3
    assert figures.oldest_waiting_since == after(7)
    assert figures.oldest_age_seconds(after(607)) == 36_000
    assert figures.excluded == (("bait", 2), ("deleted_by_author", 1))


def test_median_and_ninetieth_percentile_are_of_first_answers_only(busy_day, channel):
    receive(channel, answers("much later", thread="q0", minute=2000))

    figures = total()

    assert figures.measured == 5
    assert figures.median_seconds == 30 * 60
    assert figures.p90_seconds == pytest.approx(70 * 60)
    assert figures.mean_seconds == 38 * 60


@pytest.mark.parametrize("figure", list(Figure))
def test_every_number_has_as_many_rows_as_it_says(busy_day, figure):
    told = report()

    for figures in (told.total, *told.channels):
        part = Slice(START, END, figures.channel_id)
        assert queries.count_rows(figure, part) == number_of(figure, figures)
        assert len(queries.rows(figure, part, limit=100)) == number_of(figure, figures)


def test_the_channels_add_up_to_the_whole(busy_day):
    told = report()

    for figure in (Figure.RECEIVED, Figure.ELIGIBLE, Figure.ANSWERED, Figure.UNANSWERED, Figure.EXCLUDED):
        assert sum(number_of(figure, one) for one in told.channels) == number_of(figure, told.total)
    assert [line.channel_name for line in told.channels] == ["Acme on Mastodon", "Acme's reviews"]


def test_rows_are_paged_without_a_gap_or_a_repeat(channel):
    receive(channel, *(asks(f"q{n}", minute=n // 3) for n in range(10)))
    fold()

    for figure in (Figure.RECEIVED, Figure.ELIGIBLE):
        seen, place = [], None
        while found := queries.rows(figure, Slice(START, END), after=place, limit=3):
            seen += [row.id for row in found]
            place = (found[-1].came_at, found[-1].id)
        assert len(seen) == len(set(seen)) == 10


def test_every_figure_stays_when_the_text_is_purged(busy_day):
    """Test vector 20 of reference/inbox.md §4b."""
    before = report()
    behind = {figure: queries.rows(figure, Slice(START, END), limit=100) for figure in Figure}

    Message.objects.update(text="", title="", author=None)

    assert report() == before
    assert {figure: queries.rows(figure, Slice(START, END), limit=100) for figure in Figure} == behind


def test_an_answer_given_on_the_network_counts_and_is_nobodys_time(channel):
    """Test vector 14."""
    receive(channel, asks("1"))
    receive(channel, answers("2", thread="1", minute=5))

    fold()
    [row] = queries.rows(Figure.NATIVE, Slice(START, END), limit=9)

    assert (row.seconds, row.native, row.user_id) == (300, True, None)


def test_three_comments_in_a_burst_are_one_to_be_answered_and_three_received(channel):
    """Test vector 12."""
    receive(channel, *(asks(str(n), thread="t", minute=n / 2) for n in range(3)))
    receive(channel, answers("a", thread="t", minute=9))

    figures = total()

    assert (figures.received, figures.eligible, figures.answered) == (3, 1, 1)


def test_imported_history_is_in_no_figure(channel):
    """Test vector 19."""
    receive(channel, *(asks(str(n), backfill=True) for n in range(20)))

    figures = total()

    assert (figures.received, figures.eligible, figures.median_seconds) == (0, 0, None)
    assert figures.response_rate is None


def test_a_period_is_half_open(channel):
    receive(channel, asks("at noon"))

    assert total(start=NOON, end=NOON + DAY).eligible == 1
    assert total(start=NOON - DAY, end=NOON).eligible == 0


def test_a_cycle_that_was_none_brings_no_channel_into_the_report(channel):
    receive(channel, asks("1", thread="t", minute=10))
    receive(channel, answers("2", thread="t", minute=20))
    receive(channel, asks("3", thread="t", minute=30))
    fold()
    receive(channel, answers("4", thread="t", minute=40), deletes("3", thread="t", minute=35))

    assert [line.eligible for line in report().channels] == [1]


def test_days_are_those_of_the_brands_zone(channel):
    """22:30 in London is half past midnight in Vienna, where the clock is turned on the 29th of March."""
    summer = NOON.replace(month=3, day=29, hour=22, minute=30)
    receive(channel, asks("late", minute=(summer - NOON) / timedelta(minutes=1)))
    fold()

    for zone, day in (("Europe/London", 29), ("Europe/Vienna", 30)):
        start, end = queries.days(summer.date(), summer.date(), zone)
        assert len(queries.by_day(start, end, None, zone)) == (1 if day == 29 else 0)
        [line] = queries.by_day(summer - DAY, summer + DAY, None, zone)
        assert line.day.day == day
    short = queries.days(summer.date(), summer.date(), "Europe/Vienna")
    assert short[1].timestamp() - short[0].timestamp() == 23 * 3600


@pytest.mark.parametrize("size", [1, 30])
def test_the_report_takes_four_queries_however_much_there_is(
    channel, reviews, django_assert_num_queries, size
):
    receive(channel, *(asks(f"q{n}", minute=n) for n in range(size)))
    receive(reviews, *(asks(f"r{n}", minute=n) for n in range(size)))
    fold()

    with django_assert_num_queries(4):
        queries.first_response(START, END, None, after(600))


def test_excluded_rows_are_narrowed_by_their_reason(busy_day):
    fold()
    rows = queries.rows(Figure.EXCLUDED, Slice(START, END), limit=99)

    for reason, count in Counter(row.reason for row in rows).items():
        assert queries.count_rows(Figure.EXCLUDED, Slice(START, END, reason=reason)) == count
