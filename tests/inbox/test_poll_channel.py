"""Polling a channel: a page becomes a receipt and messages; what goes wrong stands beside the channel."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import now

from inbox import exchange, receiving
from inbox.actions.channels import connect_channel
from inbox.models import Channel, Message
from tenants.accounts.actors import INSTALLER
from tenants.kernel.schema import inside, outside
from tenants.models import Receipt, Route
from tests.conftest import NOON
from tests.inbox.connectors.far_side import far_side
from tests.inbox.connectors.samples import payload


@pytest.fixture
def side():
    with far_side() as running:
        yield running


@pytest.fixture
def blog(acme, side) -> Channel:
    with inside(acme):
        return connect_channel(
            client_id=acme.pk, network="forum", connector="rss", name="Forum", account="forum",
            credentials={"url": f"{side.url}/feed", "allow_private": True}, by=INSTALLER, at=NOON,
        )  # fmt: skip


def poll(acme, blog: Channel) -> Channel:
    with inside(acme):
        blog.refresh_from_db()
        exchange.poll_channel(channel=blog, client_id=acme.pk, now=now)
        receiving.read_receipts(client_id=acme.pk, now=now)
        blog.refresh_from_db()
    return blog


def test_a_page_is_stored_before_it_is_read_and_moves_the_cursor_with_it(acme, blog, side):
    side.script = lambda exchange: exchange.answer(200, payload("rss", "forum.xml"), etag='"1"')
    channel = poll(acme, blog)

    with inside(acme):
        assert Message.objects.count() == 2
        assert Receipt.objects.get().items == 2
    assert channel.cursor["etag"] == '"1"'
    assert channel.next_poll_at is not None
    assert channel.next_poll_at >= now() + timedelta(minutes=14)
    assert channel.healthy_at is not None


def test_the_same_page_again_adds_nothing(acme, blog, side):
    side.script = lambda exchange: exchange.answer(200, payload("rss", "forum.xml"))
    poll(acme, blog)
    poll(acme, blog)

    with inside(acme):
        assert (Message.objects.count(), Receipt.objects.count()) == (2, 1)


def test_a_feed_that_does_not_answer_is_in_trouble_and_is_well_again_when_it_does(acme, blog, side):
    side.script = lambda exchange: exchange.answer(503)
    troubled = poll(acme, blog)
    assert "come back later" in troubled.trouble
    assert troubled.paused_at is None
    with outside():
        assert Route.objects.get(account="forum").trouble == troubled.trouble

    side.script = lambda exchange: exchange.answer(200, payload("rss", "forum.xml"))
    well = poll(acme, blog)

    assert (well.trouble, well.trouble_since) == ("", None)
    with outside():
        assert Route.objects.get(account="forum").trouble == ""


def test_a_feed_that_refuses_pauses_its_channel_until_a_person_looks(acme, blog, side):
    side.script = lambda exchange: exchange.answer(410)
    channel = poll(acme, blog)

    assert "Enter another address" in (channel.paused_reason or "")
    with inside(acme):
        assert not Channel.objects.due_for_poll(now() + timedelta(days=9)).exists()


def test_entries_that_cannot_be_read_stand_with_the_receipt(acme, blog, side):
    side.script = lambda exchange: exchange.answer(200, payload("rss", "odd.xml"))
    poll(acme, blog)

    with inside(acme):
        receipt = Receipt.objects.get()
        assert len(receipt.poisoned) == 4
        assert Message.objects.count() == receipt.items - 4
