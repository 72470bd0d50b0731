"""What no network should say and some do: it is kept whole or set aside with a reason, and nothing else is lost."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from inbox import receiving
from inbox.intake import take_in
from inbox.models import Conversation, Cycle, Message
from inbox.queries.queue import queue_page
from tenants.models import Receipt
from tests.conftest import NOON, said
from tests.inbox.arranging import EVENING, RULES, receive

NUL, LONE = "\x00", "\ud800"


def item(name: str, **facts) -> dict[str, Any]:
    return {
        "external_id": name, "kind": "comment", "text": "Where is it?", "sent_at": NOON.isoformat(),
        "author": {"external_id": "jo"}, "addressed_to_brand": True, **facts,
    }  # fmt: skip


@pytest.fixture
def deliver(channel, acme):
    """A delivery as it is stored, read by the worker."""

    channel_id = channel.pk

    def read(*items: dict[str, Any], body: bytes | None = None) -> Receipt:
        receipt = Receipt.objects.create(
            network="webhook",
            delivery_id=f"d{Receipt.objects.count()}",
            account=channel.account,
            client_id=acme.pk,
            channel_id=channel_id,
            body=json.dumps({"items": items}).encode() if body is None else body,
            received_at=NOON,
        )
        receiving.read_receipts(client_id=acme.pk, now=lambda: EVENING)
        receipt.refresh_from_db()
        return receipt

    return read


@pytest.mark.parametrize("year", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_year_that_cannot_be_meant_is_set_aside_and_its_neighbours_go_in(deliver, year):
    receipt = deliver(item("1"), item("2", sent_at=year), item("3"))

    assert sorted(Message.objects.values_list("external_id", flat=True)) == ["1", "3"]
    assert (receipt.state, receipt.items, len(receipt.poisoned)) == ("read", 3, 1)
    assert "year" in receipt.poisoned[0]["reason"]


def test_what_was_said_in_the_future_is_set_aside_and_a_fast_clock_is_not(deliver):
    later = (EVENING + timedelta(days=2)).isoformat()
    fast = (EVENING + timedelta(hours=2)).isoformat()
    receipt = deliver(item("1", sent_at=later), item("2", sent_at=fast))

    assert list(Message.objects.values_list("external_id", flat=True)) == ["2"]
    assert receipt.poisoned[0]["position"] == 0
    assert "future" in receipt.poisoned[0]["reason"]


def test_a_message_of_a_hundred_thousand_characters_is_kept_whole(deliver, ada):
    text = "Where is my parcel? " * 5000
    deliver(item("1", text=text))

    assert Message.objects.get().text == text
    assert len(Conversation.objects.get().preview) <= 200
    assert len(queue_page(view_key="open", query="parcel", after="", actor=ada, at=EVENING).rows) == 1


def test_one_character_more_is_set_aside_and_not_cut(deliver):
    receipt = deliver(item("1", text="x" * 100_001))

    assert (receipt.state, Message.objects.count()) == ("poisoned", 0)
    assert "100,001" in receipt.poisoned[0]["reason"]


def test_nul_and_lone_surrogates_are_replaced_and_nothing_else_is(deliver):
    deliver(
        item(
            f"1{NUL}",
            text=f"Half {LONE} an emoji {NUL} 🙂",
            author={"external_id": "jo", "name": f"J{LONE}o"},
        )
    )

    message = Message.objects.select_related("author").get()
    assert (message.external_id, message.text) == ("1\ufffd", "Half \ufffd an emoji \ufffd 🙂")
    assert message.author is not None
    assert message.author.name == "J\ufffdo"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b'{"items": 7}', b"null"])
def test_a_delivery_that_is_no_list_of_items_is_set_aside(deliver, body):
    deliver(item("1"))
    receipt = deliver(body=body)

    assert receipt.state == "poisoned" or receipt.items == 0
    assert Message.objects.count() == 1


# What a careless connector lets through, past every parser.
BROKEN: dict[str, dict[str, Any]] = {
    "a NUL in the text": {"text": f"a{NUL}b"},
    "a lone surrogate in the text": {"text": f"a{LONE}b"},
    "a NUL in the name": {"external_id": f"x{NUL}"},
    "a name that no column holds": {"external_id": "x" * 301},
    "a moment beyond every calendar": {"sent_at": datetime(9999, 12, 31, 23, 59, tzinfo=UTC)},
    "a rating that is no number": {"rating": "five"},
}


@pytest.mark.parametrize("what", BROKEN)
def test_one_broken_item_fails_neither_its_batch_nor_those_after_it(channel, what):
    good = [said(str(number)) for number in range(7)]
    bad = replace(said("bad"), **BROKEN[what])
    items = list(enumerate([*good[:3], bad, *good[3:]]))

    new, aside = take_in(channel=channel, items=items, rules=RULES, at=EVENING)

    assert (new, [place for place, _ in aside]) == (7, [3])
    assert Message.objects.count() == 7
    assert receive(channel, *good).known == 7


def test_a_message_of_the_year_one_is_kept_where_somebody_insists(channel):
    long_ago = datetime(1, 1, 1, tzinfo=UTC)
    receive(channel, said("1", at=long_ago))

    assert (Message.objects.get().sent_at, Cycle.objects.get().started_at) == (long_ago, long_ago)


def test_a_delivery_for_a_channel_that_is_gone_is_set_aside_and_says_so(deliver, channel, acme):
    channel.delete()
    receipt = deliver(item("1"))

    assert (receipt.state, receipt.poisoned[0]["reason"]) == ("poisoned", "its channel is gone")
