"""Homes of their own for the door's tests: never the one of the session."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from config.door.home import Home
from config.door.postgres import EmbeddedPostgres


@pytest.fixture
def home():
    """An empty home that other users may pass through (pytest's own folders are closed to them)."""
    root = Path(tempfile.mkdtemp(prefix="rapport-door-"))
    root.chmod(0o711)
    yield Home(root)
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="session")
def made():
    """A home whose server was made once: copying it is ten times quicker than making another."""
    root = Path(tempfile.mkdtemp(prefix="rapport-door-made-"))
    root.chmod(0o711)
    server = EmbeddedPostgres(Home(root), durable=False)
    server.start()
    server.stop()
    yield root
    server.destroy()
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def server(home, made):
    """A server that is destroyed afterwards, whatever the test did to it."""
    subprocess.run(["cp", "-a", f"{made}/.", str(home.root)], check=True)
    server = EmbeddedPostgres(home, durable=False)
    yield server
    server.destroy()
