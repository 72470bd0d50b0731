"""What an installation stands on besides its database: the disk and the broker, each looked at in well under a second.

`/readyz`, `/metrics`, `manage.py doctor` and the terminal of `serve` and `demo` all ask here.
"""

from __future__ import annotations

import errno
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

FULL_BELOW = 64_000_000
"""Bytes. PostgreSQL writes its log in files of 16 MB and stops when it cannot make one."""
LITTLE = 2_000_000_000  # bytes of free disk below which a warning is due
PATIENCE = 0.7  # seconds for a broker to answer
SERVERS = {
    "redis": (6379, b"PING\r\n"),
    "rediss": (6379, b""),
    "amqp": (5672, b"AMQP\x00\x00\x09\x01"),
    "amqps": (5671, b""),
}
"""Default port, and what is said to a server that answers any client with a byte; with TLS it is only connected to."""


@dataclass(frozen=True, slots=True)
class Condition:
    """`says` is empty when all is well; else it is a sentence, and `mend` says what to do."""

    name: str
    says: str = ""
    mend: str = ""

    @property
    def is_fine(self) -> bool:
        return not self.says


# --- The disk ----------------------------------------------------------------------------------------
def disk(home: Path) -> Condition:
    """Whether the disks of the home and of the embedded database take anything more."""
    for folder in dict.fromkeys((home.resolve(), (home / "postgres").resolve())):
        if folder.exists() and (found := _disk_of(folder)):
            return found
    if not os.access(home, os.W_OK):
        says = f"{home} cannot be written by this user."
        return Condition("disk", says, "Make it belong to the user who runs Rapport, or set RAPPORT_HOME.")
    return Condition("disk")


def free_bytes(home: Path) -> int:
    """What this user may still write where the embedded database lies."""
    data = home / "postgres"
    facts = os.statvfs(data if data.exists() else home)
    return facts.f_bavail * facts.f_frsize


def _disk_of(folder: Path) -> Condition | None:
    facts = os.statvfs(folder)
    if facts.f_flag & os.ST_RDONLY or _refuses_writes(folder):
        mend = "Find out why (the system's log says whether it has errors) and mount it writable. Rapport then goes on."
        return Condition("disk", f"The disk of {folder} is read-only.", mend)
    left = facts.f_bavail * facts.f_frsize
    if left < FULL_BELOW:
        says = f"The disk of {folder} is full: {left / 1e6:.0f} MB are left."
        return Condition("disk", says, "Make room. Rapport then goes on by itself; nothing accepted is lost.")
    return None


def _refuses_writes(folder: Path) -> bool:
    """True after an error of the disk: Linux 6.15 and newer then refuse writes without saying that it is read-only."""
    try:
        os.close(os.open(folder, os.O_WRONLY | os.O_TMPFILE, 0o600))  # a file without a name, gone at once
    except OSError as error:
        return error.errno == errno.EROFS
    return False


# --- The broker --------------------------------------------------------------------------------------
def broker(url: str, home: Path) -> Condition:
    """Whether workers can be woken. Without it everything is stored, and read once it is back."""
    if url.startswith("filesystem:"):
        return _folder(home / "broker")
    parts = urlsplit(url)
    if parts.scheme not in SERVERS:
        return Condition("broker")  # memory:// and the like need nobody
    port, greeting = SERVERS[parts.scheme]
    place = (parts.hostname or "127.0.0.1", parts.port or port)
    try:
        with socket.create_connection(place, PATIENCE) as line:
            if greeting:
                line.settimeout(PATIENCE)
                line.sendall(greeting)
                if not line.recv(1):
                    raise ConnectionError("it hangs up")
    except OSError as error:
        says = f"The broker at {place[0]}:{place[1]} does not answer ({error})."
        return Condition(
            "broker", says, "Start it. What came in meanwhile is stored, and read once it answers."
        )
    return Condition("broker")


def _folder(folder: Path) -> Condition:
    """A missing folder is made when it is next needed, so it only has to be possible."""
    first = next(path for path in (folder, *folder.parents) if path.exists())
    if first.is_dir() and os.access(first, os.W_OK | os.X_OK):
        return Condition("broker")
    says = f"The broker's folder {folder} cannot be written."
    return Condition(
        "broker", says, "Mend its permissions or the disk. What came in is stored, and read afterwards."
    )
