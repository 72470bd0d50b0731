"""Feeds as they are found: read whole, asked politely, and never more than a feed can be."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from inbox.connectors.networks.rss.connector import Rss
from inbox.connectors.networks.rss.settings import RssSettings
from inbox.connectors.outbound import Limits
from inbox.connectors.ports import Change, IncomingMessage, Page, Poisoned, Refused, Unavailable
from tests.inbox.connectors.far_side import Exchange
from tests.inbox.connectors.samples import payload

QUARTER = timedelta(minutes=15)
ITEM = "<item><title>{0}</title><guid>{0}</guid><pubDate>{1}</pubDate><description>{2}</description></item>"
MONDAY = "Mon, 02 Mar 2026 13:00:00 GMT"


def read(name: str) -> list[IncomingMessage | Poisoned]:
    return list(Rss.parse(payload("rss", name)))


def messages(name: str) -> list[IncomingMessage]:
    return whole(payload("rss", name))


def whole(body: bytes) -> list[IncomingMessage]:
    return [item for item in Rss.parse(body) if isinstance(item, IncomingMessage)]


def entries(page: Page) -> list[IncomingMessage]:
    """The messages of a polled page, in which nothing was set aside."""
    return whole(page.body)


def poisoned(name: str) -> list[Poisoned]:
    return [item for item in read(name) if isinstance(item, Poisoned)]


def feed(*items: tuple[str, str], head: str = "") -> bytes:
    body = "".join(ITEM.format(name, MONDAY, text) for name, text in items)
    return f"<rss version='2.0'><channel><title>Blog</title>{head}{body}</channel></rss>".encode()


@pytest.fixture
def poll(side, http, noon):
    """`poll(cursor)` asks the far side, on a clock that stands still."""

    def ask(
        cursor: dict[str, Any] | None = None, *, at: datetime = noon, limits: Limits | None = None
    ) -> Page:
        settings = RssSettings(url=f"{side.url}/feed.xml", allow_private=True)
        return Rss(settings, http, clock=lambda: at, limits=limits).poll(cursor or {})

    return ask


def serve(side, body: bytes, status: int = 200, **headers: str) -> None:
    headers.setdefault("content_type", "application/rss+xml")
    side.script = lambda exchange: exchange.answer(status, body, **headers)


# --- What a feed says ----------------------------------------------------------------------------------------


def test_a_forums_posts_are_read_as_their_readers_see_them():
    first = messages("forum.xml")[0]

    assert first.external_id == "forum.kettle.example:811"
    assert first.title == "Lid won’t close on the K2 again"
    assert first.text == (
        "Second K2, same lid.\n\nIs there a spare part, or do I send it back?\nThanks & greetings"
    )
    assert first.author.name == "Mina Farouk"
    assert first.sent_at == datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
    assert first.url == "https://forum.kettle.example/t/811"
    assert first.attachments == ("https://forum.kettle.example/files/lid.jpg",)
    assert first.language == "en-GB"


@pytest.mark.parametrize("name", ["blog.atom", "planet.rdf", "sloppy.xml", "latin.xml"])
def test_every_dialect_is_read_without_setting_anything_aside(name):
    assert messages(name)
    assert poisoned(name) == []
    for message in messages(name):
        assert message.author.external_id
        assert "</" not in message.title + message.text
        assert "\x00" not in message.text


def test_latin_letters_are_read_in_the_encoding_the_feed_declares():
    text = " ".join(f"{message.title} {message.text}" for message in messages("latin.xml"))

    assert any(letter in text for letter in "éèäöüßñ")
    assert "\ufffd" not in text


def test_one_broken_entry_is_set_aside_and_its_neighbours_go_in():
    assert [message.external_id for message in messages("broken.xml")] == ["u-1", "u-3"]
    assert len(poisoned("broken.xml")) == 1
    assert poisoned("broken.xml")[0].reason


def test_a_feed_that_breaks_off_keeps_what_was_whole():
    assert messages("cut.xml")
    assert poisoned("cut.xml")


def test_entries_that_cannot_be_meant_are_set_aside_each_with_its_reason():
    reasons = " | ".join(item.reason for item in poisoned("odd.xml"))

    assert "year 1, outside 1990 to 2099" in reasons
    assert "year 9999, outside 1990 to 2099" in reasons
    assert "cannot be read" in reasons
    assert "neither title, text nor link" in reasons
    good = {message.title: message for message in messages("odd.xml")}
    assert good["One"].external_id == good["Another"].external_id == "o-4"
    assert good["One"].shared_id
    assert good["One"].own_id != good["Another"].own_id
    assert not good["Click me"].shared_id
    assert good["Click me"].url == ""
    assert good["No id, no link"].external_id.startswith("sha256:")


def test_entities_do_not_unfold_and_no_file_is_read():
    started = time.perf_counter()
    items = read("bomb.xml")

    assert time.perf_counter() - started < 5
    assert len(repr(items)) < 5_000
    assert "root:" not in repr(items)


def test_a_web_page_is_no_feed_and_says_so():
    assert "not a feed" in poisoned("page.html")[0].reason


# --- Asking politely -----------------------------------------------------------------------------------------


def test_the_first_page_is_kept_and_the_next_question_is_conditional(poll, side):
    serve(side, feed(("one", "Hello")), etag='"v1"', last_modified=MONDAY)
    first = poll()
    side.script = lambda exchange: exchange.answer(304)
    second = poll(dict(first.cursor))

    assert [item.external_id for item in entries(first)] == ["one"]
    assert "if-none-match" not in side.asked[0].headers
    assert side.asked[1].headers["if-none-match"] == '"v1"'
    assert side.asked[1].headers["if-modified-since"] == MONDAY
    assert second.body == b""
    assert dict(second.cursor)["etag"] == '"v1"'


def test_a_server_that_knows_no_304_costs_no_receipt_either(poll, side):
    serve(side, feed(("one", "Hello")))
    first = poll()

    assert poll(dict(first.cursor)).body == b""


def test_the_same_page_has_the_same_id_whoever_asks(poll, side):
    serve(side, feed(("one", "Hello")))

    assert poll().delivery_id == poll().delivery_id


def test_an_entry_whose_words_changed_is_an_edit(poll, side):
    serve(side, feed(("one", "Hello"), ("two", "Hi")))
    first = poll()
    serve(side, feed(("one", "Hello, world"), ("two", "Hi")))
    second = poll(dict(first.cursor))

    changes = {item.external_id: item.change for item in entries(second)}
    assert changes == {"one": Change.EDITED, "two": Change.NEW}


def test_what_is_older_than_the_connection_is_backfill(poll, side):
    old = ITEM.format("old", "Mon, 02 Mar 2020 12:00:00 GMT", "x").encode()
    serve(side, feed(("new", "Hello")).replace(b"</channel>", old + b"</channel>"))

    assert {item.external_id: item.backfill for item in entries(poll())} == {"new": False, "old": True}


def test_a_feed_is_asked_no_more_often_than_every_quarter_of_an_hour(poll, side):
    serve(side, feed(("one", "Hello")), cache_control="max-age=1")

    assert poll().next_poll_after == QUARTER


@pytest.mark.parametrize(
    ("head", "headers", "pause"),
    [
        ("<ttl>60</ttl>", {}, timedelta(hours=1)),
        ("", {"cache_control": "public, max-age=7200"}, timedelta(hours=2)),
        ("<ttl>99999</ttl>", {}, timedelta(days=1)),
        ("<ttl>-5</ttl>", {}, QUARTER),
    ],
)
def test_a_feed_that_asks_to_be_left_alone_is(poll, side, head, headers, pause):
    serve(side, feed(("one", "Hello"), head=head), **headers)

    assert poll().next_poll_after == pause


def test_a_feed_that_brings_nothing_is_asked_less_and_less(poll, side):
    serve(side, feed(("one", "Hello")))
    page, pauses = poll(), []
    for _ in range(6):
        page = poll(dict(page.cursor))
        pauses.append(page.next_poll_after)

    assert pauses == sorted(pauses)
    assert pauses[0] > QUARTER
    assert pauses[-1] == QUARTER * 4


def test_a_feed_that_moved_for_good_is_asked_at_its_new_address(poll, side):
    def script(exchange: Exchange) -> None:
        if exchange.asked.path == "/feed.xml":
            exchange.answer(301, location="/new.xml")
        else:
            exchange.answer(200, feed(("one", "Hello")), content_type="application/rss+xml")

    side.script = script
    poll(dict(poll().cursor))

    assert [asked.path for asked in side.asked] == ["/feed.xml", "/new.xml", "/new.xml"]


def test_ids_stay_the_same_when_a_feed_moves(poll, side):
    serve(side, feed(("one", "Hello")))
    here = [item.external_id for item in entries(poll())]

    assert here == [item.external_id for item in whole(feed(("one", "Hello")))] == ["one"]


# --- What is no answer ---------------------------------------------------------------------------------------


def test_a_feed_that_never_ends_is_hung_up_on_and_the_channel_says_why(poll, side):
    def endless(exchange: Exchange) -> None:
        exchange.raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<rss><channel>")
        while True:
            exchange.raw(ITEM.format("x", MONDAY, "more").encode() * 200)

    side.script = endless

    with pytest.raises(Refused, match="larger than 50,000 bytes"):
        poll(limits=Limits(size=50_000, seconds=5.0, pause=1.0))


def test_a_feed_that_drips_for_ever_is_tried_again_later(poll, side):
    def drips(exchange: Exchange) -> None:
        exchange.raw(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            exchange.raw(b"<")
            time.sleep(0.05)

    side.script = drips

    with pytest.raises(Unavailable) as caught:
        poll(limits=Limits(size=50_000, seconds=0.6, pause=0.4))

    assert (caught.value.retry_after or 0) >= QUARTER.total_seconds()


@pytest.mark.parametrize(
    ("status", "headers", "error", "sentence"),
    [
        (404, {}, Unavailable, "enter its new address"),
        (410, {}, Refused, "gone for good. Enter another address"),
        (401, {}, Refused, "wants a sign-in"),
        (403, {}, Refused, "Ask its owner"),
        (429, {"retry_after": "7200"}, Unavailable, "come back later"),
        (500, {}, Unavailable, "come back later"),
        (503, {}, Unavailable, "come back later"),
    ],
)
def test_a_refusal_says_what_to_do(poll, side, status, headers, error, sentence):
    serve(side, b"", status, **headers)

    with pytest.raises(error, match=sentence) as caught:
        poll()

    if error is Unavailable:
        assert caught.value.retry_after >= max(900, int(headers.get("retry_after", 0)))


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"<!doctype html><html><body>Hello</body></html>", "text/html"),
        (b"%PDF-1.7 and so on", "application/pdf"),
        (b'{"items": []}', "application/json"),
        (b"", "application/rss+xml"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 500, "image/png"),
    ],
)
def test_what_is_no_feed_is_refused_with_what_to_enter_instead(poll, side, body, content_type):
    serve(side, body, content_type=content_type)

    with pytest.raises(Refused, match="Enter the address of the RSS or Atom feed itself"):
        poll()


def test_a_feed_with_the_wrong_content_type_is_read_all_the_same(poll, side):
    serve(side, feed(("one", "Hello")), content_type="text/html; charset=utf-8")

    assert [item.external_id for item in entries(poll())] == ["one"]


@pytest.mark.parametrize(
    "location",
    ["http://127.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://[::1]/", "file:///etc/passwd"],
)
def test_a_redirect_into_our_own_network_is_refused(noon, location):
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.host == "93.184.216.34"
        return httpx.Response(302, headers={"location": location}, stream=httpx.ByteStream(b""))

    client = httpx.Client(transport=httpx.MockTransport(answer))
    rss = Rss(
        RssSettings(url="https://blog.example/feed"),
        client,
        clock=lambda: noon,
        resolve=lambda host, port: ["93.184.216.34"] if host == "blog.example" else [host.strip("[]")],
    )

    with pytest.raises(Refused):
        rss.poll({})


def test_a_feed_in_our_own_network_is_refused_before_it_is_asked(side, http):
    with pytest.raises(Refused, match="private network"):
        Rss.connect({"url": f"{side.url}/feed.xml"}, http).poll({})

    assert side.asked == []


@pytest.mark.parametrize(
    "cursor",
    [
        {"url": "https://elsewhere.example"},
        {"connected_at": "yesterday"},
        {"known": ["no colon"]},
        {"quiet": 99},
    ],
)
def test_a_cursor_of_another_address_or_age_does_no_harm(poll, side, cursor):
    serve(side, feed(("one", "Hello")))

    assert poll({"url": f"{side.url}/feed.xml", **cursor}).body
