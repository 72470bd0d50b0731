"""PgBouncer in front, with a pool for each login, as README describes it."""

from __future__ import annotations

import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import ProgrammingError

from tests.isolation.conftest import at, known, rows
from tests.isolation.servers import DATABASE, Server, account_of, give

PROGRAM = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
pytestmark = pytest.mark.skipif(
    PROGRAM is None, reason="PgBouncer is not installed: apt-get install pgbouncer"
)

PREPARE = """
    DROP SCHEMA IF EXISTS pgbouncer CASCADE;
    CREATE SCHEMA pgbouncer;
    CREATE FUNCTION pgbouncer.password_of(wanted name) RETURNS TABLE (name name, verifier text)
        LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
            SELECT rolname, rolpassword FROM pg_catalog.pg_authid
            WHERE rolname = wanted AND rolcanlogin AND NOT rolsuper
        $$;
    REVOKE ALL ON FUNCTION pgbouncer.password_of(name) FROM PUBLIC;
    GRANT USAGE ON SCHEMA pgbouncer TO rapport_pgbouncer;
    GRANT EXECUTE ON FUNCTION pgbouncer.password_of(name) TO rapport_pgbouncer;
"""

SETTINGS = """
[databases]
{database} = host={host} port={port} dbname={database} auth_user=rapport_pgbouncer
[pgbouncer]
listen_port = 6432
unix_socket_dir = {folder}
auth_type = scram-sha-256
auth_file = {folder}/users
auth_query = SELECT name, verifier FROM pgbouncer.password_of($1)
pool_mode = session
default_pool_size = 4
server_lifetime = 3600
query_wait_timeout = 30
logfile = {folder}/log
pidfile = {folder}/pid
"""


@pytest.fixture
def bouncer(server: Server) -> Iterator[Server]:
    """The same server, reached through PgBouncer's socket."""
    word = secrets.token_urlsafe()
    with server.superuser() as superuser:
        if not superuser.execute("SELECT FROM pg_roles WHERE rolname = 'rapport_pgbouncer'").rowcount:
            superuser.execute("CREATE ROLE rapport_pgbouncer LOGIN")
        superuser.execute(f"ALTER ROLE rapport_pgbouncer PASSWORD '{word}'".encode())
        superuser.execute(PREPARE)
    folder = Path(tempfile.mkdtemp(prefix="rapport-bouncer-", dir="/tmp"))
    facts = {"database": DATABASE, "host": server.folder, "port": server.port, "folder": folder}
    (folder / "ini").write_text(SETTINGS.format(**facts))
    (folder / "users").write_text(f'"rapport_pgbouncer" "{word}"\n')
    who = account_of(server.folder)
    for path in [*folder.iterdir(), folder]:
        give(path, who)
    running = subprocess.Popen([str(PROGRAM), "-q", str(folder / "ini")], cwd="/", **who)
    try:
        _wait(folder, running)
        yield replace(server, name=f"{server.name}-bouncer", folder=str(folder), port="6432")
    finally:
        running.terminate()
        running.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(folder: Path, running: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while not (folder / ".s.PGSQL.6432").exists():
        assert running.poll() is None, "PgBouncer ended"
        assert time.monotonic() < until, "PgBouncer does not start"
        time.sleep(0.1)


@pytest.fixture
def through(bouncer: Server, django_db_blocker: Any) -> Iterator[Any]:
    """Django's connection, through PgBouncer."""
    with django_db_blocker.unblock(), known(bouncer) as made:
        yield made


def test_each_client_logs_in_as_itself_through_pgbouncer(through):
    for _ in range(2):
        for schema, role in (("acme", "rapport_c_acme"), ("globex", "rapport_c_globex")):
            with at(through, schema):
                assert rows(through, "SELECT session_user, current_schema()") == [(role, schema)]
                assert len(rows(through, "SELECT name FROM inbox_channel")) == 1
        assert rows(through, "SELECT session_user, current_user") == [("rapport_app", "rapport_agency")]


def test_the_wall_stands_behind_pgbouncer_too(through):
    with at(through, "acme"):
        for statement in ("SET\"role\"TO'rapport_c_globex'", "CREATE TEMP TABLE inbox_message (id int)"):
            with pytest.raises(ProgrammingError, match="permission denied"):
                rows(through, statement)


def test_pgbouncer_empties_a_session_before_it_gives_it_to_another(bouncer):
    def login() -> psycopg.Connection[Any]:
        return bouncer.login("acme")

    with login() as first:
        process = first.execute("SELECT pg_backend_pid()").fetchone()
        first.execute("SET statement_timeout = '7s'; SELECT pg_advisory_lock(42); PREPARE mine AS SELECT 1")
    until = time.monotonic() + 60
    while True:
        with login() as second:
            if second.execute("SELECT pg_backend_pid()").fetchone() == process:
                assert second.execute("SHOW statement_timeout").fetchone() == ("0",)
                assert second.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (0,)
                assert second.execute(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
                ).fetchone() == (0,)
                return
        assert time.monotonic() < until, "PgBouncer never gave the same session again"
