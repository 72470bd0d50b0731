"""The desk's projection: open work of this client, without text, in the shared schema.

A subscriber. It writes what the conversation is now, so running twice or late changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from inbox.states import AT_WORK
from tenants.ledger.models import Entry

PROJECT = """
    INSERT INTO public.tenants_deskitem AS old (client_id, conversation_id, network, status, stage, priority, intent,
        severity, language, waiting_since, warn_at, due_at, assignee_id, snoozed_until, updated_at)
    SELECT (SELECT id FROM public.tenants_client WHERE schema_name = current_schema()), talk.id, channel.network,
        talk.status, talk.stage, talk.priority, talk.intent, talk.severity, talk.language, talk.waiting_since,
        talk.warn_at, talk.due_at, talk.assignee_id, talk.snoozed_until, %(at)s
    FROM inbox_conversation talk JOIN inbox_channel channel ON channel.id = talk.channel_id
    WHERE talk.id = ANY(%(ids)s) AND talk.status = ANY(%(open)s)
    ON CONFLICT (client_id, conversation_id) DO UPDATE SET
        status = EXCLUDED.status, stage = EXCLUDED.stage, priority = EXCLUDED.priority, intent = EXCLUDED.intent,
        severity = EXCLUDED.severity, language = EXCLUDED.language, waiting_since = EXCLUDED.waiting_since,
        warn_at = EXCLUDED.warn_at, due_at = EXCLUDED.due_at, assignee_id = EXCLUDED.assignee_id,
        snoozed_until = EXCLUDED.snoozed_until, updated_at = EXCLUDED.updated_at
"""

FORGET = """
    DELETE FROM public.tenants_deskitem item
    WHERE item.client_id = (SELECT id FROM public.tenants_client WHERE schema_name = current_schema())
      AND item.conversation_id = ANY(%(ids)s)
      AND NOT EXISTS (
        SELECT 1 FROM inbox_conversation talk WHERE talk.id = item.conversation_id AND talk.status = ANY(%(open)s))
"""


def project(entries: Sequence[Entry], *, at: datetime) -> None:
    """Bring the desk in line with the conversations these entries are about."""
    ids = sorted({entry.conversation_id for entry in entries if entry.conversation_id is not None})
    if not ids:
        return
    facts: dict[str, Any] = {"ids": ids, "open": [status.value for status in AT_WORK], "at": at}
    with connection.cursor() as cursor:
        cursor.execute(PROJECT, facts)
        cursor.execute(FORGET, facts)
