"""No delivery stops a client: attempts are counted, what fails is set aside, and everything else is read."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from inbox import receiving
from inbox.actions import receipts
from inbox.actions.receipts import BATCH_BYTES, LARGE_BYTES, MOST_ATTEMPTS, MOST_NOTES, RECEIPTS_AT_ONCE
from inbox.models import Message
from tenants.accounts.actors import RECEIVER
from tenants.kernel.errors import Conflict, Forbidden, NotFound
from tenants.ledger.models import Entry
from tenants.models import Receipt, ReceiptState
from tests.conftest import NOON

POISON = b'{"items":[' + b",".join([b"{}"] * 1_747_000) + b"]}"


def item(name: str, **facts: Any) -> dict[str, Any]:
    author = {"external_id": "jo"}
    return {"external_id": name, "kind": "comment", "text": "Where is it?", "sent_at": NOON.isoformat(),
            "author": author, **facts}  # fmt: skip


class Line:
    """Receipts of Acme's that wait, and a clock that the test moves."""

    def __init__(self, client_id: int, channel_id: int) -> None:
        self.client_id, self.channel_id, self.at = client_id, channel_id, NOON

    def add(self, *items: Any, body: bytes | None = None) -> Receipt:
        return Receipt.objects.create(
            network="webhook", delivery_id=f"d{Receipt.objects.count()}", account="acme-mastodon",
            client_id=self.client_id, channel_id=self.channel_id, received_at=NOON,
            body=json.dumps({"items": items}).encode() if body is None else body,
        )  # fmt: skip

    def read(self) -> int:
        return receiving.read_receipts(client_id=self.client_id, now=lambda: self.at)

    def begin(self) -> receipts.Claim | None:
        """As a worker does that is killed right afterwards."""
        return receipts.begin_reading(client_id=self.client_id, by=RECEIVER, at=self.at)

    def wait(self, **time: float) -> None:
        self.at += timedelta(**time)


@pytest.fixture
def line(acme, channel) -> Line:
    return Line(acme.pk, channel.pk)


def names() -> list[str]:
    return sorted(Message.objects.values_list("external_id", flat=True))


def fresh(receipt: Receipt) -> Receipt:
    return Receipt.objects.get(pk=receipt.pk)


def breaks_on(monkeypatch, receipt: Receipt, error: Exception) -> None:
    """The last statement of reading fails for whatever holds this receipt."""
    real = receipts.store_results

    def fails(*, receipts, by, at):
        if receipt.pk in {one.pk for one in receipts}:
            raise error
        real(receipts=receipts, by=by, at=at)

    monkeypatch.setattr(receipts, "store_results", fails)


# --- The attacks -------------------------------------------------------------------------------------


def test_a_signed_poison_pill_of_five_megabytes_stops_nobody(line):
    before = [line.add(item(f"before-{n}")) for n in range(5)]
    poison = line.add(body=POISON)
    after = [line.add(item(f"after-{n}")) for n in range(5)]

    line.read()

    assert {fresh(one).state for one in before + after} == {ReceiptState.READ}
    poison = fresh(poison)
    assert (poison.state, poison.items, poison.aside) == (ReceiptState.POISONED, 1_747_000, 1_747_000)
    assert len(poison.poisoned) == MOST_NOTES + 1
    assert poison.poisoned[-1]["count"] == 1_737_000
    assert len(json.dumps(poison.poisoned)) < 100_000
    assert bytes(poison.body) == POISON
    assert len(names()) == 10


@pytest.mark.parametrize("error", [OperationalError("total size of jsonb array elements exceeds the maximum"),
                                   RuntimeError("a fault of ours"), MemoryError()])  # fmt: skip
def test_a_receipt_that_fails_in_the_last_statement_is_set_aside_after_three_attempts(
    line, monkeypatch, error
):
    good, bad, later = line.add(item("1")), line.add(item("2")), line.add(item("3"))
    breaks_on(monkeypatch, bad, error)

    attempts = []
    for _ in range(MOST_ATTEMPTS):
        line.read()
        attempts.append((fresh(bad).attempts, fresh(bad).state))
        line.wait(minutes=2)

    assert names() == ["1", "3"]
    assert (fresh(good).state, fresh(later).state) == (ReceiptState.READ, ReceiptState.READ)
    assert attempts == [(1, "waiting"), (2, "waiting"), (3, "failed")]
    assert type(error).__name__ in fresh(bad).trouble
    assert Entry.objects.filter(kind="delivery.failed", data__receipt_id=bad.pk).count() == 1
    assert line.begin() is None


def test_an_attempt_is_counted_before_reading_so_that_a_killed_worker_leaves_a_trace(line):
    killer = line.add(body=b" " * (LARGE_BYTES + 1))
    other = line.add(item("1"))

    begun = []
    for _ in range(MOST_ATTEMPTS):
        begun.append(line.begin())
        line.wait(minutes=1)
    line.read()

    assert begun == [receipts.Claim((killer.pk,), alone=True)] * MOST_ATTEMPTS
    assert (fresh(killer).state, fresh(killer).trouble) == (ReceiptState.FAILED, receipts.KILLED)
    assert fresh(other).state == ReceiptState.READ


def test_a_batch_whose_worker_was_killed_is_read_one_by_one(line):
    first, second = line.add(item("1")), line.add(item("2"))

    begun = [line.begin()]
    line.wait(seconds=5)
    begun.append(line.begin())
    line.read()

    assert begun[0] == receipts.Claim((first.pk, second.pk), alone=False)
    assert begun[1] == receipts.Claim((first.pk,), alone=True)
    assert fresh(second).state == ReceiptState.READ


def test_who_is_killed_again_and_again_beside_another_is_not_set_aside_for_it(line):
    """Only attempts at a receipt by itself count."""
    receipt = line.add(item("1"))

    for _ in range(MOST_ATTEMPTS):
        line.begin()
        line.wait(minutes=1)
    line.read()

    assert fresh(receipt).state == ReceiptState.READ


def test_after_a_failed_attempt_the_others_do_not_wait_for_the_next(line, monkeypatch):
    bad = line.add(item("1"))
    breaks_on(monkeypatch, bad, RuntimeError())
    line.read()

    line.add(item("2"))
    line.read()

    assert names() == ["2"]
    assert fresh(bad).attempts == 1


# --- Bounds ------------------------------------------------------------------------------------------


def test_a_large_receipt_is_read_alone_and_in_stretches(line, monkeypatch):
    monkeypatch.setattr(receiving, "MOST_AT_ONCE", 100)
    items = [item(f"{n}", text="x" * 1200) for n in range(250)]
    receipt = line.add(*items, {})
    pieces = [receiving.read_next(client_id=line.client_id, now=lambda: NOON) for _ in range(4)]

    assert len(bytes(receipt.body)) > LARGE_BYTES
    assert [(piece.new, piece.was_due) for piece in pieces] == [
        (100, True),
        (100, True),
        (50, True),
        (0, False),
    ]
    receipt = fresh(receipt)
    assert (receipt.state, receipt.items, receipt.aside, receipt.attempts) == ("read", 251, 1, 0)
    assert receipt.poisoned[0]["position"] == 250


def test_a_large_receipt_goes_on_where_it_was_when_its_worker_is_killed(line, monkeypatch):
    monkeypatch.setattr(receiving, "MOST_AT_ONCE", 100)
    receipt = line.add(*[item(f"{n}", text="x" * 1200) for n in range(250)])
    receiving.read_next(client_id=line.client_id, now=lambda: line.at)
    line.begin()
    line.wait(minutes=1)

    new = line.read()

    assert new == 150
    assert fresh(receipt).items == 250


def test_a_batch_holds_so_many_receipts_and_so_many_bytes(line):
    small = [line.add(item(f"{n}")) for n in range(RECEIPTS_AT_ONCE + 1)]
    by_number = line.begin()
    Receipt.objects.update(state=ReceiptState.READ)
    half = [line.add(body=b"x" * (BATCH_BYTES // 2)) for _ in range(3)]
    by_bytes = line.begin()

    assert by_number is not None
    assert by_bytes is not None
    assert by_number.receipt_ids == tuple(one.pk for one in small[:RECEIPTS_AT_ONCE])
    assert by_bytes.receipt_ids == tuple(one.pk for one in half[:2])


@pytest.mark.parametrize("number", [MOST_NOTES, MOST_NOTES + 1])
def test_a_hundred_notes_are_kept_and_all_are_counted(line, number):
    receipt = line.add(*[{"text": "x" * 1000}] * number)
    line.read()

    receipt = fresh(receipt)
    assert (len(receipt.poisoned), receipt.aside, receipt.items) == (MOST_NOTES, number, number)


def test_a_note_is_bounded_whatever_the_parser_says(line, monkeypatch):
    def fails(*_: object) -> None:
        raise RuntimeError("\x00" + "é" * 10_000)

    monkeypatch.setattr(receiving, "parse", fails)
    receipt = line.add(item("1"))
    line.read()

    [note] = fresh(receipt).poisoned
    assert len(note["reason"]) == receipts.LONGEST_REASON
    assert "\x00" not in note["reason"]


def test_a_connector_that_counts_nothing_is_bounded_all_the_same(line, monkeypatch):
    monkeypatch.setattr(receiving, "MAX_ITEMS", 3)
    receipt = line.add(*[item(f"{n}") for n in range(5)])
    line.read()

    receipt = fresh(receipt)
    assert (names(), receipt.items, receipt.aside) == (["0", "1", "2"], 5, 2)
    assert receipt.poisoned == [
        {"position": 3, "count": 2, "excerpt": "", "reason": receipt.poisoned[0]["reason"]}
    ]


# --- Once more ---------------------------------------------------------------------------------------


def test_a_person_has_a_failed_delivery_tried_again(line, monkeypatch, ada):
    receipt = line.add(item("1"))
    with monkeypatch.context() as broken:
        breaks_on(broken, receipt, RuntimeError())
        for _ in range(MOST_ATTEMPTS):
            line.read()
            line.wait(minutes=2)
    assert fresh(receipt).state == ReceiptState.FAILED

    receipts.retry_delivery(receipt_id=receipt.pk, by=ada, at=line.at)
    line.read()

    assert (names(), fresh(receipt).state, fresh(receipt).trouble) == (["1"], "read", "")
    assert Entry.objects.get(kind="delivery.retried").actor_id == ada.id


def test_only_what_needs_it_is_tried_again_and_only_by_whom_may(line, ada, grace):
    waiting, read = line.add(item("1")), line.add(item("2"))
    with pytest.raises(Conflict, match="waits to be read"):
        receipts.retry_delivery(receipt_id=waiting.pk, by=ada, at=NOON)
    line.read()
    with pytest.raises(Conflict, match="nothing to try again"):
        receipts.retry_delivery(receipt_id=read.pk, by=ada, at=NOON)
    with pytest.raises(NotFound):
        receipts.retry_delivery(receipt_id=0, by=ada, at=NOON)
    with pytest.raises(Forbidden):
        receipts.retry_delivery(receipt_id=read.pk, by=grace, at=NOON)
