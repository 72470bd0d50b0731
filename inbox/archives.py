"""Replaying an archive: real messages of the past, received as if they came in.

The road is the same as a delivery's (inbox/actions/receive.py), so a second run adds nothing. A row that
cannot be read is reported with its line number and set aside; the rest goes in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain, islice
from pathlib import Path

from inbox.connectors.archive import Row, read_archive
from inbox.connectors.ports import IncomingMessage, Poisoned
from inbox.connectors.support_archive import is_support_archive, messages, read_tweets, talks
from inbox.intake import take_in
from inbox.models import Channel
from inbox.wiring import house_rules

AT_ONCE = 1000

Progress = Callable[[int, int], None]
"""Called with rows read and messages new, after each batch."""


@dataclass(slots=True)
class Replayed:
    """What became of an archive's rows."""

    rows: int = 0
    new: int = 0
    known: int = 0
    poisoned: list[tuple[int, str]] = field(default_factory=list)
    """(line number, reason)."""


def replay(
    *,
    channel: Channel,
    path: Path,
    columns: Mapping[str, str],
    company: str = "",
    backfill: bool = False,
    at: datetime,
    progress: Progress,
) -> Replayed:
    """Receive every row of a file. Raises ArchiveError for a header without the needed columns."""
    told, rules = Replayed(), house_rules()
    with path.open("rb") as lines:
        rows = read_rows(lines, name=path.name, columns=columns, company=company)
        while batch := list(islice(rows, AT_ONCE)):
            good = [
                (line, replace(item, backfill=backfill))
                for line, item in batch
                if isinstance(item, IncomingMessage)
            ]
            new, aside = take_in(channel=channel, items=good, rules=rules, at=at)
            told.poisoned += [
                (line, item.reason) for line, item in batch if isinstance(item, Poisoned)
            ] + aside
            told.rows += len(batch)
            told.new, told.known = told.new + new, told.known + len(good) - len(aside) - new
            progress(told.rows, told.new)
    return told


def read_rows(
    lines: Iterable[bytes], *, name: str, columns: Mapping[str, str], company: str
) -> Iterator[Row]:
    """The rows of either shape: an archive with named columns, or one of linked support tweets."""
    whole = iter(lines)
    first = next(whole, b"")
    everything = chain([first], whole)
    if is_support_archive(first):
        return read_support(everything, company=company)
    return read_archive(everything, name=name, columns=columns)


def read_support(lines: Iterable[bytes], *, company: str) -> Iterator[Row]:
    """Linked support tweets, of one company or of all; conversations are joined by the file's own links."""
    tweets, bad = [], []
    for line, row in read_tweets(lines):
        if isinstance(row, Poisoned):
            bad.append((line, row))
        else:
            tweets.append(row)
    wanted = [talk for talk in talks(tweets) if not company or talk.company.lower() == company.lower()]
    yield from bad
    for talk in wanted:
        yield from messages(talk)
