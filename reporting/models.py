"""Figures kept apart from text, so that they stay when text must go."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tenants.kernel.constraints import together


class ResponseFact(models.Model):
    """One response cycle as the reports count it, made from ledger entries alone (inbox.md §4).

    Holds no text and no third party's identity: ids, instants, outcomes.
    """

    cycle_id = models.BigIntegerField(unique=True)
    conversation_id = models.BigIntegerField()
    channel_id = models.BigIntegerField()
    number = models.PositiveIntegerField()
    clock = models.CharField(max_length=20)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10)
    reason = models.CharField(max_length=40, default="")
    answered_at = models.DateTimeField(null=True)
    seconds = models.FloatField(null=True)
    in_time = models.BooleanField(null=True)
    native = models.BooleanField(default=False)
    user_id = models.BigIntegerField(null=True)
    entry_id = models.BigIntegerField()
    """The ledger entry that said so last."""

    class Meta:
        constraints = [
            together("answered_at", "seconds", name="reporting_responsefact_answer_whole"),
        ]
        indexes = [
            # Reader: the first response report, by inbound date.
            models.Index(fields=["started_at", "channel_id"], name="reporting_responsefact_period"),
            # Reader: the report's list of who still waits.
            models.Index(
                fields=["started_at"], condition=Q(outcome="open"), name="reporting_responsefact_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"Cycle {self.cycle_id}: {self.outcome}"
