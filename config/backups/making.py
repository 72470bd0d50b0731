"""Making one backup file: whole, read back and under its name, or not there at all."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import psycopg
from django.db import Error

from config.backups import history, reading, rotation
from config.backups.history import Good
from config.backups.sealed import Cost
from config.backups.tables import UnknownPosition
from config.backups.taking import Progress, take
from config.door.home import Home
from config.door.trouble import Trouble
from tenants.kernel.blueprint import CannotDraw

UNFINISHED = ".unfinished"


def make(
    *,
    home: Home,
    folder: Path,
    passphrase: str,
    at: datetime,
    only: Sequence[str] = (),
    say: Progress = lambda _done, _what: None,
    cost: Cost | None = None,
) -> Good:
    """Write a backup into the folder and read it back; what a failed one leaves is removed.

    Raises Trouble with a sentence when another backup runs, the folder cannot be written or the disk is full.
    """
    path = folder / rotation.name_for(at, only=only)
    draft, began = path.with_name(path.name + UNFINISHED), time.monotonic()
    with _alone(home):
        try:
            _prepare(folder)
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                taken = take(file, passphrase=passphrase, home=home, at=at, only=only, say=say, cost=cost)
                file.flush()
                os.fsync(file.fileno())
            reading.verify(draft, passphrase, lambda done, _what: say(done, "reading it back"))
            if path.exists():
                raise Trouble(f"{path} is there already.")
            draft.replace(path)
            _sync(folder)
        except OSError as error:
            raise Trouble(f"The backup could not be written to {folder}: {error.strerror}.") from error
        except (Error, psycopg.Error, CannotDraw, UnknownPosition) as error:
            raise Trouble(f"The database could not be read: {str(error).strip()}") from error
        finally:
            with suppress(OSError):  # it would hide why the backup failed
                draft.unlink(missing_ok=True)
    good = Good(
        at=at,
        file=str(path),
        size=path.stat().st_size,
        seconds=round(time.monotonic() - began, 1),
        clients=len(taken.clients),
        rows=taken.rows,
    )
    if not only:
        history.note_good(home, good)
    return good


def rotate(folder: Path, keep: rotation.Keep) -> list[str]:
    """Remove the backups that the plan keeps no longer; their names."""
    gone = sorted(rotation.to_remove((path.name for path in folder.iterdir() if path.is_file()), keep))
    for name in gone:
        (folder / name).unlink(missing_ok=True)
    return gone


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    with home.open_lock("backup.lock") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Trouble(
                "Another backup of this installation is being made. Wait until it is done."
            ) from None
        yield


def _prepare(folder: Path) -> None:
    """Make the folder, and remove what backups that were killed have left: the lock says that none runs."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in folder.glob(f"rapport-*.backup{UNFINISHED}"):
        left.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Have the new name on the disk, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
