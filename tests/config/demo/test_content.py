"""There is enough of the demo's content, of every kind, and its brands and people are whole."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from zoneinfo import ZoneInfo

import pytest

from config.demo import loader
from config.demo.shapes import StoryKind
from tests.config.demo.material import SLUGS, THREADS


def test_there_are_threads_enough_for_hours():
    by_brand = Counter(thread.brand for thread in THREADS)

    assert len(THREADS) >= 170
    assert all(by_brand[slug] >= 55 for slug in SLUGS)


@pytest.mark.parametrize("kind", list(StoryKind))
def test_every_story_kind_is_told(kind):
    assert [thread.id for thread in THREADS if kind in thread.tags]


def test_four_languages_are_spoken_and_one_runs_from_right_to_left():
    languages = Counter(thread.language for thread in THREADS)
    right_to_left = [thread for thread in THREADS if StoryKind.RIGHT_TO_LEFT in thread.tags]

    assert all(languages[language] >= 10 for language in ("en", "de", "fr", "es"))
    assert all(
        any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in thread.messages[0].text)
        for thread in right_to_left
    )


def test_a_third_hold_an_answer_of_the_brand_and_most_wait_for_one():
    spoken = [t for t in THREADS if any(message.author is None for message in t.messages)]
    waiting = [t for t in THREADS if t.messages[-1].author is not None]

    assert 0.28 <= len(spoken) / len(THREADS) <= 0.40
    assert len(waiting) / len(THREADS) > 0.7


def test_reviews_give_one_to_five_stars_and_nothing_else_does():
    stars = Counter(thread.rating for thread in THREADS if StoryKind.REVIEW in thread.tags)
    others = [thread.id for thread in THREADS if thread.rating and StoryKind.REVIEW not in thread.tags]

    assert set(stars) == {1, 2, 3, 4, 5}
    assert not others


def test_one_thread_has_twenty_five_messages_of_several_people():
    longest = max(THREADS, key=lambda thread: len(thread.messages))

    assert len(longest.messages) == 25
    assert len({message.author for message in longest.messages}) >= 6


def test_a_misspelt_brand_is_nowhere_written_right():
    for thread in THREADS:
        if StoryKind.MISSPELT in thread.tags:
            said = " ".join(message.text for message in thread.messages if message.author).casefold()
            assert not re.search(rf"\b{thread.brand}\b", said), thread.id


def test_the_same_handle_is_the_same_person():
    names: dict[tuple[str, str, str], set[str]] = {}
    for thread in THREADS:
        for author in {message.author for message in thread.messages if message.author}:
            names.setdefault((thread.brand, thread.channel, author.handle), set()).add(author.name)

    assert [key for key, found in names.items() if len(found) > 1] == []


def test_ids_are_unique_over_all_brands(plan):
    assert len({(thread.brand, thread.id) for thread in THREADS}) == len(THREADS)
    assert len({item.payload["external_id"] for _, item in plan}) == len(plan)


@pytest.mark.parametrize("brand", loader.brands(), ids=SLUGS)
def test_a_brand_color_reads_on_white_and_under_white(brand):
    assert re.fullmatch(r"#[0-9a-f]{6}", brand.color)
    assert contrast_with_white(brand.color) >= 4.5


@pytest.mark.parametrize("brand", loader.brands(), ids=SLUGS)
def test_every_channel_has_purpose_audience_and_threads(brand):
    used = {thread.channel for thread in THREADS if thread.brand == brand.slug}

    assert used == {channel.slug for channel in brand.channels}
    assert all(channel.purpose and channel.audience for channel in brand.channels)
    assert len({channel.slug for channel in brand.channels}) == len(brand.channels)


@pytest.mark.parametrize("brand", loader.brands(), ids=SLUGS)
def test_saved_replies_speak_the_brands_languages(brand):
    assert len(brand.saved_replies) >= 10
    assert {reply.language for reply in brand.saved_replies} <= set(brand.languages)
    assert ZoneInfo(brand.time_zone)


def test_every_role_is_somebodys():
    roles = Counter((person.client or "agency", person.role) for person in loader.people())

    assert roles["agency", "owner"] == roles["agency", "manager"] == roles["agency", "auditor"] == 1
    assert roles["agency", "responder"] == 4
    for slug in SLUGS:
        assert (roles[slug, "approver"], roles[slug, "executive"], roles[slug, "advocate"]) == (1, 1, 2)


def test_together_the_responders_speak_every_language_of_every_brand():
    spoken = {
        tongue for person in loader.people() if person.role == "responder" for tongue in person.languages
    }

    assert spoken >= {language for brand in loader.brands() for language in brand.languages}


def contrast_with_white(color):
    """WCAG 2.2's contrast ratio (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio)."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)
