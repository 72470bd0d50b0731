"""Who wrote, and what was said."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Q, Value

from inbox.states import Direction, Source
from tenants.kernel.constraints import one_of


class Author(models.Model):
    """An account on a network that said something. Joining accounts into one person is the advocates' work."""

    network = models.CharField(max_length=30)
    external_id = models.CharField(max_length=300)
    name = models.CharField(max_length=200, default="")
    handle = models.CharField(max_length=200, default="")
    url = models.CharField(max_length=1000, default="")
    followers = models.PositiveIntegerField(null=True)
    is_brand = models.BooleanField(default=False)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    messages_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["network", "external_id"], name="inbox_author_once_per_network"),
        ]

    def __str__(self) -> str:
        return self.name or self.handle or self.external_id


class Message(models.Model):
    """One item said by somebody, inbound or outbound, as the network shows it."""

    channel = models.ForeignKey("inbox.Channel", on_delete=models.PROTECT)
    conversation = models.ForeignKey("inbox.Conversation", on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(Author, null=True, on_delete=models.SET_NULL, related_name="messages")
    external_id = models.CharField(max_length=300)
    kind = models.CharField(max_length=20)
    direction = models.CharField(max_length=10)
    source = models.CharField(max_length=12, default=Source.NETWORK)
    title = models.CharField(max_length=300, default="")
    text = models.TextField()
    words = models.GeneratedField(
        expression=SearchVector("text", config="simple"), output_field=SearchVectorField(), db_persist=True
    )
    """Of the text, kept by PostgreSQL: taking a text apart at each look costs more than reading the row."""
    url = models.CharField(max_length=2000, default="")
    in_reply_to = models.CharField(max_length=300, default="")
    attachments = models.JSONField(default=list)
    private = models.BooleanField(default=False)
    rating = models.PositiveSmallIntegerField(null=True)
    sent_at = models.DateTimeField()
    received_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    backfill = models.BooleanField(default=False)
    asked_again = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    """Edits that asked something new; inbox/actions/asked_again.py says what is kept of them."""
    asked_at = models.DateTimeField(null=True)
    """The last of them: since when the present words wait. Null: since `sent_at`."""
    sent_by_id = models.BigIntegerField(null=True)
    """The user who wrote it, for what left through Rapport."""

    disposition = models.CharField(max_length=20, default="")
    disposition_reason = models.CharField(max_length=40, default="")
    disposition_proposed = models.BooleanField(default=True)
    disposition_by = models.CharField(max_length=60, default="")
    language = models.CharField(max_length=10, default="und")
    sentiment = models.CharField(max_length=10, default="")
    intent = models.CharField(max_length=20, default="")
    severity = models.CharField(max_length=10, default="")
    evaluation = models.JSONField(default=dict)
    """Scores, reasons and matches of the machine, kept apart from what a person decided."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "external_id", "kind"], name="inbox_message_received_once"
            ),
            one_of("direction", Direction, name="inbox_message_direction_is_known"),
            one_of("source", Source, name="inbox_message_source_is_known"),
        ]
        indexes = [
            # Reader: receiving, which looks for the children of a parent that arrives late.
            models.Index(
                fields=["channel", "in_reply_to"], condition=~Q(in_reply_to=""), name="inbox_message_children"
            ),
            # Reader: the thread, and the fold of its cycles.
            models.Index(fields=["conversation", "sent_at", "id"], name="inbox_message_thread"),
            # Reader: the search box.
            GinIndex(fields=["words"], name="inbox_message_words"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.external_id}"


class Note(models.Model):
    """What colleagues say to each other about a conversation. It has no way to a network."""

    conversation = models.ForeignKey("inbox.Conversation", on_delete=models.CASCADE, related_name="notes")
    user_id = models.BigIntegerField()
    text = models.TextField()
    written_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Note {self.pk}"
