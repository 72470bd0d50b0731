"""Constraints said once and read everywhere."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import CheckConstraint, Q


def together(*fields: str, name: str) -> CheckConstraint:
    """Either all of these columns are set, or none is."""
    none, every = Q(), Q()
    for field in fields:
        none &= Q(**{f"{field}__isnull": True})
        every &= Q(**{f"{field}__isnull": False})
    return CheckConstraint(condition=none | every, name=name)


def one_of(field: str, words: type[StrEnum], *, name: str) -> CheckConstraint:
    """The column holds one of the enum's words."""
    return CheckConstraint(condition=Q(**{f"{field}__in": [word.value for word in words]}), name=name)
