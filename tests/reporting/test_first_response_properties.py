"""The report's figures equal a count by hand, and two periods add up to the figures of both."""

from __future__ import annotations

import math
from collections import Counter
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reporting import queries
from reporting.models import ResponseFact
from reporting.queries import Figure, Slice
from tests.conftest import NOON

HOURS = 24 * 30
START, END = NOON, NOON + timedelta(hours=HOURS)
UNHURRIED = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
STORIES = st.lists(
    st.fixed_dictionaries(
        {
            "channel_id": st.integers(1, 3),
            "started_at": st.integers(-5, HOURS + 5).map(lambda hours: NOON + timedelta(hours=hours)),
            "clock": st.sampled_from(["first_response", "first_response", "next_response"]),
            "outcome": st.sampled_from(
                ["answered", "answered", "open", "lapsed", "excluded", "cancelled", "void"]
            ),
            "seconds": st.integers(0, 400_000),
            "native": st.booleans(),
            "reason": st.sampled_from(["bait", "duplicate"]),
        }
    ),
    max_size=25,
)


class Undone(Exception):
    """Takes an example's rows away again."""


def keep(stories):
    """Write the stories down as facts."""
    rows = []
    for number, story in enumerate(stories, 1):
        answered = story["outcome"] == "answered"
        rows.append(
            ResponseFact(
                cycle_id=number,
                conversation_id=number,
                number=1,
                entry_id=number,
                channel_id=story["channel_id"],
                started_at=story["started_at"],
                clock=story["clock"],
                outcome=story["outcome"],
                reason="" if story["outcome"] in ("answered", "open") else story["reason"],
                native=answered and story["native"],
                seconds=story["seconds"] if answered else None,
                answered_at=story["started_at"] + timedelta(seconds=story["seconds"]) if answered else None,
            )
        )
    ResponseFact.objects.bulk_create(rows)


def share_of(values, share):
    """The continuous percentile, counted by hand."""
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low, high = math.floor(place), math.ceil(place)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def by_hand(stories, start, end):
    """Every figure from the stories alone."""
    within = [story for story in stories if start <= story["started_at"] < end]
    answered = [story for story in within if story["outcome"] == "answered"]
    waiting = [story["started_at"] for story in within if story["outcome"] == "open"]
    times = [story["seconds"] for story in answered if story["clock"] == "first_response"]
    unanswered = sum(story["outcome"] in ("open", "lapsed") for story in within)
    return {
        "eligible": len(answered) + unanswered,
        "answered": len(answered),
        "native": sum(story["native"] for story in answered),
        "measured": len(times),
        "median_seconds": pytest.approx(share_of(times, 0.5)),
        "p90_seconds": pytest.approx(share_of(times, 0.9)),
        "mean_seconds": pytest.approx(sum(times) / len(times)) if times else None,
        "unanswered": unanswered,
        "oldest_waiting_since": min(waiting, default=None),
        "excluded": Counter(
            story["reason"] for story in within if story["outcome"] in ("excluded", "cancelled")
        ),
    }


def counted(start, end):
    total = queries.first_response(start, end, None, END).total
    return {name: getattr(total, name) for name in by_hand([], start, end)} | {
        "excluded": Counter(dict(total.excluded))
    }


@UNHURRIED
@given(stories=STORIES, cut=st.integers(0, HOURS))
def test_figures_equal_a_count_by_hand_and_two_periods_add_up(stories, cut, at_acme):
    middle = START + timedelta(hours=cut)
    try:
        with transaction.atomic():
            keep(stories)

            whole, first, second = counted(START, END), counted(START, middle), counted(middle, END)
            assert whole == by_hand(stories, START, END)
            for name in ("eligible", "answered", "native", "measured", "unanswered", "excluded"):
                assert whole[name] == first[name] + second[name]
            for figure in set(Figure) - {Figure.RECEIVED}:
                parts = [*rows(figure, START, middle), *rows(figure, middle, END)]
                assert parts == rows(figure, START, END)
            raise Undone
    except Undone:
        assert not ResponseFact.objects.exists()


def rows(figure, start, end):
    return queries.rows(figure, Slice(start, end), limit=1000)


@UNHURRIED
@given(
    stories=STORIES,
    zone=st.sampled_from(["UTC", "Europe/Vienna", "America/St_Johns", "Pacific/Chatham", "Asia/Kolkata"]),
)
def test_days_are_counted_in_the_brands_zone(stories, zone, at_acme):
    try:
        with transaction.atomic():
            keep(stories)

            eligible = Counter(
                story["started_at"].astimezone(ZoneInfo(zone)).date()
                for story in stories
                if story["outcome"] in ("answered", "open", "lapsed") and START <= story["started_at"] < END
            )
            told = queries.by_day(START.astimezone(UTC), END, None, zone)
            assert {line.day: line.eligible for line in told} == eligible
            raise Undone
    except Undone:
        assert not ResponseFact.objects.exists()
