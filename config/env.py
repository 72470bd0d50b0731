"""What differs between installations, read from the environment: typed, and loud when it is missing or wrong.

Each name is looked for in the environment, then in `.env` beside manage.py (or in the file that RAPPORT_ENV_FILE
names). An empty value counts as none.
Secrets may also come from a file (`SECRET_KEY_FILE=/run/secrets/key`); those that an installation can make for
itself are made once and kept in RAPPORT_HOME/secrets. Every name is listed in .env.example.
"""

from __future__ import annotations

import base64
import os
import re
import secrets as tokens
from collections.abc import Callable, Collection
from functools import cache as once
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from config.door import addresses
from config.door.home import PROJECT, Home
from config.door.trouble import Trouble
from tenants.kernel.database.pool import Limits

Value = TypeVar("Value")

MADE_HERE: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: tokens.token_urlsafe(64),
    "RAPPORT_SEAL_KEYS": lambda: base64.urlsafe_b64encode(os.urandom(32)).decode(),  # a Fernet key
    "DATABASE_APP_PASSWORD": lambda: tokens.token_urlsafe(32),
    "DATABASE_CLIENT_SECRET": lambda: tokens.token_urlsafe(48),
}
SCHEMES = frozenset({"postgres", "postgresql"})  # of a database's address
TRUE, FALSE = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})


class Misconfigured(Trouble):
    """A value of the environment is missing or is not what it must be; the sentence names it."""


# --- The six readers ---------------------------------------------------------------------------------
def text(name: str, default: str | None = None, *, among: Collection[str] = ()) -> str:
    """The value as it stands. `among` lists what it may be."""
    value = _look_up(name)
    if value is None:
        return _or_missing(name, default)
    if among and value not in among:
        raise Misconfigured(f"{name} is “{value}”; it must be one of {', '.join(sorted(among))}.")
    return value


def flag(name: str, default: bool | None = None) -> bool:  # noqa: FBT001  # reads as flag("DEBUG", default=False)
    """Yes or no, in the usual spellings."""
    value = _look_up(name)
    if value is None:
        return _or_missing(name, default)
    if value.lower() in TRUE | FALSE:
        return value.lower() in TRUE
    raise Misconfigured(f"{name} is “{value}”; write 1 or 0 (or true and false, yes and no, on and off).")


def number(name: str, default: int | None = None, *, least: int = 0, most: int | None = None) -> int:
    """A whole number within its bounds, both included."""
    value = _look_up(name)
    if value is None:
        return _or_missing(name, default)
    try:
        found = int(value)
    except ValueError:
        raise Misconfigured(f"{name} is “{value}”; it must be a whole number.") from None
    if found < least or (most is not None and found > most):
        bounds = f"at least {least}" if most is None else f"from {least} to {most}"
        raise Misconfigured(f"{name} is {found}; it must be {bounds}.")
    return found


def words(name: str, default: str) -> frozenset[str]:
    """Words with commas between; `none` stands for no word, because an empty value counts as not set."""
    found = {word.strip() for word in text(name, default).split(",")} - {""}
    if "none" in found and len(found) > 1:
        raise Misconfigured(f"{name} names “none” beside others; write none alone, or leave it out.")
    return frozenset(found - {"none"})


def url(name: str, default: str | None = None, *, schemes: Collection[str] = ()) -> str:
    """An address of one of the given schemes, as it stands."""
    value = _look_up(name)
    if value is None:
        return _or_missing(name, default)
    _split(name, value, schemes)
    return value


def secret(name: str, *, home: Path | None = None) -> str:
    """A secret: from NAME, from the file that NAME_FILE names, or made once and kept in the home."""
    value, path = _look_up(name), _look_up(f"{name}_FILE")
    if value is not None and path is not None:
        raise Misconfigured(f"{name} and {name}_FILE are both set; keep one of them.")
    if value is not None:
        return value
    if path is not None:
        return _read_secret(name, Path(path))
    if name in MADE_HERE:
        return Home(home or home_folder()).secret(name.lower(), MADE_HERE[name])
    raise Misconfigured(_missing(name, hint=f" (or {name}_FILE, with the path of a file that holds it)"))


# --- What several readers make together --------------------------------------------------------------
def home_folder() -> Path:
    """RAPPORT_HOME: where this installation keeps its database, secrets, logs and locks."""
    return Path(text("RAPPORT_HOME", str(PROJECT / "var"))).expanduser().absolute()


def database_urls(home: Path) -> tuple[str, str]:
    """The addresses of the owner, who migrates and opens clients, and of `<db>_app`, who answers requests.

    Without DATABASE_URL both lead to the embedded server. Without DATABASE_APP_URL the second is the first with
    the name of the app role and the password DATABASE_APP_PASSWORD, which `migrate` gives to that role.
    """
    owner = url("DATABASE_URL", "", schemes=SCHEMES) or addresses.embedded_owner(Home(home))
    return owner, app_url(home)


def app_url(home: Path) -> str:
    """The address of `<db>_app`, made without looking at the owner's password where the server is embedded."""
    given = url("DATABASE_APP_URL", "", schemes=SCHEMES)
    if given:
        return given
    password = secret("DATABASE_APP_PASSWORD", home=home)
    owner = url("DATABASE_URL", "", schemes=SCHEMES)
    return addresses.app(owner, password=password) if owner else addresses.embedded_app(Home(home), password)


def database(*, home: Path) -> dict[str, Any]:
    """Django's DATABASES entry. RAPPORT_LOGIN=app (web, worker, beat) logs in as the role without rights."""
    answers = text("RAPPORT_LOGIN", "owner", among={"owner", "app"}) == "app"
    name = "DATABASE_APP_URL" if answers else "DATABASE_URL"
    parts = addresses.read(app_url(home) if answers else database_urls(home)[0])
    if not parts["NAME"]:
        raise Misconfigured(f"{name} names no database; write postgresql://user:password@host:5432/database.")
    entry = {"ENGINE": "tenants.kernel.database", "CONN_HEALTH_CHECKS": True, **parts}
    if not answers:
        return {**entry, "CONN_MAX_AGE": 60}  # seconds
    # A login for the agency and one for each client; a connection goes back to its pool after each request and task.
    return {**entry, "CONN_MAX_AGE": 0, "LOGINS_APART": True, "POOLS": pools()}


def pools() -> dict[str, Limits]:
    """How many connections one process that answers may open: as the agency, and as all clients and each client."""
    most, each = (
        number("RAPPORT_CLIENT_CONNECTIONS", 40, least=1),
        number("RAPPORT_CONNECTIONS_EACH", 4, least=1),
    )
    agency = number("RAPPORT_DATABASE_POOL", 10, least=1)
    return {"agency": Limits(agency, agency), "clients": Limits(most, min(each, most))}


def cache() -> dict[str, Any]:
    """Django's CACHES entry from CACHE_URL: `memory://` (each process its own) or `redis://`."""
    address = url("CACHE_URL", "memory://", schemes={"memory", "redis", "rediss"})
    if address.startswith("memory:"):
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    return {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": address,
        "KEY_PREFIX": "rapport",
    }


def mail() -> dict[str, Any]:
    """Django's mail settings from EMAIL_URL: console:// · memory:// · file:///folder · smtp:// · smtps://."""
    schemes = {"console", "memory", "file", "smtp", "smtps"}
    parts = _split("EMAIL_URL", text("EMAIL_URL", "console://"), schemes)
    backend = {"memory": "locmem", "file": "filebased", "smtps": "smtp"}.get(parts.scheme, parts.scheme)
    settings: dict[str, Any] = {"EMAIL_BACKEND": f"django.core.mail.backends.{backend}.EmailBackend"}
    if parts.scheme == "file":
        return {**settings, "EMAIL_FILE_PATH": unquote(parts.path)}
    if backend != "smtp":
        return settings
    options = dict(parse_qsl(parts.query))
    return {
        **settings,
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and options.get("tls", "1") not in FALSE,
        "EMAIL_TIMEOUT": 30,  # seconds
    }


def sends_mail() -> bool:
    """Whether mail leaves this process; with console:// and memory:// (EMAIL_URL) it does not."""
    return not text("EMAIL_URL", "console://").startswith(("console:", "memory:"))


def openid_apps() -> list[dict[str, Any]]:
    """The OpenID Connect provider, as django-allauth wants it; none until OPENID_URL names the issuer."""
    issuer = url("OPENID_URL", "", schemes={"https", "http"})
    if not issuer:
        return []
    return [
        {
            "provider_id": "openid",
            "name": text("OPENID_NAME", "single sign-on"),
            "client_id": text("OPENID_CLIENT_ID"),
            "secret": secret("OPENID_CLIENT_SECRET"),
            "settings": {
                "server_url": issuer,
                "oauth_pkce_enabled": True,
                "trust_email": flag("OPENID_TRUST_EMAIL", default=False),
            },
        }
    ]


# --- How a name is looked up -------------------------------------------------------------------------
def _look_up(name: str) -> str | None:
    file = Path(os.environ.get("RAPPORT_ENV_FILE") or PROJECT / ".env")
    return os.environ.get(name) or dotenv(file).get(name) or None


@once
def dotenv(path: Path) -> dict[str, str]:
    """The names in a `.env` file: `NAME=value`, `export NAME='value'`, `# comment`. Nothing is expanded."""
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        return {}
    found: dict[str, str] = {}
    for place, line in enumerate(lines, start=1):
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        match = re.fullmatch(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)", bare)
        if not match:
            raise Misconfigured(f"{path}, line {place}: this is not NAME=value.")
        found[match[1]] = _unquote_value(match[2], f"{path}, line {place}")
    return found


def _unquote_value(value: str, place: str) -> str:
    if value[:1] not in ("'", '"'):
        return re.split(r"\s+#", value, maxsplit=1)[0].strip()
    match = re.fullmatch(r"'([^']*)'|\"((?:[^\"\\]|\\.)*)\"", re.sub(r"""(?<=['"])\s+#[^'"]*$""", "", value))
    if not match:
        raise Misconfigured(f"{place}: the quotation mark is not closed.")
    if match[1] is not None:
        return match[1]
    return re.sub(r"\\(.)", lambda escaped: {"n": "\n", "t": "\t"}.get(escaped[1], escaped[1]), match[2])


def _or_missing(name: str, default: Value | None) -> Value:
    if default is None:
        raise Misconfigured(_missing(name))
    return default


def _missing(name: str, hint: str = "") -> str:
    return f"{name} is not set{hint}. Put it into the environment or into .env; .env.example says what it is for."


def _split(name: str, value: str, schemes: Collection[str]) -> SplitResult:
    try:
        parts = urlsplit(value)
        _ = parts.port  # read lazily, and only then checked
    except ValueError as error:
        raise Misconfigured(f"{name} is not an address: {error}.") from None
    if not parts.scheme or (schemes and parts.scheme not in schemes):
        wanted = " or ".join(f"{scheme}://…" for scheme in sorted(schemes)) or "scheme://…"
        raise Misconfigured(f"{name} must be an address like {wanted}.")
    return parts


def _read_secret(name: str, path: Path) -> str:
    try:
        content = path.read_text().strip()
    except OSError as error:
        raise Misconfigured(f"{name}_FILE names {path}, which cannot be read: {error.strerror}.") from None
    if not content:
        raise Misconfigured(f"{name}_FILE names {path}, which is empty.")
    return content
