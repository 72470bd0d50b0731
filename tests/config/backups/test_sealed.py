"""A sealed file gives back what went in, and any other file is refused before a byte of it is believed."""

from __future__ import annotations

import io
import json
import zlib
from functools import lru_cache

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as properties
from hypothesis import strategies as st

from config.backups import sealed
from config.backups.sealed import MAGIC, Cost, Refused, SealedWriter, read_sealed
from config.door.trouble import Trouble

PASSPHRASE = "correct horse battery"
CHEAP = Cost(n=16)  # what scrypt costs is not the subject
CHUNK = 100
SEVERAL = bytes(range(256)) * 4  # eleven chunks
HEAD_END = 4 + 32  # the checksum and the proof follow the header


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    monkeypatch.setattr(sealed, "CHUNK", CHUNK)


many = properties(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])


def seal(pieces, passphrase=PASSPHRASE):
    file = io.BytesIO()
    writer = SealedWriter(file, passphrase, cost=CHEAP)
    for piece in pieces:
        writer.write(piece)
    writer.close()
    return file.getvalue()


@lru_cache
def sealed_once():
    """A file of eleven chunks; what is done to it, is done to a copy."""
    return seal([SEVERAL])


def opened(content, passphrase=PASSPHRASE):
    return b"".join(read_sealed(io.BytesIO(content), passphrase))


def chunks_of(content):
    """The head of a sealed file, and its chunks with their lengths."""
    at = len(MAGIC) + 2 + int.from_bytes(content[len(MAGIC) : len(MAGIC) + 2], "big") + HEAD_END
    head, found = content[:at], []
    while at < len(content):
        end = at + 4 + int.from_bytes(content[at : at + 4], "big")
        found.append(content[at:end])
        at = end
    return head, found


@many
@given(st.lists(st.binary(max_size=350), max_size=8))
def test_what_goes_in_comes_out(pieces):
    assert opened(seal(pieces)) == b"".join(pieces)


@many
@given(st.data())
def test_a_changed_byte_is_refused_wherever_it_is(data):
    content = bytearray(sealed_once())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))

    with pytest.raises(Refused):
        opened(bytes(content))


@many
@given(st.data())
def test_a_file_that_ends_early_is_refused(data):
    content = sealed_once()

    with pytest.raises(Refused):
        opened(content[: data.draw(st.integers(0, len(content) - 1))])


@many
@given(st.data())
def test_chunks_in_another_order_or_number_are_refused(data):
    head, chunks = chunks_of(sealed_once())
    assert len(chunks) == 11
    other = data.draw(st.lists(st.sampled_from(chunks), max_size=13).filter(lambda drawn: drawn != chunks))

    with pytest.raises(Refused):
        opened(head + b"".join(other))


@many
@given(st.binary(min_size=1, max_size=300))
def test_what_is_appended_is_refused(more):
    with pytest.raises(Refused):
        opened(sealed_once() + more)


@many
@given(st.binary(max_size=300))
def test_a_foreign_file_is_refused(content):
    with pytest.raises(Refused):
        opened(content)


def test_chunks_of_another_file_with_the_same_passphrase_are_refused():
    (head, ours), (_, theirs) = chunks_of(seal([SEVERAL])), chunks_of(seal([SEVERAL]))

    with pytest.raises(Refused, match="damaged"):
        opened(head + ours[0] + b"".join(theirs[1:]))


def test_another_passphrase_is_told_from_damage():
    with pytest.raises(Refused, match="The passphrase is not the one this backup was sealed with"):
        opened(seal([b"x"]), passphrase="incorrect horse battery")


def test_a_short_passphrase_seals_nothing():
    file = io.BytesIO()

    with pytest.raises(Trouble, match="at least 12"):
        SealedWriter(file, "short", cost=CHEAP)

    assert file.getvalue() == b""


def test_nothing_of_the_content_can_be_read_without_the_passphrase():
    assert b"secret words" not in seal([b"secret words " * 100])
    assert seal([b"same"]) != seal([b"same"])


def _with_header(**facts):
    words = json.dumps({"format": 1, "n": 16, "r": 8, "p": 1, "salt": "00" * 32, **facts}).encode()
    head = MAGIC + len(words).to_bytes(2, "big") + words
    return head + zlib.crc32(head).to_bytes(4, "big") + bytes(32)


def test_a_newer_format_is_refused_with_what_to_do():
    with pytest.raises(Refused, match="format 2, and this version of Rapport reads up to 1. Update Rapport"):
        opened(_with_header(format=2))


@pytest.mark.parametrize(
    "facts", [{"n": 2**40}, {"n": 3}, {"n": 0}, {"n": -4}, {"r": 10**6}, {"p": 10**6}, {"n": "²"}]
)
def test_a_header_cannot_ask_for_more_work_than_ours_do(facts):
    with pytest.raises(Refused, match="damaged"):
        opened(_with_header(**facts))


def test_the_real_cost_is_what_new_files_get():
    file = io.BytesIO()
    SealedWriter(file, PASSPHRASE).close()

    assert b'"n": 131072, "r": 8, "p": 1' in file.getvalue()
    assert opened(file.getvalue()) == b""
