"""Telling open browsers: a NOTIFY after the commit, outside its transaction.

PostgreSQL lets one notifying commit through at a time; a batch of receiving must not wait in that
line, so the notification is a statement of its own once the change is safe. Lost with the process it
costs nothing: browsers resume from the ledger's position.
"""

from __future__ import annotations

from django.db import connection

CHANNEL = "rapport_live"


def notify(schema: str, *, about: str = "") -> None:
    """Tell every web process that this client's ledger has grown, or about something that is not in the ledger."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, f"{schema}:{about}" if about else schema])


HEAD_START = 2  # seconds

PLACE = """
    SELECT xid::text || '-' || id FROM ledger_entry
    WHERE recorded_at <= statement_timestamp() - make_interval(secs => %s)
      AND xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY xid DESC, id DESC LIMIT 1
"""


def place_for_page() -> str:
    """Where the stream of a page that is being drawn begins, as `<xid>-<id>`.

    A little before the end of the ledger, because the page's rows were read a moment ago: what is told twice
    does no harm, what is told to nobody would stay unseen.
    """
    with connection.cursor() as cursor:
        cursor.execute(PLACE, [HEAD_START])
        row = cursor.fetchone()
    return str(row[0]) if row else "0-0"
