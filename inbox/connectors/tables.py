"""CSV as it is found: records with the line each begins on, and what is no record named as such. Pure.

UTF-8 (with or without a mark), separated by comma, semicolon or tab: whichever the first line has most of.
Blank lines are no records. A row that is no CSV, or no UTF-8, becomes Poisoned, and reading goes on behind
it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from inbox.connectors.ports import Poisoned
from inbox.connectors.reading import excerpt

Record = tuple[int, list[str] | Poisoned]

_SEPARATORS = ",;\t"
_BOM = "\ufeff"
# How a byte that is no UTF-8 looks after decoding with `surrogateescape` (PEP 383).
_NO_UTF8 = frozenset(map(chr, range(0xDC80, 0xDD00)))


class ArchiveError(Exception):
    """The archive as a whole cannot be read; the sentence says what is there and what is needed."""


def records(lines: Iterable[bytes]) -> tuple[list[str], Iterator[Record]]:
    """The names of the columns, and all records. `lines` is a file in binary mode. Raises ArchiveError."""
    decoded = (line.decode("utf-8", "surrogateescape") for line in lines)
    first = next(decoded, "").removeprefix(_BOM)
    if "\0" in first or not _NO_UTF8.isdisjoint(first):
        raise ArchiveError("The file is not UTF-8 text. Save it as “CSV UTF-8” and try again.")
    separator = max(_SEPARATORS, key=first.count)
    rows = _rows(chain((first,), decoded), separator)
    return _header(rows), rows


def misfit(line: int, record: Sequence[str], header: Sequence[str]) -> Poisoned:
    """What is said of a row with too few or too many columns."""
    reason = f"the row has {len(record)} columns where the header has {len(header)}"
    return Poisoned(line, reason, excerpt(", ".join(record)))


def _rows(lines: Iterator[str], separator: str) -> Iterator[Record]:
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, Poisoned(line, f"lines {line} to {reader.line_num} are not CSV: {error}")
            continue
        if any(not text.isascii() and not _NO_UTF8.isdisjoint(text) for text in record):
            yield line, Poisoned(line, "the row is not UTF-8 text", excerpt(", ".join(record)))
        elif record:
            yield line, record


def _header(rows: Iterator[Record]) -> list[str]:
    _, first = next(rows, (0, Poisoned(0, "the file is empty")))
    if isinstance(first, Poisoned):
        raise ArchiveError(f"The first line does not name the columns: {first.reason}.")
    names = [name.strip() for name in first]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ArchiveError(f"The header names {', '.join(twice)} more than once. Rename the columns apart.")
    return names
