"""What became of the last backups: a small file in the home, for `doctor`, the metrics and the schedule.

Only backups of all clients are written down: one of a single client brings nobody else back.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from config.door.home import Home

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Good:
    """The last backup that was written and read back without a fault."""

    at: datetime
    file: str
    size: int
    seconds: float
    clients: int
    rows: int


@dataclass(frozen=True, slots=True)
class Failed:
    """The last attempt that failed."""

    at: datetime
    says: str


@dataclass(frozen=True, slots=True)
class History:
    good: Good | None = None
    failed: Failed | None = None

    @property
    def last_failed(self) -> bool:
        """Whether the newest attempt is one that failed."""
        return self.failed is not None and (self.good is None or self.failed.at >= self.good.at)

    def age(self, at: datetime) -> float:
        """Seconds since the last good backup; infinity when there is none."""
        return float("inf") if self.good is None else max(0.0, (at - self.good.at).total_seconds())


def read(home: Home) -> History:
    """What is written down; nothing when there is no file or it cannot be understood."""
    try:
        found: dict[str, Any] = json.loads(_path(home).read_text())
        good, failed = found["good"], found["failed"]
        return History(
            Good(**{**good, "at": _aware(good["at"])}) if good else None,
            Failed(_aware(failed["at"]), str(failed["says"])) if failed else None,
        )
    except (OSError, ValueError, TypeError, KeyError):
        return History()


def note_good(home: Home, good: Good) -> None:
    _write(home, replace(read(home), good=good))


def note_failed(home: Home, *, at: datetime, says: str) -> None:
    _write(home, replace(read(home), failed=Failed(at, says[:LONGEST_REASON])))


def exposition(home: Home, *, at: datetime) -> bytes:
    """The gauges about backups, in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Gauges(read(home), at))
    return generate_latest(registry)


class _Gauges(Collector):
    """One reading. Not prometheus_client's own gauges: those are shared by all web processes, through files."""

    def __init__(self, history: History, at: datetime) -> None:
        self.history, self.at = history, at

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        good, failed = self.history.good, self.history.last_failed
        age, size = self.history.age(self.at), good.size if good else 0
        yield GaugeMetricFamily(
            "rapport_backup_age_seconds", "Seconds since the last good backup.", value=age
        )
        yield GaugeMetricFamily("rapport_backup_bytes", "Size of the last good backup.", value=size)
        yield GaugeMetricFamily("rapport_backup_failed", "1 when the newest attempt failed.", value=failed)


def _aware(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return found


def _write(home: Home, history: History) -> None:
    path = _path(home)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(history), file, default=datetime.isoformat)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _path(home: Home) -> Path:
    return home.root / "backups" / "history.json"
