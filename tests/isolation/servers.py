"""The servers on which the wall is tried: the embedded one, and a cluster of Debian's PostgreSQL 15."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from config import env
from config.door import addresses, place
from config.door.home import PROJECT, Home
from config.door.postgres import EmbeddedPostgres
from tenants.kernel import logins
from tenants.kernel.database.base import DatabaseWrapper
from tenants.kernel.large_objects import CLOSE, OPEN_TO

PROGRAMS_15 = Path("/usr/lib/postgresql/15/bin")
STAGE = "import django; django.setup(); from tests.isolation import stage; stage.main()"
DATABASE = addresses.DATABASE


@dataclass(frozen=True, slots=True)
class Server:
    """One server with a migrated database and two clients, Acme and Globex. `folder` is that of its socket."""

    name: str
    folder: str
    port: str

    def superuser(self, database: str = DATABASE) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host=self.folder, port=self.port, user="postgres", dbname=database, autocommit=True
        )

    def login(self, schema: str) -> psycopg.Connection[Any]:
        """Logged in as a client, past Django."""
        role = f"{DATABASE}_c_{schema}"
        return psycopg.connect(
            host=self.folder, port=self.port, user=role, password=logins.password(role), dbname=DATABASE,
            autocommit=True,
        )  # fmt: skip

    def wrapper(self, settings_dict: dict[str, Any]) -> DatabaseWrapper:
        """Django's connection as web, worker and beat have it. `settings_dict` is that of the suite's."""
        facts = {
            **settings_dict, "NAME": DATABASE, "USER": f"{DATABASE}_app", "HOST": self.folder, "PORT": self.port,
            "PASSWORD": settings.DATABASE_APP_PASSWORD, "OPTIONS": {}, "LOGINS_APART": True, "POOLS": env.pools(),
            "CONN_MAX_AGE": 0,
        }  # fmt: skip
        return DatabaseWrapper(facts, alias=self.name)


def _stage(url: str, home: Path) -> None:
    environment = {
        **os.environ, "DATABASE_URL": url, "DATABASE_APP_URL": "", "RAPPORT_HOME": str(home),
        "DATABASE_APP_PASSWORD": settings.DATABASE_APP_PASSWORD, "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_CLIENT_SECRET": settings.DATABASE_CLIENT_SECRET, "RAPPORT_ENV_FILE": os.devnull,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", STAGE], env=environment, cwd=PROJECT, check=False, capture_output=True
    )
    assert done.returncode == 0, done.stderr.decode()


@contextmanager
def embedded() -> Iterator[Server]:
    """The embedded server, with a database of its own name."""
    root = Path(tempfile.mkdtemp(prefix="rapport-wall-"))
    root.chmod(0o711)
    server = EmbeddedPostgres(Home(root), durable=False)
    try:
        _stage(server.start(), root)
        yield Server("embedded", str(server.place.socket_folder), place.PORT)
    finally:
        server.destroy()
        shutil.rmtree(root, ignore_errors=True)


@contextmanager
def debian_15() -> Iterator[Server]:
    """A cluster of PostgreSQL 15 on a Unix socket, run by an account that is not root."""
    root = Path(tempfile.mkdtemp(prefix="rapport-15-", dir="/tmp"))  # short enough for a socket's name
    who = account()
    give(root, who)
    data = root / "data"
    options = f"-c listen_addresses= -c unix_socket_directories={root} -c fsync=off -c max_locks_per_transaction=512"

    def run(program: str, *words: str) -> None:
        with tempfile.TemporaryFile("w+") as said:  # a pipe would stay open with the server
            subprocess.run(
                [PROGRAMS_15 / program, *words], check=True, cwd="/", stdout=said, stderr=said,
                env={"PATH": os.defpath, "LC_ALL": "C"}, **who,
            )  # fmt: skip

    try:
        run("initdb", "-D", str(data), "-U", "postgres", "-E", "UTF8", "--locale=C", "-A", "scram-sha-256", "-N",
            "--pwfile", _password_file(root, who))  # fmt: skip
        (data / "pg_hba.conf").write_text("local all postgres trust\nlocal all all scram-sha-256\n")
        run(
            "pg_ctl",
            "start",
            "-D",
            str(data),
            "-w",
            "-s",
            "-t",
            "120",
            "-l",
            str(root / "log"),
            "-o",
            options,
        )
        server = Server("debian15", str(root), "5432")
        _stage(_owner_of(server), root / "home")
        yield server
    finally:
        if (data / "postmaster.pid").exists():
            run("pg_ctl", "stop", "-D", str(data), "-m", "immediate", "-s")
        shutil.rmtree(root, ignore_errors=True)


def _password_file(root: Path, who: dict[str, Any]) -> str:
    path = root / "password"
    path.write_text(secrets.token_urlsafe())
    give(path, who)
    return str(path)


def account() -> dict[str, Any]:
    """Who runs servers that refuse to run as root: nobody else than ourselves, unless we are root."""
    if os.geteuid():
        return {}
    found = pwd.getpwnam("nobody")
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}


def account_of(folder: str) -> dict[str, Any]:
    """Who owns a server's socket folder, which nobody else may enter."""
    if os.geteuid():
        return {}
    facts = Path(folder).stat()
    return {"user": facts.st_uid, "group": facts.st_gid, "extra_groups": []}


def give(path: Path, who: dict[str, Any]) -> None:
    if who:
        os.chown(path, who["user"], who["group"])


def _owner_of(server: Server) -> str:
    """What README tells to do on a server of one's own; the owner's address."""
    word = secrets.token_urlsafe()
    with server.superuser("postgres") as superuser:
        superuser.execute(f"CREATE ROLE rapport_owner LOGIN CREATEROLE PASSWORD '{word}'".encode())
        superuser.execute(f"CREATE DATABASE {DATABASE} OWNER rapport_owner".encode())
    with server.superuser() as superuser:
        for name, _ in superuser.execute(OPEN_TO, ["public"]).fetchall():
            superuser.execute(CLOSE.format(name).encode())
    return f"postgresql://rapport_owner:{word}@/{DATABASE}?host={server.folder}&port={server.port}"
