"""Acme and Globex, each with the same things in them."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from tenants.accounts.models import User
from tenants.models import Client
from tests.guards.world import SECRET, Stock, everything_at, move_ids_away, stock


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def at_globex(globex: Client, mallory_user: User) -> Stock:
    """What Mallory's client has, with ids that Acme does not have."""
    move_ids_away(globex)
    return stock(globex, mallory_user, word=SECRET)


@pytest.fixture
def ours(acme: Client, ada_user: User) -> Stock:
    """What Ada's client has."""
    return stock(acme, ada_user, word="acme-word")


@pytest.fixture
def untouched(at_globex: Stock):
    """Globex, of which nothing may change while the test runs."""
    yield at_globex
    assert everything_at(at_globex) == at_globex.rows
