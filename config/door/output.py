"""What a process says: each line into its own file, and onto the terminal with the process's name before it."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from collections import deque
from contextlib import suppress
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

LARGEST = 10_000_000  # bytes of one log file; three older ones are kept
UNWRITTEN = "(%d lines before this one could not be written: %s)"
COLOURS = {"web": 36, "worker": 35, "beat": 33}  # as terminals number them


class _File(RotatingFileHandler):
    """Where the disk is full or read-only lines are counted instead of written, and the count is written later."""

    _missed = 0
    _why = ""

    def emit(self, record: logging.LogRecord) -> None:
        missed, self._missed = self._missed, 0
        if missed:
            record = logging.makeLogRecord({"msg": f"{UNWRITTEN % (missed, self._why)}\n{record.msg}"})
        super().emit(record)
        if self._missed:
            self._missed += missed

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802  # logging's name and shape
        self._missed += 1
        self._why = str(sys.exc_info()[1])
        if self.stream is not None:
            with suppress(OSError):
                self.stream.close()
            self.stream = (
                None  # opened anew for the next line: what is stuck in its buffer is counted as missed
            )


class Output:
    """Follows one process after the other (it may be started again) into the same file."""

    def __init__(self, name: str, path: Path, *, terminal: bool) -> None:
        self.name = name
        self.path = path
        self.terminal = terminal
        self._file = _File(path, maxBytes=LARGEST, backupCount=3, encoding="utf-8", delay=True)
        self._recent: deque[str] = deque(maxlen=5)
        self._reader: threading.Thread | None = None

    def follow(self, process: subprocess.Popen[bytes]) -> None:
        """Read what the process says until it ends."""
        self._reader = threading.Thread(
            target=self._read, args=(process,), name=f"{self.name} output", daemon=True
        )
        self._reader.start()

    def remark(self, sentence: str) -> None:
        """A line of the supervisor's own about this process; it goes to the terminal whatever else does."""
        self._write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}Z {self.name} {sentence}", always=True)

    def last_words(self) -> str:
        """The last few lines, and where the others are."""
        return (
            f"“{' / '.join(self._recent)}” (all of it: {self.path})"
            if self._recent
            else f"none (see {self.path})"
        )

    def close(self) -> None:
        if self._reader is not None:
            self._reader.join(timeout=2)  # seconds; helpers that were ended a moment ago may hold the pipe
        self._file.close()

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdout is None:
            return
        with process.stdout as lines:
            for line in lines:
                self._write(line.decode(errors="replace").rstrip())

    def _write(self, line: str, *, always: bool = False) -> None:
        self._recent.append(line)
        self._file.handle(logging.makeLogRecord({"msg": line}))
        if self.terminal or always:
            print(f"{self._label()} {line}", file=sys.stderr, flush=True)

    def _label(self) -> str:
        label = f"{self.name:<7}|"
        return f"\033[{COLOURS.get(self.name, 34)}m{label}\033[0m" if sys.stderr.isatty() else label
