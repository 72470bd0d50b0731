"""What can have happened to a client as a whole, in the agency's ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class ClientOpened:
    kind: ClassVar[str] = "client.opened"
    client_id: int
    slug: str


@dataclass(frozen=True, slots=True)
class ClientClosed:
    """`dropped`: its schema and shared rows were removed as well."""

    kind: ClassVar[str] = "client.closed"
    client_id: int
    slug: str
    dropped: bool
