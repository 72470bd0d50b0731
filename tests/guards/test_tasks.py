"""Tasks take ids by name and tolerate what a newer version sends along; the beat starts only tasks that exist."""

from __future__ import annotations

import inspect

import pytest

from config.celery import app
from tests.guards.walking import APPS

app.loader.import_default_modules()
TASKS = {name: task for name, task in sorted(app.tasks.items()) if name.split(".")[0] in APPS}


def test_all_tasks_are_found():
    assert {"inbox.tasks.read", "inbox.tasks.send", "tenants.ledger.tasks.dispatch"} <= set(TASKS)


@pytest.mark.parametrize("name", TASKS)
def test_a_task_takes_plain_values_by_name_and_tolerates_more(name):
    parameters = inspect.signature(TASKS[name].run).parameters.values()

    assert [one for one in parameters if one.kind is one.VAR_KEYWORD], "says no **_"
    for one in parameters:
        assert one.kind in (one.KEYWORD_ONLY, one.VAR_KEYWORD), f"{one.name} is taken by position"
        assert one.annotation in ("int", "str", "object"), f"{one.name} is a {one.annotation}"


@pytest.mark.parametrize("name", TASKS)
def test_a_task_keeps_no_result(name):
    assert TASKS[name].ignore_result


def test_the_beat_starts_tasks_that_exist_and_takes_back_what_nobody_picked_up():
    for name, line in app.conf.beat_schedule.items():
        assert line["task"] in TASKS, name
        assert line["options"]["expires"] <= line["schedule"], name
