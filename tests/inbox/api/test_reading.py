"""Lists come whole and without repeats, single rows say whether they changed, private words need their right."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest
from django.utils.timezone import now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inbox.models import Conversation
from tenants.accounts.permissions import Permission
from tenants.kernel.schema import inside
from tenants.ledger.models import Entry
from tests.conftest import NOON, said
from tests.inbox.api.program import assert_problem, receive

P = Permission


@pytest.fixture
def many(acme, talks) -> list[int]:
    """Thirteen conversations with few different priorities and moments, some of them waiting for nothing."""
    ids = receive(
        acme,
        talks,
        *(said(f"i{n}", who=f"a{n}", at=NOON + timedelta(minutes=n // 3)) for n in range(13)),
    )
    with inside(acme):
        for place, pk in enumerate(ids):
            waiting = None if place % 4 == 0 else NOON + timedelta(minutes=place // 5)
            Conversation.objects.filter(pk=pk).update(priority=(place * 7) % 3, waiting_since=waiting)
    return ids


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(limit=st.integers(1, 14), ordering=st.sampled_from(["rank", "recent"]))
def test_pages_of_any_size_hold_every_conversation_once_and_in_order(api, many, limit, ordering):
    pages = api.pages(f"conversations?limit={limit}&ordering={ordering}")
    rows = [row for page in pages for row in page]

    assert sorted(row["id"] for row in rows) == sorted(many)
    assert all(len(page) == limit for page in pages[:-1])
    assert 1 <= len(pages[-1]) <= limit
    if ordering == "rank":
        far = "9999"
        assert rows == sorted(
            rows, key=lambda row: (-row["priority"], row["waiting_since"] or far, row["id"])
        )
    else:
        assert rows == sorted(rows, key=lambda row: row["id"])[::1] or rows == sorted(
            sorted(rows, key=lambda row: row["id"]), key=lambda row: row["last_message_at"], reverse=True
        )


def test_a_row_that_comes_while_pages_are_read_repeats_none(api, many, acme, talks):
    first = api.get("conversations?limit=5&ordering=recent").json()
    receive(acme, talks, said("late", who="late", at=NOON + timedelta(hours=3)))
    rest = api.pages(first["next"].partition("/api/v1/")[2])

    ids = [row["id"] for row in first["results"]] + [row["id"] for page in rest for row in page]
    assert sorted(ids) == sorted(many)


def test_the_next_page_keeps_what_was_asked(api, many):
    following = api.get("conversations?limit=2&status=new&status=open").json()["next"]

    assert following.startswith("http://acme.localhost/api/v1/conversations?")
    assert following.count("status=") == 2
    assert "limit=2" in following


@pytest.mark.parametrize("path", ["messages", "notes", "replies"])
def test_lists_inside_a_conversation_come_in_pages_too(api, talk, acme, talks, path):
    receive(acme, talks, *(said(f"n{n}", in_reply_to="m1", at=now()) for n in range(4)))
    for n in range(5):
        api.post(f"conversations/{talk}/note", {"text": f"Note {n}"})

    ids = [row["id"] for page in api.pages(f"conversations/{talk}/{path}?limit=2") for row in page]

    assert len(ids) == len(set(ids)) == {"messages": 5, "notes": 5, "replies": 0}[path]


@pytest.mark.parametrize("order", ["oldest", "newest"])
def test_messages_come_in_the_order_that_was_asked(api, talk, acme, talks, order):
    receive(
        acme, talks, *(said(f"n{n}", in_reply_to="m1", at=now() - timedelta(minutes=n)) for n in range(4))
    )

    said_at = [
        row["sent_at"] for row in api.get(f"conversations/{talk}/messages?ordering={order}").json()["results"]
    ]

    assert said_at == sorted(said_at, reverse=order == "newest")


def cursor(*values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "%00",
        "é",
        cursor("recent", 1, 2),
        cursor("rank"),
        cursor("rank", "high", None, 1),
        cursor("rank", 10, "yesterday", 1),
        cursor("rank", 10, "2026-03-01T09:30:00", 1),
        cursor("rank", True, {}, []),
        cursor("rank", 2**70, None, 1),
        cursor("rank", 1, "9999-12-31T23:59:59-23:59", 1),
        base64.urlsafe_b64encode(b"[" * 9000).decode(),
    ],
)
def test_a_cursor_that_belongs_to_no_such_list_is_refused(api, many, text):
    problem = assert_problem(api.get(f"conversations?ordering=rank&cursor={text}"), 400, "invalid")

    assert problem["errors"][0]["field"] == "cursor"


def test_a_cursor_made_by_hand_opens_nothing_that_the_list_does_not_hold(api, many):
    answer = api.get(f"conversations?ordering=rank&cursor={cursor('rank', 2**62, None, -(2**62))}")

    assert answer.status_code == 200
    assert {row["id"] for row in answer.json()["results"]} <= set(many)


@pytest.mark.parametrize("limit", ["0", "101", "-1", "ten", "1e3", "٣", "9" * 400])
def test_a_limit_nobody_can_have_is_refused(api, limit):
    assert (
        "1 to 100 rows"
        in assert_problem(api.get(f"conversations?limit={limit}"), 400)["errors"][0]["message"]
    )


@pytest.mark.parametrize(
    "query",
    [
        "colour=red",
        "status=asleep",
        "view=yesterday",
        "assignee=me",
        "assignee=1.5",
        "channel=99999999999999999999",
        "waiting_since_before=noon",
        "waiting_since_before=2026-03-01T09:30:00",
        "waiting_since_after=0001-01-01T00:00:00%2B14:00",
        "q=" + "x" * 201,
        "q=%00",
        "tag=" + "x" * 41,
        "ordering=random",
        "view=mine",
    ],
)
def test_a_filter_that_cannot_be_read_is_refused_and_never_ignored(api, query):
    problem = assert_problem(api.get(f"conversations?{query}"), 400, "invalid")

    assert problem["errors"][0]["field"] == query.partition("=")[0]


@pytest.mark.parametrize(
    ("query", "finds"),
    [
        ("status=new", True),
        ("status=resolved&status=spam", False),
        ("q=order", True),
        ("q=parcel", False),
        ('q="my order" -parcel', True),
        ("language=en", True),
        ("intent=question", True),
        ("view=open", True),
        ("waiting_since_before=2999-01-01T00:00:00-23:59", True),
        ("waiting_since_after=2999-01-01T00:00:00%2B02:00", False),
        ("waiting_since_after=1000-01-01T00:00:00+02:00", True),
        ("assignee=77", False),
        ("tag=vip", False),
    ],
)
def test_filters_narrow_the_list(api, talk, query, finds):
    rows = api.get(f"conversations?{query}").json()["results"]

    assert [row["id"] for row in rows] == ([talk] if finds else [])


@pytest.mark.parametrize("size", [1, 9])
def test_the_number_of_statements_does_not_grow_with_the_list(api, acme, talks, queries, size):
    receive(acme, talks, *(said(f"i{n}", who=f"a{n}", at=NOON) for n in range(size)))
    api.get("conversations")

    with queries() as seen:
        assert len(api.get("conversations").json()["results"]) == size

    assert len([query for query in seen if "SET " not in query["sql"]]) <= 6


# --- Tags ------------------------------------------------------------------------------------------------


def test_what_has_not_changed_costs_a_304(api, talk):
    first = api.get(f"conversations/{talk}")
    again = api.get(f"conversations/{talk}", if_none_match=first["ETag"])

    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])


@pytest.mark.parametrize("form", ["W/{}", '"other", {}', "*"])
def test_a_tag_is_known_in_every_form_that_http_allows(api, talk, form):
    tag = api.get(f"conversations/{talk}")["ETag"]

    assert api.get(f"conversations/{talk}", if_none_match=form.format(tag)).status_code == 304


def test_what_has_changed_has_another_tag(api, talk):
    first = api.get(f"conversations/{talk}")
    api.post(f"conversations/{talk}/tags", {"tags": ["vip"]})
    again = api.get(f"conversations/{talk}", if_none_match=first["ETag"])

    assert again.status_code == 200
    assert again["ETag"] != first["ETag"]
    assert again.json()["tags"] == ["vip"]


@pytest.mark.parametrize("path", ["messages/{message}", "channels/{channel}", "replies/{reply}"])
def test_single_rows_carry_a_tag(api, talk, talks, path):
    message = api.get(f"conversations/{talk}/messages").json()["results"][0]["id"]
    reply = api.post(f"conversations/{talk}/replies", {"text": "Hello", "seen_message_id": message}).json()[
        "id"
    ]
    address = path.format(message=message, channel=talks.pk, reply=reply)

    first = api.get(address)

    assert first.status_code == 200
    assert api.get(address, if_none_match=first["ETag"]).status_code == 304


# --- Private words -----------------------------------------------------------------------------------------


@pytest.fixture
def secret_talk(acme, talks) -> int:
    return receive(acme, talks, said("dm", "My card is 4111", private=True, at=now()))[0]


def test_private_words_are_withheld_from_who_has_no_right_to_them(give, secret_talk, acme):
    program = give(P.VIEW)
    messages = program.get(f"conversations/{secret_talk}/messages")
    listed = program.get("conversations")

    assert "4111" not in messages.content.decode() + listed.content.decode()
    assert messages.json()["results"][0]["withheld"] == "private"
    assert messages.json()["results"][0]["text"] is None
    with inside(acme):
        assert not Entry.objects.filter(kind="access.viewed_private").exists()


def test_reading_private_words_is_written_down(give, secret_talk, acme):
    program = give(P.VIEW, P.VIEW_PRIVATE)
    messages = program.get(f"conversations/{secret_talk}/messages")

    assert messages.json()["results"][0]["text"] == "My card is 4111"
    with inside(acme):
        entry = Entry.objects.get(kind="access.viewed_private")
    assert (entry.conversation_id, entry.actor_id) == (secret_talk, program.token.prefix)


def test_a_search_does_not_find_private_words_for_who_may_not_read_them(give, secret_talk):
    assert give(P.VIEW).get("conversations?q=4111").json()["results"] == []
    found = give(P.VIEW, P.VIEW_PRIVATE).get("conversations?q=4111").json()["results"]
    assert [row["id"] for row in found] == [secret_talk]


# --- Another client's rows --------------------------------------------------------------------------------


def test_rows_of_another_client_are_not_there(give, globex, talk, talks):
    program = give(at=globex)

    assert program.get("conversations").json()["results"] == []
    for path in (f"conversations/{talk}", f"conversations/{talk}/messages", f"channels/{talks.pk}"):
        assert_problem(program.get(path), 404, "not_found")
