"""People in browsers, nobody limited by what the test before did, and a second channel."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.cache import cache

from inbox.models import Channel
from tenants.models import Client
from tests.conftest import NOON, person
from tests.tenants.accounts.browsing import Browser


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(autouse=True, scope="session")
def _a_folder_for_static_files():
    """WhiteNoise warns when there is none, and warnings are errors here."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.fixture
def visitor() -> Browser:
    """One person's browser. (`browser` is the name of pytest-playwright's.)"""
    return Browser()


@pytest.fixture
def reviews(at_acme: Client) -> Channel:
    """A second channel of Acme's."""
    return Channel.objects.create(
        network="google_business",
        connector="webhook",
        name="Acme's reviews",
        account="acme-reviews",
        connected_at=NOON,
    )


@pytest.fixture
def erin_user(acme: Client):
    """An executive: reads reports, and no messages."""
    return person("erin@acme.example", "Erin Executive", role="executive", client=acme)
