"""People in browsers, and nobody limited by what the test before did."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from tenants.models import Client
from tests.conftest import person
from tests.tenants.accounts.browsing import Browser


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def visitor() -> Browser:
    """One person's browser. (`browser` is the name of pytest-playwright's.)"""
    return Browser()


@pytest.fixture
def owner_user(db):
    return person("olga@agency.example", "Olga Owner", role="owner", client=None)


@pytest.fixture
def lena_user(acme: Client):
    """Answers for Acme only."""
    return person("lena@acme.example", "Lena Lind", role="responder", client=acme)
