"""Feeds that repeat an id, and feeds that edit in silence: nothing that came in is overwritten or missed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from inbox import exchange, receiving
from inbox.actions.channels import connect_channel
from inbox.actions.converse import resolve_conversation
from inbox.connectors.ports import Change, IncomingMessage, Kind
from inbox.models import Channel, Conversation, Cycle, Message
from inbox.states import NotNeeded, Outcome, Status
from tenants.accounts.actors import INSTALLER
from tenants.kernel.schema import inside
from tests.conftest import NOON, said
from tests.inbox.arranging import (
    EVENING,
    HOUR,
    MINUTE,
    RULES,
    answer,
    fresh,
    leave,
    receive,
    the_conversation,
)
from tests.inbox.connectors.far_side import far_side
from tests.inbox.connectors.test_rss import serve

SALE = ("Summer sale?", "Mon, 02 Mar 2026 12:00:00 GMT", "Does Kettle have a summer sale?")
CHARGED = (
    "Charged three times",
    "Mon, 02 Mar 2026 15:00:00 GMT",
    "Kettle charged me three times. Answer me!",
)
LID = ("Lid broken", "Mon, 02 Mar 2026 16:00:00 GMT", "The lid of my K2 broke in a week.")

ID = "<guid isPermaLink='false'>N/A</guid>"
LINK = "<link>https://forum.kettle.example/</link>"


def feed(*items: tuple[str, str, str], ids: str = ID) -> bytes:
    body = "".join(
        f"<item><title>{title}</title>{ids}<pubDate>{at}</pubDate><description>{text}</description></item>"
        for title, at, text in items
    )
    return f"<rss version='2.0'><channel><title>Forum</title>{body}</channel></rss>".encode()


def atom(wording: str) -> bytes:
    moment = "2026-03-02T12:00:00Z"
    return (
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>Blog</title><entry><id>urn:kettle:1</id><title>Lids</title>"
        f"<link href='https://blog.kettle.example/1'/><published>{moment}</published><updated>{moment}</updated>"
        f"<content type='text'>{wording}</content></entry></feed>"
    ).encode()


@pytest.fixture
def side():
    with far_side() as running:
        yield running


@pytest.fixture
def forum(acme, side) -> Channel:
    """Connected before anything was posted there, so that nothing is kept as the past only."""
    with inside(acme):
        channel = connect_channel(
            client_id=acme.pk, network="forum", connector="rss", name="Forum", account="forum",
            credentials={"url": f"{side.url}/feed", "allow_private": True}, by=INSTALLER, at=NOON,
        )  # fmt: skip
        channel.cursor = {"connected_at": "2026-03-01T00:00:00Z"}
        channel.save(update_fields=["cursor"])
    return channel


@pytest.fixture
def polled(acme, side, forum):
    """`polled(page, …)`: each page is fetched and read, and then these texts stand there."""

    def run(*pages: bytes) -> list[str]:
        for page in pages:
            serve(side, page)
            with inside(acme):
                channel = fresh(forum)
                exchange.poll_channel(channel=channel, client_id=acme.pk, now=clock)
                receiving.read_receipts(client_id=acme.pk, now=clock)
        with inside(acme):
            return list(Message.objects.order_by("sent_at", "text").values_list("text", flat=True))

    def clock() -> datetime:
        return datetime.now(UTC)

    return run


@pytest.mark.parametrize("ids", [ID, LINK, ID + LINK], ids=["guid", "link", "both"])
@pytest.mark.parametrize(
    "pages",
    [
        pytest.param([[SALE], [CHARGED, SALE]], id="the page shows it"),
        pytest.param([[SALE], [CHARGED]], id="no page shows it"),
        pytest.param([[CHARGED, SALE]], id="from the start"),
        pytest.param([[SALE], [CHARGED], [SALE], [SALE, CHARGED], [CHARGED]], id="to and fro"),
        pytest.param([[CHARGED, SALE], [SALE], [CHARGED]], id="each alone later"),
    ],
)
def test_posts_that_share_an_id_are_each_kept(polled, pages, ids):
    assert polled(*(feed(*page, ids=ids) for page in pages)) == [SALE[2], CHARGED[2]]


def test_a_page_of_many_posts_under_one_link_keeps_them_all(polled):
    page = feed(SALE, CHARGED, LID, ids=LINK)

    assert polled(page, page) == [SALE[2], CHARGED[2], LID[2]]


def test_the_same_post_listed_twice_is_one(polled):
    assert polled(feed(SALE, SALE)) == [SALE[2]]


def test_a_complaint_under_the_id_of_a_done_post_is_in_the_queue(acme, polled):
    polled(feed(SALE))
    with inside(acme):
        first = Conversation.objects.get()
        resolve_conversation(
            conversation_id=first.pk,
            not_needed=NotNeeded.CLOSING_THANKS,
            rules=RULES,
            by=INSTALLER,
            at=EVENING,
        )
        done = fresh(first)
        before = (done.preview, done.status, done.version)

    polled(feed(CHARGED))

    with inside(acme):
        kept = fresh(first)
        complaint = Conversation.objects.exclude(pk=first.pk).get()
        assert (kept.preview, kept.status, kept.version) == before
        assert complaint.preview == "Charged three times"
        assert complaint.waiting_since is not None


def test_an_edit_that_leaves_its_date_as_it_was_is_seen_each_time(polled):
    assert polled(atom("wording number 1"), atom("wording number 2")) == ["wording number 2"]
    assert polled(atom("wording number 3")) == ["wording number 3"]
    assert polled(atom("wording number 1")) == ["wording number 1"]


# --- Edits of what is done -------------------------------------------------------------------------


def edit(text: str, *, at: datetime) -> IncomingMessage:
    return said("1", text, change=Change.EDITED, changed_at=at)


@pytest.fixture
def talk(open_channel: Channel) -> Conversation:
    receive(open_channel, said("1", "All good, thanks a lot!"))
    return the_conversation()


ANGRY = "All good, thanks a lot! EDIT: no, it broke again today."


def test_an_edit_that_asks_anew_brings_what_was_set_aside_back(open_channel, talk, ada):
    resolve_conversation(
        conversation_id=talk.pk, not_needed=NotNeeded.CLOSING_THANKS, rules=RULES, by=ada, at=EVENING
    )
    receive(open_channel, edit(ANGRY, at=EVENING + HOUR), at=EVENING + HOUR)

    back = fresh(talk)
    cycles = list(Cycle.objects.order_by("number").values_list("outcome", "reason", "started_at"))
    assert back.status == Status.OPEN
    assert back.waiting_since == EVENING + HOUR
    assert cycles == [
        (Outcome.EXCLUDED, NotNeeded.CLOSING_THANKS, NOON),
        (Outcome.OPEN, "", EVENING + HOUR),
    ]


def test_an_edit_that_asks_anew_after_the_answer_waits_for_another(open_channel, talk, ada):
    answer(talk, by=ada)
    leave()
    assert fresh(talk).waiting_since is None
    receive(open_channel, edit(ANGRY, at=EVENING + HOUR), at=EVENING + HOUR)

    back = fresh(talk)
    outcomes = list(Cycle.objects.order_by("number").values_list("outcome", flat=True))
    assert (back.status, back.waiting_since) == (Status.OPEN, EVENING + HOUR)
    assert outcomes == [Outcome.ANSWERED, Outcome.OPEN]

    resolve_conversation(
        conversation_id=talk.pk, not_needed=NotNeeded.NOT_OURS, rules=RULES, by=ada, at=EVENING + 2 * HOUR
    )
    outcomes = list(Cycle.objects.order_by("number").values_list("outcome", flat=True))
    assert outcomes == [Outcome.ANSWERED, Outcome.EXCLUDED]


def test_an_edit_while_it_waits_changes_no_clock(open_channel, talk):
    receive(open_channel, edit(ANGRY, at=EVENING + HOUR), at=EVENING + HOUR)

    cycle = Cycle.objects.get()
    assert (cycle.started_at, cycle.inbound_count, cycle.outcome) == (NOON, 1, Outcome.OPEN)


def test_a_corrected_spelling_leaves_what_is_done_done(open_channel, talk, ada):
    resolve_conversation(
        conversation_id=talk.pk, not_needed=NotNeeded.CLOSING_THANKS, rules=RULES, by=ada, at=EVENING
    )
    receive(open_channel, edit("All good, thanks a lot!!", at=EVENING + HOUR), at=EVENING + HOUR)
    receive(open_channel, edit("All good, thank you a lot!", at=EVENING + 2 * HOUR), at=EVENING + 2 * HOUR)

    done = fresh(talk)
    assert (done.status, done.waiting_since) == (Status.RESOLVED, None)
    assert fresh(Message.objects.get()).disposition_reason == NotNeeded.CLOSING_THANKS


def test_of_two_edits_that_claim_one_moment_the_last_counts(open_channel, talk):
    receive(open_channel, edit("Wording two", at=EVENING))
    told = receive(open_channel, edit("Wording three", at=EVENING))
    again = receive(open_channel, edit("Wording three", at=EVENING))

    assert Message.objects.get().text == "Wording three"
    assert (told.edited, again.edited) == (1, 0)


def test_two_kinds_of_one_id_are_two_items_as_the_description_says(open_channel):
    receive(open_channel, said("m", kind=Kind.MENTION), said("m", kind=Kind.REPLY), at=EVENING + MINUTE)

    assert Message.objects.filter(external_id="m").count() == 2
