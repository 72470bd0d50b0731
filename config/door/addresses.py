"""Database addresses: the embedded server's own, the app role's beside its owner's, and Django's reading of them."""

from __future__ import annotations

import secrets as tokens
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from config.door import place
from config.door.home import Home

OWNER = "rapport_owner"
DATABASE = "rapport"


def embedded_owner(home: Home) -> str:
    """Where the embedded server of this home answers its owner role, whether it runs at the moment or not."""
    return socket_url(OWNER, owner_password(home), DATABASE, str(place.of(home).socket_folder))


def embedded_app(home: Home, password: str) -> str:
    """Where the embedded server answers the role of web, worker and beat. Reads nothing of the owner's."""
    return socket_url(f"{DATABASE}_app", password, DATABASE, str(place.of(home).socket_folder))


def owner_password(home: Home) -> str:
    return home.secret("database_owner_password", lambda: tokens.token_urlsafe(32))


def socket_url(user: str, password: str, database: str, folder: str) -> str:
    where = urlencode({"host": folder, "port": place.PORT})
    return f"postgresql://{_safe(user)}:{_safe(password)}@/{_safe(database)}?{where}"


def app(owner: str, *, password: str) -> str:
    """The owner's address with the name and password of the role that answers requests: `<database>_app`."""
    parts = urlsplit(owner)
    _, _, host = parts.netloc.rpartition("@")
    user = f"{unquote(parts.path.lstrip('/'))}_app"
    return urlunsplit(parts._replace(netloc=f"{_safe(user)}:{_safe(password)}@{host}"))


def read(url: str) -> dict[str, Any]:
    """The address as Django's NAME, USER, PASSWORD, HOST, PORT and OPTIONS. `?host=` may name a socket folder."""
    parts = urlsplit(url)
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    host = options.pop("host", None) or unquote(parts.hostname or "")
    return {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": options.pop("port", None) or str(parts.port or ""),
        "OPTIONS": options,
    }


def _safe(part: str) -> str:
    return quote(part, safe="")
