"""One reader a client, who lets others through; whoever is killed loses the turn, and no receipt is forgotten."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from inbox import tasks
from inbox.models import Message
from tenants import turns
from tenants.accounts.actors import RECEIVER
from tenants.kernel import hints
from tenants.kernel.schema import inside, outside
from tenants.models import ReadingTurn, Receipt
from tenants.queries import clients_to_read, needs_reader
from tenants.turns import LEASE, end_turn, take_turn
from tests.conftest import NOON
from tests.inbox.test_bounded_intake import Line, item


@pytest.fixture
def line(acme, channel) -> Line:
    return Line(acme.pk, channel.pk)


@pytest.fixture
def handed_on(monkeypatch) -> list[dict[str, object]]:
    """The tasks that a reader leaves at the end of the queue."""
    given: list[dict[str, object]] = []

    def give(task, *, kwargs):
        assert task is tasks.read
        given.append(kwargs)
        return True

    monkeypatch.setattr(hints, "give", give)
    return given


def test_a_turn_is_one_readers_until_it_is_ended_handed_on_or_run_out(acme):
    with outside():
        first = take_turn(client_id=acme.pk, token=None, at=NOON)
        assert first is not None
        assert take_turn(client_id=acme.pk, token=None, at=NOON) is None
        assert take_turn(client_id=acme.pk, token=uuid4(), at=NOON) is None
        second = take_turn(client_id=acme.pk, token=first, at=NOON)
        assert take_turn(client_id=acme.pk, token=first, at=NOON) is None, "handed on already"
        third = take_turn(client_id=acme.pk, token=None, at=NOON + LEASE)
        assert second is not None
        assert third is not None
        end_turn(client_id=acme.pk, token=second, at=NOON + LEASE)
        assert take_turn(client_id=acme.pk, token=None, at=NOON + LEASE) is None, (
            "it is no more the second's to end"
        )


def test_the_turn_of_one_client_is_not_anothers(acme, globex):
    with outside():
        assert take_turn(client_id=acme.pk, token=None, at=NOON)
        assert take_turn(client_id=globex.pk, token=None, at=NOON)


def test_a_reader_lets_others_through_and_the_next_reads_on(line, acme, handed_on, monkeypatch):
    monkeypatch.setattr(tasks, "READ_FOR", 0.0)
    line.add(item("1"))

    tasks.read(client_id=acme.pk)
    assert [sorted(kwargs) for kwargs in handed_on] == [["client_id", "turn"]]
    tasks.read(client_id=acme.pk)
    assert len(handed_on) == 1, "it is not this one's turn"
    monkeypatch.setattr(tasks, "READ_FOR", 60.0)
    new = tasks.read(**handed_on[0])

    assert new == 1
    assert len(handed_on) == 1


def test_without_a_broker_a_reader_reads_to_the_end(line, acme, monkeypatch):
    monkeypatch.setattr(tasks, "READ_FOR", 0.001)
    monkeypatch.setattr(hints, "give", lambda *_, **__: False)
    for number in range(3):
        line.add(item(f"{number}", text="x" * 300_000), item(f"good-{number}"))

    assert tasks.read(client_id=acme.pk) == 3


def test_a_receipt_that_comes_while_a_turn_ends_is_read_by_whoever_ends_it(line, acme, monkeypatch):
    real = turns.end_turn
    late = ["late"]

    def ends_late(**facts):
        real(**facts)
        if late:
            with inside(acme):
                line.add(item(late.pop()))

    monkeypatch.setattr(turns, "end_turn", ends_late)
    line.add(item("early"))

    assert tasks.read(client_id=acme.pk) == 2
    with inside(acme):
        assert Message.objects.count() == 2


def test_the_round_asks_for_clients_that_nobody_reads(line, acme, globex):
    line.add(item("1"))
    with outside():
        free = clients_to_read(at=NOON)
        take_turn(client_id=acme.pk, token=None, at=NOON)
        busy = clients_to_read(at=NOON)
        later = clients_to_read(at=NOON + LEASE)

    assert (free, busy, later) == ([acme.pk], [], [acme.pk])


def test_a_new_receipt_wakes_a_reader_unless_one_reads_or_an_older_one_has(line, acme):
    first, second = line.add(item("1")), line.add(item("2"))

    def asks(receipt: Receipt) -> bool:
        with outside():
            return needs_reader(receipt_id=receipt.pk, client_id=acme.pk, at=line.at)

    assert (asks(first), asks(second)) == (True, False)
    Receipt.objects.filter(pk=first.pk).update(not_before=NOON + timedelta(minutes=1))
    assert asks(second), "the first waits for its next attempt and wakes nobody"
    with outside():
        take_turn(client_id=acme.pk, token=None, at=NOON)
    assert not asks(second)


def test_a_turn_is_the_agencys_and_no_client_sees_it(acme, at_acme):
    assert RECEIVER.id
    with outside():
        take_turn(client_id=acme.pk, token=None, at=NOON)
        assert isinstance(ReadingTurn.objects.get().token, UUID)
