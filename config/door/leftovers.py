"""Processes of an embedded server whose main process was killed.

Backends notice the death of the main process when they next wait for something; one that computes, or is stopped,
does not. As long as one of them holds the shared memory, PostgreSQL refuses to start on the same data.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

PROGRAM = "postgres"
GRACE = 3.0  # seconds between SIGQUIT, on which PostgreSQL's processes leave at once, and SIGKILL


def end_processes(data: Path) -> int:
    """End every PostgreSQL process that works in this data folder; returns how many there were.

    Only to be called when the server's main process is dead. What they had not committed is undone by the next
    start's recovery, as after any crash.
    """
    found = list(_processes_in(data))
    for number in (signal.SIGQUIT, signal.SIGKILL):
        living = [process for process in found if not _is_dead(process)]
        for process in living:
            with suppress(psutil.Error):
                process.send_signal(number)
        _wait_for(living)
    return len(found)


def _wait_for(processes: list[psutil.Process]) -> None:
    """Until all have ended, for `GRACE` at most. Orphans that nobody collects stay as zombies, which hold nothing."""
    until = time.monotonic() + GRACE
    while not all(map(_is_dead, processes)) and time.monotonic() < until:
        time.sleep(0.02)


def _processes_in(data: Path) -> Iterator[psutil.Process]:
    """PostgreSQL's processes change into their data folder when they start; nobody else's are called so there."""
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.name() == PROGRAM and Path(process.cwd()) == data and not _is_dead(process):
                yield process


def _is_dead(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
