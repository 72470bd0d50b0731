"""The names of the database roles, and the switch that lets an owner work without them.

Roles belong to the whole PostgreSQL server, so each name begins with its database's:
`<db>_app` logs in and may do nothing by itself; `<db>_agency` sees the public tables;
`<db>_client` holds what every client may see of them; `<db>_c_<schema>` is one client.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

PUBLIC = "public"

_owner: ContextVar[bool] = ContextVar("owner", default=False)


@contextmanager
def as_owner() -> Iterator[None]:
    """Work as the login role itself: to migrate, to open and close clients, never to answer a request.

    It only grants what the login role has; web and worker log in as `<db>_app`, which has nothing.
    """
    token = _owner.set(True)
    try:
        yield
    finally:
        _owner.reset(token)


def is_owner() -> bool:
    """Whether the owner is at work here (`as_owner`)."""
    return _owner.get()


def role_for(*, database: str, schema: str) -> str:
    """The role to wear in a schema; empty for the login role itself."""
    if _owner.get():
        return ""
    return agency_role(database) if schema == PUBLIC else client_role(database, schema)


def agency_role(database: str) -> str:
    return f"{database}_agency"


def clients_role(database: str) -> str:
    return f"{database}_client"


def app_role(database: str) -> str:
    return f"{database}_app"


def client_role(database: str, schema: str) -> str:
    """The role of one client. PostgreSQL cuts names at 63 bytes, so a longer one is refused here."""
    name = f"{database}_c_{schema}"
    if len(name.encode()) > 63:
        raise ValueError(
            f"{name} is longer than the 63 bytes PostgreSQL allows: choose a shorter schema name."
        )
    return name
