"""The ledger: what happened at one client, or at the agency, once and for good.

Each client's schema has one. The public schema has the agency's: seats, accounts and clients.

An entry is the audit trail, the queue and the statistic in one row (DESIGN.md §2). Readers go by
(xid, id): every entry whose transaction is older than the oldest one still running is final, so a
reader that stops there can never pass by an entry that commits late, and writers never wait for
each other.
"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from tenants.ledger.fields import CurrentTransaction, TransactionIdField


class Entry(models.Model):
    """One thing that happened, in the past tense, with ids and plain values and no text of people.

    PostgreSQL refuses to change or delete it (migration 0001; kernel/rights.py).
    """

    xid = TransactionIdField(db_default=CurrentTransaction())
    kind = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField(default=1)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=60)
    conversation_id = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)
    causation_id = models.BigIntegerField(null=True)
    request_id = models.CharField(max_length=36, default="")

    class Meta:
        indexes = [
            # Reader: dispatch, live updates and sealing, all of which walk in this order.
            models.Index(fields=["xid", "id"], name="ledger_entry_order"),
            # Reader: the history shown beside a conversation.
            models.Index(fields=["conversation_id", "id"], name="ledger_entry_conversation"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class Cursor(models.Model):
    """How far one subscriber has read. Moved in the same transaction as what the subscriber wrote."""

    subscriber = models.CharField(max_length=60, primary_key=True)
    xid = TransactionIdField(default=0)
    entry_id = models.BigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    last_error = models.TextField(default="")
    moved_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.subscriber} at {self.xid}/{self.entry_id}"


class Seal(models.Model):
    """One link of the hash chain: a batch of entries, hashed together with the seal before it."""

    first_id = models.BigIntegerField()
    last_xid = TransactionIdField()
    last_id = models.BigIntegerField()
    entries = models.PositiveIntegerField()
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)
    sealed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Seal of {self.entries} entries, {self.digest[:12]}"
