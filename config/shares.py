"""A folder in which the web processes of one server share their counts (config/metrics.py).

Apart from it, because the library looks for the folder when it is imported: config/asgi.py calls this before.
"""

from __future__ import annotations

import os
import re
import shutil
from contextlib import suppress
from pathlib import Path

import psutil

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # the library's name for it
KINDS = ("counter", "gauge_livesum", "histogram")
"""How the library begins the names of a process's files."""
ROOM = 262_144  # bytes of each
SHARE = re.compile(r"(\d+)-(\d+)")  # a parent process: its id, and the second it was born


def share_counts(run: Path) -> None:
    """Share counts with the processes of the same parent, in a folder under `run`. Not yet when one is named."""
    if os.environ.get(FOLDER):
        return
    parent = psutil.Process(os.getppid())
    shares = run / "metrics"
    _sweep(shares)
    folder = shares / f"{parent.pid}-{int(parent.create_time())}"
    folder.mkdir(parents=True, exist_ok=True)
    _allocate(folder)
    os.environ[FOLDER] = str(folder)


def _allocate(folder: Path) -> None:
    """Take the room on the disk now. The library writes through memory maps, and a page that finds no room on a full
    disk later would end the process (SIGBUS)."""
    for kind in KINDS:
        with suppress(OSError), (folder / f"{kind}_{os.getpid()}.db").open("ab") as file:
            os.posix_fallocate(file.fileno(), 0, ROOM)


def _sweep(shares: Path) -> None:
    """Remove the folders whose parent process is gone."""
    for folder in shares.glob("*-*"):
        if (found := SHARE.fullmatch(folder.name)) and not _lives(int(found[1]), int(found[2])):
            shutil.rmtree(folder, ignore_errors=True)


def _lives(pid: int, born: int) -> bool:
    try:
        return int(psutil.Process(pid).create_time()) == born
    except psutil.NoSuchProcess:
        return False
