"""The home of one installation: the folder RAPPORT_HOME (`var/` when nothing is said) and what lies in it.

postgres/ (or a link to it)   the embedded database
secrets/                      keys and passwords made at the first start, readable by their owner alone
run/                          locks and process ids of what is running now
log/                          what the processes said
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets as tokens
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from config.door.trouble import Trouble

PROJECT = Path(__file__).resolve().parents[2]


class Home:
    """The folder of one installation. Making one touches nothing; folders appear when they are needed."""

    def __init__(self, root: Path) -> None:
        self.root = root.expanduser().absolute()
        self.run = self.root / "run"
        self.log = self.root / "log"
        self.secrets = self.root / "secrets"

    def __repr__(self) -> str:
        return f"Home({str(self.root)!r})"

    def prepare(self) -> None:
        """Make the folders. Others may pass through the home (the database's own user must), but not look in."""
        try:
            if not self.root.exists():
                self.root.mkdir(parents=True)
                self.root.chmod(0o711)
            for folder in (self.run, self.log, self.secrets):
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise self._unusable(error) from error

    def secret(self, name: str, make: Callable[[], str]) -> str:
        """The secret of this name, made once and kept in a file that only its owner can read."""
        path = self.secrets / name
        try:
            return path.read_text().strip()
        except FileNotFoundError:
            self.prepare()
        except OSError as error:
            raise self._unusable(error) from error
        draft = path.with_name(f"{name}.{os.getpid()}.{tokens.token_hex(4)}")
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(make() + "\n")
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, path)
        except FileExistsError:
            pass  # another process made it at this very moment; the first one counts
        except OSError as error:
            raise self._unusable(error) from error
        finally:
            draft.unlink(missing_ok=True)
        return path.read_text().strip()

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """Do something that only one process per home may do at a time; others wait."""
        with self.open_lock(name) as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    @contextmanager
    def open_lock(self, name: str) -> Iterator[int]:
        """A descriptor to lock. What it holds ends with the process, however that ends."""
        self.prepare()
        try:
            descriptor = _open_to_lock(self.run / name)
        except OSError as error:
            raise self._unusable(error) from error
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _unusable(self, error: OSError) -> Trouble:
        return Trouble(
            f"{error.filename or self.root}: {error.strerror}. RAPPORT_HOME ({self.root}) must belong to the user who "
            "runs this; name another folder with the environment variable RAPPORT_HOME, or run as its owner."
        )


def _open_to_lock(path: Path) -> int:
    """On a disk that takes nothing more a file that is there can still be locked, so that servers can be stopped."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno != errno.EROFS:
            raise
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
