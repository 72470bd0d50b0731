"""The database stays away for a while: everybody is told at once, and everything goes on when it is back."""

from __future__ import annotations

import json
from contextlib import closing
from http.client import HTTPConnection
from time import monotonic

from config.door import database_watch
from tests.crash.house import Crowd, until

ONCE = 8.0
"""Seconds. Before, a delivery waited 10 s for a pool and /readyz 30 s; at rest both take a few milliseconds."""


def ask(house, path, *, host="localhost"):
    """Status, headers and body, and how many seconds it took."""
    began = monotonic()
    line = HTTPConnection("127.0.0.1", house.port, timeout=60)
    line.request("GET", path, headers={"Host": host})
    answer = line.getresponse()
    body = answer.read().decode()
    line.close()
    return answer.status, answer.headers, body, monotonic() - began


def test_while_the_database_is_away_everybody_is_told_at_once_and_nothing_is_lost(house, monkeypatch):
    monkeypatch.setattr(database_watch, "LONGEST_PAUSE", 1.0)
    names = sorted(f"question-{n}" for n in range(60))
    log = house.home.log / "database.log"
    control = house.server.place.data / "global" / "pg_control"
    aside = control.with_name("aside")
    house.open()
    with Crowd(house, names[:20]) as crowd:
        crowd.join()

    control.rename(aside)
    house.crash_database()
    began = monotonic()
    sender = house.sender()
    with closing(sender.line):
        status, seconds = sender.deliver("question-99"), monotonic() - began
    assert status == 503
    assert seconds < ONCE

    status, _, body, seconds = ask(house, "/readyz")
    assert (status, json.loads(body)["checks"]["database"]) == (503, "The database does not answer.")
    assert seconds < ONCE
    assert ask(house, "/healthz")[0] == 200
    assert "rapport_database_up 0.0" in ask(house, "/metrics")[2]
    status, headers, body, seconds = ask(house, "/", host="acme.localhost")
    assert (status, headers["Retry-After"]) == (503, "5")
    assert "unavailable" in body
    assert seconds < ONCE

    with Crowd(house, names[20:]) as crowd:
        until(lambda: len(crowd.refused) >= 8, "deliveries are refused")
        until(lambda: "does not start" in log.read_text(), "a restart has failed, and says so")
        aside.rename(control)
        until(house.answers, "the web process is ready again")
        crowd.join()
    assert set(crowd.refused) <= {503, 0}
    until(lambda: not house.waiting(), "every receipt is read")

    assert house.messages() == names
    assert "answers again" in log.read_text()
