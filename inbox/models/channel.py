"""Where the brand can be spoken to, and what it listens for."""

from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from tenants.kernel.constraints import together


class ChannelQuerySet(models.QuerySet["Channel"]):
    def running(self) -> ChannelQuerySet:
        return self.filter(paused_at__isnull=True)

    def due_for_poll(self, at: datetime) -> ChannelQuerySet:
        return self.running().filter(next_poll_at__lte=at)


class Channel(models.Model):
    """One account on one network, with the purpose and audience it was made for (M30).

    `network` is what people see (its icon, its limits); `connector` is the code that speaks to it. They
    differ where a network is reached through the signed webhook.
    """

    network = models.CharField(max_length=30)
    connector = models.CharField(max_length=30)
    name = models.CharField(max_length=100)
    account = models.CharField(max_length=200)
    purpose = models.CharField(max_length=300, default="")
    audience = models.CharField(max_length=300, default="")
    sealed = models.BinaryField(default=b"")
    cursor = models.JSONField(default=dict)
    connected_at = models.DateTimeField()
    next_poll_at = models.DateTimeField(null=True)
    healthy_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=500, default="")
    trouble_since = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    paused_reason = models.CharField(max_length=300, null=True)  # noqa: DJ001  # null says "not paused", with paused_at

    objects = ChannelQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connector", "account"], name="inbox_channel_one_per_account"),
            together("paused_at", "paused_reason", name="inbox_channel_pause_whole"),
        ]
        indexes = [
            # Reader: the beat's round of channels to poll.
            models.Index(
                fields=["next_poll_at"], condition=Q(next_poll_at__isnull=False), name="inbox_channel_due"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ListeningTerm(models.Model):
    """Words the brand listens for, with misspellings and exclusions (M11)."""

    text = models.CharField(max_length=100)
    fuzzy = models.BooleanField(default=True)
    excludes = ArrayField(models.CharField(max_length=100), default=list)
    added_by_id = models.CharField(max_length=60)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("text"), condition=Q(removed_at__isnull=True), name="inbox_listeningterm_once"
            ),
        ]

    def __str__(self) -> str:
        return self.text
