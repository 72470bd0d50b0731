"""The addresses of the inbox's API, below `/api/v1/`. They end without a slash."""

from __future__ import annotations

from django.urls import path

from inbox.api.views import (
    commands,
    conversations,
    deliveries,
    drafts,
    entries,
    messages,
    replies,
    sessions,
    settings,
)

ONE = "conversations/<int:conversation_id>"

urlpatterns = [
    path("conversations", conversations.Conversations.as_view()),
    path(ONE, conversations.ConversationDetail.as_view()),
    path(f"{ONE}/messages", conversations.ConversationMessages.as_view()),
    path(f"{ONE}/notes", conversations.ConversationNotes.as_view()),
    path(f"{ONE}/draft", drafts.OwnDraft.as_view()),
    path(f"{ONE}/draft/earlier", drafts.EarlierDrafts.as_view()),
    path(f"{ONE}/replies", replies.Replies.as_view()),
    path(f"{ONE}/assign", commands.Assign.as_view()),
    path(f"{ONE}/claim", commands.Claim.as_view()),
    path(f"{ONE}/note", commands.NoteOn.as_view()),
    path(f"{ONE}/tags", commands.Tags.as_view()),
    path(f"{ONE}/snooze", commands.Snooze.as_view()),
    path(f"{ONE}/wake", commands.Wake.as_view()),
    path(f"{ONE}/done", commands.Done.as_view()),
    path(f"{ONE}/reopen", commands.Reopen.as_view()),
    path(f"{ONE}/acknowledge", commands.Acknowledge.as_view()),
    path(f"{ONE}/escalate", commands.Escalate.as_view()),
    path("messages/<int:message_id>", messages.MessageDetail.as_view()),
    path("messages/<int:message_id>/disposition", messages.DecideMessage.as_view()),
    path("replies/<int:reply_id>", replies.ReplyDetail.as_view()),
    path("replies/<int:reply_id>/undo", replies.UndoReply.as_view()),
    path("gates", replies.Gates.as_view()),
    path("channels", settings.Channels.as_view()),
    path("channels/<int:channel_id>", settings.ChannelDetail.as_view()),
    path("channels/<int:channel_id>/pause", settings.PauseChannel.as_view()),
    path("channels/<int:channel_id>/resume", settings.ResumeChannel.as_view()),
    path("deliveries", deliveries.Deliveries.as_view()),
    path("deliveries/<int:delivery_id>/retry", deliveries.RetryDelivery.as_view()),
    path("listening-terms", settings.ListeningTerms.as_view()),
    path("listening-terms/<int:term_id>", settings.ListeningTermDetail.as_view()),
    path("sessions", sessions.Sessions.as_view()),
    path("sessions/<int:session_id>", sessions.SessionDetail.as_view()),
    path("entries", entries.Entries.as_view()),
]
