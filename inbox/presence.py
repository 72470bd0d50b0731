"""Being here: a person has a conversation open, or writes in it (inbox.md §3 number 10).

A browser says so every ten seconds; after 25 seconds of silence it is over by itself, in every read
(queries/faces.py). It is not in the ledger: nobody audits who looked for how long.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection, transaction

from inbox.queries.faces import GONE_AFTER
from tenants.accounts.actors import Actor
from tenants.accounts.permissions import Permission
from tenants.kernel.errors import NotFound
from tenants.kernel.schema import current_schema
from tenants.ledger import live

TOUCH = """
    WITH before AS (
        SELECT composing FROM inbox_presence
        WHERE conversation_id = %(talk)s AND user_id = %(user)s AND seen_at > %(over)s
    ), forgotten AS (
        DELETE FROM inbox_presence WHERE user_id = %(user)s AND seen_at <= %(over)s AND conversation_id <> %(talk)s
    )
    INSERT INTO inbox_presence AS old (conversation_id, user_id, composing, seen_at)
    SELECT id, %(user)s, %(composing)s, %(at)s FROM inbox_conversation WHERE id = %(talk)s
    ON CONFLICT (conversation_id, user_id) DO UPDATE SET
        composing = EXCLUDED.composing, seen_at = greatest(old.seen_at, EXCLUDED.seen_at)
    RETURNING (SELECT composing FROM before)
"""


@transaction.atomic
def touch(*, conversation_id: int, composing: bool, by: Actor, at: datetime) -> bool:
    """Somebody is in the conversation. True when that is news to others, who are then told; robots are nowhere."""
    by.must(Permission.VIEW)
    if by.user_id is None:
        return False
    facts: dict[str, Any] = {
        "talk": conversation_id,
        "user": by.user_id,
        "composing": composing,
        "at": at,
        "over": at - GONE_AFTER,
    }
    with connection.cursor() as cursor:
        cursor.execute(TOUCH, facts)
        row = cursor.fetchone()
    if row is None:
        raise NotFound("There is no such conversation here. It may belong to another client, or was merged.")
    news: bool = row[0] is not composing
    if news:
        tell = partial(live.notify, current_schema(), about=f"presence:{conversation_id}")
        transaction.on_commit(tell, robust=True)
    return news
