"""The broker that needs no server: a folder in which each message is a file.

Kombu brings such a transport, and three of its habits do not suit us: a reader may take a letter while it is
still being written, which ends the whole worker; taken letters pass through the system's temporary folder;
and a folder that is removed stays away. Here letters appear whole (written aside, then renamed), are taken by
renaming, so that one reader has each, and the folder is made again whenever it is needed.
"""

from __future__ import annotations

import logging
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

log = logging.getLogger(__name__)


class Channel(filesystem.Channel):
    """A folder of letters. An exchange, its routing key and its queue share one name, as Celery's default does."""

    def get_table(self, exchange: str) -> list[filesystem.exchange_queue_t]:  # type: ignore[override]  # the same tuple, named
        """Which queues an exchange feeds: the one of its name. Nothing is kept that could be lost."""
        return [filesystem.exchange_queue_t(exchange, "", exchange)]

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str | None, queue: str) -> None:
        """The name says it all."""

    def _put(self, queue: str, payload: dict[str, Any], **_: Any) -> None:  # type: ignore[override]  # kombu's two differ
        name = f"{time.time_ns()}_{uuid.uuid4()}.{queue}.msg"
        draft = self._folder() / f"{name}.draft"
        draft.write_text(dumps(payload))
        draft.rename(draft.with_name(name))

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:  # noqa: ARG002  # it never waits
        for letter in self._letters(queue):
            taken = letter.with_name(f"{letter.name}.{os.getpid()}.taken")
            try:
                letter.rename(taken)
                words = taken.read_text()
                taken.unlink()
            except FileNotFoundError:
                continue  # another reader was quicker, or the folder was removed
            try:
                letter_of: dict[str, Any] = loads(words)
                return letter_of
            except ValueError:
                log.warning("A letter is damaged and was dropped; a round will do its work")
        raise Empty

    def _purge(self, queue: str) -> int:
        letters = list(self._letters(queue))
        for letter in letters:
            letter.unlink(missing_ok=True)
        return len(letters)

    def _size(self, queue: str) -> int:
        return sum(1 for _ in self._letters(queue))

    def _letters(self, queue: str) -> Iterator[Path]:
        """What waits for this queue, oldest first."""
        folder = self._folder()
        for name in sorted(os.listdir(folder)):  # noqa: PTH208  # names alone; this is asked ten times a second
            if name.partition(".")[2] == f"{queue}.msg":
                yield folder / name

    def _folder(self) -> Path:
        folder = Path(self.data_folder_in)
        folder.mkdir(parents=True, exist_ok=True)
        return folder


class Transport(filesystem.Transport):
    """What `filesystem://` means here (config/celery.py)."""

    Channel = Channel
