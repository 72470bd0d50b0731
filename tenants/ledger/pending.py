"""Recording what the agency wrote down for a client (tenants.models.PendingEntry), with the client's own rights."""

from __future__ import annotations

from operator import itemgetter

from django.db import connection, transaction

from tenants.kernel import bulk
from tenants.ledger.models import Entry
from tenants.ledger.recorder import COLUMNS, wake_on_commit
from tenants.models import PendingEntry

NAMES = ", ".join(COLUMNS)
TAKE = f"DELETE FROM public.tenants_pendingentry WHERE client_id = %s RETURNING {NAMES}, id"  # noqa: S608  # our own names


@transaction.atomic
def record_pending(*, client_id: int) -> int:
    """Move the client's pending entries into its ledger, in order; returns how many. Run inside the client."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [client_id])
        rows = sorted(cursor.fetchall(), key=itemgetter(-1))
    if not rows:
        return 0
    bulk.copy_rows(Entry, COLUMNS, [row[:-1] for row in rows])
    wake_on_commit()
    return len(rows)


def clients_with_pending() -> set[int]:
    """The ids of clients that are owed entries. Asked as the agency."""
    return set(PendingEntry.objects.order_by().values_list("client_id", flat=True).distinct())
