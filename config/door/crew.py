"""The three processes that answer: web, worker and beat, as `serve` and `demo` start them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial
from http.client import HTTPConnection, HTTPException

from config import env
from config.backups import nightly, plan
from config.door import conditions
from config.door.home import Home
from config.door.postgres import EmbeddedPostgres
from config.door.supervisor import Process, Supervisor

WEB = 100  # database connections of all web processes together; the embedded server has 200
WORKER = 80  # … of the worker
POOL = 10  # … of one web process as the agency
MOST = 40  # … as all clients together
EACH = 4  # … as one client
FOLDER = "filesystem://"
ALONE = ("--without-gossip", "--without-mingle", "--without-heartbeat")  # workers need not know each other


def of(
    home: Home,
    *,
    host: str,
    port: int,
    web_processes: int = 1,
    workers: int = 2,
    also: Sequence[Process] = (),
    terminal: bool = True,
) -> Supervisor:
    """A supervisor of the three and of the embedded database, none of them started.

    The three log in as the role that has no rights by itself.
    """
    told = {
        "RAPPORT_HOME": str(home.root),
        "RAPPORT_PORT": str(port),
        "RAPPORT_LOGIN": "app",
        "DATABASE_APP_URL": env.app_url(home.root),
        "DATABASE_URL": "",  # the owner's password is none of their business
        plan.PASSPHRASE: "",  # nor is what seals the backups
        f"{plan.PASSPHRASE}_FILE": "",
        "PYTHONUNBUFFERED": "1",
    }
    threads = _pool()
    web_told = {**told, **connections(processes=web_processes, share=WEB, agency=POOL, each=EACH)}
    # A task keeps its connection while it talks to a network: each thread may need one of the same client.
    shared = connections(processes=1, share=WORKER, agency=workers + 2, each=max(EACH, workers))
    alone = connections(processes=workers, share=WORKER, agency=2, each=2)
    worker_told = {**told, **(shared if threads else alone)}
    web = [
        sys.executable, "-m", "uvicorn", "config.asgi:application", f"--host={host}", f"--port={port}",
        f"--workers={web_processes}", "--no-access-log", "--timeout-graceful-shutdown=5",
    ]  # fmt: skip
    processes = [
        Process(
            "worker", _celery("worker", f"--concurrency={workers}", *threads, *ALONE), worker_told, grace=30
        ),
        Process("beat", _celery("beat", "--pidfile="), told),
        Process("web", web, web_told, ready=answers(host, port), grace=10),
        *nightly.processes(home),
        *also,
    ]
    database = None if env.text("DATABASE_URL", "") else EmbeddedPostgres(home)
    looks = (
        partial(conditions.disk, home.root),
        partial(conditions.broker, env.text("CELERY_BROKER_URL", FOLDER), home.root),
    )
    return Supervisor(home, processes, terminal=terminal, database=database, looks=looks)


def connections(*, processes: int, share: int, agency: int, each: int) -> dict[str, str]:
    """How many database connections each of so many like processes may open, unless the settings say so.

    `share` is what all of them may open together; `agency` and `each` are what one would have at most.
    """
    mine = share // processes
    agency = min(agency, max(2, mine // 3))
    clients = max(2, min(MOST, mine - agency))
    wanted = {
        "RAPPORT_DATABASE_POOL": agency,
        "RAPPORT_CLIENT_CONNECTIONS": clients,
        "RAPPORT_CONNECTIONS_EACH": min(each, clients),
    }
    return {name: env.text(name, str(number)) for name, number in wanted.items()}


def _pool() -> tuple[str, ...]:
    """Threads where the broker is a folder: Celery's processes would then share one queue and its lock, and when one
    of them is killed (by the system, short of memory) the lock is never given back and the others wait for ever."""
    return () if env.text("CELERY_BROKER_URL", FOLDER).startswith(("redis", "amqp")) else ("--pool=threads",)


def _celery(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "celery", "-A", "config.celery", *arguments, "--loglevel=INFO"]


def answers(host: str, port: int, path: str = "/readyz") -> Callable[[], bool]:
    """A question that is yes once the web process says there that it and what it needs are ready."""
    return partial(_is_ok, "127.0.0.1" if host in ("0.0.0.0", "") else host, port, path)  # noqa: S104  # compared only


def _is_ok(host: str, port: int, path: str) -> bool:
    connection = HTTPConnection(host, port, timeout=2)  # seconds
    try:
        connection.request("GET", path, headers={"Host": env.text("RAPPORT_BASE_HOST", "localhost")})
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
