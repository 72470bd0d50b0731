"""A conversation, its response cycles, and who is looking at it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from inbox.states import AT_WORK, STAGES, STATUSES, Outcome, Stage, Status
from tenants.kernel.constraints import one_of, together
from tenants.kernel.errors import NotFound

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from inbox.models.message import Message


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def lock(self, pk: int) -> Conversation:
        """The row, locked until the transaction ends. Raises NotFound."""
        conversation = self.select_for_update().filter(pk=pk).first()
        if conversation is None:
            raise NotFound(
                "There is no such conversation here. It may belong to another client, or was merged."
            )
        return conversation

    def at_work(self) -> ConversationQuerySet:
        return self.filter(status__in=AT_WORK)

    def awake(self, at: datetime) -> ConversationQuerySet:
        """Not asleep at this instant, whatever any worker did (DESIGN.md §7.7)."""
        return self.filter(Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=at))

    def asleep(self, at: datetime) -> ConversationQuerySet:
        return self.filter(snoozed_until__gt=at)

    def ranked(self) -> ConversationQuerySet:
        """The hottest first, then who waits longest."""
        return self.order_by("-priority", "waiting_since", "id")


class Conversation(models.Model):
    """Everything said in one thread on one channel. The unit of work: it has one assignee and one stage."""

    channel = models.ForeignKey("inbox.Channel", on_delete=models.PROTECT, related_name="conversations")
    thread_key = models.CharField(max_length=300)
    author = models.ForeignKey(
        "inbox.Author", null=True, on_delete=models.SET_NULL, related_name="conversations"
    )
    title = models.CharField(max_length=300, default="")
    preview = models.CharField(max_length=200, default="")
    status = models.CharField(max_length=20, default=Status.NEW)
    stage = models.CharField(max_length=20, default=Stage.EVALUATE)

    disposition = models.CharField(max_length=20, default="")
    disposition_reason = models.CharField(max_length=40, default="")
    disposition_proposed = models.BooleanField(default=True)
    intent = models.CharField(max_length=20, default="")
    sentiment = models.CharField(max_length=10, default="")
    severity = models.CharField(max_length=10, default="")
    language = models.CharField(max_length=10, default="und")
    priority = models.PositiveSmallIntegerField(default=0)
    priority_reasons = models.JSONField(default=list)
    tags = ArrayField(models.CharField(max_length=40), default=list)

    assignee_id = models.BigIntegerField(null=True)
    claimed_by_id = models.BigIntegerField(null=True)
    claimed_until = models.DateTimeField(null=True)
    snoozed_until = models.DateTimeField(null=True)

    opened_at = models.DateTimeField()
    last_message_at = models.DateTimeField()
    last_inbound_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    waiting_since = models.DateTimeField(null=True)
    warn_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    cycles_count = models.PositiveIntegerField(default=0)
    messages_count = models.PositiveIntegerField(default=0)
    version = models.PositiveBigIntegerField(default=1)
    """Grows with everything an answer must have seen: inbound, outbound, a reply on its way."""
    merged_into = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="absorbed")

    objects = ConversationQuerySet.as_manager()

    if TYPE_CHECKING:
        messages: RelatedManager[Message]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "thread_key"],
                condition=Q(merged_into__isnull=True),
                name="inbox_conversation_one_per_thread",
            ),
            one_of("status", Status, name="inbox_conversation_status_is_known"),
            one_of("stage", Stage, name="inbox_conversation_stage_is_known"),
            together("claimed_by_id", "claimed_until", name="inbox_conversation_claim_whole"),
            models.CheckConstraint(
                condition=~Q(status=Status.SNOOZED) | Q(snoozed_until__isnull=False),
                name="inbox_conversation_sleeps_until",
            ),
            models.CheckConstraint(
                condition=Q(priority__gte=0, priority__lte=100), name="inbox_conversation_priority_in_range"
            ),
        ]
        indexes = [
            # Reader: queries.queue, every view's first and later pages, by keyset.
            models.Index(
                F("priority").desc(),
                "waiting_since",
                "id",
                condition=Q(status__in=AT_WORK),
                name="inbox_conversation_rank",
            ),
            # Reader: the views "mine" and "unassigned".
            models.Index(
                fields=["assignee_id", "-priority", "waiting_since", "id"],
                condition=Q(status__in=AT_WORK),
                name="inbox_conversation_assignee",
            ),
            # Reader: the view "breaching" and its count, which stops early.
            models.Index(fields=["due_at"], condition=Q(status__in=AT_WORK), name="inbox_conversation_due"),
            # Reader: the view of one channel.
            models.Index(
                fields=["channel", "-priority", "waiting_since", "id"],
                condition=Q(status__in=AT_WORK),
                name="inbox_conversation_channel",
            ),
            # Reader: the history of the author, and the views of what is done or filtered.
            models.Index(fields=["author", "-last_message_at"], name="inbox_conversation_author"),
            models.Index(fields=["status", "-last_message_at", "id"], name="inbox_conversation_status"),
            # Reader: the filter by tag.
            GinIndex(fields=["tags"], name="inbox_conversation_tags"),
        ]

    def __str__(self) -> str:
        return f"Conversation {self.pk}"

    def move_stage(self, target: Stage) -> Stage:
        """Go to the stage if the table allows it; returns the one before. Raises IllegalMove."""
        before = Stage(self.stage)
        STAGES.check(before, target)
        self.stage = target
        return before

    def move_status(self, target: Status) -> Status:
        """Take the status if the table allows it; returns the one before. Raises IllegalMove."""
        before = Status(self.status)
        STATUSES.check(before, target)
        self.status = target
        return before

    def is_claimed_by_another(self, user_id: int | None, at: datetime) -> bool:
        """Somebody else is composing; a claim lapses by itself."""
        return self.claimed_until is not None and at < self.claimed_until and self.claimed_by_id != user_id

    def status_at(self, at: datetime) -> Status:
        """The status as of this instant: who sleeps past their time is awake, whatever any worker did."""
        over = self.status == Status.SNOOZED and not self.is_asleep(at)
        return Status.OPEN if over else Status(self.status)

    def is_asleep(self, at: datetime) -> bool:  # In SQL: ConversationQuerySet.asleep
        return self.snoozed_until is not None and at < self.snoozed_until


class Cycle(models.Model):
    """From the oldest unanswered message to its answer: the row every figure is counted from (inbox.md §4)."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="cycles")
    channel = models.ForeignKey("inbox.Channel", on_delete=models.PROTECT)
    number = models.PositiveIntegerField()
    clock = models.CharField(max_length=20)
    """`first_response` for the first counted cycle of a conversation, `next_response` for later ones."""
    first_message_id = models.BigIntegerField()
    inbound_count = models.PositiveIntegerField(default=1)
    started_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, default=Outcome.OPEN)
    reason = models.CharField(max_length=40, default="")
    ended_at = models.DateTimeField(null=True)
    answer_message_id = models.BigIntegerField(null=True)
    answered_by_id = models.BigIntegerField(null=True)
    native = models.BooleanField(default=False)
    warn_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    target_version = models.CharField(max_length=40, default="")
    breached_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "number"],
                name="inbox_cycle_numbered_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            one_of("outcome", Outcome, name="inbox_cycle_outcome_is_known"),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.OPEN, ended_at__isnull=True)
                | (~Q(outcome=Outcome.OPEN) & Q(ended_at__isnull=False)),
                name="inbox_cycle_ends_when_not_open",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.ANSWERED) | Q(answer_message_id__isnull=False),
                name="inbox_cycle_answer_is_a_message",
            ),
        ]
        indexes = [
            # Reader: the clock's round over cycles that run out.
            models.Index(
                fields=["due_at"],
                condition=Q(outcome="open", breached_at__isnull=True),
                name="inbox_cycle_running",
            ),
        ]

    def __str__(self) -> str:
        return f"Cycle {self.number} of conversation {self.conversation_id}"


class Presence(models.Model):
    """Somebody has this conversation open; stale after 25 seconds (inbox.md §3 number 10)."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="presences")
    user_id = models.BigIntegerField()
    composing = models.BooleanField(default=False)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "user_id"], name="inbox_presence_once_each"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.conversation_id}"
