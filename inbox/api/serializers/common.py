"""What several parts of the API say: instants, people, and input that refuses what it does not know."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from rest_framework import serializers
from rest_framework.request import Request

Choice = TypeVar("Choice")

BIGGEST_ID = 2**63 - 1
LONGEST_TEXT = 100_000
"""Characters; what receiving takes, too. What a network takes is said by the gate of length."""


class Asked(serializers.Serializer[Any]):
    """A body. A field that does not exist is refused by name: ignoring it would be guessing."""

    def to_internal_value(self, data: object) -> dict[str, Any]:
        if isinstance(data, Mapping):
            unknown = [str(name) for name in data if name not in self.fields]
            if unknown:
                known = ", ".join(self.fields) or "none"
                raise serializers.ValidationError(
                    {name: [f"There is no such field here. Known fields: {known}."] for name in unknown}
                )
        cleaned: dict[str, Any] = super().to_internal_value(data)
        return cleaned


class Nothing(Asked):
    """No body is needed; `{}` will do."""


class Instant(serializers.DateTimeField):
    """A moment with its zone, such as `2026-03-01T09:30:00Z`. One without is refused: the zone would be a guess."""

    default_error_messages = {
        "zone": "Say the zone, as in 2026-03-01T09:30:00Z or 2026-03-01T10:30:00+01:00.",
        "invalid": "Write the moment as in 2026-03-01T09:30:00Z.",
    }

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            self.fail("zone")
        return super().enforce_timezone(value)


def in_utc(moment: datetime) -> datetime:
    """The same moment in UTC: PostgreSQL refuses offsets of 16 hours and more. Raises ValueError beyond year 9999."""
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(str(error)) from error


class Id(serializers.IntegerField):
    """The id of a row."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=BIGGEST_ID, **kwargs)


class PersonOut(serializers.Serializer[Any]):
    """A colleague."""

    id = serializers.IntegerField(source="user_id", help_text="The user's id, as `assign` takes it.")
    name = serializers.CharField()


class ReasonOut(serializers.Serializer[Any]):
    """One named part of a decision or of a priority."""

    rule = serializers.CharField()
    sentence = serializers.CharField()
    weight = serializers.FloatField(help_text="Points of a priority; 0 for a plain statement.")


def choose(request: Request, name: str, choices: Mapping[str, Choice], *, usual: str) -> Choice:
    """One of several by its name in the query string. Raises ValidationError, naming them all."""
    asked = request.query_params.get(name) or usual
    if asked not in choices:
        raise serializers.ValidationError({name: [f"Choose one of {', '.join(choices)}."]})
    return choices[asked]
