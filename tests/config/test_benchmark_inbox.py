"""What `benchmark inbox` measures is what it says: the rows, the pages, their floors, the watch and the counting."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.utils.timezone import now

from config.benchmarks import asking, filling, floors, inbox, texts
from config.benchmarks.agency import Staff
from config.benchmarks.asking import Page, Timed, Wrong
from inbox.models import Conversation, Cycle, Message
from inbox.states import AT_WORK, Outcome
from tenants.kernel.schema import inside
from tenants.models import DeskItem

SIZE = 700


def put_together(schema):
    """Indexes and constraints of the filled tables, as PostgreSQL writes them down."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT indexdef FROM pg_indexes WHERE schemaname = %(schema)s AND tablename = ANY(%(tables)s)
            UNION ALL
            SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
            WHERE connamespace = %(schema)s::regnamespace
            ORDER BY 1
            """,
            {"schema": schema, "tables": list(filling.FULL)},
        )
        return cursor.fetchall()


@pytest.fixture
def staff(grace_user, ada_user):
    return Staff(grace_user, (grace_user.pk, ada_user.pk))


@pytest.fixture
def full(acme, staff):
    """Acme with some hundred conversations."""
    filling.fill(acme, size=SIZE, people=staff.answering, at=now())
    return acme


def test_a_filled_client_has_what_was_asked_for_and_each_conversation_counts_its_messages(acme, staff):
    filled = filling.fill(acme, size=SIZE, people=staff.answering, at=now())

    with inside(acme):
        talks = list(Conversation.objects.order_by("pk"))
        assert len(talks) == SIZE == filled.conversations
        assert Message.objects.count() == sum(talk.messages_count for talk in talks) == filled.messages
        for talk in talks[:50]:
            said = list(talk.messages.order_by("sent_at"))
            assert len(said) == talk.messages_count
            assert (said[0].text[:200], said[-1].sent_at) == (talk.preview, talk.last_message_at)


def test_who_waits_in_a_filled_client_has_an_open_cycle_and_stands_on_the_desk(full):
    with inside(full):
        waiting = set(Conversation.objects.filter(waiting_since__isnull=False).values_list("pk", flat=True))
        running = set(Cycle.objects.filter(outcome=Outcome.OPEN).values_list("conversation_id", flat=True))
        at_work = set(Conversation.objects.filter(status__in=AT_WORK).values_list("pk", flat=True))

    assert waiting == running
    assert waiting < at_work
    assert (
        set(DeskItem.objects.filter(client_id=full.pk).values_list("conversation_id", flat=True)) == at_work
    )


def test_filling_leaves_every_index_and_constraint_as_it_was(acme, staff):
    before = put_together("acme")

    filling.fill(acme, size=20, people=staff.answering, at=now())

    assert put_together("acme") == before


def test_the_same_seed_fills_two_clients_alike(full, globex, staff):
    filling.fill(globex, size=SIZE, people=staff.answering, at=now())

    def seen(client):
        with inside(client):
            return list(
                Conversation.objects.order_by("pk").values_list("pk", "status", "priority", "preview")
            )

    assert seen(full) == seen(globex)


def test_a_client_that_has_something_is_not_filled(full, staff):
    with pytest.raises(RuntimeError, match="is not empty"):
        filling.fill(full, size=1, people=staff.answering, at=now())


def test_a_word_is_in_as_many_texts_as_is_said():
    word, share = texts.word_in(0.01)

    found = [text for text in texts.pool() if word in texts.WORD.findall(text.lower())]
    assert len(found) / len(texts.pool()) == share == pytest.approx(0.01, rel=0.2)


def test_every_page_shows_the_rows_that_its_floor_reads(full, staff):
    for page in inbox.pages(full, staff):
        timed = asking.take(page, staff.asker, times=2)

        assert len(timed.ours) == len(timed.spent) == len(timed.floor) == 2, page.name


def test_a_page_whose_floor_reads_other_rows_is_not_measured(full, staff):
    page = Page("first page", full, ("/?view=done",), (floors.first_page(staff.asker.pk),))

    with pytest.raises(Wrong, match="its floor reads"):
        asking.take(page, staff.asker, times=1)


def test_a_page_without_rows_is_not_measured(acme, staff):
    page = Page("first page", acme, ("/",), (floors.first_page(staff.asker.pk),))

    with pytest.raises(Wrong, match="shows"):
        asking.take(page, staff.asker, times=1)


def test_a_refusal_is_not_measured(full, staff):
    browser = asking.browser_of(staff.asker, full)

    with pytest.raises(Wrong, match="404"):
        asking.get(browser, "/?view=nowhere")


def test_the_watch_runs_while_the_page_is_made():
    def slow(path, **_):
        time.sleep(0.02)
        return SimpleNamespace(status_code=200, content=b'<li data-row="7"><li data-row="5">')

    browser: Any = SimpleNamespace(get=slow)
    html, milliseconds = asking.get(browser, "/")

    assert asking.rows_of(html) == [7, 5]
    assert milliseconds >= 20


def test_the_watch_runs_while_the_floor_is_read(db):
    found, milliseconds = asking.read([("SELECT 7 FROM pg_sleep(0.02)", {}), ("SELECT 5", {})])

    assert found == [[(7,)], [(5,)]]
    assert milliseconds >= 20


def test_an_aim_is_reached_by_the_median_of_the_ratio_and_the_95th_percentile_of_the_time():
    page = Page("first page", None, ("/",), ((),))
    timed = Timed(ours=[20.0] * 94 + [60.0] * 6, spent=[15.0] * 100, floor=[10.0] * 100)

    ratio, late, spent = asking.figures(page, timed, most_ms=40, most_ratio=3, floor_name="SQL")

    assert (ratio.ours, ratio.ratio, ratio.reached) == (20.0, 2.0, True)
    assert (late.ours, late.reached) == (60.0, False)
    assert (spent.ours, spent.reached) == (15.0, None)


def test_the_number_of_queries_is_the_same_for_one_row_and_for_a_full_list(full, globex, staff):
    filling.fill(globex, size=1, people=staff.answering, at=now())

    found = inbox.growth(globex, full, staff)

    assert [figure.name.partition(":")[0] for figure in found] == ["inbox", "rows", "search", "desk"]
    for figure in found:
        assert figure.floor_name.endswith("at 1 row"), figure
        assert figure.reached, f"{figure.name}: {figure.ours} against {figure.floor}"
