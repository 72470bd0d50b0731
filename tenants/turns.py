"""Whose turn it is to read a client's receipts (models.ReadingTurn). Call outside of every client."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from tenants.models import ReadingTurn

LEASE = timedelta(seconds=10)
"""How long a turn lasts unless it is taken again. A killed reader's client waits for so long."""

TAKE = """
    INSERT INTO tenants_readingturn AS turn (client_id, token, until) VALUES (%(client)s, %(new)s, %(until)s)
    ON CONFLICT (client_id) DO UPDATE SET token = EXCLUDED.token, until = EXCLUDED.until
    WHERE turn.until <= %(at)s OR turn.token = %(mine)s
    RETURNING token
"""


def take_turn(*, client_id: int, token: UUID | None, at: datetime) -> UUID | None:
    """The token of this reader's turn, or None while it is somebody else's.

    `token` is the one that an earlier reader handed on; a turn that has run out can be taken without it.
    """
    facts: dict[str, Any] = {
        "client": client_id,
        "new": uuid4(),
        "until": at + LEASE,
        "at": at,
        "mine": token,
    }
    with connection.cursor() as cursor:
        cursor.execute(TAKE, facts)
        row = cursor.fetchone()
    return None if row is None else UUID(str(row[0]))


def end_turn(*, client_id: int, token: UUID, at: datetime) -> None:
    """Let others read. Look once more for receipts afterwards: who came meanwhile has been sent away."""
    ReadingTurn.objects.filter(client_id=client_id, token=token).update(until=at)
