"""What the client has decided in advance: how soon to answer, what is noise, what a machine may decide."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class HouseStyle(models.Model):
    """The client's standing decisions about Evaluate. One row; every change is a new version (M1, M7)."""

    crisis_words = ArrayField(models.CharField(max_length=60), default=list)
    noise_phrases = ArrayField(models.CharField(max_length=100), default=list)
    machine_decides = ArrayField(models.CharField(max_length=20), default=list)
    """Dispositions a machine may set by itself; the others are proposals."""
    handles = ArrayField(models.CharField(max_length=100), default=list)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by_id = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version"], name="playbooks_housestyle_version_once"),
        ]

    def __str__(self) -> str:
        return f"House style {self.version}"


class ServiceLevel(models.Model):
    """How soon an answer is owed. Tried in order of `position`; the first that fits holds (inbox.md §3 number 5)."""

    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60)
    minimum_priority = models.PositiveSmallIntegerField(default=0)
    networks = ArrayField(models.CharField(max_length=30), default=list)
    first_seconds = models.PositiveIntegerField(null=True)
    next_seconds = models.PositiveIntegerField(null=True)
    warn_percent = models.PositiveSmallIntegerField(default=75)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(warn_percent__gte=1, warn_percent__lte=99),
                name="playbooks_servicelevel_warns_before",
            ),
            models.CheckConstraint(
                condition=Q(first_seconds__isnull=False) | Q(next_seconds__isnull=False),
                name="playbooks_servicelevel_promises_something",
            ),
        ]

    def __str__(self) -> str:
        return self.name
