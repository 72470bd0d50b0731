"""Which old backups may go: the newest of each of the last days, weeks and months is kept.

Only days, weeks and months in which there is a backup count, so that nothing is lost while none is made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

NAME = re.compile(r"rapport-(\d{8}T\d{6})Z\.backup")
STAMP = "%Y%m%dT%H%M%S"


@dataclass(frozen=True, slots=True)
class Keep:
    """How many days, ISO weeks and months keep their newest backup."""

    daily: int
    weekly: int
    monthly: int


def name_for(at: datetime, *, only: Iterable[str] = ()) -> str:
    """The file name of a backup; those of single clients are named otherwise and never rotated."""
    which = "".join(f"{slug}-" for slug in only)
    return f"rapport-{which}{at.astimezone(UTC):{STAMP}}Z.backup"


def to_remove(names: Iterable[str], keep: Keep) -> set[str]:
    """The names of backups that no rule keeps. Names that are not of our making are never among them."""
    made: dict[str, datetime] = {}
    for name in names:
        if (found := NAME.fullmatch(name)) and (at := _read(found[1])):
            made[name] = at
    newest_first = sorted(made, key=lambda name: made[name], reverse=True)
    kept = set(newest_first[:1])
    periods: tuple[tuple[int, Callable[[datetime], object]], ...] = (
        (keep.daily, datetime.date),
        (keep.weekly, lambda at: at.isocalendar()[:2]),
        (keep.monthly, lambda at: (at.year, at.month)),
    )
    for number, period in periods:
        newest: dict[object, str] = {}
        for name in newest_first:
            newest.setdefault(period(made[name]), name)
        kept.update(list(newest.values())[:number])
    return made.keys() - kept


def _read(stamp: str) -> datetime | None:
    try:
        return datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
