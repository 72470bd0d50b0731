"""The three processes that answer: web, worker and beat, as `serve` and `demo` start them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial
from http.client import HTTPConnection, HTTPException

from config import env
from config.backups import nightly, plan
from config.door.home import Home
from config.door.supervisor import Process, Supervisor

POOL = 10  # database connections of one web process
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
    """A supervisor of the three, none of them started. They log in as the role that has no rights by itself."""
    _, app_url = env.database_urls(home.root)
    told = {
        "RAPPORT_HOME": str(home.root),
        "RAPPORT_PORT": str(port),
        "RAPPORT_LOGIN": "app",
        "DATABASE_APP_URL": app_url,
        "DATABASE_URL": "",  # the owner's password is none of their business
        plan.PASSPHRASE: "",  # nor is what seals the backups
        f"{plan.PASSPHRASE}_FILE": "",
        "PYTHONUNBUFFERED": "1",
    }
    pooled = {**told, "RAPPORT_DATABASE_POOL": str(POOL)}
    web = [
        sys.executable, "-m", "uvicorn", "config.asgi:application", f"--host={host}", f"--port={port}",
        f"--workers={web_processes}", "--no-access-log", "--timeout-graceful-shutdown=5",
    ]  # fmt: skip
    processes = [
        Process("worker", _celery("worker", f"--concurrency={workers}", *_pool(), *ALONE), told, grace=30),
        Process("beat", _celery("beat", "--pidfile="), told),
        Process("web", web, pooled, ready=answers(host, port), grace=10),
        *nightly.processes(home),
        *also,
    ]
    return Supervisor(home, processes, terminal=terminal)


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
