"""Logs: one line for each request and each task, JSON for programs and words on a terminal.

A line says who (client, actor), what (method, path, view, status, milliseconds) and which request or task it
belongs to. It never says what people wrote: no bodies, no cookies, no tokens, no query strings, and no values
that PostgreSQL quotes in its errors.
"""

from __future__ import annotations

import logging
import logging.config
import re
import sys
import uuid
from collections.abc import Callable, MutableMapping
from time import perf_counter
from typing import Any, TextIO

import orjson
import structlog
from django.apps import apps
from django.db import connection
from django.http import HttpRequest, HttpResponse

from config import metrics
from tenants.kernel import trace

Line = MutableMapping[str, Any]

log = logging.getLogger(__name__)

HEADER = "X-Request-ID"
SANE = re.compile(r"[A-Za-z0-9._-]{8,36}")  # what we take over from a proxy; the ledger keeps 36 characters
LONG_SEGMENT = re.compile(r"[^/]{20,}")  # a part of a path this long is more often a key than a word
QUIET = ("/healthz", "/readyz", "/metrics")

SECRET_NAME = re.compile(
    r"pass(word|phrase)|secret|token|cookie|authorization|credential|sealed|csrf|body", re.IGNORECASE
)
SECRET_TEXT = (
    (re.compile(r"(\w+://)[^/\s:@]+:[^/\s@]+@"), r"\1…@"),  # a password in an address
    (re.compile(r"(\w+://[^\s?\"']+)\?[^\s\"']+"), r"\1?…"),  # a query string
    (re.compile(r"\b(bearer|basic)\s+[^\s\"',]+", re.IGNORECASE), r"\1 …"),
    (re.compile(r"^(\s*(?:DETAIL|CONTEXT)): .*$", re.MULTILINE), r"\1: …"),  # PostgreSQL quotes rows there
)
WITHHELD = "…"
# Said by our own lines already, or full of addresses with their query strings.
REPEATING = ("uvicorn.access", "httpx", "httpcore", "celery.worker.strategy", "celery.app.trace")
OF_OTHERS = (
    "request",
    "server_time",
    "color_message",
)  # what Django and uvicorn attach, and would be printed whole


# --- How lines look ----------------------------------------------------------------------------------
def configure_logging(settings: dict[str, Any]) -> None:
    """Django's LOGGING_CONFIG. `settings` has a `level`, and `json`, which a terminal overrules."""
    readable = not settings["json"] or sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_facts(readable=readable),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(_plan(level=settings["level"], readable=readable))
    logging.captureWarnings(not readable)


def _plan(*, level: str, readable: bool) -> dict[str, Any]:
    """One handler for everybody. Loggers that set up their own lose them; those that repeat us are quieter."""
    through: dict[str, Any] = {"handlers": [], "propagate": True, "level": "NOTSET"}
    quieter = {**through, "level": "WARNING"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter, "readable": readable}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stderr"}
        },
        "root": {"level": level, "handlers": ["stderr"]},
        "loggers": {
            **dict.fromkeys(("django", "django.server", "uvicorn", "uvicorn.error", "py.warnings"), through),
            **dict.fromkeys(REPEATING, quieter),
            "django.request": {**through, "level": "ERROR"},
        },
    }


def formatter(*, readable: bool, stream: TextIO | None = None) -> logging.Formatter:
    """How a record becomes a line, whoever logged it."""
    show: Any = structlog.processors.JSONRenderer(serializer=_json)
    if readable:
        colours = (stream or sys.stderr).isatty()
        show = structlog.dev.ConsoleRenderer(
            colors=colours, exception_formatter=structlog.dev.plain_traceback
        )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_facts(readable=readable)],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, show],
    )


def _facts(*, readable: bool) -> list[Any]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if readable else "iso", utc=not readable),
        _belonging,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        _withhold,
    ]


def _belonging(_logger: object, _method: str, line: Line) -> Line:
    """The request and the client this line belongs to."""
    for name in OF_OTHERS:
        line.pop(name, None)
    if request := trace.request_id.get():
        line.setdefault("request_id", request)
    if apps.ready and (slug := getattr(connection.tenant, "slug", "")):  # type: ignore[attr-defined]  # django-tenants' wrapper
        line.setdefault("client", slug)
    return line


def _withhold(_logger: object, _method: str, line: Line) -> Line:
    """Leave out what must not be kept, whoever logged it."""
    for name, value in line.items():
        if SECRET_NAME.search(name):
            line[name] = WITHHELD
        elif isinstance(value, str):
            line[name] = _clean(value)
    return line


def _clean(text: str) -> str:
    for pattern, instead in SECRET_TEXT:
        text = pattern.sub(instead, text)
    return text


def _json(line: Line, **_: object) -> str:
    return orjson.dumps(line, default=repr, option=orjson.OPT_NON_STR_KEYS).decode(errors="replace")


# --- Requests ----------------------------------------------------------------------------------------
class RequestLog:
    """Names each request, tells how it ended, and counts it. The outermost middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = perf_counter()
        name = request_name(request.headers.get(HEADER, ""))
        token = trace.request_id.set(name)
        try:
            response = self.get_response(request)
            _tell(request, response, seconds=perf_counter() - began)
        finally:
            trace.request_id.reset(token)
        response[HEADER] = name
        return response


def request_name(offered: str) -> str:
    """The proxy's name for the request where it is sane, else one of ours."""
    return offered if SANE.fullmatch(offered) else uuid.uuid4().hex


def safe_path(path: str) -> str:
    """The path without parts that may be keys: links that sign in or set a password carry theirs there."""
    return LONG_SEGMENT.sub(WITHHELD, path)


def _tell(request: HttpRequest, response: HttpResponse, *, seconds: float) -> None:
    match = request.resolver_match
    view = (match.view_name or match.route) if match else ""
    actor, client = getattr(request, "actor", None), getattr(request, "client", None)
    facts = {
        "method": request.method,
        "path": safe_path(request.path),
        "view": view,
        "status": response.status_code,
        "ms": round(seconds * 1000, 1),
        "client": client.slug if client else None,
        "actor": f"{actor.kind}:{actor.id}" if actor else None,
    }
    log.log(
        _level(request, response), "request", extra={name: value for name, value in facts.items() if value}
    )
    metrics.count_request(
        view=view, method=request.method or "", status=response.status_code, seconds=seconds
    )


def _level(request: HttpRequest, response: HttpResponse) -> int:
    if response.status_code >= 500:
        return logging.ERROR
    return logging.DEBUG if request.path.startswith(QUIET) and response.status_code < 400 else logging.INFO
