"""What the composer and the outbox count, and when a network still lets us answer (inbox.md §3 no. 7 and 8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from inbox.counting import count, unit
from inbox.gates import ReplyFacts, Verdict, length, window
from inbox.queries import facts as reading
from tenants import policies
from tenants.kernel.schema import as_owner, outside
from tenants.models import NetworkPolicy
from tests.conftest import NOON

FAMILY = "👨‍👩‍👧‍👦"
LINK = "https://example.org/a/rather/long/address/that/goes/on"


@pytest.mark.parametrize(
    ("text", "counting", "length_"),
    [
        ("Grüße", "characters", 5),
        ("Grüße", "bytes", 7),
        (FAMILY, "graphemes", 1),
        (FAMILY, "weighted", 2),
        (f"See {LINK}", "weighted", 4 + 23),
        ("日本", "weighted", 4),
        (f"See {LINK}", "short_links", 4 + 23),
        (f"{FAMILY} {LINK}", "short_links", 2 + 23),
        ("\ud800", "bytes", 3),
    ],
)
def test_a_text_is_as_long_as_the_network_says(text, counting, length_):
    assert count(text, counting) == length_


def test_units_are_words_a_person_knows():
    assert [unit(name) for name in ("short_links", "graphemes", "bytes")] == [
        "characters",
        "characters",
        "bytes",
    ]


def facts(text: str = "Sorry!", **known):
    return ReplyFacts(text=text, private=True, network="bluesky", at=NOON, **known)


def test_a_text_that_is_short_in_characters_can_be_too_long_in_bytes():
    wordy = FAMILY * 130

    answer = length(facts(wordy, text_limit=300, counting="graphemes", byte_limit=3000))

    assert answer.verdict is Verdict.BLOCK
    assert "bytes too long for Bluesky" in answer.sentence


def test_the_last_character_that_fits_goes_out_and_one_more_does_not():
    assert length(facts("a" * 300, text_limit=300)).verdict is Verdict.ALLOW
    assert length(facts("a" * 301, text_limit=300)).sentence.startswith("1 characters too long")


def test_a_window_warns_in_its_last_quarter_and_then_only_people_may_answer_for_a_week():
    spoke = NOON - timedelta(hours=19)
    open_ = replace(facts(window_hours=24, human_window_hours=168), last_inbound_at=spoke)

    later = [replace(open_, at=spoke + timedelta(hours=hours)) for hours in (17, 19, 24, 167, 168)]

    verdicts = [window(moment).verdict for moment in later]
    assert verdicts == [Verdict.ALLOW, Verdict.WARN, Verdict.WARN, Verdict.WARN, Verdict.BLOCK]
    assert "only as a person's answer" in window(later[2]).sentence
    assert window(replace(later[2], author_is_human=False)).verdict is Verdict.BLOCK


def test_a_network_without_the_longer_window_closes_at_once():
    spoke = NOON - timedelta(hours=24)

    assert window(facts(window_hours=24, last_inbound_at=spoke)).verdict is Verdict.BLOCK


def policy_for(network: str, *, private: bool, at: datetime) -> NetworkPolicy:
    found = reading.policy_for(network, private=private, at=at)
    assert found is not None
    return found


def test_migrating_writes_down_what_networks_permit_and_keeps_what_was_corrected(db):
    with as_owner(), outside():
        NetworkPolicy.objects.filter(network="x", item="").update(text_limit=25_000)
        NetworkPolicy.objects.filter(network="mastodon").delete()

        assert policies.write_down() == 1

    assert policy_for("x", private=False, at=NOON).text_limit == 25_000
    assert policy_for("mastodon", private=False, at=NOON).counting == "short_links"


def test_a_direct_message_has_rules_of_its_own(db):
    assert policy_for("facebook", private=True, at=NOON).human_window_hours == 168
    assert policy_for("facebook", private=False, at=NOON).reply_window_hours is None
    assert policy_for("linkedin", private=True, at=NOON).text_limit == 1250


def test_a_later_row_counts_from_its_day(db):
    with as_owner(), outside():
        NetworkPolicy.objects.create(
            network="threads",
            text_limit=1000,
            source="a letter",
            checked_on=NOON.date(),
            valid_from=NOON.date(),
        )

    assert policy_for("threads", private=False, at=NOON).text_limit == 1000
    assert policy_for("threads", private=False, at=NOON - timedelta(days=1)).text_limit == 500
