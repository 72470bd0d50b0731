"""A file that only its passphrase opens, written and read as a stream.

Layout of format 1 (integers are big-endian):

    magic           b"RAPPORT BACKUP\\n"
    header length   2 bytes, at most 4096
    header          JSON: format, scrypt parameters n, r, p and the salt (hex)
    checksum        CRC-32 of everything before it: tells a damaged header from a wrong passphrase
    proof           HMAC-SHA256 of everything before it
    chunks          4 bytes of length, then AES-256-GCM ciphertext of at most 1 MiB of plaintext

scrypt makes 64 bytes of the passphrase: one key for the proof, one for the chunks. Both are new in every file,
because the salt is. A chunk's nonce is its number (11 bytes) and whether it is the last one (1 byte), as in the
STREAM construction: chunks that are changed, missing, exchanged, repeated or added fail to open, and so does a
file that ends early.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from config.door.trouble import Trouble

MAGIC = b"RAPPORT BACKUP\n"
FORMAT = 1
CHUNK = 1024 * 1024  # bytes of plaintext
TAG = 16  # bytes that AES-GCM adds to each chunk
LONGEST_HEADER = 4096
SHORTEST_PASSPHRASE = 12
COST = 2**17  # scrypt's n: 128 MB of memory and about half a second
COSTLIEST = 2**20


class Refused(Trouble):
    """The file cannot be used as a backup; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Cost:
    """scrypt's parameters. They stand in the header, so that later files may use higher ones."""

    n: int = COST
    r: int = 8
    p: int = 1

    def keys(self, passphrase: str, salt: bytes) -> tuple[bytes, bytes]:
        """The key of the proof and the key of the chunks."""
        memory = 128 * self.r * (self.n + self.p + 2) + 1024 * 1024
        made = hashlib.scrypt(
            passphrase.encode(), salt=salt, n=self.n, r=self.r, p=self.p, maxmem=memory, dklen=64
        )
        return made[:32], made[32:]

    def is_bounded(self) -> bool:
        """False for parameters that no file of ours has: they would only exhaust the machine's memory."""
        power_of_two = self.n > 1 and not self.n & (self.n - 1)
        return power_of_two and self.n <= COSTLIEST and self.r == 8 and 1 <= self.p <= 4


class SealedWriter:
    """Encrypts what is written to it into `file`. Complete only after close()."""

    def __init__(self, file: BinaryIO, passphrase: str, *, cost: Cost | None = None) -> None:
        if len(passphrase) < SHORTEST_PASSPHRASE:
            raise Trouble(
                f"The passphrase has {len(passphrase)} characters; take at least {SHORTEST_PASSPHRASE}."
            )
        cost, salt = cost or Cost(), os.urandom(32)
        proof_key, key = cost.keys(passphrase, salt)
        header = {"format": FORMAT, "n": cost.n, "r": cost.r, "p": cost.p, "salt": salt.hex()}
        file.write(_header(json.dumps(header).encode(), proof_key))
        self._file, self._cipher = file, AESGCM(key)
        self._buffer = bytearray()
        self._number = 0

    def write(self, data: bytes) -> None:
        self._buffer += data
        while len(self._buffer) > CHUNK:  # the last chunk is written by close(), so one byte always stays
            self._put(bytes(self._buffer[:CHUNK]), last=False)
            del self._buffer[:CHUNK]

    def close(self) -> None:
        """Write the last chunk. The file itself stays open."""
        self._put(bytes(self._buffer), last=True)
        self._buffer.clear()

    def _put(self, plain: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, last=last), plain, None)
        self._file.write(len(sealed).to_bytes(4, "big") + sealed)
        self._number += 1


def read_sealed(file: BinaryIO, passphrase: str) -> Iterator[bytes]:
    """The plaintext of the file, chunk by chunk; each is authenticated before it is handed out.

    Raises Refused for a foreign, newer or damaged file and a wrong passphrase. The whole file is known to be
    right only when the iterator has ended.
    """
    cipher = AESGCM(_open_header(file, passphrase))
    number, length = 0, file.read(4)
    while True:
        at = file.tell() - len(length)
        size = int.from_bytes(length, "big")
        if len(length) < 4 or not TAG <= size <= CHUNK + TAG:
            raise _damaged(at)
        sealed = file.read(size)
        length = file.read(4)  # nothing follows the last chunk
        try:
            plain = cipher.decrypt(_nonce(number, last=not length), sealed, None)
        except (InvalidTag, ValueError):
            raise _damaged(at) from None
        yield plain
        if not length:
            return
        number += 1


def _header(words: bytes, proof_key: bytes) -> bytes:
    head = MAGIC + len(words).to_bytes(2, "big") + words
    head += zlib.crc32(head).to_bytes(4, "big")
    return head + hmac.digest(proof_key, head, "sha256")


def _open_header(file: BinaryIO, passphrase: str) -> bytes:
    """Read and check everything before the chunks; the chunks' key."""
    head = file.read(len(MAGIC) + 2)
    if not head.startswith(MAGIC):
        raise Refused("This is not a backup of Rapport.")
    length = int.from_bytes(head[len(MAGIC) :], "big")
    words = file.read(min(length, LONGEST_HEADER))
    head += words
    checksum, proof = file.read(4), file.read(32)
    if length > LONGEST_HEADER or checksum != zlib.crc32(head).to_bytes(4, "big"):
        raise _damaged(0)
    cost, salt = _read_header(words)
    proof_key, key = cost.keys(passphrase, salt)
    if not hmac.compare_digest(proof, hmac.digest(proof_key, head + checksum, "sha256")):
        raise Refused("The passphrase is not the one this backup was sealed with.")
    return key


def _read_header(words: bytes) -> tuple[Cost, bytes]:
    try:
        header: dict[str, Any] = json.loads(words)
        found = int(header["format"])
    except (ValueError, KeyError, TypeError):
        raise _damaged(0) from None
    if found > FORMAT:
        raise Refused(
            f"This backup has format {found}, and this version of Rapport reads up to {FORMAT}. Update Rapport first."
        )
    try:
        cost = Cost(int(header["n"]), int(header["r"]), int(header["p"]))
        salt = bytes.fromhex(header["salt"])
    except (ValueError, KeyError, TypeError):
        raise _damaged(0) from None
    if not cost.is_bounded():
        raise _damaged(0)
    return cost, salt


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _damaged(at: int) -> Refused:
    return Refused(f"The backup is damaged or cut off (at byte {at:,}). Use another copy or an older backup.")
