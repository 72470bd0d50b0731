"""The registry of connectors: slug → "module:Class", loaded on first use.

To add a network: write `networks/<slug>/` (connector.py, wire.py, settings.py), add one line to
`_REGISTRATIONS`, and put payloads into `tests/payloads/<slug>/`; `tests/inbox/connectors/test_contract.py`
then asks it the same questions as all others. Importing this module imports no connector, so a library
that only one network needs costs nothing until a channel of that network is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Protocol, cast

import httpx

from inbox.connectors.ports import IncomingMessage, Network, Poisoned, Registration

_REGISTRATIONS = (
    Registration(
        slug="rss",
        title="RSS or Atom feed",
        target="inbox.connectors.networks.rss.connector:Rss",
        icon="rss",
    ),
    Registration(
        slug="webhook",
        title="Signed webhook",
        target="inbox.connectors.networks.webhook.connector:Webhook",
        icon="webhook",
    ),
)
_BY_SLUG = {registration.slug: registration for registration in _REGISTRATIONS}


class UnknownConnector(LookupError):
    """No connector has this slug; the sentence names those that exist."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"There is no connector named {slug!r}. Known are: {', '.join(sorted(_BY_SLUG))}.")
        self.slug = slug


class ConnectorClass(Protocol):
    """What a registered class offers besides `Network`: facts before it is built, and a way to build it."""

    slug: str
    title: str
    capabilities: Any
    fields: Any

    def connect(self, settings: Mapping[str, Any], http: httpx.Client | None = None) -> Network:
        """Build it from unsealed settings. Raises BadSettings, which names the field."""
        ...

    def parse(self, body: bytes) -> Iterator[IncomingMessage | Poisoned]:
        """`Network.parse`, which needs no settings, so it can be asked of the class."""
        ...


def registrations() -> tuple[Registration, ...]:
    """Every connector there is, in the order in which people are offered them."""
    return _REGISTRATIONS


def connector_class(slug: str) -> ConnectorClass:
    """The class behind a slug, imported on first use. Raises UnknownConnector."""
    registration = _BY_SLUG.get(slug)
    if registration is None:
        raise UnknownConnector(slug)
    module, _, name = registration.target.partition(":")
    return cast("ConnectorClass", getattr(import_module(module), name))


def parse(slug: str, body: bytes) -> Iterator[IncomingMessage | Poisoned]:
    """Read a stored body; needs neither settings nor network. Never raises but UnknownConnector."""
    return connector_class(slug).parse(body)


def connect(slug: str, settings: Mapping[str, Any], http: httpx.Client | None = None) -> Network:
    """A connection to one account. Raises UnknownConnector, or BadSettings where a setting is wrong.

    Proving a delivery's signature needs no HTTP client, and making one takes longer than the proof: leave it
    out there.
    """
    return connector_class(slug).connect(settings, http)
