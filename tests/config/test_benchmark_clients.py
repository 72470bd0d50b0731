"""What `benchmark clients` measures is what it says; and both benchmarks run whole, at tiny sizes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from config import env
from config.benchmarks import asking, clients
from config.benchmarks.agency import Staff, hire
from tenants.accounts.models import UserSession
from tenants.kernel.schema import as_owner, database_name
from tenants.models import Blueprint

MANAGE = Path(__file__).parents[2] / "manage.py"


def tables_of(schema):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [schema])
        return [name for (name,) in cursor.fetchall()]


def test_the_floor_of_opening_is_the_whole_schema_and_leaves_nothing_behind(acme, queries):
    with queries() as seen:
        seconds = clients._replay("bench_bare")

    (ddl,) = [query["sql"] for query in seen.captured_queries if "CREATE TABLE" in query["sql"]]
    assert seconds > 0
    assert [name for name in tables_of("acme") if f"CREATE TABLE bench_bare.{name} (" not in ddl] == []
    assert tables_of("bench_bare") == []
    assert ddl.count("CREATE TABLE") == Blueprint.objects.get().drawing.count("CREATE TABLE")


def test_the_step_that_is_migrated_is_the_newest_of_its_app_and_can_be_taken_back(db):
    app, before, after = clients._last_step()

    folder = MANAGE.parent / app / "migrations"
    names = sorted(path.stem for path in folder.glob("[0-9]*.py"))
    assert [before, after] == names[-2:]


def test_processes_that_are_started_meanwhile_work_in_the_same_database(db, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody@nowhere/elsewhere?host=/tmp")

    with clients._children_here():
        inside = env.database(home=settings.RAPPORT_HOME)

    assert inside["NAME"] == database_name()
    assert inside["HOST"] == "/tmp"
    assert os.environ["DATABASE_URL"].endswith("/elsewhere?host=/tmp")


def test_a_schema_that_cannot_be_migrated_is_not_measured(db):
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA bench_broken CREATE TABLE inbox_channel (id int)")

    with pytest.raises(RuntimeError, match="bench_broken was not migrated"):
        clients._run(["bench_broken"], {}, 1)


def test_requests_in_turn_go_to_each_client(acme, globex, grace_user, monkeypatch):
    asked: list[str] = []

    def get(browser, path):
        asked.append(browser)
        return "", 1.0

    monkeypatch.setattr(asking, "WARM", 1)
    monkeypatch.setattr(asking, "browsers_of", lambda user, clients: [client.slug for client in clients])
    monkeypatch.setattr(asking, "get", get)

    clients._in_turn(Staff(grace_user, ()), [acme, globex], rounds=1)

    assert asked == ["acme", "globex", "acme"]


def test_somebody_opens_every_client_from_one_session(acme, globex, grace_user):
    """A session for each would end the first ones where there are more clients than sessions a person may have."""
    browsers = asking.browsers_of(grace_user, [acme, globex, None])

    assert UserSession.objects.filter(user=grace_user).count() == 1
    assert [asking.get(browser, "/")[1] > 0 for browser in browsers] == [True, True, True]


def test_an_agency_has_people_of_its_own_and_of_each_client(acme, globex):
    staff = hire([acme, globex])

    assert staff.asker.pk in staff.answering
    assert len(staff.answering) == 50


@pytest.mark.parametrize(
    ("name", "figures"),
    [
        ("clients", ("open a client, among the first", "request, the desk", "migrate, nothing to do")),
        ("inbox", ("first page, median", "desk, 95th percentile", "rows: queries at ")),
    ],
)
def test_a_small_run_says_its_figures_as_json_and_cleans_up(db, name, figures):
    sizes = {"clients": ("2", "--rounds=1"), "inbox": ("700", "--rounds=1", "--clients=2")}[name]
    done = subprocess.run(
        [sys.executable, str(MANAGE), "benchmark", name, "--json", "--size", *sizes],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)["benchmarks"][name]
    found = {figure["name"]: figure for figure in report["figures"]}
    assert [name for name in figures if not any(said.startswith(name) for said in found)] == []
    assert all(figure["ours"] > 0 for figure in found.values())
    (throwaway,) = re.findall(
        r"throwaway database (\w+)", done.stderr
    )  # others may be running beside this one
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname = %s", [throwaway])
        assert cursor.fetchall() == []
        cursor.execute("SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s)", [f"{throwaway}_"])
        assert cursor.fetchall() == []
