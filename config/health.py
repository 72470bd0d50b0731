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
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from config import backlog, clocks, metrics
from config.backups import history
from config.door import conditions
from config.door.conditions import Condition
from config.door.home import Home
from config.standing import broker, standing
from tenants.accounts.guards import anyone
from tenants.kernel import roles
from tenants.kernel.outages import breaker
from tenants.kernel.schema import database_name

log = logging.getLogger(__name__)

AWAY = "The database does not answer."
NOT_ASKED = "The database could not say."
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")
SESSION = """
    SELECT current_user, rolsuper OR rolbypassrls OR rolcreaterole, EXISTS (
        SELECT 1 FROM pg_roles AS other
        WHERE starts_with(other.rolname, %s) AND pg_has_role(session_user, other.oid, 'MEMBER')
    )
    FROM pg_roles WHERE rolname = session_user
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
    """The process can do its work: 200, or 503 with what stands in the way.

    A broker that is away and a clock that is wrong are told, but a process that still stores deliveries is ready.
    """
    found: dict[str, str] = {}
    for name, check in CHECKS.items():
        is_pointless = name in ASK_DATABASE and bool(found.get("database"))
        found[name] = NOT_ASKED if is_pointless else _sentence(name, check)
    troubles = {name: sentence for name, sentence in found.items() if sentence and name not in TOLERABLE}
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
    at = timezone.now()  # noqa: TID251  # a view is an edge
    backups = history.exposition(Home(settings.RAPPORT_HOME), at=at)
    found = metrics.exposition() + standing() + backups + _backlog()
    return HttpResponse(found, content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _backlog() -> bytes:
    """What waits in the database; nothing while that does not answer, which rapport_database_up says."""
    if breaker.is_open():
        return b""
    try:
        return backlog.exposition()
    except Error:
        log.exception("What waits cannot be read")
        return b""


# --- Ready? ------------------------------------------------------------------------------------------
def _sentence(name: str, check: Callable[[], str]) -> str:
    """What is wrong, empty when nothing is. The database's own words go to the log, not to whoever asks."""
    try:
        return check()
    except Error:
        log.exception("A check of readiness failed", extra={"check": name})
        return AWAY if name == "database" else NOT_ASKED


def _database() -> str:
    if breaker.is_open():
        return AWAY
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def _login() -> str:
    """Nothing that answers requests may have rights of its own (DESIGN.md §3)."""
    with connection.cursor() as cursor:
        cursor.execute(SESSION, [roles.client_role(database_name(), "")])
        current, mighty, is_member = cursor.fetchone()
    if mighty or not connection.settings_dict.get("LOGINS_APART"):
        return "This process logs in as the owner. Start it with RAPPORT_LOGIN=app."
    if is_member:
        return "This process's login can become a client: run `manage.py migrate`, which takes that away."
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


def _disk() -> str:
    return _told(conditions.disk(settings.RAPPORT_HOME))


def _broker() -> str:
    return _told(broker())


def _clock() -> str:
    return _told(clocks.condition(at=timezone.now()))  # noqa: TID251  # a view is an edge


def _told(condition: Condition) -> str:
    """What is wrong, without the folders and hosts that are nobody's business outside; the doctor names them."""
    return TOLD[condition.name] if condition.says else ""


TOLD = {
    "disk": "The disk is full or cannot be written. `manage.py doctor` says which; make room or mount it writable.",
    "broker": "The broker does not answer. What comes in is stored, and read once it does.",
    "clock": "This machine's clock stands before the newest delivery. Check its time synchronisation.",
}
TOLERABLE = frozenset({"broker", "clock"})
ASK_DATABASE = frozenset({"login", "migrations", "clock"})
"""Not asked while the database is away: each would wait for a connection of its own."""
CHECKS = {
    "database": _database,
    "login": _login,
    "migrations": _migrations,
    "disk": _disk,
    "broker": _broker,
    "clock": _clock,
}


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
