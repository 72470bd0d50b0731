"""What the connectors' tests share: a far side, a plain HTTP client, a noon, and every payload there is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from tests.inbox.connectors.far_side import FarSide, far_side


@pytest.fixture
def side() -> Iterator[FarSide]:
    with far_side() as running:
        yield running


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client() as client:
        yield client


@pytest.fixture
def noon() -> datetime:
    return datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
