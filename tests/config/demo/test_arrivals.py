"""Threads arrive as in life, in order, as items that the signed webhook reads."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import pairwise

import pytest

from config.demo import loader
from config.demo.shapes import StoryKind
from inbox.connectors.networks.webhook import wire
from inbox.connectors.ports import IncomingMessage, Kind
from tests.config.demo.material import SLUGS, START, THREADS, all_items


def test_every_item_is_read_by_the_signed_webhook(plan, past):
    trickling = list(loader.trickle(START, minutes=20, per_minute=6, seed=7))
    items = [*(item for _, item in plan), *all_items(past), *(item for _, item in trickling)]
    body = json.dumps({"items": [dict(item.payload) for item in items]}).encode()

    entries = list(wire.read_items(body))
    read = [entry for entry in entries if isinstance(entry, IncomingMessage)]

    assert [entry for entry in entries if entry not in read] == []
    assert [entry.external_id for entry in read] == [item.payload["external_id"] for item in items]
    # Networks count milliseconds, so a microsecond may be lost on the way.
    assert all(
        abs(entry.sent_at - item.sent_at) < timedelta(milliseconds=1)
        for entry, item in zip(read, items, strict=True)
    )


def test_items_come_in_order_and_answers_after_what_they_answer(plan):
    told: set[str] = set()
    for (before, _), (after, _) in pairwise(plan):
        assert before <= after
    for _, item in plan:
        parent = item.payload.get("in_reply_to")
        assert parent is None or parent in told
        told.add(item.payload["external_id"])


def test_about_six_threads_start_each_minute(plan):
    starts = [offset for offset, item in plan if "in_reply_to" not in item.payload]

    assert 4 <= len(starts) / (starts[-1] / 60) <= 8


def test_each_brand_is_spoken_to_at_once(plan):
    starts = [item for _, item in plan if "in_reply_to" not in item.payload]

    assert {item.brand for item in starts[:3]} == set(SLUGS)


def test_a_faster_pace_tells_the_same_sooner(plan):
    fast = loader.schedule(THREADS, START, pace=10, seed=7)

    assert [item.payload["external_id"] for _, item in fast] == [i.payload["external_id"] for _, i in plan]
    assert fast[-1][0] == pytest.approx(plan[-1][0] / 10, rel=0.01)


def test_a_pace_of_zero_is_refused():
    with pytest.raises(ValueError, match="above 0"):
        loader.schedule(THREADS, START, pace=0, seed=7)


def test_a_second_start_tells_what_is_known(plan):
    again = loader.schedule(THREADS, START + timedelta(days=3), pace=2, seed=8)

    assert {item.payload["external_id"] for _, item in again} == {i.payload["external_id"] for _, i in plan}


def test_the_crisis_breaks_out_within_a_quarter_of_an_hour(plan):
    crisis = {f"{t.brand}.{t.id}.0" for t in THREADS if StoryKind.CRISIS in t.tags}
    offsets = [offset for offset, item in plan if item.payload["external_id"] in crisis]

    assert len(crisis) >= 12
    assert len({identity.split(".")[0] for identity in crisis}) == 1
    assert offsets[0] > 60
    assert offsets[-1] - offsets[0] <= 15 * 60


def test_only_the_authors_word_to_the_brand_is_addressed_to_it(plan):
    payloads = [item.payload for _, item in plan]
    brand_says = [payload for payload in payloads if payload["author"]["is_brand"]]
    private_talk = {f"{t.brand}.{t.id}" for t in THREADS if StoryKind.PRIVATE_TALK in t.tags}

    assert brand_says
    assert not any(payload["addressed_to_brand"] for payload in brand_says)
    assert not any(
        payload["addressed_to_brand"]
        for payload in payloads
        if payload["thread_id"] in private_talk and payload["kind"] == Kind.REPLY
    )


def test_the_trickle_never_stops_and_never_repeats_itself():
    first = [item.payload["external_id"] for _, item in loader.trickle(START, 30, 6, seed=7)]
    second = [i.payload["external_id"] for _, i in loader.trickle(START + timedelta(hours=1), 30, 6, seed=7)]

    assert 120 < len(first) < 240
    assert not set(first) & set(second)
