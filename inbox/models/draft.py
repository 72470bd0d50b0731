"""What a person has typed and not sent, and the texts it replaced."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Draft(models.Model):
    """What a person has typed so far, saved as it is typed."""

    conversation = models.ForeignKey("inbox.Conversation", on_delete=models.CASCADE, related_name="drafts")
    user_id = models.BigIntegerField()
    text = models.TextField()
    private = models.BooleanField(default=False)
    saved_at = models.DateTimeField()
    number = models.PositiveIntegerField(default=1)
    """Grows by one with each change."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "user_id"], name="inbox_draft_one_each"),
        ]

    def __str__(self) -> str:
        return f"Draft of {self.user_id} for {self.conversation_id}"

    @property
    def version(self) -> str:
        """Names exactly this text. Never used again: a draft begun after this one was sent has another id."""
        return f"{self.pk}-{self.number}"


class EarlierDraft(models.Model):
    """A text that a draft no longer holds, kept so that its writer can get it back. Deleted with the conversation."""

    conversation = models.ForeignKey(
        "inbox.Conversation", on_delete=models.CASCADE, related_name="earlier_drafts"
    )
    user_id = models.BigIntegerField()
    text = models.TextField()
    private = models.BooleanField(default=False)
    saved_at = models.DateTimeField()
    replaced_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="inbox_earlierdraft_says_something"),
            models.CheckConstraint(
                condition=Q(replaced_at__gte=F("saved_at")), name="inbox_earlierdraft_replaced_after_saved"
            ),
        ]
        indexes = [
            # Reader: actions.draft and queries.drafts, the newest texts of one person in one conversation.
            models.Index(fields=["conversation", "user_id", "-id"], name="inbox_earlierdraft_newest"),
        ]

    def __str__(self) -> str:
        return f"Earlier draft {self.pk} of {self.user_id} for {self.conversation_id}"
