"""Every task and every command that takes a client, tried with what belongs to the other."""

from __future__ import annotations

import inspect
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

import inbox.tasks
from tenants.kernel.schema import PUBLIC, current_schema, inside, outside
from tenants.ledger.tasks import dispatch as dispatch_task
from tenants.models import Client, Receipt
from tests.guards.test_tasks import TASKS
from tests.guards.walking import PROJECT
from tests.guards.world import everything_at

# --- Tasks -----------------------------------------------------------------------------------------


def arguments(task, ours, theirs):
    """Acme named as the client, and for whatever else an id names, Globex's."""
    given = {
        "client_id": ours.client.pk,
        "schema": ours.client.schema_name,
        "channel_id": theirs.ids["channel_id"],
        "turn": None,
    }
    names = [
        one.name for one in inspect.signature(task.run).parameters.values() if one.kind is one.KEYWORD_ONLY
    ]
    return {name: given[name] for name in names}  # an argument of a new name: teach this test what it is


NAMES_ONE = [name for name, task in TASKS.items() if "*, " in str(inspect.signature(task.run))]
ALL_CLIENTS = [name for name in TASKS if name not in NAMES_ONE]


@pytest.fixture(autouse=True)
def begun(monkeypatch):
    """Tasks that start others only say which: there is no worker here."""
    started = []
    for task in TASKS.values():
        monkeypatch.setattr(task, "delay", lambda task=task, **facts: started.append((task.name, facts)))
        monkeypatch.setattr(
            task, "apply_async", lambda task=task, **facts: started.append((task.name, facts))
        )
    return started


def test_tasks_are_of_both_sorts():
    assert {"inbox.tasks.read", "inbox.tasks.poll", "tenants.ledger.tasks.dispatch"} <= set(NAMES_ONE)
    assert {"inbox.tasks.read_all", "tenants.ledger.tasks.sweep"} <= set(ALL_CLIENTS)


@pytest.mark.parametrize("name", NAMES_ONE)
def test_a_task_for_acme_touches_nothing_of_globexs(name, ours, untouched):
    TASKS[name].run(**arguments(TASKS[name], ours, untouched))

    assert everything_at(untouched) == untouched.rows


@pytest.mark.parametrize("name", TASKS)
def test_a_task_goes_back_to_where_it_came_from(name, ours, at_globex):
    with inside(ours.client):
        TASKS[name].run(**arguments(TASKS[name], ours, ours))

        assert current_schema() == ours.client.schema_name
    assert current_schema() == PUBLIC


@pytest.mark.parametrize("name", NAMES_ONE)
def test_a_task_for_a_client_that_is_not_there_does_nothing(name, ours, untouched):
    before = everything_at(ours)
    given = arguments(TASKS[name], ours, untouched) | {"client_id": 999_999, "schema": "nobody"}

    TASKS[name].run(**{one: given[one] for one in arguments(TASKS[name], ours, untouched)})

    assert everything_at(ours) == before


def test_reading_at_acme_leaves_globexs_receipts_waiting(ours, untouched):
    inbox.tasks.read.run(client_id=ours.client.pk)

    with outside():
        states = dict(Receipt.objects.values_list("client_id", "state"))
    assert states == {ours.client.pk: "read", untouched.client.pk: "waiting"}


def test_a_round_over_all_clients_starts_a_task_for_each(ours, at_globex, begun):
    inbox.tasks.read_all.run()

    assert sorted(facts["client_id"] for _, facts in begun) == sorted([ours.client.pk, at_globex.client.pk])


def test_dispatching_at_acme_moves_acmes_cursors_only(ours, untouched):
    dispatch_task.run(schema=ours.client.schema_name)

    assert everything_at(untouched) == untouched.rows


# --- Commands --------------------------------------------------------------------------------------

ABOUT_ONE_CLIENT = {
    "close_client": ("acme",),
    "migrate": ("--client=acme", "--processes=1"),
    "replay": None,  # takes a file: below
    "verify_ledger": ("--client=acme",),
}
ABOUT_NO_CLIENT = {
    "backup": "Reads all of them as the owner; tests/config/backups/.",
    "benchmark": "Works in a database of its own.",
    "demo": "Opens the clients it speaks of.",
    "doctor": "Looks at the installation.",
    "invite": "Gives people seats: the agency's own work.",
    "migrate_schemas": "Another name of migrate.",
    "open_client": "Makes a client; tests/tenants/test_open_client.py.",
    "restore": "Fills an empty database; tests/config/backups/.",
    "rotate_seals": "Goes through all of them.",
    "serve": "Starts the processes.",
    "test": "Runs the tests.",
}


def test_every_command_is_known_here():
    """A new one that takes a client is added to the first list, and so is tried."""
    found = {path.stem for path in PROJECT.glob("*/management/commands/[a-z]*.py")}
    found |= {path.stem for path in PROJECT.glob("*/*/management/commands/[a-z]*.py")}

    assert found == set(ABOUT_ONE_CLIENT) | set(ABOUT_NO_CLIENT)


@pytest.mark.parametrize("command", [name for name, given in ABOUT_ONE_CLIENT.items() if given])
def test_a_command_for_acme_touches_nothing_of_globexs(command, ours, untouched):
    said = StringIO()

    call_command(command, *(ABOUT_ONE_CLIENT[command] or ()), stdout=said)

    assert "globex" not in said.getvalue().lower()
    assert everything_at(untouched) == untouched.rows


def archive(folder: Path) -> Path:
    """One message by one person."""
    path = folder / "archive.csv"
    path.write_text(
        "external_id,kind,text,sent_at,author\n1,comment,Hello,2026-03-01T09:30:00Z,jo\n", encoding="utf-8"
    )
    return path


def test_an_archive_replayed_at_acme_stays_at_acme(ours, untouched, tmp_path):
    call_command("replay", "acme", str(archive(tmp_path)), "--channel", ours.account, stdout=StringIO())

    assert everything_at(ours) != ours.rows
    assert everything_at(untouched) == untouched.rows


def test_an_archive_cannot_be_replayed_at_acme_into_globexs_account(ours, untouched, tmp_path):
    with pytest.raises(CommandError, match="connected already"):
        call_command(
            "replay", "acme", str(archive(tmp_path)), "--channel", untouched.account, stdout=StringIO()
        )

    assert everything_at(ours) == ours.rows
    assert everything_at(untouched) == untouched.rows


def test_a_client_that_is_not_there_is_named(db):
    for command, given in (("close_client", ["nobody"]), ("migrate", ["--client=nobody"])):
        with pytest.raises(CommandError, match="no client “nobody”"):
            call_command(command, *given, stdout=StringIO())


def test_the_two_clients_are_still_open(acme: Client, globex: Client):
    """Commands of the tests above were undone with their transactions."""
    assert (acme.closed_at, globex.closed_at) == (None, None)
