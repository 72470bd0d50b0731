"""A whole installation to be ill-treated: its own database server, and web, worker and beat as real processes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Self

import psutil
import psycopg

from config.door import crew, place, ports
from config.door.home import PROJECT, Home
from config.door.postgres import EmbeddedPostgres
from config.door.supervisor import Supervisor
from inbox.connectors.networks.webhook.signing import read_secret, sign

PATIENCE = 90.0
"""Seconds after which something that should have happened did not; a busy machine needs few of them."""
STAGE = "import sys, django; django.setup(); from config.faults import stage; stage.main(*sys.argv[1:])"


def until(happened: Callable[[], Any], what: str, *, seconds: float = PATIENCE, pause: float = 0.05) -> None:
    """Wait for something that other processes do. `what` is said when it does not happen."""
    end = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > end:
            raise AssertionError(f"within {seconds:.0f} s it did not happen that {what}")
        time.sleep(pause)


@contextmanager
def folder(like: Path | None = None) -> Iterator[Home]:
    """A home that is thrown away with its server, new or as a copy of one whose server is stopped."""
    root = Path(tempfile.mkdtemp(prefix="rapport-crash-"))
    root.chmod(0o711)  # the account that runs the server may pass
    if like is not None:
        subprocess.run(["cp", "-a", f"{like}/.", str(root)], check=True)
    try:
        yield Home(root)
    finally:
        # Durable: what is committed must outlive the server, as it does in life.
        EmbeddedPostgres(Home(root)).destroy()
        shutil.rmtree(root, ignore_errors=True)


class House:
    """One installation while its test ill-treats it."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.server = EmbeddedPostgres(home)
        self.port = ports.any_free()
        self.crew: Supervisor | None = None

    # --- Starting and stopping -------------------------------------------------------------------
    def stage(self, *words: str) -> dict[str, Any]:
        """Run stage.py in this installation, and return the facts it tells."""
        environment = {**os.environ, "RAPPORT_HOME": str(self.home.root), "RAPPORT_UNDO_SECONDS": "0"}
        done = subprocess.run(
            [sys.executable, "-c", STAGE, *words],
            env=environment,
            cwd=PROJECT,
            check=False,
            capture_output=True,
        )
        if done.returncode:
            raise AssertionError(done.stderr.decode())
        facts: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return facts

    def open(self) -> None:
        """Start the processes as `serve` does, kept alive by a supervisor."""
        self.crew = crew.of(self.home, host="127.0.0.1", port=self.port, workers=2, terminal=False)
        self.crew.start()
        self.crew.wait_ready(PATIENCE)

    def close(self, *, quiet: bool = False) -> None:
        """End everything at once: what a graceful end looks like is another test's business."""
        if self.crew is not None:
            for name in self.crew.pids():
                self.kill(name)
            self.crew.stop()
            if not quiet:
                self._tell_logs()
        self.server.stop()

    def _tell_logs(self) -> None:
        """What the processes said last: shown by pytest when the test fails."""
        for path in sorted(self.home.log.glob("*.log")):
            sys.stdout.write(f"--- {path.name}\n{path.read_text(errors='replace')[-6000:]}\n")

    def pid(self, name: str) -> int:
        return self.crew.pids().get(name, 0) if self.crew else 0

    def kill(self, name: str) -> None:
        """SIGKILL for a process and all it started; the supervisor will start it again."""
        pid = self.pid(name)
        with suppress(ProcessLookupError):  # it has just died by itself
            if pid:  # 0 would be our own group
                os.killpg(pid, signal.SIGKILL)

    def kill_children(self, name: str) -> None:
        """SIGKILL for what a process started, not for itself."""
        for child in psutil.Process(self.pid(name)).children(recursive=True):
            child.kill()

    @contextmanager
    def halted_at(self, table: str) -> Iterator[None]:
        """Whoever next writes to this table of Acme's stops there, in the middle of its transaction, and waits."""
        stopped = f"SELECT count(*) FROM pg_locks WHERE relation = '{table}'::regclass AND NOT granted"
        with self.superuser() as connection, connection.transaction():
            connection.execute(f"LOCK TABLE {table} IN SHARE MODE".encode())
            until(lambda: self.number(stopped), f"somebody writes to {table}")
            yield

    def crash_database(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End the server's main process with this signal. Whoever watches over it starts it again."""
        pid = self.server.status().pid
        if pid is None:
            raise AssertionError("no database runs that could crash")
        os.kill(pid, number)
        until(lambda: self.server.status().pid != pid, "the database stops")

    # --- Looking in ------------------------------------------------------------------------------
    @contextmanager
    def superuser(self) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        """A connection that may see and lock everything; its search path is Acme's."""
        with psycopg.connect(
            host=str(self.server.place.socket_folder), port=place.PORT, user="postgres", dbname="rapport",
            autocommit=True, options="-c search_path=acme,public",
        ) as connection:  # fmt: skip
            yield connection

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.superuser() as connection:
            return connection.execute(query.encode()).fetchall()

    def column(self, query: str) -> list[str]:
        return [str(row[0]) for row in self.rows(query)]

    def number(self, query: str) -> int:
        return int(self.rows(query)[0][0])

    def waiting(self) -> int:
        return self.number("SELECT count(*) FROM tenants_receipt WHERE state = 'waiting'")

    def log(self, name: str) -> str:
        """What a process has said so far."""
        return (self.home.log / f"{name}.log").read_text(errors="replace")

    def messages(self) -> list[str]:
        """The names of all messages, each as often as it is there."""
        return self.column("SELECT external_id FROM inbox_message ORDER BY external_id")

    # --- Speaking to it --------------------------------------------------------------------------
    def answers(self) -> bool:
        """The web process is ready."""
        return crew.answers("127.0.0.1", self.port)()

    def sender(self) -> Sender:
        facts = json.loads((self.home.root / "facts.json").read_text())
        return Sender(self.port, facts["account"], read_secret(facts["secret"]))


class Sender:
    """Somebody who delivers to Acme's webhook over one connection. Not to be shared between threads."""

    def __init__(self, port: int, account: str, key: bytes) -> None:
        self.path, self.key = f"/hooks/webhook/{account}/", key
        self.line = HTTPConnection("127.0.0.1", port, timeout=30)

    def deliver(self, name: str) -> int:
        """One signed delivery with one message, both of this name; the status, or 0 when no answer came."""
        return self.send(name, _question(name))

    def send(self, name: str, body: bytes) -> int:
        """One signed delivery of this id; the status, or 0 when no answer came."""
        headers = sign([self.key], delivery_id=name, at=datetime.now(UTC), body=body)
        try:
            self.line.request("POST", self.path, body, {"Host": "localhost", **headers})
            answer = self.line.getresponse()
            answer.read()
        except (OSError, HTTPException):
            self.line.close()  # the next delivery connects anew
            return 0
        return answer.status


class Crowd:
    """Senders at work in threads: each name is delivered, and delivered again until it is accepted."""

    def __init__(self, house: House, names: Iterable[str], *, senders: int = 4) -> None:
        self.house = house
        self.names = deque(names)
        self.accepted: set[str] = set()
        self.refused: list[int] = []
        self.is_over = False
        self.threads = [threading.Thread(target=self._work, daemon=True) for _ in range(senders)]

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self.is_over = True  # also where something went wrong and nothing would ever be accepted
        self.names.clear()
        self.join()

    def join(self) -> None:
        """Wait until every name is accepted."""
        for thread in self.threads:
            thread.join()

    def wait_for(self, number: int) -> None:
        """Wait until as many are accepted."""
        until(lambda: len(self.accepted) >= number, f"{number} deliveries are accepted")

    def _work(self) -> None:
        sender = self.house.sender()
        with suppress(IndexError):  # nothing is left to deliver
            while not self.is_over and (name := self.names.popleft()):
                self._deliver(sender, name)
        sender.line.close()

    def _deliver(self, sender: Sender, name: str) -> None:
        status = sender.deliver(name)
        if 200 <= status < 300:
            self.accepted.add(name)
            return
        self.refused.append(status)
        self.names.append(name)
        time.sleep(0.2)


def _question(name: str) -> bytes:
    item = {
        "external_id": name,
        "kind": "comment",
        "text": f"Where is my order? ({name})",
        "sent_at": "2026-03-02T12:00:00Z",
        "author": {"external_id": f"author-of-{name}", "name": "Jo"},
    }
    return json.dumps({"items": [item]}).encode()
