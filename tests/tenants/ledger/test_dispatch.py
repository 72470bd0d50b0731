"""Dispatch: each subscriber hears every entry once, in order, at its own pace."""

from __future__ import annotations

from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from tenants.kernel import roles
from tenants.kernel.schema import database_name, inside
from tenants.ledger import dispatch as dispatching
from tenants.ledger.models import Cursor, Entry
from tests.tenants.ledger.conftest import LATER, ThingLeft, write


def test_entries_come_in_order_and_once(at_acme, listeners, dispatched):
    write(1, 2)
    dispatched()
    write(3)
    dispatched()
    dispatched()

    assert listeners[0].batches == [[1, 2], [3]]


def test_a_subscriber_hears_the_kinds_it_asked_for_and_passes_the_others(at_acme, listeners, dispatched):
    write(1)
    write(2, kind=ThingLeft)
    write(3)
    dispatched()

    assert listeners[1].told == [2]
    newest = Entry.objects.latest("pk")
    assert Cursor.objects.get(pk="second").entry_id == newest.pk


def test_a_long_backlog_comes_in_batches(at_acme, listeners, dispatched, monkeypatch):
    monkeypatch.setattr(dispatching, "BATCH", 4)
    write(*range(10))
    dispatched()

    assert listeners[0].batches == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


@pytest.mark.parametrize("heard_before", [False, True])
def test_one_subscribers_failure_is_kept_and_stops_no_other(at_acme, listeners, dispatched, heard_before):
    """Also at its very first batch, when it has no place in the ledger yet."""
    if heard_before:
        write(0, kind=ThingLeft)
        dispatched()
    listeners[0].trouble = ValueError("the figures do not add up")
    write(7, kind=ThingLeft)
    dispatched()
    dispatched()

    assert 7 not in listeners[0].told
    assert listeners[1].told[-1] == 7
    place = Cursor.objects.get(pk="first")
    assert (place.failures, place.moved_at) == (2, LATER)
    assert place.last_error == "ValueError: the figures do not add up"


def test_what_failed_is_told_again_when_it_works(at_acme, listeners, dispatched):
    listeners[0].trouble = ValueError()
    write(1)
    dispatched()
    listeners[0].trouble = None
    write(2)
    dispatched()

    assert listeners[0].told == [1, 2]
    place = Cursor.objects.get(pk="first")
    assert (place.failures, place.last_error) == (0, "")


def test_what_a_failing_subscriber_wrote_is_undone_with_its_place(at_acme, listeners, dispatched):
    write(1)
    listeners[0].work = lambda: Cursor.objects.create(subscriber="half done")
    listeners[0].trouble = ValueError()
    dispatched()

    assert not Cursor.objects.filter(pk="half done").exists()
    assert Cursor.objects.get(pk="first").entry_id == 0


# --- Transactions that are still open ----------------------------------------------------------------


@contextmanager
def another(client):
    """A second connection under the client's role, in a transaction of its own."""
    given = connection.get_connection_params()
    where = {name: given[name] for name in ("host", "port", "user", "password", "dbname") if given.get(name)}
    with psycopg.connect(**where) as raw:
        role = sql.Identifier(roles.client_role(database_name(), client.schema_name))
        raw.execute(sql.SQL("SET ROLE {}").format(role))
        raw.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(client.schema_name)))
        yield raw


ADD = """
    INSERT INTO ledger_entry (kind, version, occurred_at, actor_kind, actor_id, data, request_id)
    VALUES ('thing.done', 1, now(), 'robot', 'slow', jsonb_build_object('number', %s::int), '')
"""


def test_an_entry_of_a_transaction_that_is_still_open_is_not_passed_by(
    committed, listeners, dispatched_alone
):
    with another(committed) as slow:
        slow.execute(ADD, [1])
        write(2)

        dispatched_alone()
        assert listeners[0].told == [], "what comes after it waits for it"

        slow.commit()
        dispatched_alone()
    assert listeners[0].told == [1, 2]


def test_a_transaction_that_was_given_up_holds_nobody(committed, listeners, dispatched_alone):
    with another(committed) as slow:
        slow.execute(ADD, [1])
        write(2)
        slow.rollback()

        dispatched_alone()
    assert listeners[0].told == [2]


def test_two_workers_do_not_hand_over_the_same_entries(committed, listeners, dispatched_alone):
    write(1)
    dispatched_alone()
    write(2)
    with another(committed) as other:
        other.execute("SELECT * FROM ledger_cursor WHERE subscriber = 'first' FOR UPDATE")

        dispatched_alone()
        assert listeners[0].told == [1], "the other worker has this subscriber"

        other.commit()
        dispatched_alone()
    assert listeners[0].told == [1, 2]


def test_clients_have_places_of_their_own(acme, globex, listeners, dispatched):
    with inside(acme):
        write(1)
    with inside(globex):
        write(2)
        dispatched()

    assert listeners[0].told == [2]
    with inside(acme):
        assert not Cursor.objects.exists()
