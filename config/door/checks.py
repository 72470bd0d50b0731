"""What `manage.py doctor` looks at. Each check says what it found and, when something is wrong, how to mend it."""

from __future__ import annotations

import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from importlib import metadata
from pathlib import Path

import psycopg
from cryptography.fernet import Fernet
from django.apps import apps
from django.conf import settings
from django.core import checks as django_checks
from django.core.cache import cache
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from kombu import Connection
from packaging.requirements import Requirement
from psycopg import sql

from config import clocks, env
from config.backups import history, plan
from config.door import bootstrap, conditions, ports
from config.door.home import PROJECT, Home
from config.door.postgres import EmbeddedPostgres
from config.door.trouble import Trouble
from tenants.kernel import large_objects
from tenants.kernel.roles import client_role
from tenants.kernel.schema import PUBLIC, as_owner, database_name, outside
from tenants.models import Client

OLDEST_SERVER = 15
SPARE = 10  # connections for commands, and for whoever looks after the server
LATE = 36 * 3600.0  # seconds after which a daily backup is missing
OLD = 7 * 24 * 3600.0  # seconds after which one made by hand should be made anew
RIGHTS = """
    SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = session_user
"""


class Verdict(StrEnum):
    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check saw. `mend` is empty when there is nothing to do."""

    name: str
    verdict: Verdict
    says: str
    mend: str = ""


def examine(*, port: int) -> Iterator[Finding]:
    """Every check in the order in which things depend on one another; one that fails stops no other."""
    with ExitStack() as stack:
        yield from _guarded("python", _python)
        yield from _guarded("packages", _packages)
        yield from _guarded("home", _home)
        yield from _guarded("disk", _disk)
        yield from _guarded("secrets", _secrets)
        started = list(_guarded("database", lambda: _server(stack)))
        yield from started
        if all(finding.verdict is not Verdict.WRONG for finding in started):
            yield from _guarded("owner role", _owner_role)
            yield from _guarded("app role", _app_role)
            yield from _guarded("client logins", _client_logins)
            yield from _guarded("connections", _connections)
            yield from _guarded("migrations", _migrations)
            yield from _guarded("clock", _clock)
        yield from _guarded("broker", _broker)
        yield from _guarded("cache", _cache)
        yield from _guarded("backup", _backup)
        yield from _guarded("port", lambda: _port(port))
        yield from _guarded("settings", _settings)


def _guarded(name: str, check: Callable[[], Finding]) -> Iterator[Finding]:
    """A check that breaks is a finding too: its error is what there is to say."""
    try:
        yield check()
    except Trouble as trouble:  # its sentence says what to do
        yield Finding(name, Verdict.WRONG, str(trouble))
    except Exception as error:  # whatever is broken here is what the doctor was called for
        yield Finding(
            name, Verdict.WRONG, f"{type(error).__name__}: {error}", "Mend this, then ask the doctor again."
        )


# --- This machine ------------------------------------------------------------------------------------
def _python() -> Finding:
    version = "Python " + ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] > bootstrap.NEWEST:
        return Finding(
            "python", Verdict.WARNING, f"{version} is newer than what is tested.", "Use Python 3.11 to 3.14."
        )
    return Finding("python", Verdict.OK, f"{version} in {sys.prefix}")


def _packages() -> Finding:
    """The lock's pins that apply to this Python, against what is installed."""
    lock = (PROJECT / "requirements.lock").read_text()
    lines = [line.removesuffix("\\").strip() for line in lock.splitlines() if not line.startswith((" ", "#"))]
    pins = [
        pin for pin in map(Requirement, filter(None, lines)) if pin.marker is None or pin.marker.evaluate()
    ]
    off = [
        f"{pin.name} {_installed(pin.name) or 'missing'}"
        for pin in pins
        if _installed(pin.name) not in pin.specifier
    ]
    if off:
        some = ", ".join(off[:5] + ["…"] * (len(off) > 5))
        says = f"{len(off)} of {len(pins)} differ from requirements.lock: {some}"
        mend = "Remove .venv and start again, or `pip install --require-hashes -r requirements.lock` in your own."
        return Finding("packages", Verdict.WARNING, says, mend)
    return Finding("packages", Verdict.OK, f"{len(pins)} as in requirements.lock")


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _home() -> Finding:
    Home(settings.RAPPORT_HOME).prepare()
    return Finding("home", Verdict.OK, str(settings.RAPPORT_HOME))


def _disk() -> Finding:
    found = conditions.disk(settings.RAPPORT_HOME)
    if not found.is_fine:
        return Finding("disk", Verdict.WRONG, found.says, found.mend)
    free = conditions.free_bytes(settings.RAPPORT_HOME)
    says = f"{free / 1e9:.1f} GB free in {settings.RAPPORT_HOME}"
    if free < conditions.LITTLE:
        return Finding("disk", Verdict.WARNING, says, "Make room; a full disk stops the database.")
    return Finding("disk", Verdict.OK, says)


def _secrets() -> Finding:
    for key in settings.RAPPORT_SEAL_KEYS:
        try:
            Fernet(key)
        except ValueError:
            says = "RAPPORT_SEAL_KEYS holds something that is no Fernet key."
            return Finding(
                "secrets", Verdict.WRONG, says, "`cryptography.fernet.Fernet.generate_key()` makes one."
            )
    folder = Home(settings.RAPPORT_HOME).secrets
    loose = [path.name for path in folder.iterdir() if stat.S_IMODE(path.stat().st_mode) & 0o077]
    if loose:
        return Finding(
            "secrets", Verdict.WRONG, f"Others may read {', '.join(loose)}.", f"chmod 600 {folder}/*"
        )
    return Finding(
        "secrets", Verdict.OK, f"{len(settings.RAPPORT_SEAL_KEYS)} sealing key(s); files in {folder}"
    )


def _backup() -> Finding:
    """The age of the last good backup, and whether the newest attempt failed."""
    home, at = Home(settings.RAPPORT_HOME), datetime.now(UTC)
    known, settled = history.read(home), plan.read(home)
    if known.last_failed and known.failed is not None:
        says = f"The newest one failed at {known.failed.at:%Y-%m-%d %H:%M} UTC: {known.failed.says}"
        return Finding("backup", Verdict.WRONG, says, "Mend that, then `manage.py backup`.")
    if known.good is None:
        mend = f"`manage.py backup`; set {plan.PASSPHRASE}_FILE and `serve` makes one each day."
        return Finding("backup", Verdict.WARNING, "None has been made.", mend)
    says = f"{known.age(at) / 3600:.0f} h old, {known.good.clients} clients, {known.good.file}"
    if not Path(known.good.file).exists():
        return Finding("backup", Verdict.WARNING, f"{says} is gone.", "Right if it was moved elsewhere.")
    if known.age(at) > (LATE if settled.is_on else OLD):
        mend = "Is `serve` running? Its log/backup.log tells." if settled.is_on else "`manage.py backup`"
        return Finding("backup", Verdict.WRONG if settled.is_on else Verdict.WARNING, says, mend)
    return Finding("backup", Verdict.OK, says)


def _port(port: int) -> Finding:
    reason = ports.why_not("127.0.0.1", port)
    if reason:
        return Finding(
            "port", Verdict.WARNING, reason, "That is right while Rapport runs; otherwise use --port."
        )
    return Finding("port", Verdict.OK, f"{port} is free")


# --- The database ------------------------------------------------------------------------------------
def _server(stack: ExitStack) -> Finding:
    if not env.text("DATABASE_URL", ""):
        stack.enter_context(EmbeddedPostgres(Home(settings.RAPPORT_HOME)).running())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), current_setting('server_version_num')::int / 10000"
        )
        version, major = cursor.fetchone()
    kind = "your server" if env.text("DATABASE_URL", "") else "the embedded server"
    if major < OLDEST_SERVER:
        return Finding(
            "database", Verdict.WRONG, f"PostgreSQL {version}", f"Rapport needs {OLDEST_SERVER} or newer."
        )
    return Finding("database", Verdict.OK, f"PostgreSQL {version}, {kind}")


def _rights(url: str) -> tuple[str, set[str]]:
    """Who logs in with this address, and which rights over the server that role has."""
    names = ("superuser", "bypassrls", "createrole", "createdb")
    with psycopg.connect(url, connect_timeout=5) as direct:
        row = direct.execute(RIGHTS).fetchone()
    if row is None:
        raise LookupError("pg_roles does not list the session's own role")
    return row[0], {name for name, has in zip(names, row[1:], strict=True) if has}


def _owner_role() -> Finding:
    role, rights = _rights(env.database_urls(settings.RAPPORT_HOME)[0])
    if "createrole" not in rights and "superuser" not in rights:
        says = f"{role} may not make roles, and every client has one."
        return Finding("owner role", Verdict.WRONG, says, f"ALTER ROLE {role} CREATEROLE;")
    if "superuser" in rights:
        return Finding(
            "owner role", Verdict.WARNING, f"{role} is superuser.", "A role with CREATEROLE is enough."
        )
    return Finding("owner role", Verdict.OK, f"{role}: {', '.join(sorted(rights))}")


def _app_role() -> Finding:
    try:
        role, rights = _rights(env.database_urls(settings.RAPPORT_HOME)[1])
    except psycopg.OperationalError as error:
        says = f"The role that answers requests cannot log in: {str(error).strip().splitlines()[-1]}"
        return Finding(
            "app role", Verdict.WRONG, says, "`manage.py migrate` makes it; or set DATABASE_APP_URL."
        )
    if rights:
        says = f"{role} has {', '.join(sorted(rights))}: the wall between clients would not hold."
        return Finding(
            "app role",
            Verdict.WRONG,
            says,
            f"ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB;",
        )
    return Finding("app role", Verdict.OK, f"{role} has no rights by itself")


MEMBERSHIPS = """
    SELECT rolname FROM pg_roles
    WHERE starts_with(rolname, %(start)s) AND pg_has_role(%(app)s::text, oid, 'MEMBER') ORDER BY rolname
"""


def _client_logins() -> Finding:
    """Whether the login of web and worker can become a client, and whether clients can leave something behind."""
    name = database_name()
    app = env.app_url(settings.RAPPORT_HOME)
    with psycopg.connect(app, connect_timeout=5) as direct:
        facts = {"start": client_role(name, ""), "app": direct.info.user}
        clients = [role for (role,) in direct.execute(MEMBERSHIPS, facts).fetchall()]
        temporary = direct.execute(
            "SELECT has_database_privilege('public', current_database(), 'TEMP')"
        ).fetchone()
        large = direct.execute(large_objects.OPEN_TO, ["public"]).fetchall()
    if clients or temporary == (True,):
        says = (
            f"{facts['app']} can become {clients[0]}." if clients else "Everybody may make temporary tables."
        )
        return Finding("client logins", Verdict.WRONG, says, "`manage.py migrate`")
    if large:
        says = f"Everybody may use large objects ({len(large)} functions), which belong to no client."
        mend = "As superuser, in this database: " + " ".join(
            large_objects.CLOSE.format(function) + ";" for function, _ in large
        )
        return Finding("client logins", Verdict.WARNING, says, mend)
    return Finding("client logins", Verdict.OK, f"{facts['app']} can become no client")


def _connections() -> Finding:
    """What web and worker may open at most, as `serve` starts them, against what the server takes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('max_connections')::int")
        most = cursor.fetchone()[0]
    wanted = 2 * sum(limits.total for limits in env.pools().values())
    says = f"Web and worker open {wanted} at most, the server takes {most}"
    if wanted > most - SPARE:
        mend = "Lower RAPPORT_CLIENT_CONNECTIONS, or raise max_connections, or put PgBouncer in front."
        return Finding("connections", Verdict.WARNING, says, mend)
    return Finding("connections", Verdict.OK, says)


def _migrations() -> Finding:
    """The public schema and every open client's, each against the files in the code."""
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    wanted = {key for key, migration in known.items() if not migration.replaces}
    labels = {apps.get_app_config(name.rpartition(".")[2]).label for name in settings.TENANT_APPS}
    with as_owner(), outside():
        behind = {PUBLIC: wanted - set(MigrationRecorder(connection).applied_migrations())}
        if not behind[PUBLIC]:
            theirs = {key for key in wanted if key[0] in labels}
            for schema in Client.objects.filter(closed_at__isnull=True).values_list("schema_name", flat=True):
                behind[schema] = theirs - _applied(schema)
    late = {schema: missing for schema, missing in behind.items() if missing}
    if late:
        schema, missing = next(iter(late.items()))
        first = ".".join(min(missing))
        says = (
            f"{len(late)} of {len(behind)} schemas are behind; {schema} lacks {len(missing)}, such as {first}"
        )
        return Finding("migrations", Verdict.WRONG, says, "`manage.py migrate`")
    return Finding("migrations", Verdict.OK, f"{len(behind)} schemas, none behind")


def _applied(schema: str) -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT app, name FROM {}.django_migrations").format(sql.Identifier(schema)))
        return set(cursor.fetchall())


# --- Other servers, and the settings -----------------------------------------------------------------
def _broker() -> Finding:
    found = conditions.broker(settings.CELERY_BROKER_URL, settings.RAPPORT_HOME)
    if not found.is_fine:
        return Finding("broker", Verdict.WRONG, found.says, found.mend)
    with Connection(
        settings.CELERY_BROKER_URL, connect_timeout=3
    ) as broker:  # logs in, which the look above does not
        if broker.transport_cls != "filesystem":
            broker.ensure_connection(max_retries=1, timeout=3)
        return Finding("broker", Verdict.OK, broker.as_uri())


def _clock() -> Finding:
    found = clocks.condition(at=timezone.now())  # noqa: TID251  # a command is an edge
    if not found.is_fine:
        return Finding("clock", Verdict.WRONG, found.says, found.mend)
    return Finding("clock", Verdict.OK, "not behind what has come in")


def _cache() -> Finding:
    cache.set("doctor", "here", 10)
    if cache.get("doctor") != "here":
        return Finding("cache", Verdict.WRONG, "What was put in did not come out.", "Look at CACHE_URL.")
    return Finding("cache", Verdict.OK, settings.CACHES["default"]["BACKEND"].rsplit(".", 1)[-1])


def _settings() -> Finding:
    said = [
        message
        for message in django_checks.run_checks(include_deployment_checks=True)
        if not message.is_silenced()
    ]
    if said:
        worst = max(said, key=lambda message: message.level)
        says = f"{len(said)} remark(s); the gravest: {worst.msg}"
        return Finding(
            "settings", Verdict.WARNING, says, worst.hint or "`manage.py check --deploy` shows them all."
        )
    return Finding("settings", Verdict.OK, "`check --deploy` has nothing to say")
