"""Writing many rows at once: COPY for new ones, one joined UPDATE for changed ones.

Rows are mappings of column names. They go to PostgreSQL as they are, past `save()` and its signals, of
which this project has none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from django.db import connection, models
from psycopg import sql

Row = Mapping[str, Any]


def reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """The next ids of the model's sequence, so that rows can point at each other before they are written."""
    if not count:
        return []
    table = model._meta.db_table  # noqa: SLF001  # Django's documented way to a table name
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
        )
        return [row[0] for row in cursor.fetchall()]


def copy_rows(model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Add rows with COPY. Columns left out take their database default; mappings and JSON go as text."""
    if not rows:
        return
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table),  # noqa: SLF001  # Django's documented way to a table name
        sql.SQL(", ").join(sql.Identifier(column) for column in columns),
    )
    # Django wraps what goes through execute(), not this: without it a caller would meet psycopg's own errors.
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def update_rows(model: type[models.Model], types: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
    """Change rows by id with one statement. `types` names the columns with their SQL types, `id` first."""
    if not rows:
        return
    names = list(types)
    arrays = sql.SQL(", ").join(sql.SQL(f"%s::{kind}[]") for kind in types.values())
    changes = sql.SQL(", ").join(
        sql.SQL("{0} = new.{0}").format(sql.Identifier(name)) for name in names if name != "id"
    )
    statement = sql.SQL("UPDATE {} AS old SET {} FROM unnest({}) AS new({}) WHERE old.id = new.id").format(
        sql.Identifier(model._meta.db_table),  # noqa: SLF001  # Django's documented way to a table name
        changes,
        arrays,
        sql.SQL(", ").join(sql.Identifier(name) for name in names),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])


def json(value: object) -> str:
    """JSON as COPY and unnest want it. PostgreSQL's jsonb has no NUL, so it becomes U+FFFD."""
    return orjson.dumps(value).decode().replace("\\u0000", "\\ufffd")
