"""The inbox's addresses on a client's host."""

from django.urls import path

from inbox.views import conversation, draft, queue, settings, verbs

app_name = "inbox"

urlpatterns = [
    path("", queue.queue, name="queue"),
    path("rows/", queue.rows, name="rows"),
    path("bulk/", verbs.bulk, name="bulk"),
    path("c/<int:conversation_id>/", conversation.conversation, name="conversation"),
    path("c/<int:conversation_id>/reply/", conversation.answer, name="reply"),
    path("c/<int:conversation_id>/draft/", draft.draft, name="draft"),
    path("c/<int:conversation_id>/draft/earlier/", draft.earlier, name="earlier_drafts"),
    path("c/<int:conversation_id>/note/", conversation.note, name="note"),
    path("c/<int:conversation_id>/presence/", conversation.presence, name="presence"),
    path("c/<int:conversation_id>/assign/", verbs.assign, name="assign"),
    path("c/<int:conversation_id>/claim/", verbs.claim, name="claim"),
    path("c/<int:conversation_id>/snooze/", verbs.snooze, name="snooze"),
    path("c/<int:conversation_id>/wake/", verbs.wake, name="wake"),
    path("c/<int:conversation_id>/done/", verbs.done, name="done"),
    path("c/<int:conversation_id>/reopen/", verbs.reopen, name="reopen"),
    path("c/<int:conversation_id>/acknowledge/", verbs.acknowledge, name="acknowledge"),
    path("c/<int:conversation_id>/escalate/", verbs.escalate, name="escalate"),
    path("c/<int:conversation_id>/tag/", verbs.tag, name="tag"),
    path("c/<int:conversation_id>/disposition/", verbs.disposition, name="disposition"),
    path("replies/<int:reply_id>/undo/", conversation.undo, name="undo"),
    path("replies/<int:reply_id>/retry/", conversation.retry, name="retry"),
    path("channels/", settings.channels, name="channels"),
    path("channels/connect/", settings.channel_add, name="channel_add"),
    path("channels/<int:channel_id>/pause/", settings.channel_pause, name="channel_pause"),
    path("channels/<int:channel_id>/resume/", settings.channel_resume, name="channel_resume"),
    path("terms/", settings.terms, name="terms"),
    path("terms/add/", settings.term_add, name="term_add"),
    path("terms/<int:term_id>/remove/", settings.term_remove, name="term_remove"),
]
