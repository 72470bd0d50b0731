"""Programs that call Acme's API with a token, and something there to call it about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils.timezone import now

from inbox.actions.channels import connect_channel
from inbox.models import Channel
from tenants.accounts import actions
from tenants.accounts.actors import INSTALLER
from tenants.accounts.permissions import ALL, Permission
from tenants.kernel.schema import inside
from tenants.models import Client
from tests.conftest import NOON, said
from tests.inbox.api.program import Program, receive

Give = Callable[..., Program]


@pytest.fixture(autouse=True)
def _fresh_limits() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def give(acme: Client) -> Give:
    """`give(Permission.VIEW)`: a program with a token for exactly that; without a right named, for all of them."""

    def given(*permissions: Permission, at: Client = acme, **facts: Any) -> Program:
        with inside(at):
            token, plain = actions.issue_token(
                by=INSTALLER,
                client_id=at.pk,
                name="ledger sync",
                permissions=frozenset(permissions) or ALL,
                at=facts.pop("made_at", now()),
                expires_at=facts.pop("expires_at", now() + timedelta(days=90)),
            )
        return Program(f"http://{at.slug}.localhost", plain, token)

    return given


@pytest.fixture
def api(give: Give) -> Program:
    """A program that may do everything at Acme."""
    return give()


@pytest.fixture
def talks(acme: Client) -> Channel:
    """Acme's signed webhook, connected as people do it."""
    with inside(acme):
        return connect_channel(
            client_id=acme.pk,
            network="mastodon",
            connector="webhook",
            name="Acme on Mastodon",
            account="acme-mastodon",
            credentials={
                "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "return_url": "https://hooks.kettle.example/replies",
            },
            by=INSTALLER,
            at=NOON,
        )


@pytest.fixture
def talk(acme: Client, talks: Channel) -> int:
    """One open conversation, in which Jo waits for an answer; its id."""
    return receive(acme, talks, said("m1", at=now() - timedelta(minutes=5)))[0]
