"""Waking a worker costs little, and a broker that is gone is not asked again at once."""

from __future__ import annotations

from typing import Any

import pytest
from kombu.exceptions import OperationalError

from tenants.kernel import hints


class Task:
    """A task that notes when it is asked for, or whose broker is gone."""

    name = "a task"

    def __init__(self, *, lost: bool = False) -> None:
        self.lost = lost
        self.asked: list[dict[str, object]] = []

    def apply_async(self, *, kwargs, **options):
        self.asked.append(kwargs)
        if self.lost:
            raise OperationalError("nobody answers")


@pytest.fixture(autouse=True)
def _a_broker_nobody_has_heard_of(monkeypatch):
    monkeypatch.setattr(hints, "_silent_until", 0.0)


def test_a_lost_broker_fails_nobody_and_is_left_in_peace_for_a_while(monkeypatch):
    task: Any = Task(lost=True)

    assert not hints.give(task, kwargs={"client_id": 1})
    assert not hints.give(task, kwargs={"client_id": 1})
    assert len(task.asked) == 1

    monkeypatch.setattr(hints, "PEACE", 0.0)
    monkeypatch.setattr(hints, "_silent_until", 0.0)
    task.lost = False
    assert hints.give(task, kwargs={"client_id": 1})


def test_the_same_hint_is_gathered_and_given_once_more_in_the_end(monkeypatch):
    monkeypatch.setattr(hints, "OFTEN_ENOUGH", 3600.0)
    task: Any = Task()

    with hints.gathered():
        for client in [1, 1, 2, 1, 1]:
            hints.give(task, kwargs={"client_id": client})
        assert task.asked == [{"client_id": 1}, {"client_id": 2}]

    assert task.asked == [{"client_id": 1}, {"client_id": 2}, {"client_id": 1}]
