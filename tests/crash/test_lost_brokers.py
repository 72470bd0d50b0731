"""The broker is lost in the middle of the day: what came in is still read, what went wrong mends itself."""

from __future__ import annotations

import shutil
import signal
import subprocess
from contextlib import contextmanager

import pytest

from config.door import ports
from tests.crash.house import Crowd, until


@contextmanager
def redis(port, folder):
    """A Redis server of our own that keeps nothing."""
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            yield server
        finally:
            server.kill()


def deliver(house, names):
    """Every name is accepted at the first try, whatever the broker does."""
    with Crowd(house, names, senders=2) as crowd:
        crowd.join()
    assert crowd.refused == [], "a delivery was refused because nobody could be woken"


def test_a_broker_whose_folder_is_removed_loses_nothing(house):
    names = sorted(f"question-{n}" for n in range(60))
    house.open()
    deliver(house, names[:20])
    until(house.messages, "the first messages are read")

    shutil.rmtree(house.home.root / "broker")
    deliver(house, names[20:40])
    until(lambda: not house.waiting(), "the rounds read what came in without a broker")
    deliver(house, names[40:])

    until(lambda: not house.waiting(), "every receipt is read")
    assert house.messages() == names


@pytest.mark.skipif(not shutil.which("redis-server"), reason="redis-server is not installed")
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGSTOP], ids=["dead", "mute"])
def test_a_lost_redis_loses_nothing(house, monkeypatch, tmp_path, ending):
    names = sorted(f"question-{n}" for n in range(60))
    port = ports.any_free()
    monkeypatch.setenv("CELERY_BROKER_URL", f"redis://127.0.0.1:{port}/0")
    with redis(port, tmp_path) as first:
        house.open()
        deliver(house, names[:20])
        until(house.messages, "the first messages are read")

        first.send_signal(ending)
        deliver(house, names[20:40])
    with redis(port, tmp_path):
        until(lambda: not house.waiting(), "the rounds read what came in while the broker was away")
        deliver(house, names[40:])
        until(lambda: not house.waiting(), "every receipt is read")

    assert house.messages() == names


@pytest.mark.skipif(not shutil.which("redis-server"), reason="redis-server is not installed")
def test_killing_what_a_worker_started_stops_nobody_for_long(house, monkeypatch, tmp_path):
    names = sorted(f"question-{n}" for n in range(300))
    port = ports.any_free()
    monkeypatch.setenv("CELERY_BROKER_URL", f"redis://127.0.0.1:{port}/0")
    with redis(port, tmp_path):
        house.open()
        with Crowd(house, names) as crowd:
            with house.halted_at("inbox_message"):
                house.kill_children("worker")
            crowd.join()

        until(lambda: not house.waiting(), "every receipt is read")

    assert house.messages() == names
