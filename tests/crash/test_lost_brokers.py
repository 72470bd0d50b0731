"""The broker is lost in the middle of the day: what came in is still read, what went wrong mends itself."""

from __future__ import annotations

import shutil
import signal

import pytest
from redis import Redis

from config.door import ports
from tests.crash.house import Crowd, until
from tests.servers import NEEDS_REDIS, redis

WORKERS = 2
"""Processes of the house's worker; each may have one task, and one more reserved."""


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


@NEEDS_REDIS
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


@NEEDS_REDIS
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


@NEEDS_REDIS
def test_a_redis_lost_while_the_worker_has_its_hands_full_loses_nothing(house, monkeypatch, tmp_path):
    """What the worker had reserved cannot be acknowledged any more, and must not keep it from taking more."""
    names = sorted(f"question-{n}" for n in range(40))
    port = ports.any_free()
    monkeypatch.setenv("CELERY_BROKER_URL", f"redis://127.0.0.1:{port}/0")
    with redis(port, tmp_path) as first:
        house.open()
        deliver(house, names[:20])
        until(lambda: not house.waiting(), "the first messages are read")
        with house.superuser() as connection, connection.transaction(), Redis(port=port) as broker:
            connection.execute("LOCK TABLE tenants_client IN ACCESS EXCLUSIVE MODE")
            until(lambda: broker.hlen("unacked") >= WORKERS, "the worker has reserved as much as it may")
            first.kill()
            first.wait()
        until(lambda: "Couldn't ack" in house.log("worker"), "the worker fails to acknowledge")
    with redis(port, tmp_path):
        deliver(house, names[20:])
        until(lambda: not house.waiting(), "every receipt is read")

    assert house.messages() == names
