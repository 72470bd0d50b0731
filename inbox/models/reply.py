"""The outbox: what is on its way out."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from inbox.states import REPLIES, ReplyState
from tenants.kernel.constraints import one_of
from tenants.kernel.errors import NotFound


class ReplyQuerySet(models.QuerySet["Reply"]):
    def lock(self, pk: int) -> Reply:
        reply = self.select_for_update().filter(pk=pk).first()
        if reply is None:
            raise NotFound("There is no such reply here.")
        return reply


class Reply(models.Model):
    """One answer in the outbox: what is said, by whom, to what, and how far it has come."""

    conversation = models.ForeignKey("inbox.Conversation", on_delete=models.CASCADE, related_name="replies")
    to_message_id = models.BigIntegerField()
    text = models.TextField()
    private = models.BooleanField(default=False)
    state = models.CharField(max_length=20, default=ReplyState.QUEUED)
    key = models.UUIDField(default=uuid.uuid4, unique=True)
    """Our name for this reply on the network's side: the same key is never published twice."""
    written_by_id = models.BigIntegerField(null=True)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=60)
    queued_at = models.DateTimeField()
    release_at = models.DateTimeField()
    sending_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    next_check_at = models.DateTimeField(null=True)
    checks = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    external_id = models.CharField(max_length=300, default="")
    message_id = models.BigIntegerField(null=True)
    trouble = models.CharField(max_length=500, default="")
    trouble_code = models.CharField(max_length=40, default="")
    gates = models.JSONField(default=list)
    """What every gate answered, when queued and again when published."""

    objects = ReplyQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("state", ReplyState, name="inbox_reply_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state=ReplyState.CONFIRMED) | Q(message_id__isnull=False),
                name="inbox_reply_confirmed_is_a_message",
            ),
        ]
        indexes = [
            # Reader: exchange.send_due, the outbox in order of release.
            models.Index(fields=["release_at"], condition=Q(state="queued"), name="inbox_reply_due"),
            # Reader: exchange.settle_unknown and the recovery of senders that died.
            models.Index(
                fields=["next_check_at"],
                condition=Q(state__in=["sending", "sent_unverified", "unknown"]),
                name="inbox_reply_unsettled",
            ),
        ]

    def __str__(self) -> str:
        return f"Reply {self.pk} ({self.state})"

    def move(self, target: ReplyState) -> ReplyState:
        """Go to the state if the table allows it; returns the one before. Raises IllegalMove."""
        before = ReplyState(self.state)
        REPLIES.check(before, target)
        self.state = target
        return before
