"""What tests run in is thrown away, also when it was killed; other commands share the home's server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from config.door import trial
from config.door.environment import needs_database
from config.door.home import Home
from config.door.postgres import EmbeddedPostgres

PROJECT = Path(__file__).parents[3]


@pytest.fixture
def scratch(monkeypatch):
    """A temporary folder of its own, so that the session's trial is not in sight."""
    with tempfile.TemporaryDirectory(prefix="rapport-scratch-") as folder:
        Path(folder).chmod(0o711)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def test_a_trial_leaves_nothing_behind(scratch, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)

    with trial.surroundings() as told:
        psycopg.connect(told["DATABASE_URL"]).close()
        assert list(scratch.iterdir()) == [Path(told["RAPPORT_HOME"])]

    assert list(scratch.iterdir()) == []


def test_a_killed_trial_is_swept_up_by_the_next(scratch):
    code = (
        "import os, signal\nfrom config.door import trial\n"
        "with trial.throwaway() as home: print(home.root, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, check=False, capture_output=True, text=True,
        env={**os.environ, "TMPDIR": str(scratch)},
    )  # fmt: skip
    left = Home(Path(done.stdout.strip()))
    assert done.returncode == -signal.SIGKILL
    assert EmbeddedPostgres(left).status().is_running

    trial.sweep()

    assert list(scratch.iterdir()) == []


def test_a_database_that_is_named_is_used(scratch, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://ada@db.example/rapport")

    with trial.surroundings() as told:
        assert told["DATABASE_URL"] == "postgresql://ada@db.example/rapport"
        assert not list(Path(told["RAPPORT_HOME"]).iterdir())


@pytest.mark.parametrize(
    ("words", "needed"),
    [
        (["migrate"], True),
        (["replay", "acme", "file.csv"], True),
        (["replay", "--help"], False),
        (["test", "-x"], False),
        (["help"], False),
        ([], False),
    ],
)
def test_only_commands_that_work_on_rows_start_a_database(words, needed):
    assert needs_database(["manage.py", *words]) is needed
