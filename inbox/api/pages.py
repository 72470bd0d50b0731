"""Cursor pages: a list read from a place on, by keyset, so that a deep page costs what the first one does.

The cursor holds the values of the last row's sort columns. It is no secret and opens nothing: a cursor that
was made by hand can only start the same list at another place. One that cannot be read is refused, because
starting again at the top would be guessing.
"""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from inbox.api.serializers.common import in_utc
from tenants.accounts.arrivals import address, host_name
from tenants.kernel.numbers import read_number

LIMIT = 50
MOST = 100

Row = TypeVar("Row", bound=Model)
Value = int | datetime | None


@dataclass(frozen=True, slots=True)
class Column:
    """One sort column. Ascending columns may be null, and null comes last, as PostgreSQL has it."""

    name: str
    kind: type[int] | type[datetime]
    descending: bool = False
    nullable: bool = False

    def ordering(self) -> OrderBy:
        return F(self.name).desc() if self.descending else F(self.name).asc()

    def same(self, value: Value) -> Q:
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})

    def later(self, value: Value) -> Q | None:
        """What comes after this value, or None where nothing does."""
        if value is None:
            return None
        beyond = Q(**{f"{self.name}__{'lt' if self.descending else 'gt'}": value})
        return beyond | Q(**{f"{self.name}__isnull": True}) if self.nullable else beyond

    def read(self, value: object) -> Value:
        """A value out of a cursor. Raises ValueError."""
        if value is None and self.nullable:
            return None
        if self.kind is int and isinstance(value, int) and abs(value) < 2**63:
            return value
        if self.kind is datetime and isinstance(value, str):
            return _moment(value)
        raise ValueError


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError
    return in_utc(moment)


@dataclass(frozen=True, slots=True)
class Order:
    """A total order of a list: its last column must be unique."""

    key: str
    columns: tuple[Column, ...]

    def sort(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        return rows.order_by(*(column.ordering() for column in self.columns))

    def beyond(self, rows: QuerySet[Row], place: Sequence[Value]) -> QuerySet[Row]:
        """The rows after a place. The first column is bounded apart, so that its index is used."""
        first, found = self.columns[0], Q(pk__in=[])
        for depth, column in enumerate(self.columns):
            later = column.later(place[depth])
            if later is None:
                continue
            for before, value in zip(self.columns[:depth], place, strict=False):
                later &= before.same(value)
            found |= later
        if not first.nullable:
            rows = rows.filter(**{f"{first.name}__{'lte' if first.descending else 'gte'}": place[0]})
        return rows.filter(found)

    def place(self, row: Model) -> list[Value]:
        return [getattr(row, column.name) for column in self.columns]


@dataclass(frozen=True, slots=True)
class Page:
    """What one request gets, and the cursor of what comes after it (empty at the end)."""

    rows: list[Any]
    cursor: str


def page(rows: QuerySet[Row], order: Order, request: Request) -> Page:
    """The rows after the request's `cursor`, at most `limit` of them. Raises ValidationError."""
    limit, rows = asked_limit(request), order.sort(rows)
    text = request.query_params.get("cursor", "")
    if text:
        rows = order.beyond(rows, read_cursor(text, order))
    found = list(rows[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    return Page(found, write_cursor(order, order.place(found[-1])) if more else "")


def asked_limit(request: Request, *, most: int = MOST) -> int:
    """How many rows are asked for. Raises ValidationError, naming what is possible."""
    text = request.query_params.get("limit")
    if text is None:
        return LIMIT
    limit = read_number(text, least=1, most=most)
    if limit is None:
        raise ValidationError(
            {"limit": [f"Ask for 1 to {most} rows; {LIMIT} is what you get without asking."]}
        )
    return limit


def write_cursor(order: Order, place: Sequence[Value]) -> str:
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in place]
    return (
        urlsafe_b64encode(json.dumps([order.key, *plain], separators=(",", ":")).encode())
        .decode()
        .rstrip("=")
    )


def read_cursor(text: str, order: Order) -> list[Any]:
    """The place a cursor names. Raises ValidationError when it is not one of this list's."""
    try:
        parts = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not isinstance(parts, list) or parts[0] != order.key:
            raise ValueError
        return [column.read(value) for column, value in zip(order.columns, parts[1:], strict=True)]
    except (ValueError, IndexError, RecursionError, binascii.Error):
        raise ValidationError(
            {
                "cursor": [
                    "This cursor belongs to no such list. Take it from `next`, or leave it out to begin again."
                ]
            }
        ) from None


def next_address(request: Request, cursor: str) -> str | None:
    """The address of the next page with everything else that was asked."""
    if not cursor:
        return None
    beneath = request._request  # noqa: SLF001  # DRF's way to Django's request
    here = address(host_name(beneath), beneath.get_full_path())
    return replace_query_param(here, "cursor", cursor)


def page_of(item: type[serializers.Serializer[Any]], name: str) -> type[serializers.Serializer[Any]]:
    """The shape of a page of these: for the description, and to write it."""
    return type(
        name,
        (serializers.Serializer,),
        {
            "__doc__": "One page of a list.",
            "next": serializers.URLField(
                allow_null=True,
                help_text="The address of the next page, with the same filters; null at the end.",
            ),
            "results": item(many=True),
        },
    )
