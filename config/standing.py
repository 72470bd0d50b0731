"""Whether what Rapport stands on is there, as Prometheus' figures: the database, the disk, the broker.

The broker's answer is kept for some seconds, so that asking often costs it nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator

from django.conf import settings
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from config.door import conditions
from config.door.conditions import Condition
from tenants.kernel.outages import breaker

KEPT_FOR = 5.0  # seconds

_lock = threading.Lock()
_kept: tuple[float, str, Condition] | None = None


def broker() -> Condition:
    """The broker's state, at most five seconds old."""
    global _kept  # one answer per process is the point
    url = settings.CELERY_BROKER_URL
    with _lock:
        if _kept is None or _kept[1] != url or time.monotonic() - _kept[0] > KEPT_FOR:
            _kept = (time.monotonic(), url, conditions.broker(url, settings.RAPPORT_HOME))
        return _kept[2]


def standing() -> bytes:
    """The figures in Prometheus' text format. Asks no database."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Gauges())
    return generate_latest(registry)


class _Gauges(Collector):
    """One look. Not prometheus_client's own gauges: those write to files, which a full disk has no room for."""

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        home = settings.RAPPORT_HOME
        figures = {
            "rapport_database_up": ("1 while the database answers this process.", not breaker.is_open()),
            "rapport_disk_writable": ("1 while the disk takes more.", conditions.disk(home).is_fine),
            "rapport_disk_free_bytes": ("Room left where the database lies.", conditions.free_bytes(home)),
            "rapport_broker_up": ("1 while the broker answers.", broker().is_fine),
        }
        for name, (sentence, value) in figures.items():
            yield GaugeMetricFamily(name, sentence, value=value)
