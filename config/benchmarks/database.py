"""A database to throw away, on the server that the settings name.

The client role, row-level security and every index are as in earnest; the data of the installation are
not touched. Roles belong to the whole server, so those of the throwaway begin with its name and go with
it, also after Ctrl-C. What a killed run left is found by the lock it no longer holds, and swept.
"""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg
from django.conf import settings
from django.db import connection
from django.test.utils import override_settings
from django.utils.timezone import now
from psycopg import sql

from config.celery import app
from tenants import opening
from tenants.kernel.schema import as_owner

LOCKED_BY = 7002
"""First half of the advisory lock's key; the second is the process that measures."""

Tell = Callable[[str], None]


@contextmanager
def throwaway(tell: Tell) -> Iterator[None]:
    """Django works in a new, migrated database while the block does; then nothing of it is left."""
    where: dict[str, Any] = connection.settings_dict
    home = str(where["NAME"])
    name = f"{home}_bench_{os.getpid()}"
    connection.close()
    with _keeper() as keeper:
        _sweep(keeper, home)
        keeper.execute("SELECT pg_advisory_lock(%s, %s)", [LOCKED_BY, os.getpid()])
        try:
            keeper.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            where["NAME"] = name
            tell(f"Migrating the throwaway database {name}.")
            with as_owner():
                opening.migrate_shared(at=now(), options={})
            with _undisturbed():
                yield
        finally:
            with _uninterrupted():
                tell("Cleaning up.")
                connection.close()
                where["NAME"] = home
                _drop(keeper, name)


@contextmanager
def _keeper() -> Iterator[psycopg.Connection]:
    """A connection to the installation's own database, which makes and drops the throwaway."""
    parameters = connection.get_connection_params()
    kept = {
        key: parameters[key] for key in ("dbname", "user", "password", "host", "port") if parameters.get(key)
    }
    with psycopg.connect(**kept, autocommit=True) as keeper:
        yield keeper


def _sweep(keeper: psycopg.Connection, home: str) -> None:
    """Drop what runs that were killed could not."""
    found = keeper.execute(
        "SELECT datname FROM pg_database WHERE datname ~ %s", [f"^{home}_bench_[0-9]+$"]
    ).fetchall()
    for (name,) in found:
        number = int(name.rpartition("_")[2])
        if keeper.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCKED_BY, number]).fetchone() == (True,):
            _drop(keeper, name)
            keeper.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCKED_BY, number])


def _drop(keeper: psycopg.Connection, name: str) -> None:
    drop = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
    try:
        keeper.execute(drop + sql.SQL(" WITH (FORCE)"))
    except psycopg.errors.InsufficientPrivilege:
        # FORCE may not end a worker of autovacuum, which belongs to no role. Without it the server ends that worker
        # itself, and waits 5 s for whatever else is just leaving.
        keeper.execute(drop)
    roles = keeper.execute(
        "SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s)", [f"{name}_"]
    ).fetchall()
    for (role,) in roles:
        keeper.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Letters go to a folder of our own, as they would by default, and wake no worker of the installation."""
    with tempfile.TemporaryDirectory(prefix="rapport-bench-") as folder, override_settings(DEBUG=False):
        before = app.conf.broker_url, app.conf.broker_transport_options
        letters, control = Path(folder, "letters"), Path(folder, "control")
        letters.mkdir()
        control.mkdir()
        places = {
            "data_folder_in": str(letters),
            "data_folder_out": str(letters),
            "control_folder": str(control),
        }
        _deliver_to("filesystem://", places)
        try:
            yield
        finally:
            _deliver_to(*before)


def _deliver_to(url: str, options: dict[str, Any]) -> None:
    celery: Any = app  # its stubs know neither of these
    celery.conf.broker_url, celery.conf.broker_transport_options = url, options
    celery._after_fork()  # noqa: SLF001  # forgets the connections made before; Celery has no public way


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """A second Ctrl-C waits until everything is put away."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def machine() -> dict[str, Any]:
    """What the figures were measured on; a load above zero at the start is somebody else's work."""
    asked = ("server_version", "fsync", "synchronous_commit", "shared_buffers")
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"current_setting('{name}')" for name in asked))
        server = dict(zip(asked, cursor.fetchone(), strict=True))
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "load": round(os.getloadavg()[0], 2),
        "embedded": "DATABASE_URL" not in os.environ and bool(settings.RAPPORT_HOME),
        **server,
    }
