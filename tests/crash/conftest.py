"""One furnished installation is made per session; each test ill-treats a copy of its own."""

from __future__ import annotations

import json

import pytest

from tests.crash.house import House, folder

OURS = ("DATABASE_URL", "DATABASE_APP_URL", "CELERY_BROKER_URL", "CACHE_URL", "RAPPORT_PORT", "RAPPORT_LOGIN")


@pytest.fixture(scope="session")
def furnished():
    """A home whose database is migrated and holds Acme and its channel; nothing runs in it."""
    with pytest.MonkeyPatch.context() as patch, folder() as home:
        for name in OURS:
            patch.delenv(name, raising=False)
        house = House(home)
        house.server.start()
        facts = house.stage("open")
        (home.root / "facts.json").write_text(json.dumps(facts))
        house.close()
        yield home.root


@pytest.fixture
def house(furnished, monkeypatch):
    """An installation with a running database, whose processes the test starts with `house.open()`."""
    for name in OURS:
        monkeypatch.delenv(name, raising=False)
    with folder(like=furnished) as home:
        house = House(home)
        house.server.start()
        try:
            yield house
        finally:
            house.close()
