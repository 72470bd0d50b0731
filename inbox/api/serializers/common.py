"""What several parts of the API say: instants, people, and input that refuses what it does not know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

from rest_framework import serializers
from rest_framework.request import Request

from tenants.kernel.numbers import MAX_ID

Choice = TypeVar("Choice")

BIGGEST_ID = MAX_ID
LONGEST_TEXT = 100_000
"""Characters; what receiving takes, too. What a network takes is said by the gate of length."""


MAX_TOLD = 10
"""Names that one error lists: a body of a million wrong ones must not be answered with a million sentences."""


def strange(names: Iterable[object], sentence: str) -> dict[str, list[str]]:
    """An error for each of the first names that do not belong there."""
    return {str(name)[:100]: [sentence] for name in islice(names, MAX_TOLD)}


class Flag(serializers.BooleanField):
    """true or false, and nothing that only looks like it."""

    def to_internal_value(self, data: object) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=str(data)[:40])
        return data


class Text(serializers.CharField):
    """A JSON string. DRF would take numbers too, which the description does not allow."""

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        text: str = super().to_internal_value(data)
        return text


class Slug(Text, serializers.SlugField):
    """A short word of letters, digits, hyphens and underscores."""


class BoundedList(serializers.ListField):
    """A list with an end, which is looked at before its items are."""

    def to_internal_value(self, data: Any) -> list[Any]:  # noqa: ANN401  # JSON of any shape
        if self.max_length is not None and isinstance(data, list) and len(data) > self.max_length:
            raise serializers.ValidationError(
                self.error_messages["max_length"].format(max_length=self.max_length), code="max_length"
            )
        found: list[Any] = super().to_internal_value(data)
        return found


class BoundedDict(serializers.DictField):
    """An object with at most so many members, which are counted before they are looked at."""

    def __init__(self, *, max_members: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.max_members = max_members

    def to_internal_value(self, data: Any) -> dict[str, Any]:  # noqa: ANN401  # as above
        if isinstance(data, Mapping) and len(data) > self.max_members:
            raise serializers.ValidationError(f"Give at most {self.max_members} members.", code="max_members")
        found: dict[str, Any] = super().to_internal_value(data)
        return found


class Asked(serializers.Serializer[Any]):
    """A body. A field that does not exist is refused by name: ignoring it would be guessing."""

    def to_internal_value(self, data: object) -> dict[str, Any]:
        if isinstance(data, Mapping):
            known = ", ".join(self.fields) or "none"
            sentence = f"There is no such field here. Known fields: {known}."
            if unknown := strange((name for name in data if name not in self.fields), sentence):
                raise serializers.ValidationError(unknown)
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

    def to_internal_value(self, data: object) -> int:
        """A JSON number without a fraction; DRF would take text, true and 1.5e0 written as text, too."""
        if isinstance(data, bool) or not isinstance(data, int | float) or data != data // 1:
            self.fail("invalid")
        return int(data)


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
    asked = request.query_params.get(name, usual)
    if asked not in choices:
        raise serializers.ValidationError({name: [f"Choose one of {', '.join(choices)}."]})
    return choices[asked]
