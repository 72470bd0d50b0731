"""Several processes as one: started together, started again when they die, stopped in order.

    crew = Supervisor(home, [Process("worker", [...]), Process("web", [...], ready=answers)])
    with crew:                       # takes the home, and in the end stops what was started
        ports.must_be_free(...)
        crew.start()
        crew.wait_ready(timeout=60)
        crew.run_forever()           # until Ctrl-C or SIGTERM

Each process leads a session of its own, so Ctrl-C in a terminal reaches only the supervisor, and whatever a process
leaves behind can be ended with its group. They are stopped last to first: list those that finish work (worker)
before those that take it in (web).
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Self

import psutil

from config.door.conditions import Condition
from config.door.database_watch import DatabaseWatch
from config.door.home import Home
from config.door.output import Output
from config.door.postgres import EmbeddedPostgres
from config.door.surroundings import Surroundings
from config.door.trouble import Trouble

FIRST_PAUSE = 0.5  # seconds before a dead process is started again; doubled each time
LONGEST_PAUSE = 30.0
STEADY = 60.0  # seconds of life after which a process counts as healthy again
HOPELESS = 4  # deaths before it was ever ready: then nobody need wait any longer
SECOND = 1.0


@dataclass(frozen=True, slots=True)
class Process:
    """One process to keep alive. `ready` says when it does its work; `grace` is the seconds it may take to stop."""

    name: str
    argv: Sequence[str]
    env: dict[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] | None = None
    grace: float = 20.0


class _Kept:
    """A process and what became of it so far."""

    def __init__(self, process: Process, home: Home, *, terminal: bool) -> None:
        self.process = process
        self.output = Output(process.name, home.log / f"{process.name}.log", terminal=terminal)
        self.running: subprocess.Popen[bytes] | None = None
        self.deaths = 0
        self.started_at = 0.0
        self.again_at = 0.0
        self.was_ready = False

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.running = subprocess.Popen(
            list(self.process.argv),
            env={**os.environ, **self.process.env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.output.follow(self.running)

    def is_alive(self) -> bool:
        return self.running is not None and self.running.poll() is None

    def is_ready(self) -> bool:
        if self.is_alive() and (self.process.ready is None or self.process.ready()):
            self.was_ready = True
        return self.was_ready and self.is_alive()

    def note_death(self) -> None:
        """It has ended by itself: bury its group, and settle when to try again."""
        running, now = self.running, time.monotonic()
        if running is None:
            return
        _end_group(running.pid)
        self.deaths = 1 if now - self.started_at > STEADY else self.deaths + 1
        pause = min(FIRST_PAUSE * 2 ** (self.deaths - 1), LONGEST_PAUSE)
        self.again_at, self.running = now + pause, None
        self.output.remark(f"ended with {_ending(running.returncode)}; starting it again in {pause:.1f} s")

    def ask_to_stop(self) -> None:
        if self.running is not None and self.is_alive():
            self.running.terminate()  # the leader alone: it knows how to end its own helpers in good order

    def wait_until_stopped(self) -> None:
        """Give it its grace, then end it and all it started."""
        if self.running is None:
            return
        try:
            self.running.wait(self.process.grace)
        except subprocess.TimeoutExpired:
            self.output.remark(f"did not stop within {self.process.grace:.0f} s and was ended")
        _end_group(self.running.pid)
        self.running.wait()
        self.running = None


class Supervisor:
    """Keeps the processes of one home alive; there is at most one supervisor per home."""

    def __init__(
        self,
        home: Home,
        processes: Sequence[Process],
        *,
        terminal: bool = True,
        database: EmbeddedPostgres | None = None,
        looks: Sequence[Callable[[], Condition]] = (),
    ) -> None:
        self.home = home
        self._output = Output("database", home.log / "database.log", terminal=terminal)
        self._database = (
            DatabaseWatch(database, say=self._output.remark, give_up=self._give_up) if database else None
        )
        self._around_output = Output("home", home.log / "home.log", terminal=terminal)
        self._surroundings = Surroundings(looks, say=self._around_output.remark)
        self._hopeless = ""
        self._kept = [_Kept(process, home, terminal=terminal) for process in processes]
        self._held = ExitStack()
        self._changing = threading.RLock()
        self._stopping = threading.Event()
        self._watcher: threading.Thread | None = None
        self._is_ours = False

    def __enter__(self) -> Self:
        self.claim()
        return self

    def __exit__(self, *problem: object) -> None:
        self.stop()

    def claim(self) -> None:
        """Take the home for ourselves, and end what a killed supervisor left running in it."""
        if self._is_ours:
            return
        lock = self._held.enter_context(self.home.open_lock("supervisor.lock"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._held.close()
            raise Trouble(
                f"Rapport runs in {self.home.root} already{self._by_whom()}. Stop it with Ctrl-C there, or set "
                "RAPPORT_HOME to another folder (and --port to another port) for a second one."
            ) from None
        self._is_ours = True
        self._end_orphans()

    def start(self) -> None:
        """Start every process and the threads that watch over them and over the embedded database."""
        self.claim()
        self._hopeless = ""
        try:
            with self._changing:
                for kept in self._kept:
                    kept.start()
                self._note_pids()
        except OSError as error:
            self.stop()
            raise Trouble(f"A process could not be started: {error}.") from error
        self._watcher = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._watcher.start()
        if self._database is not None:
            self._database.start()
        self._surroundings.start()

    def wait_ready(self, timeout: float) -> None:
        """Return when every process does its work; `timeout` is in seconds."""
        until = time.monotonic() + timeout
        waiting = list(self._kept)
        while waiting := [kept for kept in waiting if not kept.is_ready()]:
            self._raise_if_hopeless()
            for kept in waiting:
                if kept.deaths >= HOPELESS:
                    raise Trouble(
                        f"{kept.process.name} does not start. Its last words: {kept.output.last_words()}"
                    )
            if time.monotonic() > until:
                names = " and ".join(kept.process.name for kept in waiting)
                words = " ".join(kept.output.last_words() for kept in waiting)
                raise Trouble(f"After {timeout:.0f} s {names} is not ready. Last words: {words}")
            time.sleep(0.1)

    def run_forever(self) -> None:
        """Return when Ctrl-C or SIGTERM asks for the end; the caller then stops. A second Ctrl-C does not wait.

        Raises Trouble when something cannot be brought back by waiting, such as a database without its data.
        """
        asked = False

        def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  # the shape Python wants
            nonlocal asked
            if asked:
                self._kill_all()
            asked = True

        before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            while (
                not asked and not self._hopeless
            ):  # an Event could be set by the very thread that is waiting for it, and lock up
                time.sleep(0.1)
            self.stop()
            self._raise_if_hopeless()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def stop(self) -> None:
        """Stop the processes, last to first, each within its grace. Harmless when nothing runs."""
        self._stopping.set()
        self._surroundings.stop()
        if self._database is not None:
            self._database.stop()
        if self._watcher is not None:
            self._watcher.join()
            self._watcher = None
        try:
            for kept in reversed(self._kept):
                kept.ask_to_stop()
                kept.wait_until_stopped()
                kept.output.close()
        except BaseException:  # a second Ctrl-C: no more waiting, but nothing is left running either
            self._kill_all()
            raise
        finally:
            self._stopping.clear()
            self._is_ours = False
            self._output.close()
            self._around_output.close()
            self._held.close()

    def pids(self) -> dict[str, int]:
        """The process ids by name, of those that run at this moment."""
        with self._changing:
            return {kept.process.name: kept.running.pid for kept in self._kept if kept.running is not None}

    def _give_up(self, sentence: str) -> None:
        self._hopeless = sentence

    def _raise_if_hopeless(self) -> None:
        if self._hopeless:
            raise Trouble(self._hopeless)

    # --- Watching --------------------------------------------------------------------------------
    def _watch(self) -> None:
        while not self._stopping.wait(0.1):
            with self._changing:
                for kept in self._kept:
                    self._look_after(kept)

    def _look_after(self, kept: _Kept) -> None:
        if kept.running is not None and not kept.is_alive():
            kept.note_death()
        elif kept.running is None and time.monotonic() >= kept.again_at:
            try:
                kept.start()
            except OSError as error:
                kept.output.remark(f"could not be started: {error}")
                kept.again_at = time.monotonic() + LONGEST_PAUSE
            self._note_pids()

    def _kill_all(self) -> None:
        for kept in self._kept:
            if kept.running is not None:
                _end_group(kept.running.pid)

    # --- One supervisor per home -----------------------------------------------------------------
    def _by_whom(self) -> str:
        with suppress(OSError, ValueError, KeyError):
            return f" (process {json.loads(self._notes.read_text())['supervisor']})"
        return ""

    def _end_orphans(self) -> None:
        with suppress(OSError, ValueError, KeyError, psutil.NoSuchProcess):
            for pid, born in json.loads(self._notes.read_text())["processes"]:
                if psutil.pid_exists(pid) and abs(psutil.Process(pid).create_time() - born) < SECOND:
                    _end_group(pid)

    def _note_pids(self) -> None:
        """Write down who runs, with the moment each was born: a number alone may be given to somebody else."""
        born = []
        for pid in self.pids().values():
            with suppress(psutil.NoSuchProcess):
                born.append((pid, psutil.Process(pid).create_time()))
        draft = self._notes.with_suffix(".draft")
        with suppress(
            OSError
        ):  # a full disk must not end the watching; the notes only help after a crash of ours
            draft.write_text(json.dumps({"supervisor": os.getpid(), "processes": born}))
            draft.replace(self._notes)

    @property
    def _notes(self) -> Path:
        return self.home.run / "supervisor.json"


def _end_group(pid: int) -> None:
    """End every process that is left in the group this one leads."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _ending(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"code {code}"
