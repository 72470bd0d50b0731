"""Whole installations for the tests of backup and restore, each with a database server of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from config.door.home import PROJECT, Home
from config.door.postgres import EmbeddedPostgres
from tests.config.backups.stage import PASSPHRASE
from tests.crash.house import folder

STAGE = (
    "import sys, django; django.setup(); from tests.config.backups import stage; stage.main(*sys.argv[1:])"
)
OURS = ("DATABASE_", "CELERY_", "CACHE_", "RAPPORT_", "SECRET_KEY", "EMAIL_URL")
"""How the names begin of what a command must not hear from the test's own surroundings."""


def surroundings(home: Home, **more: str) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    told = {"RAPPORT_HOME": str(home.root), "RAPPORT_ENV_FILE": os.devnull, "RAPPORT_PLAIN_STATIC": "1"}
    told["RAPPORT_SECOND_FACTOR_ROLES"] = "none"  # the owner of these tests has a password only
    return {**plain, **told, "DJANGO_SETTINGS_MODULE": "config.settings", **more}


def at_home(home: Home, *words: str, **more: str) -> Any:
    """One verb of stage.py in this installation; what it tells."""
    command = [sys.executable, "-W", "ignore", "-c", STAGE, *words]
    done = subprocess.run(
        command, env=surroundings(home, **more), cwd=PROJECT, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def command(home: Home, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """`manage.py …` in this installation."""
    return subprocess.run(
        [sys.executable, str(PROJECT / "manage.py"), *words],
        env=surroundings(home, **more), cwd=PROJECT, check=False, capture_output=True, text=True,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Furnished:
    """An installation with three clients whose server runs, its backup, and what was to be seen when it was made."""

    home: Home
    file: Path
    made: dict[str, Any]
    seen: dict[str, Any]
    at: str


@pytest.fixture(scope="session")
def passphrase_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("passphrase") / "passphrase"
    path.write_text(f"{PASSPHRASE}\n")
    return path


@pytest.fixture(scope="session")
def furnished(tmp_path_factory):
    with folder() as home, EmbeddedPostgres(home).running():
        at_home(home, "furnish")
        at = datetime.now(UTC).isoformat()
        made = at_home(home, "back_up", str(tmp_path_factory.mktemp("backups")))
        seen = at_home(home, "look", at)
        yield Furnished(home, Path(made["file"]), made, seen, at)


@pytest.fixture
def empty_home():
    with folder() as home:
        yield home
