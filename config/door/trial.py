"""A home and a database to throw away: what the tests run in.

python -m config.door.trial pytest tests/inbox     runs any command with such a database
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config import env
from config.door.home import PROJECT, Home
from config.door.postgres import EmbeddedPostgres

PREFIX = "rapport-trial-"
LOCK = "trial.lock"  # held while the trial lives, so that a killed one is told from a running one


@contextmanager
def throwaway() -> Iterator[Home]:
    """A new home whose fast server runs while the block does; then nothing of it is left."""
    sweep()
    home = Home(Path(tempfile.mkdtemp(prefix=PREFIX)))
    home.root.chmod(0o711)  # the account that runs the server may pass
    with home.open_lock(LOCK) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        server = EmbeddedPostgres(home, durable=False)
        try:
            server.start()
            yield home
        finally:
            server.destroy()
            shutil.rmtree(home.root, ignore_errors=True)


def sweep() -> None:
    """Remove what trials left that were killed: they hold their lock no longer."""
    for root in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if root.stat().st_uid != os.geteuid() or not (root / "run" / LOCK).exists():
            continue
        home = Home(root)
        with home.open_lock(LOCK) as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            EmbeddedPostgres(home, durable=False).destroy()
            shutil.rmtree(root, ignore_errors=True)


@contextmanager
def surroundings() -> Iterator[dict[str, str]]:
    """The environment in which tests run. A DATABASE_URL that is set is used; otherwise a throwaway serves."""
    plain = {**os.environ, "RAPPORT_ENV_FILE": os.devnull, "RAPPORT_PLAIN_STATIC": "1"}
    if os.environ.get("DATABASE_URL"):
        with tempfile.TemporaryDirectory(prefix="rapport-home-") as folder:
            yield {**plain, "RAPPORT_HOME": folder}
        return
    with throwaway() as home:
        urls = dict(zip(("DATABASE_URL", "DATABASE_APP_URL"), env.database_urls(home.root), strict=True))
        yield {**plain, "RAPPORT_HOME": str(home.root), **urls}


def run(command: list[str]) -> int:
    """Run a command in such surroundings; its exit code."""
    with surroundings() as environment:
        return subprocess.run(command, env=environment, cwd=PROJECT, check=False).returncode


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
