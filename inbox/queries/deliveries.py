"""A client's deliveries that need a person."""

from __future__ import annotations

from django.db.models import QuerySet

from tenants.models import NEEDS_A_PERSON, Receipt
from tenants.queries import current_client


def deliveries_in_need() -> QuerySet[Receipt]:
    """Those that failed, of which items were set aside, or whose id came again with another body; without bodies."""
    own = Receipt.objects.filter(NEEDS_A_PERSON, client_id=current_client().pk)
    return own.defer("body", "headers")
