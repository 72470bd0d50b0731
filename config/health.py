"""Is it alive, is it ready, and what are its figures: for load balancers, supervisors and Prometheus."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from hmac import compare_digest
from ipaddress import ip_address

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.timezone import now  # noqa: TID251  # an edge: the age of a backup is told as of now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from config import backlog, metrics
from config.backups import history
from config.door.home import Home
from tenants.accounts.guards import anyone
from tenants.kernel import roles
from tenants.kernel.schema import database_name

log = logging.getLogger(__name__)

FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")
SESSION = """
    SELECT current_user, rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = session_user
"""


@anyone("A supervisor asks, which has no account; the answer is one word.")
@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """The process lives. Asks nothing of anybody."""
    return HttpResponse("ok\n", content_type="text/plain")


@anyone("A load balancer asks, which has no account; the answer names no host and no data.")
@never_cache
@require_safe
def readyz(_request: HttpRequest) -> HttpResponse:
    """The process can do its work: 200, or 503 with what stands in the way."""
    found = {name: _sentence(name, check) for name, check in CHECKS.items()}
    troubles = {name: sentence for name, sentence in found.items() if sentence}
    body = {"ready": not troubles, "checks": {name: sentence or "ok" for name, sentence in found.items()}}
    return JsonResponse(body, status=503 if troubles else 200)


@anyone("Prometheus asks; the view looks at its address and its token itself.")
@never_cache
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """`/metrics`, for this machine itself or whoever knows RAPPORT_METRICS_TOKEN."""
    if not _may_read_figures(request):
        return HttpResponse(
            "Figures are for this machine, or for “Authorization: Bearer” with RAPPORT_METRICS_TOKEN.\n",
            status=403,
            content_type="text/plain; charset=utf-8",
        )
    backups = history.exposition(Home(settings.RAPPORT_HOME), at=now())
    found = metrics.exposition() + backlog.exposition() + backups
    return HttpResponse(found, content_type=CONTENT_TYPE_PLAIN_0_0_4)


# --- Ready? ------------------------------------------------------------------------------------------
def _sentence(name: str, check: Callable[[], str]) -> str:
    """What is wrong, empty when nothing is. The database's own words go to the log, not to whoever asks."""
    try:
        return check()
    except Error:
        log.exception("A check of readiness failed", extra={"check": name})
        return "The database does not answer." if name == "database" else "The database could not say."


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def _login() -> str:
    """Nothing that answers requests may have rights of its own (DESIGN.md §3)."""
    with connection.cursor() as cursor:
        cursor.execute(SESSION)
        current, mighty = cursor.fetchone()
    if mighty:
        return "This process logs in as the owner. Start it with RAPPORT_LOGIN=app."
    if current != roles.agency_role(database_name()):
        return "The database's roles are missing: run `manage.py migrate`."
    return ""


def _migrations() -> str:
    missing = len(_wanted() - set(MigrationRecorder(connection).applied_migrations()))
    return f"{missing} migrations are not applied: run `manage.py migrate`." if missing else ""


@cache
def _wanted() -> frozenset[tuple[str, str]]:
    """The migrations in the code, which does not change while a process runs."""
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return frozenset(key for key, migration in known.items() if not migration.replaces)


CHECKS = {"database": _database, "login": _login, "migrations": _migrations}


# --- Who may read figures ----------------------------------------------------------------------------
def _may_read_figures(request: HttpRequest) -> bool:
    token = settings.RAPPORT_METRICS_TOKEN
    scheme, _, offered = request.headers.get("Authorization", "").partition(" ")
    if token and scheme.lower() == "bearer":
        return compare_digest(offered.strip().encode(), token.encode())
    # A proxy on this machine speaks for others, and says so.
    is_forwarded = any(name in request.headers for name in FORWARDED)
    return not is_forwarded and _is_loopback(request.META.get("REMOTE_ADDR", ""))


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
