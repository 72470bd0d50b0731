"""The year before the demo is the same whenever it is told, and goes as years go."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from zoneinfo import ZoneInfo

from config.demo import loader
from config.demo.past import after_open_hours
from config.demo.phrases import phrases
from tests.config.demo.material import BRANDS, SLUGS, START, conversations


def test_history_is_the_same_every_time_it_is_told(past):
    for slug in SLUGS:
        assert loader.history(slug, START, days=60, per_day=12, seed=7) == past[slug]


def test_history_told_tomorrow_adds_only_what_lies_between(past):
    for slug in SLUGS:
        tomorrow = loader.history(slug, START + timedelta(days=1), days=61, per_day=12, seed=7)

        assert [item for item in tomorrow if item.sent_at < START] == past[slug]


def test_history_is_told_oldest_first_and_ends_before_the_start(past):
    for items in past.values():
        assert all(before.sent_at <= after.sent_at for before, after in pairwise(items))
        assert items[-1].sent_at < START
        assert items[0].sent_at > START - timedelta(days=62)


def test_history_brings_about_as_many_conversations_as_asked(past):
    for slug in SLUGS:
        assert 9 <= len(conversations(past[slug])) / 60 <= 16


def test_answers_in_history_take_about_forty_minutes_in_open_hours(past):
    delays = []
    for slug, items in past.items():
        for told in conversations(items):
            opening = told[0]
            answer = next((item for item in told[1:] if item.payload["author"]["is_brand"]), None)
            if answer and is_open(slug, opening.sent_at):
                delays.append((answer.sent_at - opening.sent_at).total_seconds() / 60)

    assert 30 <= median(delays) <= 55


def test_brands_answer_only_while_they_are_open(past):
    for slug, items in past.items():
        assert all(is_open(slug, item.sent_at) for item in items if item.payload["author"]["is_brand"])


def test_about_one_complaint_in_seven_stays_unanswered(past):
    needed, unanswered = 0, 0
    for slug, items in past.items():
        complaint = complaint_marks(slug)
        for told in conversations(items):
            if told[0].sent_at > START - timedelta(days=4) or not complaint.search(told[0].payload["text"]):
                continue
            needed += 1
            unanswered += not any(item.payload["author"]["is_brand"] for item in told)

    assert needed > 100
    assert 0.08 <= unanswered / needed <= 0.22


def test_history_does_not_repeat_itself_much(past):
    for items in past.values():
        texts = [told[0].payload["text"] for told in conversations(items)]

        assert len(set(texts)) / len(texts) > 0.85


def test_every_brand_has_templates_enough(past):
    for slug in SLUGS:
        assert len(phrases(slug).templates) >= 12
        assert all(len(template.opening) >= 2 for template in phrases(slug).templates)


def test_opening_hours_are_counted_over_nights_sundays_and_the_change_of_clocks():
    quillamo = BRANDS["quillamo"]
    madrid = ZoneInfo(quillamo.time_zone)
    saturday_evening = datetime(2026, 10, 24, 18, 50, tzinfo=madrid)

    monday = after_open_hours(quillamo, saturday_evening, 30 * 60)

    assert monday.astimezone(madrid) == datetime(2026, 10, 26, 9, 20, tzinfo=madrid)


def is_open(slug, moment):
    brand = BRANDS[slug]
    local = moment.astimezone(ZoneInfo(brand.time_zone))
    return local.weekday() in brand.workdays and brand.opens <= local.time() <= brand.closes


def complaint_marks(slug):
    """Openings of complaints, with anything in their gaps: finds complaints without asking the generator."""
    shapes = [
        r".+".join(re.escape(part) for part in re.split(r"\{\^?\w+\}", opening.rstrip(".!")))
        for template in phrases(slug).templates
        if template.kind == "complaint" and template.language == "en"
        for opening in template.opening
        if "@" not in opening
    ]
    return re.compile("|".join(f"(?:{shape})" for shape in shapes), re.IGNORECASE)
