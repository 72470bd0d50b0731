"""How far long work is: one line that changes in a terminal, nothing elsewhere."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from django.core.management.base import OutputWrapper

EVERY = 0.1  # seconds between two changes of the line


class Bar:
    """`with Bar(self.stdout, "Backup") as bar: bar.show(0.4, "acme.inbox_message")`."""

    def __init__(self, out: OutputWrapper, what: str) -> None:
        self.out, self.what = out, what
        self.shown_at = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.out.isatty():
            self.out.write("\r\033[K", ending="")

    def show(self, done: float, now: str) -> None:
        """`done` is from 0 to 1."""
        if not self.out.isatty() or time.monotonic() - self.shown_at < EVERY:
            return
        self.shown_at = time.monotonic()
        self.out.write(f"\r\033[K{self.what} {min(done, 1.0):4.0%}  {now}"[:118], ending="")
        self.out.flush()
