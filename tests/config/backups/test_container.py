"""Members come out as they went in, whatever their size; what is cut off is refused."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as properties
from hypothesis import strategies as st

from config.backups import container
from config.backups.container import Packer, frames
from config.backups.sealed import Refused

BLOCK = 1000


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch):
    monkeypatch.setattr(container, "BLOCK", BLOCK)


many = properties(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Kept(bytearray):
    def write(self, data):
        self.extend(data)


def packed(members):
    sink = Kept()
    packer = Packer(sink)
    for name, pieces in members:
        packer.begin(name)
        for piece in pieces:
            packer.data(piece)
        packer.end(pieces=len(pieces))
    packer.close()
    return bytes(sink)


def unpacked(chunks):
    found = []
    for frame in frames(chunks):
        match frame.kind:
            case "M":
                found.append([frame.note()["name"], b""])
            case "D":
                assert len(frame.content) <= BLOCK
                found[-1][1] += frame.content
            case "E":
                found[-1].append(frame.note()["pieces"])
    return found


pieces = st.lists(
    st.one_of(st.binary(max_size=40), st.integers(0, 5000).map(lambda size: b"a" * size)), max_size=8
)


@many
@given(st.lists(st.tuples(st.text(max_size=5), pieces), max_size=4), st.integers(1, 4000))
def test_members_come_out_as_they_went_in(members, step):
    content = packed(members)
    chunks = [content[at : at + step] for at in range(0, len(content), step)]

    assert unpacked(chunks) == [[name, b"".join(parts), len(parts)] for name, parts in members]


@many
@given(st.data())
def test_a_container_that_ends_early_is_refused(data):
    content = packed([("one", [b"12345" * 500]), ("two", [b""])])

    with pytest.raises(Refused):
        unpacked([content[: data.draw(st.integers(0, len(content) - 1))]])


@pytest.mark.parametrize(
    "content", [b"X\x00\x00\x00\x01a", b"D\xff\xff\xff\xff", b"M\xff\xff\xff\xff", b"M\x00\x00\x00\x09short"]
)
def test_frames_that_make_no_sense_are_refused(content):
    with pytest.raises(Refused):
        list(frames([zlib.compress(content)]))
