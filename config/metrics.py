"""Figures about ourselves for Prometheus: requests and open streams here, what waits in config/backlog.py.

Several web processes may answer on one port. Each keeps its counts in a file of its own in the folder that
PROMETHEUS_MULTIPROC_DIR names (config/shares.py), and whoever is scraped adds them up. Elsewhere (tests, commands,
workers) counts stay in memory.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import psutil
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from config.shares import FOLDER

LIVE = re.compile(r"gauge_live\w+_(\d+)\.db")

_here = CollectorRegistry()

REQUESTS = Counter(
    "rapport_requests_total", "Requests answered.", ["view", "method", "status"], registry=_here
)
SECONDS = Histogram(
    "rapport_request_seconds",
    "Seconds until a response began.",
    ["view", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=_here,
)
STREAMS = Gauge(
    "rapport_streams_open",
    "Browsers that listen for live updates.",
    registry=_here,
    multiprocess_mode="livesum",
)
LIVE_DELAY = Histogram(
    "rapport_live_delay_seconds",
    "From the newest entry's statement to its being told to browsers.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=_here,
)


def count_request(*, view: str, method: str, status: int, seconds: float) -> None:
    """One more request. Made-up methods and paths must not make new series, so they share one each."""
    method = method if method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "other"
    REQUESTS.labels(view or "none", method, str(status)).inc()
    SECONDS.labels(view or "none", str(status)).observe(seconds)


def exposition() -> bytes:
    """What the web processes counted, in Prometheus' text format."""
    registry = _here
    if folder := os.environ.get(FOLDER):
        _bury(Path(folder))
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library leaves this untyped
    return generate_latest(registry)


def _bury(folder: Path) -> None:
    """Take back what processes that died said about their present; what they counted stays."""
    for path in folder.glob("gauge_live*.db"):
        if (found := LIVE.fullmatch(path.name)) and not psutil.pid_exists(int(found[1])):
            mark_process_dead(int(found[1]), str(folder))  # type: ignore[no-untyped-call]  # the library leaves this untyped
