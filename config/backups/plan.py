"""When, where and how backups are made on schedule, read from the environment. Knows nothing of Django."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config import env
from config.backups.rotation import Keep
from config.door.home import Home

PASSPHRASE = "RAPPORT_BACKUP_PASSPHRASE"  # noqa: S105  # the name of a setting
RETRY = timedelta(minutes=30)
SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Plan:
    """The folder of scheduled backups, the hour (UTC) after which one is due each day, and how many are kept."""

    folder: Path
    hour: int
    keep: Keep
    is_on: bool
    """False until there is a passphrase."""


def read(home: Home) -> Plan:
    return Plan(
        folder=Path(env.text("RAPPORT_BACKUP_FOLDER", str(home.root / "backups"))).expanduser().absolute(),
        hour=env.number("RAPPORT_BACKUP_HOUR", 3, most=23),
        keep=_keep(env.text("RAPPORT_BACKUP_KEEP", "7,5,12")),
        is_on=bool(env.text(PASSPHRASE, "") or env.text(f"{PASSPHRASE}_FILE", "")),
    )


def is_due(*, at: datetime, hour: int, last_good: datetime | None, last_try: datetime | None) -> bool:
    """Whether a backup is to be made now: none was made since the hour last struck, or ever.

    After a failure the next try comes half an hour later. Times that lie ahead are of a clock that was wrong and
    count as none.
    """
    if last_try is not None and at - RETRY < last_try <= at + SKEW:
        return False
    if last_good is None or last_good > at + SKEW:
        return True
    now = at.astimezone(UTC)
    struck = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    return last_good < (struck if struck <= now else struck - timedelta(days=1))


def _keep(words: str) -> Keep:
    found = re.fullmatch(r"\s*(\d{1,4})\s*,\s*(\d{1,4})\s*,\s*(\d{1,4})\s*", words)
    if not found:
        raise env.Misconfigured(
            f"RAPPORT_BACKUP_KEEP is “{words}”; write how many daily, weekly and monthly ones, such as 7,5,12."
        )
    return Keep(*map(int, found.groups()))
