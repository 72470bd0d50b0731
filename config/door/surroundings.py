"""Tells in the terminal and the log when the disk, the broker or the clock of a running installation goes wrong.

Each state is told when it begins and when it ends. Nothing is mended here: what Rapport needs comes back by itself
once its cause is gone.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from config.door.conditions import Condition

LOOK_EVERY = 5.0  # seconds
JUMP = 30.0  # seconds by which the wall clock may part from the steady one between two looks


class Clock:
    """The wall clock against the steady one, which no correction changes."""

    def __init__(
        self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._wall, self._steady = wall, steady
        self._offset = wall() - steady()

    def jump(self) -> float:
        """Seconds by which the wall clock jumped since the last call; 0 when it did not by more than `JUMP`."""
        offset = self._wall() - self._steady()
        jump, self._offset = offset - self._offset, offset
        return jump if abs(jump) > JUMP else 0.0


class Surroundings:
    """A thread that looks at each condition and says what changed."""

    def __init__(
        self,
        looks: Sequence[Callable[[], Condition]],
        *,
        say: Callable[[str], None],
        clock: Clock | None = None,
    ) -> None:
        self._looks, self._say, self._clock = looks, say, clock or Clock()
        self._bad: dict[str, Condition] = {}
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._stopping.clear()
        self._thread = threading.Thread(target=self._watch, name="surroundings", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Harmless when it was never started."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def look(self) -> None:
        """One look at everything."""
        for ask in self._looks:
            self._note(ask())
        if jump := self._clock.jump():
            way = "forwards" if jump > 0 else "backwards"
            self._say(
                f"The clock of this machine jumped {way} by {abs(jump):.0f} s. Check its time synchronisation: signed "
                "deliveries are refused while it is more than 5 minutes off."
            )

    def _watch(self) -> None:
        while not self._stopping.is_set():
            self.look()
            self._stopping.wait(LOOK_EVERY)

    def _note(self, found: Condition) -> None:
        before = self._bad.pop(found.name, None)
        if found.is_fine:
            if before is not None:
                self._say(f"The {found.name} is well again.")
            return
        self._bad[found.name] = found
        if before is None:
            self._say(f"{found.says} {found.mend}")
