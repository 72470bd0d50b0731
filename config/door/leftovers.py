"""Processes of an embedded server whose main process was killed.

Backends notice the death of the main process when they next wait for something; one that computes, or is stopped,
does not. As long as one of them holds the shared memory, PostgreSQL refuses to start on the same data.
"""

from __future__ import annotations

import signal
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
    for process in found:
        with suppress(psutil.Error):
            process.send_signal(signal.SIGQUIT)
    _, stubborn = psutil.wait_procs(found, timeout=GRACE)
    for process in stubborn:
        with suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(stubborn, timeout=GRACE)
    return len(found)


def _processes_in(data: Path) -> Iterator[psutil.Process]:
    """PostgreSQL's processes change into their data folder when they start; nobody else's are called so there."""
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.name() == PROGRAM and Path(process.cwd()) == data and not _is_dead(process):
                yield process


def _is_dead(process: psutil.Process) -> bool:
    return bool(process.status() == psutil.STATUS_ZOMBIE)
