"""A worker is killed with SIGKILL in the middle of its work: nothing is lost, nothing is doubled."""

from __future__ import annotations

from tests.crash.house import Crowd, until


def test_workers_killed_in_the_middle_of_1000_receipts_make_one_message_of_each(house):
    names = sorted(f"question-{n}" for n in range(1000))
    house.open()

    with Crowd(house, names) as crowd:
        with house.halted_at("inbox_message"):
            house.kill("worker")
        with house.halted_at("ledger_entry"):
            house.kill("worker")
        with house.halted_at("inbox_cycle"):
            house.kill("worker")
        assert house.waiting() > 0, "the workers had finished before they were killed"
        crowd.join()
    until(lambda: not house.waiting(), "every receipt is read")

    assert sorted(crowd.accepted) == names
    assert house.messages() == names
    told = (
        "SELECT count(*), count(DISTINCT data->>'message_id') FROM ledger_entry WHERE kind = 'item.received'"
    )
    assert house.rows(told) == [(1000, 1000)]
    assert house.number("SELECT sum(messages_count) FROM inbox_author") == 1000
    assert house.number("SELECT count(*) FROM inbox_cycle WHERE outcome = 'open'") == 1000
    until(
        lambda: house.number("SELECT count(*) FROM reporting_responsefact") == 1000,
        "the reports know every message",
    )
