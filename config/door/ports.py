"""Ports to listen on: is one free, and which."""

from __future__ import annotations

import errno
import secrets
import socket
from pathlib import Path

import psutil

from config.door.trouble import Trouble

OUTGOING = Path("/proc/sys/net/ipv4/ip_local_port_range")
"""The first and the last port that Linux gives to connections that go out."""
IANA_OUTGOING = (49_152, 65_535)
"""The same, where the system does not say: RFC 6335, dynamic ports."""


def must_be_free(host: str, port: int, *, command: str) -> None:
    """Say who has the port, and what to type instead, before anything is started."""
    reason = why_not(host, port)
    if reason:
        raise Trouble(
            f"{reason} Choose another port, for example `python3 manage.py {command} --port {next_free(host, port)}`."
        )


def why_not(host: str, port: int) -> str:
    """A sentence about what is in the way of listening there; empty when nothing is."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return _explain(host, port, error)
    # A browser asks for `localhost` on ::1 first: whoever listens there would get our visitors.
    if host == "127.0.0.1" and _somebody_answers("::1", port):
        return f"Port {port} is taken on [::1]{_by_whom(port)}, where browsers look for localhost first."
    return ""


def next_free(host: str, port: int) -> int:
    """The next port after this one that can be listened on."""
    above = range(port + 1 if 1023 < port < 65_000 else 8001, 65_536)
    return next((candidate for candidate in above if not why_not(host, candidate)), 0)


def any_free(host: str = "127.0.0.1") -> int:
    """A port that can be listened on later, too: no connection that goes out meanwhile is given it by the system.

    Asking the system for port 0 gives one that the next connection of any program may get.
    """
    first, last = _outgoing()
    candidates = [port for port in range(10_000, 65_536) if not first <= port <= last]
    for _ in range(100):
        port = secrets.choice(candidates)
        if not why_not(host, port):
            return port
    raise Trouble(f"No port of {host} was found on which something can listen.")


def _outgoing() -> tuple[int, int]:
    try:
        first, last = map(int, OUTGOING.read_text().split())
    except (OSError, ValueError):
        return IANA_OUTGOING
    return (first, last) if last - first < 50_000 else IANA_OUTGOING  # else hardly any port would be left


def _explain(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is taken{_by_whom(port)}."
    if error.errno == errno.EACCES:
        return f"Port {port} needs more rights than this user has (ports below 1024 belong to root)."
    return f"Nothing can listen on {host} port {port}: {error.strerror}."


def _somebody_answers(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.3)
        return probe.connect_ex((host, port)) == 0


def _by_whom(port: int) -> str:
    """“ by nginx (process 123)”, where the system lets us know."""
    try:
        for connection in psutil.net_connections(kind="tcp"):
            listens = (
                connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port
            )
            if listens and connection.pid:
                return f" by {psutil.Process(connection.pid).name()} (process {connection.pid})"
    except psutil.Error:
        pass
    return ""
