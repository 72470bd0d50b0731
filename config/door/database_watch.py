"""Keeps the embedded database running while a command lasts: a server that dies is started again.

    watch = DatabaseWatch(server, say=print, give_up=end_the_command)
    watch.start()
    watch.stop()

Looking costs nothing while the server lives (its process id is checked); only now and then it is asked whether it
answers. A restart that fails is tried again, less and less often, with its reason said once; what cannot be mended
by waiting (the data folder is gone) is told to `give_up`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from psycopg.pq import Ping

from config.door.postgres import DataGone, EmbeddedPostgres
from config.door.trouble import Trouble

LOOK_EVERY = 0.3  # seconds
ASK_EVERY = 5.0  # seconds between two questions to a server whose process lives
MUTE_AFTER = 30.0  # seconds a living server may leave questions unanswered before it is started anew
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds between two restarts; doubled each time
STEADY = 60.0  # seconds of life after which a death counts as the first one again

Say = Callable[[str], None]


class DatabaseWatch:
    """A thread that looks after one server. `say` and `give_up` are called from that thread."""

    def __init__(self, server: EmbeddedPostgres, *, say: Say, give_up: Say) -> None:
        self.server = server
        self.restarts = 0
        self._say, self._give_up = say, give_up
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._down_since: float | None = None
        self._again_at = self._asked_at = 0.0
        self._up_since = time.monotonic()
        self._tries = 0
        self._said: set[str] = set()

    def start(self) -> None:
        self._stopping.clear()
        self._thread = threading.Thread(target=self._watch, name="database watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Return once nothing is being started any more. Harmless when it was never started."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _watch(self) -> None:
        while not self._stopping.wait(LOOK_EVERY):
            try:
                self._look()
            except DataGone as trouble:
                self._say(str(trouble))
                self._give_up(str(trouble))
                return
            except (Trouble, OSError) as trouble:
                if self.server.ping() != Ping.REJECT:  # else it is only slow: its log is being replayed
                    self._failed(str(trouble))

    def _look(self) -> None:
        now = time.monotonic()
        if self._is_fine(now):
            return
        pong = self.server.ping()
        self._asked_at = time.monotonic()
        if pong == Ping.OK:
            self._note_up()
        elif pong == Ping.REJECT:
            self._note_down("is starting or recovering from a crash; that may take minutes.")
        elif self._is_mute(now):
            return
        elif now >= self._again_at:
            self._note_down("has died; starting it again.")
            self.restarts += 1
            self.server.revive()

    def _is_fine(self, now: float) -> bool:
        """It lives, it answered when it was last asked, and that was a moment ago."""
        return self._down_since is None and now - self._asked_at < ASK_EVERY and self.server.is_alive()

    def _is_mute(self, now: float) -> bool:
        """It lives and leaves a question unanswered: a busy machine does that, so it has some time."""
        if not self.server.is_alive():
            return False
        self._note_down(f"lives, but does not answer. It is started anew after {MUTE_AFTER:.0f} s of that.")
        return self._down_since is not None and now - self._down_since < MUTE_AFTER

    def _note_down(self, what: str) -> None:
        if self._down_since is None:
            self._down_since = time.monotonic()
            if self._down_since - self._up_since > STEADY:
                self._tries = 0
        self._say_once(what, f"PostgreSQL {what}")

    def _note_up(self) -> None:
        if self._down_since is not None:
            away = time.monotonic() - self._down_since
            self._say(f"PostgreSQL answers again, {away:.1f} s after it was missed.")
            self._up_since = time.monotonic()
            # Soon after the last time: the next restart waits, so that a server that keeps dying is no busy loop.
            self._again_at = self._up_since + self._pause()
        self._down_since = None
        self._said.clear()

    def _failed(self, why: str) -> None:
        pause = self._pause()
        self._again_at = time.monotonic() + pause
        sentence = (
            f"PostgreSQL does not start: {why} It is tried again, every {LONGEST_PAUSE:.0f} s at least."
        )
        self._say_once("does not start", sentence)

    def _pause(self) -> float:
        self._tries += 1
        return min(FIRST_PAUSE * 2.0 ** min(self._tries - 1, 10), LONGEST_PAUSE)

    def _say_once(self, state: str, sentence: str) -> None:
        """A state is told when it begins, not each time somebody looks."""
        if state not in self._said:
            self._said.add(state)
            self._say(sentence)
