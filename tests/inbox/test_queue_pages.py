"""The list: every conversation of a view once, in its order, with a number of statements that does not grow."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from inbox.connectors.ports import Kind
from inbox.models import Author, Channel, Conversation, Message
from inbox.queries import queue
from inbox.queries.conversation import conversation_page
from inbox.queries.queue import counts, queue_page
from inbox.queries.views import VIEWS
from inbox.states import Status
from inbox.wiring import gates
from tenants.accounts.actors import Actor, ActorKind
from tenants.accounts.permissions import Permission
from tests.conftest import NOON, said
from tests.inbox.arranging import EVENING, HOUR, MINUTE, answer, one_example, receive, the_conversation

MOMENTS = st.integers(0, 3).map(lambda hours: NOON + hours * HOUR)
KEYS = [view.key for view in VIEWS]


@st.composite
def rows(draw) -> list[dict[str, Any]]:
    """Conversations with many ties: the same heat, the same moments."""
    count = draw(st.integers(0, 12))
    return [
        {
            "status": (status := draw(st.sampled_from(Status))),
            "priority": draw(st.integers(0, 2)),
            "waiting_since": draw(st.none() | MOMENTS),
            "last_message_at": draw(MOMENTS),
            "due_at": draw(st.none() | MOMENTS),
            "assignee_id": draw(st.sampled_from([None, 1])),
            "snoozed_until": NOON + draw(st.integers(-1, 1)) * HOUR if status is Status.SNOOZED else None,
            "second": draw(st.booleans()),
        }
        for _ in range(count)
    ]


def put(channel: Channel, other: Channel, given_rows: list[dict[str, Any]]) -> None:
    for number, facts in enumerate(given_rows):
        facts = dict(facts)
        place = other if facts.pop("second") else channel
        Conversation.objects.create(channel=place, thread_key=f"m:{number}", opened_at=NOON, **facts)


def walk(view: str, by: Actor, query: str = "") -> list[int]:
    """Every page of a view, one after the other."""
    ids, after = [], ""
    while True:
        page = queue_page(view_key=view, query=query, after=after, actor=by, at=NOON)
        ids += [row.id for row in page.rows]
        if not page.next_url:
            return ids
        after = parse_qs(urlsplit(page.next_url).query)["after"][0]


@pytest.fixture
def other(channel: Channel) -> Channel:
    return Channel.objects.create(
        network="x", connector="webhook", name="Another", account="b", connected_at=NOON
    )


@pytest.fixture
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "PAGE", 2)


@settings(
    max_examples=40,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows(), st.sampled_from([*KEYS, "channel"]))
def test_the_pages_of_any_view_are_complete_and_repeat_nothing(
    channel, other, ada, short_pages, given_rows, key
):
    with one_example():
        put(channel, other, given_rows)
        me = Actor(ActorKind.USER, "1", "Ada", ada.permissions, 1)
        view = f"channel-{other.pk}" if key == "channel" else key

        seen = walk(view, me)

        alive = Conversation.objects.filter(pk__in=seen)
        assert len(seen) == len(set(seen)) == alive.count()
        assert sorted(seen) == sorted(
            row.pk for row in Conversation.objects.all() if belongs(row, key, other)
        )
        known = counts(me=1, at=NOON)
        assert known.get(key, len(seen)) == len(seen)


def belongs(row: Conversation, key: str, other: Channel) -> bool:
    """The views once more, in plain words."""
    asleep = row.snoozed_until is not None and row.snoozed_until > NOON
    at_work = row.status in ("new", "open", "on_hold", "snoozed") and not asleep
    return {
        "mine": at_work and row.assignee_id == 1,
        "unassigned": at_work and row.assignee_id is None,
        "breaching": at_work and row.due_at is not None and row.due_at <= NOON,
        "open": at_work,
        "snoozed": row.status == "snoozed" and asleep,
        "waiting": row.status == "waiting_customer",
        "filtered": row.status == "spam",
        "done": row.status == "resolved",
        "channel": at_work and row.channel_id == other.pk,
    }[key]


def test_the_hottest_is_first_and_then_who_waits_longest(channel, ada):
    receive(channel, *(said(str(n), at=NOON - n * MINUTE, who=f"jo{n}") for n in range(4)))
    hot = Conversation.objects.earliest("pk")
    Conversation.objects.filter(pk=hot.pk).update(priority=90)

    ids = [row.id for row in queue_page(view_key="open", query="", after="", actor=ada, at=EVENING).rows]

    waiting = Conversation.objects.exclude(pk=hot.pk).order_by("waiting_since").values_list("pk", flat=True)
    assert ids == [hot.pk, *waiting]


@pytest.mark.parametrize("after", ["", "x", "~", "9~x~1", "2026-03-01T00:00:00+00:00~", "1~2026~", "~~~"])
def test_a_place_that_cannot_be_read_starts_at_the_top(channel, ada, after):
    receive(channel, said("1"))

    assert len(queue_page(view_key="open", query="", after=after, actor=ada, at=EVENING).rows) == 1


# --- Search ----------------------------------------------------------------------------------------


def found(query: str, by: Actor) -> list[str]:
    rows_ = queue_page(view_key="open", query=query, after="", actor=by, at=EVENING).rows
    return sorted(row.author_handle for row in rows_)


def test_a_search_finds_words_in_whatever_view_and_all_of_them(channel, ada):
    receive(channel, said("1", "The blue kettle leaks", who="jo"), said("2", "A blue teapot", who="mo"))
    receive(channel, said("3", "Fixed the kettle, thanks", at=NOON + MINUTE, in_reply_to="1", who="jo"))

    assert found("kettle", ada) == ["@jo"]
    assert found("blue", ada) == ["@jo", "@mo"]
    assert found("blue -kettle", ada) == ["@mo"]
    assert found('"leaks kettle"', ada) == []


@pytest.mark.parametrize("query", ["\x00", "kettle\x00", "'", '"', "((", ":*", "a" * 200, "-", "%", "\\"])
def test_no_search_breaks_the_page(channel, ada, query):
    receive(channel, said("1", "A kettle"))

    assert len(queue_page(view_key="open", query=query, after="", actor=ada, at=EVENING).rows) in (0, 1)


def test_who_may_not_read_private_words_does_not_find_them(channel, ada):
    receive(channel, said("1", "My number is 555", kind=Kind.DIRECT_MESSAGE, private=True))
    other_ = Actor(ActorKind.USER, ada.id, ada.name, ada.permissions - {Permission.VIEW_PRIVATE}, ada.user_id)

    assert (found("555", ada), found("555", other_)) == (["@jo"], [])
    shown = queue_page(view_key="open", query="", after="", actor=other_, at=EVENING).rows[0]
    assert "555" not in shown.first_line


# --- Statements ------------------------------------------------------------------------------------


def test_a_page_of_seven_takes_as_many_statements_as_a_page_of_one(channel, ada, queries):
    receive(channel, said("0", who="jo0"))
    with queries() as one:
        queue_page(view_key="open", query="", after="", actor=ada, at=EVENING)
    receive(channel, *(said(str(n), who=f"jo{n}") for n in range(1, 7)))
    with queries() as seven:
        page = queue_page(view_key="open", query="", after="", actor=ada, at=EVENING)

    assert len(page.rows) == 7
    assert len(seven) == len(one) <= 8


def test_a_conversation_of_seven_takes_as_many_statements_as_one_of_one(channel, ada, acme, queries):
    def open_page():
        talk = the_conversation()
        return conversation_page(talk.pk, client=acme, actor=ada, gates=gates(), panels=(), at=EVENING)

    receive(channel, said("0"))
    with queries() as one:
        open_page()
    receive(
        channel, *(said(str(n), at=NOON + n * MINUTE, in_reply_to="0", who=f"jo{n}") for n in range(1, 7))
    )
    with queries() as seven:
        page = open_page()

    assert sum(item.kind == "in" for item in page.items) == 7
    assert len(seven) == len(one) <= 30


def test_the_history_of_an_author_shows_the_other_conversations_newest_first(channel, ada, acme):
    receive(channel, *(said(str(n), f"Number {n}", at=NOON + n * timedelta(hours=1)) for n in range(4)))
    talk = Conversation.objects.latest("last_message_at")

    page = conversation_page(talk.pk, client=acme, actor=ada, gates=gates(), panels=(), at=EVENING)

    assert [earlier.first_line for earlier in page.author.earlier] == ["Number 2", "Number 1", "Number 0"]
    assert (Author.objects.get().messages_count, page.author.messages) == (4, 4)


def test_a_merged_conversation_leads_to_the_one_it_joined(channel, ada, acme):
    receive(channel, said("b", in_reply_to="a"), said("c", in_reply_to="x"))
    receive(channel, said("x", in_reply_to="a"))
    gone = Conversation.objects.get(merged_into__isnull=False)

    page = conversation_page(gone.pk, client=acme, actor=ada, gates=gates(), panels=(), at=EVENING)

    assert page.id == the_conversation().pk
    assert Message.objects.count() == 3
    assert [
        row.id for row in queue_page(view_key="open", query="", after="", actor=ada, at=EVENING).rows
    ] == [page.id]


def test_a_reply_on_its_way_is_shown_with_a_way_back(channel, ada, acme):
    receive(channel, said("1"))
    queued = answer(the_conversation(), by=ada)

    page = conversation_page(
        the_conversation().pk, client=acme, actor=ada, gates=gates(), panels=(), at=EVENING
    )

    line = next(item for item in page.items if item.key == f"r{queued.pk}")
    assert (line.state, line.release_at, bool(line.undo_url)) == ("queued", queued.release_at, True)
