"""The list, page by page: nothing is left out and nothing comes twice, whatever stands at the border."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import chain
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inbox.models import Author, Conversation, Message
from inbox.queries import queue, views
from inbox.states import Status
from tenants.kernel.schema import as_owner
from tests.conftest import NOON, acting, said
from tests.inbox.arranging import receive

AT = NOON + timedelta(days=2)


@pytest.fixture
def short_pages(monkeypatch):
    monkeypatch.setattr(queue, "PAGE", 3)


def talk(channel, number, **facts):
    author, _ = Author.objects.get_or_create(
        network="mastodon",
        external_id=f"a{number % 4}",
        defaults={"first_seen_at": NOON, "last_seen_at": NOON},
    )
    usual = {"status": Status.OPEN, "opened_at": NOON, "last_message_at": NOON}
    return Conversation.objects.create(
        channel=channel, author=author, thread_key=f"t{number}", **{**usual, **facts}
    )


def all_pages(actor, *, view="open", query=""):
    """The ids of every page, by following the way to the next one until there is none."""
    pages, after = [], ""
    while True:
        page = queue.queue_page(view_key=view, query=query, after=after, actor=actor, at=AT, with_menu=False)
        pages.append([row.id for row in page.rows])
        if not page.next_url:
            return pages
        after = _after(page.next_url)


def _after(url):
    return parse_qs(urlsplit(url).query)["after"][0]


def test_pages_of_open_work_join_to_the_whole_list_with_the_hottest_first(channel, ada, short_pages):
    waits = [NOON, NOON, NOON + timedelta(minutes=1), NOON - timedelta(days=1), None, None]
    talks = [
        talk(channel, number, priority=priority, waiting_since=waits[number % len(waits)])
        for number, priority in enumerate([50] * 11 + [20] * 6 + [90] * 2)
    ]

    pages = all_pages(ada)

    never = NOON + timedelta(days=999)
    ranked = sorted(talks, key=lambda row: (-row.priority, row.waiting_since or never, row.pk))
    assert list(chain(*pages)) == [row.pk for row in ranked]
    assert [len(page) for page in pages] == [3] * 6 + [1]


def test_pages_of_what_is_done_join_to_the_whole_list_with_the_newest_first(channel, ada, short_pages):
    talks = [
        talk(channel, number, status=Status.RESOLVED, last_message_at=NOON + timedelta(hours=number // 4))
        for number in range(10)
    ]

    pages = all_pages(ada, view="done")

    newest = sorted(talks, key=lambda row: (-row.last_message_at.timestamp(), row.pk))
    assert list(chain(*pages)) == [row.pk for row in newest]


@pytest.mark.parametrize("place", ["x", "50", "50~never~1", "50~~x", "~~"])
@pytest.mark.parametrize("view", ["open", "done"])
def test_a_place_that_cannot_be_read_starts_at_the_top(channel, ada, view, place):
    row = talk(channel, 1, status=Status.OPEN if view == "open" else Status.RESOLVED)

    page = queue.queue_page(view_key=view, query="", after=place, actor=ada, at=AT)

    assert [shown.id for shown in page.rows] == [row.pk]


def test_a_deep_page_reads_no_more_of_a_crowded_priority_than_it_shows(channel, ada, short_pages):
    """One condition over all columns read every row of the same priority before the place."""
    rows = [
        talk(channel, number, priority=40, waiting_since=NOON + timedelta(seconds=number))
        for number in range(400)
    ]
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ANALYZE inbox_conversation")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    view = views.BY_KEY["open"]
    found = views.conversations(view, me=ada.user_id, query="", at=AT)
    deep = views.beyond(found, view, views.place_of(rows[-10], view), most=4)

    plan = deep.explain(analyze=True)

    assert [row.pk for row in deep] == [row.pk for row in rows[-9:-5]]
    assert _removed(plan) < 20, plan


def _removed(plan):
    return sum(int(number) for number in re.findall(r"Rows Removed by Filter: (\d+)", plan))


# --- Search ------------------------------------------------------------------------------------------
def hear(channel, *words, who="jo"):
    """Messages one after the other as `text@thread`; returns the conversation of each thread."""
    talks = {}
    for number, word in enumerate(words):
        text, _, thread = word.partition("@")
        name, thread = f"{who}{number}", thread or str(number)
        receive(channel, said(name, text, who=who, thread_id=thread), at=NOON)
        talks[thread] = Message.objects.get(external_id=name).conversation_id
    return talks


def found(actor, query):
    return list(chain(*all_pages(actor, query=query)))


@pytest.mark.parametrize("stretch", [1, 5, 50_000])
def test_a_search_shows_each_conversation_once_where_the_words_were_said_last(
    channel, ada, short_pages, monkeypatch, stretch
):
    monkeypatch.setattr(views, "STRETCH", stretch)
    talks = hear(
        channel,
        "My parcel is lost@a",
        "parcel?@b",
        "no@c",
        "Parcel!@d",
        "parcel@e",
        "the parcel came@a",
        "thanks@b",
        "parcel@f",
    )

    assert found(ada, "parcel") == [talks[key] for key in "faedb"]


def test_all_words_must_be_said_in_one_message(channel, ada):
    talks = hear(channel, "red coat@a", "red shoes@b", "blue coat@b", "a coat that is red@c")

    assert found(ada, "red coat") == [talks["c"], talks["a"]]


def test_a_text_that_was_edited_is_found_by_its_new_words_only(channel, ada):
    talks = hear(channel, "old words@a")
    Message.objects.update(text="new words")

    assert found(ada, "old") == []
    assert found(ada, "new") == [talks["a"]]


def test_private_messages_are_found_by_those_alone_who_may_read_them(channel, ada, ada_user):
    reader = acting(ada_user, "executive")
    talks = hear(channel, "in the open@a", "secret@b")
    Message.objects.filter(text="secret").update(private=True)

    assert found(ada, "secret") == [talks["b"]]
    assert found(reader, "secret") == []


def test_a_merged_conversation_is_found_where_it_went(channel, ada):
    talks = hear(channel, "parcel@a", "parcel@b")
    Conversation.objects.filter(pk=talks["a"]).update(merged_into=talks["b"])

    assert found(ada, "parcel") == [talks["b"]]


def test_a_search_costs_the_same_statements_for_one_row_and_for_many(channel, ada):
    hear(channel, "one", *["many"] * 30)
    Conversation.objects.update(assignee_id=ada.user_id)

    def statements(query):
        with CaptureQueriesContext(connection) as seen:
            rows = queue.queue_page(view_key="open", query=query, after="", actor=ada, at=AT).rows
        return len(rows), len(seen)

    few, many = statements("one"), statements("many")

    assert (few[0], many[0]) == (1, 30)
    assert many[1] <= few[1]


# --- The menu ----------------------------------------------------------------------------------------
def test_parts_that_show_rows_alone_count_nothing(channel, ada, queries):
    talk(channel, 1, due_at=NOON)

    with queries() as seen:
        page = queue.queue_page(view_key="open", query="", after="", actor=ada, at=AT, with_menu=False)

    assert page.menu == ()
    assert not [query for query in seen.captured_queries if "count(*)" in query["sql"]]


def test_counting_stops_and_says_so(channel, ada, monkeypatch):
    monkeypatch.setattr(queue, "MOST_COUNTED", 3)
    for number in range(4):
        talk(channel, number, due_at=NOON if number < 2 else None)

    menu = queue.queue_page(view_key="open", query="", after="", actor=ada, at=AT).menu

    shown = {view.key: view.count for view in menu}
    assert (shown["open"], shown["breaching"], shown["mine"]) == ("3+", 2, 0)
