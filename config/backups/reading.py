"""Reading a backup: member by member, and once through for what may be restored at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from config.backups.container import Frame, frames
from config.backups.sealed import Refused, read_sealed
from config.backups.tables import PublicTable
from config.backups.taking import FORMAT, Progress


@dataclass(frozen=True, slots=True)
class ClientFacts:
    """A client as the backup knows it."""

    id: int
    slug: str
    schema: str
    name: str


@dataclass(slots=True)
class Backup:
    """What a verified file holds, except its rows."""

    about: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    ddl: dict[tuple[str, str], str] = field(default_factory=dict)
    """By schema and section."""
    manifest: dict[str, Any] = field(default_factory=dict)

    @property
    def made_at(self) -> datetime:
        return datetime.fromisoformat(self.about["made_at"])

    @property
    def clients(self) -> list[ClientFacts]:
        return [ClientFacts(**facts) for facts in self.about["clients"]]

    @property
    def public(self) -> dict[str, PublicTable]:
        return {name: PublicTable(**facts) for name, facts in self.about["public"].items()}

    @property
    def migrations(self) -> set[tuple[str, str]]:
        return {(app, name) for app, name in self.about["migrations"]}

    @property
    def rows(self) -> int:
        return sum(each["rows"] for each in self.manifest["tables"].values())


class Member:
    """One member of the container. `blocks` gives its data once; what its end says is in `ending` afterwards."""

    def __init__(self, facts: dict[str, Any], rest: Iterator[Frame]) -> None:
        self.facts = facts
        self.ending: dict[str, Any] | None = None
        self._rest = rest

    @property
    def name(self) -> str:
        return str(self.facts["name"])

    def blocks(self) -> Iterator[bytes]:
        while self.ending is None:
            frame = next(self._rest, None)
            if frame is None or frame.kind == "M":
                raise Refused(
                    "The backup ends in the middle of something. Use another copy or an older backup."
                )
            if frame.kind == "E":
                self.ending = frame.note()
                return
            yield frame.content

    def whole(self) -> bytes:
        return b"".join(self.blocks())


def members(path: Path, passphrase: str, say: Progress = lambda _done, _what: None) -> Iterator[Member]:
    """The members of a file in order; what a caller does not read of one is skipped."""
    try:
        with path.open("rb") as file:
            size = max(1, path.stat().st_size)
            unread = frames(read_sealed(file, passphrase))
            for frame in unread:
                if frame.kind != "M":
                    raise Refused("The backup holds something that no version of Rapport has written.")
                member = Member(frame.note(), unread)
                say(
                    file.tell() / size,
                    ".".join(str(member.facts.get(key, "")) for key in ("schema", "table")),
                )
                yield member
                for _ in member.blocks():
                    pass
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.") from error


def verify(path: Path, passphrase: str, say: Progress = lambda _done, _what: None) -> Backup:
    """Read the whole file and check all of it; nothing is written. Raises Refused."""
    backup, sums = Backup(), {}
    for member in members(path, passphrase, say):
        match member.name:
            case "rows":
                sums[f"{member.facts['schema']}.{member.facts['table']}"] = _sum_up(member)
            case "ddl":
                backup.ddl[member.facts["schema"], member.facts["section"]] = member.whole().decode()
            case "about":
                backup.about = json.loads(member.whole())
                _must_be_known(backup.about["format"])
            case "secrets":
                backup.secrets = json.loads(member.whole())
            case "manifest":
                backup.manifest = json.loads(member.whole())
    if not backup.about or backup.manifest.get("tables") != sums:
        raise Refused("The backup is not complete. Use another copy or an older backup.")
    return backup


def _sum_up(member: Member) -> dict[str, Any]:
    digest, rows = hashlib.sha256(), 0
    for block in member.blocks():
        digest.update(block)
        rows += block.count(b"\n")  # COPY ends each row with one and escapes those inside
    return {"rows": rows, "sha256": digest.hexdigest()}


class RowSum:
    """A checksum of COPY's rows that does not depend on their order: the sum of their SHA-256, and their number.

    PostgreSQL promises no order: rows of other sizes are put where there is room.
    """

    def __init__(self) -> None:
        self.rows = self._sum = 0
        self._unfinished = b""

    def add(self, block: bytes | memoryview) -> None:
        """Count what COPY wrote; a block may begin and end inside a row."""
        *whole, self._unfinished = (self._unfinished + bytes(block)).split(b"\n")
        for row in whole:
            self._sum += int.from_bytes(hashlib.sha256(row).digest(), "big")
        self.rows += len(whole)

    def total(self) -> tuple[int, int, bytes]:
        return self.rows, self._sum, self._unfinished


def _must_be_known(found: int) -> None:
    if found > FORMAT:
        raise Refused(
            f"This backup has format {found}, and this version of Rapport reads up to {FORMAT}. Update Rapport first."
        )
