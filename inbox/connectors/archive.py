"""Archives of real messages → IncomingMessage, row by row. Pure and streaming; made for `manage.py replay`.

Two formats, both UTF-8: CSV, whose first line names the columns (tables.py), and JSON Lines, one object per
line. Fields are found by name: `columns` maps a field of ours to a column of the archive
(`{"text": "body"}`); a field that is not mapped is looked for under its own name. A column of JSON Lines may
lie deeper (`user.screen_name`).

The fields are those of the signed webhook (networks/webhook/wire.py). The author's are written `author` (or
`author.external_id`), `author_name` (or `author.name`) and so on. `external_id`, `author`, `text` and
`sent_at` are needed; `kind` is `post` where the archive does not say. `sent_at` may be ISO 8601 with a
zone, "Tue Oct 31 22:10:47 +0000 2017" or "Tue, 31 Oct 2017 22:10:47 +0000"; in CSV, true and false may be
written yes and no or 1 and 0, and several attachments are separated by spaces.

What comes out is (line number, message) or (line number, Poisoned) for every row that is not blank. Only
missing columns stop the reading: ArchiveError says which were found and which are needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from inbox.connectors.items import read_item
from inbox.connectors.ports import IncomingMessage, Poisoned
from inbox.connectors.reading import Unreadable, excerpt, load_json
from inbox.connectors.tables import ArchiveError, misfit, records

__all__ = ["FIELDS", "ArchiveError", "Row", "archive_instant", "read_archive", "read_csv", "read_json_lines"]

Row = tuple[int, IncomingMessage | Poisoned]

_NEEDED = ("external_id", "author", "text", "sent_at")
_AUTHOR = {
    "author": "external_id",
    "author_name": "name",
    "author_handle": "handle",
    "author_url": "url",
    "author_followers": "followers",
    "author_is_brand": "is_brand",
}
_ITEM = (
    "external_id",
    "kind",
    "text",
    "sent_at",
    "change",
    "changed_at",
    "title",
    "url",
    "thread_id",
    "in_reply_to",
    "private",
    "rating",
    "language",
    "addressed_to_brand",
    "attachments",
)
FIELDS = (*_ITEM, *_AUTHOR)
"""What `--map FIELD=COLUMN` may name."""

_IDS = frozenset({"external_id", "author", "thread_id", "in_reply_to"})
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_WHOLE = re.compile(r"([0-9]{1,15})(?:\.0+)?", re.ASCII)
_TWITTER_TIME = re.compile(
    r"[A-Z][a-z]{2} (?P<month>[A-Z][a-z]{2}) (?P<day>\d\d?) (?P<time>[\d:]{8}) (?P<zone>[+-]\d{4})"
    r" (?P<year>\d{4})",
    re.ASCII,
)
_ABSENT = object()


def read_archive(lines: Iterable[bytes], *, name: str, columns: Mapping[str, str]) -> Iterator[Row]:
    """Read an archive, by the ending of its name. `lines` is the file in binary mode. Raises ArchiveError."""
    ending = name.lower().rpartition(".")[2]
    if ending == "csv":
        return read_csv(lines, columns)
    if ending in {"jsonl", "ndjson"}:
        return read_json_lines(lines, columns)
    raise ArchiveError(f"{name} ends in neither .csv nor .jsonl. Rename it to say which of the two it is.")


def read_csv(lines: Iterable[bytes], columns: Mapping[str, str]) -> Iterator[Row]:
    """Read CSV. Raises ArchiveError."""
    _check_map(columns)
    header, rows = records(lines)
    place = {name: position for position, name in enumerate(header)}
    _check_needed(place, columns)
    for line, record in rows:
        if isinstance(record, Poisoned):
            yield line, record
        elif len(record) != len(header):
            yield line, misfit(line, record, header)
        else:
            yield line, _read(line, dict(zip(header, record, strict=True)), columns)


def read_json_lines(lines: Iterable[bytes], columns: Mapping[str, str]) -> Iterator[Row]:
    """Read JSON Lines; the first object shows whether the needed columns are there. Raises ArchiveError."""
    _check_map(columns)
    checked = False
    for line, raw in enumerate(lines, start=1):
        text = raw.removeprefix(b"\xef\xbb\xbf").strip()
        if not text:
            continue
        try:
            row = load_json(text)
            if not isinstance(row, dict):
                raise Unreadable("the line is not a JSON object")
        except Unreadable as error:
            yield line, Poisoned(line, str(error), excerpt(text))
            continue
        if not checked:
            _check_needed(row, columns)
            checked = True
        yield line, _read(line, row, columns)


def archive_instant(text: str) -> str:
    """A time in one of the three forms as ISO 8601; other text unchanged, for the next reader to refuse."""
    if text[:4].isdigit():
        return text
    if twitter := _TWITTER_TIME.fullmatch(text):
        text = "{day} {month} {year} {time} {zone}".format_map(twitter.groupdict())
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return text
    return moment.isoformat() if moment.tzinfo else text


def _check_map(columns: Mapping[str, str]) -> None:
    unknown = sorted(set(columns) - set(FIELDS))
    if unknown:
        raise ArchiveError(f"There is no field {', '.join(unknown)}. Fields are: {', '.join(FIELDS)}.")


def _check_needed(row: Mapping[str, Any], columns: Mapping[str, str]) -> None:
    """Raises ArchiveError where a mapped column, or a needed one, is not there."""
    wanted = [field for field in FIELDS if field in columns or field in _NEEDED]
    lacking = [field for field in wanted if _find(row, field, columns) is _ABSENT]
    if lacking:
        needed = ", ".join(f"{field} ({columns[field]})" if field in columns else field for field in lacking)
        raise ArchiveError(
            f"There is no column for {needed}. Found: {', '.join(map(str, row))[:500]}. "
            f"Needed: {', '.join(_NEEDED)}. Say which is which with --map FIELD=COLUMN."
        )


def _read(line: int, row: Mapping[str, Any], columns: Mapping[str, str]) -> IncomingMessage | Poisoned:
    try:
        return read_item(_item(row, columns))
    except Unreadable as error:
        return Poisoned(line, str(error), excerpt(row))


def _item(row: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, Any]:
    """The row in the shape of the webhook's item."""
    found = {
        field: value for field in FIELDS if (value := _find(row, field, columns)) not in (_ABSENT, None, "")
    }
    item: dict[str, Any] = {field: _meant(field, found[field]) for field in _ITEM if field in found}
    item["author"] = {name: _meant(field, found[field]) for field, name in _AUTHOR.items() if field in found}
    return {"kind": "post", **item}


def _find(row: Mapping[str, Any], field: str, columns: Mapping[str, str]) -> object:
    """The value of a field, or `_ABSENT`."""
    if field in columns:
        return _dig(row, columns[field])
    if field in _AUTHOR and (value := _dig(row, f"author.{_AUTHOR[field]}")) is not _ABSENT:
        return value
    return row.get(field, _ABSENT)


def _dig(row: Mapping[str, Any], column: str) -> object:
    """A value by its name, else by a path through the objects of the row."""
    if column in row:
        return row[column]
    value: object = row
    for step in column.split("."):
        if not isinstance(value, Mapping) or step not in value:
            return _ABSENT
        value = value[step]
    return value


def _meant(field: str, value: object) -> object:
    """What a value that was written as text means; others as they are, for the item's reader to judge."""
    if type(value) is int and field in _IDS:
        return str(value)
    if not isinstance(value, str):
        return value
    if field in {"private", "addressed_to_brand", "author_is_brand"}:
        return _FLAGS.get(value.strip().lower(), value)
    if field in {"rating", "author_followers"}:
        whole = _WHOLE.fullmatch(value.strip())
        return int(whole.group(1)) if whole else value
    if field in {"sent_at", "changed_at"}:
        return archive_instant(value.strip())
    return value.split() if field == "attachments" else value
