"""A port that is taken is told before anything starts."""

from __future__ import annotations

import os
import socket

import pytest

from config.door import ports
from config.door.trouble import Trouble


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_free_port_is_silent(taken):
    free = ports.next_free("127.0.0.1", taken)

    assert free != taken
    ports.must_be_free("127.0.0.1", free, command="serve")


def test_any_free_port_is_none_that_the_system_gives_away(monkeypatch, tmp_path):
    given = tmp_path / "range"
    given.write_text("12000\t60999\n")
    monkeypatch.setattr(ports, "OUTGOING", given)

    found = {ports.any_free() for _ in range(50)}

    assert len(found) > 40
    assert not [port for port in found if 12_000 <= port <= 60_999 or port < 10_000]
    assert not any(ports.why_not("127.0.0.1", port) for port in found)


@pytest.mark.parametrize("told", ["1024 65535", "nonsense", None], ids=["nearly all", "nonsense", "nothing"])
def test_any_free_port_is_found_where_the_system_leaves_none(monkeypatch, tmp_path, told):
    given = tmp_path / "range"
    if told is not None:
        given.write_text(told)
    monkeypatch.setattr(ports, "OUTGOING", given)

    assert 10_000 <= ports.any_free() < 49_152


def test_a_taken_port_says_by_whom_and_what_to_type(taken):
    with pytest.raises(Trouble, match=rf"Port {taken} on 127.0.0.1 is taken.*--port \d+`"):
        ports.must_be_free("127.0.0.1", taken, command="demo")

    assert f"(process {os.getpid()})" in ports.why_not("127.0.0.1", taken)


def test_a_port_taken_only_where_browsers_look_first_is_taken():
    try:
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    with listener:
        port = listener.getsockname()[1]

        assert "[::1]" in ports.why_not("127.0.0.1", port)


def test_an_address_of_another_machine_cannot_be_listened_on():
    assert "Nothing can listen on 192.0.2.1" in ports.why_not("192.0.2.1", 8000)
