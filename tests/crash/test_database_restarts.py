"""The database is killed under load: it comes back by itself, and whatever was accepted is there."""

from __future__ import annotations

import signal

from tests.crash.house import Crowd, until


def test_a_database_that_crashes_under_load_loses_nothing_that_was_accepted(house):
    names = sorted(f"question-{n}" for n in range(400))
    house.open()
    before = {name: house.pid(name) for name in ("web", "beat")}

    with Crowd(house, names) as crowd:
        for part, number in ((100, signal.SIGKILL), (200, signal.SIGQUIT)):
            crowd.wait_for(part)
            house.crash_database(number)
            assert crowd.names, "nobody was delivering any more"
        until(lambda: house.server.status().is_running, "the database is started again")
        until(house.answers, "the web process is ready again")
        crowd.join()
    until(lambda: not house.waiting(), "every receipt is read")

    assert sorted(crowd.accepted) == names
    assert house.messages() == names
    assert {name: house.pid(name) for name in before} == before, "web and beat outlive the database"
    until(
        lambda: house.number("SELECT count(*) FROM reporting_responsefact") == len(names),
        "the reports know every message",
    )
