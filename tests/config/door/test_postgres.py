"""The embedded server: made once, shared, crash-safe, and at home wherever the home is."""

from __future__ import annotations

import os
import pwd
import signal
import stat
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from config.door import addresses, leftovers, place, postgres
from config.door.home import Home
from config.door.place import Account
from config.door.postgres import EmbeddedPostgres
from config.door.trouble import Trouble

PROJECT = Path(__file__).parents[3]
ONLY_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root may become somebody else")


def ask(url, query, *values):
    with psycopg.connect(url) as connection:
        return connection.execute(query, values).fetchone()


def rights(url, role):
    names = ("login", "inherit", "super", "bypassrls", "createrole", "createdb", "replication")
    columns = "rolcanlogin, rolinherit, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication"
    row = ask(url, f"SELECT {columns} FROM pg_roles WHERE rolname = %s", role)
    return {name for name, has in zip(names, row, strict=True) if has}


def test_a_new_server_has_an_owner_who_is_no_superuser_and_an_app_role_with_no_rights(server):
    url = server.start()

    assert ask(url, "SELECT current_user, current_database()") == ("rapport_owner", "rapport")
    assert rights(url, "rapport_owner") == {"login", "createrole", "createdb", "inherit"}
    assert rights(url, "rapport_app") == {"login"}


def test_the_owner_may_do_what_opening_a_client_takes(server):
    with psycopg.connect(server.start()) as owner:
        owner.execute("CREATE ROLE rapport_c_acme NOLOGIN")
        owner.execute("GRANT rapport_c_acme TO rapport_app")
        owner.execute("ALTER ROLE rapport_app PASSWORD 'hush' NOINHERIT")
        owner.execute("CREATE EXTENSION pg_trgm")
        owner.execute("CREATE SCHEMA acme")

    app = addresses.app(server.owner_url, password="hush")
    with psycopg.connect(app) as connection:
        connection.execute("SET ROLE rapport_c_acme")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE acme.message ()")


def test_nobody_gets_in_without_a_password_and_no_port_is_open(server):
    url = server.start()
    folder = str(server.place.socket_folder)

    for user in ("rapport_owner", "rapport_app"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(host=folder, user=user, dbname="rapport")
    assert ask(url, "SELECT current_setting('listen_addresses')") == ("",)


def test_a_stopped_server_finds_everything_as_it_was(server):
    with psycopg.connect(server.start()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    server.stop()
    assert not server.status().is_running

    assert ask(server.start(), "SELECT one FROM kept") == (1,)


def test_a_killed_server_starts_again_with_everything_that_was_committed(server):
    server.durable = True
    with psycopg.connect(server.start()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")

    os.kill(server.status().pid, signal.SIGKILL)

    assert ask(server.start(), "SELECT one FROM kept") == (1,)


@pytest.fixture
def killed_with_a_helper(server):
    """A server whose main process was killed while a helper was stopped and could not notice; the helper's pid."""
    connection = psycopg.connect(server.start())
    helper = connection.info.backend_pid
    os.kill(helper, signal.SIGSTOP)
    os.kill(server.status().pid, signal.SIGKILL)
    yield helper
    with suppress(ProcessLookupError):
        os.kill(helper, signal.SIGKILL)
    connection.close()


def test_a_second_server_never_joins_helpers_of_a_killed_one(server, killed_with_a_helper, monkeypatch):
    """Two servers writing the same files would ruin them: no server starts while such a helper lives."""
    monkeypatch.setattr(postgres, "PATIENCE", 1.0)
    monkeypatch.setattr(leftovers, "end_processes", lambda data: 0)

    with pytest.raises(Trouble, match="still in use"):
        server.start()


def test_helpers_of_a_killed_server_are_ended_before_the_next_one_starts(server, killed_with_a_helper):
    assert ask(server.start(), "SELECT 1") == (1,)
    assert (
        not psutil.pid_exists(killed_with_a_helper)
        or psutil.Process(killed_with_a_helper).status() == psutil.STATUS_ZOMBIE
    )


def test_the_helpers_of_another_home_are_left_alone(server, killed_with_a_helper, tmp_path):
    assert leftovers.end_processes(tmp_path) == 0
    assert psutil.Process(killed_with_a_helper).status() == psutil.STATUS_STOPPED


def test_a_number_that_now_belongs_to_another_program_keeps_no_server_from_starting(server):
    server.start()
    pid = server.status().pid
    os.kill(pid, signal.SIGKILL)
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    note = server.place.data / "postmaster.pid"
    note.write_text(note.read_text().replace(str(pid), str(os.getpid()), 1))

    assert not server.status().is_running
    assert ask(server.start(), "SELECT 1") == (1,)


def test_a_server_whose_socket_was_removed_is_started_again(server):
    server.start()
    server.place.socket.unlink()

    assert ask(server.start(), "SELECT 1") == (1,)


def test_a_server_is_stopped_by_the_last_one_who_needs_it(home, server):
    other = EmbeddedPostgres(home, durable=False)
    server.start()
    other.start()

    server.stop()
    assert other.status().is_running

    other.stop()
    assert not other.status().is_running


def test_a_killed_command_needs_the_server_no_longer(home, server):
    code = (
        "import os, signal, sys; from pathlib import Path\n"
        "from config.door.home import Home; from config.door.postgres import EmbeddedPostgres\n"
        "EmbeddedPostgres(Home(Path(sys.argv[1])), durable=False).start(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code, str(home.root)], cwd=PROJECT, check=False)
    assert server.status().is_running

    with server.running():
        pass

    assert not server.status().is_running


def test_an_interrupted_making_leaves_nothing_that_looks_whole(home):
    draft = home.root / "postgres.draft"
    draft.mkdir()
    (draft / "PG_VERSION").write_text("18\n")
    server = EmbeddedPostgres(home, durable=False)
    try:
        assert ask(server.start(), "SELECT 1") == (1,)
    finally:
        server.destroy()


def test_lost_secrets_are_made_anew_and_let_the_owner_in(home, server):
    server.start()
    server.stop()
    (home.secrets / "database_owner_password").unlink()

    assert ask(server.start(), "SELECT 1") == (1,)


def test_settings_of_ones_own_survive_a_start(server):
    server.start()
    with (server.place.data / "local.conf").open("a") as file:
        file.write("work_mem = '99MB'\n")

    server.restart()

    assert ask(server.owner_url, "SELECT current_setting('work_mem')") == ("99MB",)


def test_a_server_that_cannot_start_says_why(server):
    server.start()
    server.stop()
    (server.place.data / "local.conf").write_text("no_such_setting = 1\n")

    with pytest.raises(Trouble, match=r"no_such_setting.*server\.log"):
        server.start()


def test_a_home_with_a_long_name_has_its_socket_elsewhere(home):
    server = EmbeddedPostgres(Home(home.root / ("long" * 20) / ("name " * 10)), durable=False)
    try:
        assert ask(server.start(), "SELECT 1") == (1,)
        assert server.place.socket_folder.parent == Path("/tmp")
        assert stat.S_IMODE(server.place.socket_folder.stat().st_mode) == 0o700
    finally:
        server.destroy()
    assert not server.place.socket_folder.exists()


def test_a_socket_folder_that_others_may_enter_is_not_used(home):
    server = EmbeddedPostgres(Home(home.root / ("long" * 30)), durable=False)
    server.place.socket_folder.mkdir(mode=0o755)
    try:
        with pytest.raises(Trouble, match="belongs to somebody else"):
            server.start()
    finally:
        server.destroy()


@ONLY_ROOT
def test_root_keeps_data_where_the_account_that_runs_the_server_can_reach_it(home, monkeypatch):
    monkeypatch.setattr(place, "SHARED", home.root / "shared")
    closed = home.root / "closed"
    closed.mkdir(mode=0o700)
    server = EmbeddedPostgres(Home(closed / "var"), durable=False)
    try:
        assert ask(server.start(), "SELECT 1") == (1,)

        assert (closed / "var" / "postgres").readlink().is_relative_to(place.SHARED)
        assert EmbeddedPostgres(Home(closed / "var")).place == server.place
    finally:
        server.destroy()
    assert list(place.SHARED.iterdir()) == []


@ONLY_ROOT
def test_root_copies_programs_that_the_account_may_not_run(home, monkeypatch):
    monkeypatch.setattr(place, "SHARED", home.root / "shared")
    monkeypatch.setattr(place, "may_read", lambda file, account: False)
    server = EmbeddedPostgres(home, durable=False)
    try:
        assert ask(server.start(), "SELECT 1") == (1,)
        assert place.programs(server.place.account).is_relative_to(place.SHARED)
    finally:
        server.destroy()


@ONLY_ROOT
def test_root_never_runs_the_server_as_root(server):
    server.start()

    assert psutil.Process(server.status().pid).uids().real == server.place.account.uid != 0


@ONLY_ROOT
def test_an_ordinary_user_runs_the_server_as_himself():
    nobody = pwd.getpwnam("nobody")
    python = a_python_for(Account(nobody.pw_name, nobody.pw_uid, nobody.pw_gid))
    code = (
        "import sys, psycopg; from pathlib import Path\n"
        "from config.door.home import Home; from config.door.postgres import EmbeddedPostgres\n"
        "server = EmbeddedPostgres(Home(Path(sys.argv[1])), durable=False)\n"
        "with server.running() as url: print(psycopg.connect(url).execute('SELECT current_user').fetchone()[0])\n"
        "print(server.place.account.name, server.status().is_running)"
    )
    paths = os.pathsep.join([str(PROJECT), *filter(None, sys.path)])
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)

        done = subprocess.run(
            [python, "-c", code, f"{folder}/home"],
            user=nobody.pw_uid,
            group=nobody.pw_gid,
            extra_groups=[],
            cwd="/",
            env={"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"},
            text=True,
            capture_output=True,
            check=False,
        )

    assert (done.stdout, done.stderr) == ("rapport_owner\nnobody False\n", "")


def a_python_for(account):
    """A Python of our version that the account may run, with packages that it may read."""
    version = f"python3.{sys.version_info[1]}"
    candidates = [
        Path(sys.executable).resolve(),
        Path("/usr/bin") / version,
        Path("/usr/local/bin") / version,
    ]
    readable = all(place.may_read(Path(file), account) for file in (psycopg.__file__, __file__))
    for candidate in candidates:
        if readable and candidate.exists() and place.may_read(candidate.resolve(), account):
            return str(candidate)
    pytest.skip(f"{account.name} may not read this Python or this folder")
