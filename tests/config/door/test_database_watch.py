"""A killed embedded server is started again while a command lasts, also when its helpers still live."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
import time
from functools import partial

import psutil
import psycopg
import pytest
from psycopg.pq import Ping

from config.door import database_watch
from config.door.database_watch import DatabaseWatch
from config.door.supervisor import Process, Supervisor
from config.door.trouble import Trouble
from config.faults.house import until


@pytest.fixture
def watched(server):
    """A running server, its watch, and what the watch said."""
    server.start()
    said: list[str] = []
    given_up: list[str] = []
    watch = DatabaseWatch(server, say=said.append, give_up=given_up.append)
    watch.start()
    yield server, said, given_up
    watch.stop()


def kill(server, number=signal.SIGKILL):
    pid = server.status().pid
    os.kill(pid, number)
    return pid


def is_back(server, before):
    return server.ping() == Ping.OK and server.status().pid not in (None, before)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGQUIT, signal.SIGTERM])
def test_a_server_that_dies_is_started_again_with_what_was_committed(watched, number):
    server, said, _ = watched
    with psycopg.connect(server.owner_url) as connection:
        connection.execute("SET synchronous_commit = on")  # the fixture's server is one that may forget
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")

    before = kill(server, number)
    until(lambda: is_back(server, before), "the server is back")

    with psycopg.connect(server.owner_url) as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)
    until(lambda: any("answers again" in sentence for sentence in said), "the watch says so")
    assert said[0] == "PostgreSQL has died; starting it again."


def test_a_server_whose_helper_computes_on_after_the_kill_is_started_again(watched):
    """A backend that computes, or is stopped, does not notice that its server died, and holds its memory."""
    server, _, _ = watched
    with psycopg.connect(server.owner_url) as connection:
        helper = psutil.Process(connection.info.backend_pid)
        helper.suspend()
        before = kill(server)

        until(lambda: is_back(server, before), "the server is back")

        assert not helper.is_running() or helper.status() == psutil.STATUS_ZOMBIE


def test_a_server_that_is_killed_again_and_again_comes_back_each_time(watched):
    server, said, _ = watched
    for times in range(1, 4):
        before = kill(server)
        until(partial(is_back, server, before), f"the server is back for time {times}")
        told = times
        until(lambda: sum("answers again" in line for line in said) >= told, "the watch says so")  # noqa: B023


def test_a_server_that_cannot_start_is_tried_again_until_it_can_and_says_why_once(watched, monkeypatch):
    server, said, given_up = watched
    monkeypatch.setattr(database_watch, "LONGEST_PAUSE", 1.0)
    control, aside = server.place.data / "global" / "pg_control", server.place.data / "aside"
    control.rename(aside)

    before = kill(server)
    until(lambda: any("does not start" in line for line in said), "the watch says why it does not start")
    time.sleep(2)
    aside.rename(control)
    until(lambda: is_back(server, before), "the server is back")

    assert len([line for line in said if "does not start" in line]) == 1
    assert given_up == []


def test_a_server_whose_data_is_gone_is_given_up_with_a_sentence_and_nothing_is_made_in_its_place(watched):
    server, said, given_up = watched
    kill(server)
    shutil.rmtree(server.place.data)

    until(lambda: given_up, "the watch gives up")

    assert "is gone" in given_up[0]
    assert "restore a backup" in given_up[0]
    assert given_up[0] in said
    assert not (server.place.data / "PG_VERSION").exists()


def test_a_command_whose_database_cannot_come_back_ends_with_the_reason(server, home, capfd):
    server.start()
    supervisor = Supervisor(home, [Process("worker", ["sleep", "60"])], terminal=False, database=server)
    supervisor.start()
    kill(server)
    shutil.rmtree(server.place.data)

    # run_forever handles signals, which only the main thread may.
    assert threading.current_thread() is threading.main_thread()
    with pytest.raises(Trouble, match="is gone"):
        supervisor.run_forever()

    assert supervisor.pids() == {}
    assert "is gone" in (home.log / "database.log").read_text()
    assert "is gone" in capfd.readouterr().err


def test_a_restart_is_told_in_the_log_and_on_the_terminal(server, home, capfd):
    server.start()
    supervisor = Supervisor(home, [Process("worker", ["sleep", "60"])], terminal=False, database=server)
    supervisor.start()
    try:
        before = kill(server)
        log = home.log / "database.log"
        until(lambda: is_back(server, before), "the server is back")
        until(lambda: log.exists() and "answers again" in log.read_text(), "the log says so")
    finally:
        supervisor.stop()

    assert "PostgreSQL has died; starting it again." in capfd.readouterr().err


def test_a_supervisor_that_stops_leaves_the_database_to_those_who_need_it(server, home):
    server.start()
    supervisor = Supervisor(
        home, [Process("worker", [sys.executable, "-c", "input()"])], terminal=False, database=server
    )
    supervisor.start()
    supervisor.stop()

    assert server.status().is_running
