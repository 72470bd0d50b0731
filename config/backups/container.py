"""Named members in one compressed stream, written and read in order.

The stream is zlib's. Inside it each frame is one byte of kind, four bytes of length and its content:

    M   a member begins; JSON with its name and what else is known
    D   a block of its data, at most 1 MiB
    E   the member ends; JSON with what is known only now

Members are written one after the other and never need to fit into memory.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from config.backups.sealed import Refused

BLOCK = 1024 * 1024  # bytes
LEVEL = 6
KINDS = b"MDE"
LONGEST_NOTE = 1024 * 1024  # bytes of one M or E frame


class Sink(Protocol):
    def write(self, data: bytes, /) -> object: ...


@dataclass(frozen=True, slots=True)
class Frame:
    kind: str
    content: bytes

    def note(self) -> dict[str, Any]:
        """The content of an M or E frame."""
        found: dict[str, Any] = json.loads(self.content)
        return found


class Packer:
    """Writes members into `sink`. Complete only after close()."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._compressor = zlib.compressobj(LEVEL)
        self._pending = bytearray()

    def begin(self, name: str, **facts: object) -> None:
        self._note(b"M", {"name": name, **facts})

    def data(self, data: bytes | memoryview) -> None:
        """Add to the member; rows come in small pieces, so they are gathered to blocks."""
        self._pending += data
        while len(self._pending) >= BLOCK:
            self._frame(b"D", bytes(self._pending[:BLOCK]))
            del self._pending[:BLOCK]

    def end(self, **facts: object) -> None:
        if self._pending:
            self._frame(b"D", bytes(self._pending))
            self._pending.clear()
        self._note(b"E", facts)

    def member(self, name: str, data: bytes, **facts: object) -> None:
        """A whole member at once."""
        self.begin(name, **facts)
        self.data(data)
        self.end()

    def close(self) -> None:
        self._sink.write(self._compressor.flush())

    def _note(self, kind: bytes, facts: dict[str, Any]) -> None:
        self._frame(kind, json.dumps(facts).encode())

    def _frame(self, kind: bytes, content: bytes) -> None:
        head = kind + len(content).to_bytes(4, "big")
        if packed := self._compressor.compress(head + content):
            self._sink.write(packed)


def frames(chunks: Iterable[bytes]) -> Iterator[Frame]:
    """The frames of a container, in order. Raises Refused when they make no sense or end early."""
    buffer = bytearray()
    for block in _unpacked(chunks):
        buffer += block
        at = 0
        while len(buffer) - at >= 5:
            kind, length = buffer[at], int.from_bytes(buffer[at + 1 : at + 5], "big")
            if kind not in KINDS or length > (BLOCK if kind == KINDS[1] else LONGEST_NOTE):
                raise Refused("The backup holds something that no version of Rapport has written.")
            if len(buffer) - at < 5 + length:
                break
            yield Frame(chr(kind), bytes(buffer[at + 5 : at + 5 + length]))
            at += 5 + length
        del buffer[:at]
    if buffer:
        raise Refused("The backup ends in the middle of something. Use another copy or an older backup.")


def _unpacked(chunks: Iterable[bytes]) -> Iterator[bytes]:
    decompressor = zlib.decompressobj()
    try:
        for chunk in chunks:
            packed, full = chunk, True
            while packed or full:  # a full block may have left more inside the decompressor
                block = decompressor.decompress(packed, BLOCK)
                packed, full = decompressor.unconsumed_tail, len(block) == BLOCK
                yield block
    except zlib.error:
        raise Refused("The backup cannot be unpacked. Use another copy or an older backup.") from None
    if not decompressor.eof:
        raise Refused("The backup ends too early. Use another copy or an older backup.")
