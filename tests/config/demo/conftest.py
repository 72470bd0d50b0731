"""The plan of arrivals and sixty days of history, made once for all tests of the content."""

from __future__ import annotations

import pytest

from config.demo import loader
from tests.config.demo.material import SLUGS, START, THREADS


@pytest.fixture(scope="session")
def plan():
    return loader.schedule(THREADS, START, pace=1, seed=7)


@pytest.fixture(scope="session")
def past():
    return {slug: loader.history(slug, START, days=60, per_day=12, seed=7) for slug in SLUGS}
