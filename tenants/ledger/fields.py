"""PostgreSQL's transaction id as a column, so that readers know what is final (models.Entry)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Func

if TYPE_CHECKING:
    NumberField = models.Field[int, int]
else:
    NumberField = models.Field


class CurrentTransaction(Func):
    """The id of the transaction that writes the row."""

    function = "pg_current_xact_id"
    arity = 0


class TransactionIdField(NumberField):
    """An `xid8`: 64 bits, never wraps, ordered."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:  # noqa: ARG002  # Django's signature
        return "xid8"

    def from_db_value(self, value: str | int, *_: object) -> int:
        return int(value)

    def get_prep_value(self, value: object) -> object:
        return str(value) if isinstance(value, int) else value
