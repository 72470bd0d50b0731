"""Telling open browsers: a NOTIFY after the commit, outside its transaction.

PostgreSQL lets one notifying commit through at a time; a batch of receiving must not wait in that
line, so the notification is a statement of its own once the change is safe. Lost with the process it
costs nothing: browsers resume from the ledger's position.
"""

from __future__ import annotations

from django.db import connection

CHANNEL = "rapport_live"


def notify(schema: str) -> None:
    """Tell every web process that this client's ledger has grown."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, schema])
