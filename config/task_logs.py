"""Tasks in the logs: one line when one ended, and every line in between names the task and the request behind it.

Celery offers signals for this and nothing else; what happens in the domain never travels this way.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextvars import Token
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import structlog
from celery import signals

from tenants.kernel import trace

log = logging.getLogger(__name__)

REQUEST = "rapport_request"  # the header that travels with a task
NAMES = (
    "client_id",
    "schema",
    "channel_id",
    "reply_id",
    "conversation_id",
)  # arguments worth a place in the line


@dataclass(frozen=True, slots=True)
class _Run:
    began: float
    request: Token[str]
    bound: Mapping[str, Token[Any]]


_runs: dict[str, _Run] = {}


def connect() -> None:
    """Listen to Celery; once per process (config/celery.py)."""
    signals.before_task_publish.connect(pass_on)
    signals.task_prerun.connect(begin)
    signals.task_failure.connect(tell_failure)
    signals.task_postrun.connect(end)


def pass_on(headers: dict[str, Any] | None = None, **_: object) -> None:
    """A task belongs to the request that asked for it."""
    if headers is not None and trace.request_id.get():
        headers[REQUEST] = trace.request_id.get()


def begin(task_id: str, task: Any, kwargs: Mapping[str, Any], **_: object) -> None:  # noqa: ANN401  # Celery's tasks have no type
    asked_by = getattr(task.request, REQUEST, None) or trace.request_id.get() or task_id
    about = {name: kwargs[name] for name in NAMES if name in kwargs}
    bound = structlog.contextvars.bind_contextvars(task=task.name, task_id=task_id, **about)
    _runs[task_id] = _Run(perf_counter(), trace.request_id.set(asked_by), bound)


def tell_failure(einfo: Any, **_: object) -> None:  # noqa: ANN401  # Celery's ExceptionInfo has no type
    log.error("A task failed", exc_info=(einfo.type, einfo.exception, einfo.tb))


def end(task_id: str, kwargs: Mapping[str, Any], state: str | None = None, **_: object) -> None:
    """Tell how it ended. The beat's rounds, which name no client, are told only when somebody looks closely."""
    run = _runs.pop(task_id, None)
    if run is None:
        return
    level = logging.INFO if set(NAMES) & set(kwargs) or state != "SUCCESS" else logging.DEBUG
    log.log(level, "task", extra={"state": state, "ms": round((perf_counter() - run.began) * 1000, 1)})
    structlog.contextvars.reset_contextvars(**run.bound)
    trace.request_id.reset(run.request)
