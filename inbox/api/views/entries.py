"""The ledger as a feed that can be left and taken up again."""

from __future__ import annotations

import re

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from inbox.api.description import limit_parameter
from inbox.api.operation import Operation
from inbox.api.pages import asked_limit
from inbox.api.serializers.entries import EntryFeedOut, EntryOut
from tenants.accounts.permissions import Permission
from tenants.ledger.dispatch import end_of_ledger, final_entries

MOST = 1000
PLACE = re.compile(r"([0-9]{1,20})-([0-9]{1,19})", re.ASCII)
END = "end"


class Entries(Operation):
    """What happened, in order."""

    allowed = Permission.VIEW_AUDIT

    @extend_schema(
        operation_id="entries_feed",
        summary="Read the ledger on from a place",
        description="Everything that happened at this client, in order, each entry once. An entry is shown when no "
        "earlier one can still come, so whoever goes on from `after` misses nothing and sees nothing twice.",
        tags=["Ledger"],
        parameters=[
            OpenApiParameter(
                "after",
                {"type": "string", "pattern": r"^([0-9]{1,20}-[0-9]{1,19}|end)$"},
                description="The `after` of the last answer. Left out: from the beginning. "
                "`end`: only what comes from now on.",
                examples=[],
            ),
            limit_parameter(MOST),
        ],
        responses={200: EntryFeedOut},
    )
    def get(self, request: Request) -> Response:
        limit = asked_limit(request, most=MOST)
        place = _place(request.query_params.get("after"))
        found = final_entries(after=place, limit=limit + 1)
        shown = found[:limit]
        last = (shown[-1].xid, shown[-1].pk) if shown else place
        return Response(
            {
                "after": f"{last[0]}-{last[1]}",
                "more": len(found) > limit,
                "results": EntryOut(shown, many=True).data,
            }
        )


def _place(text: str | None) -> tuple[int, int]:
    """Where to go on; from the beginning where nothing is said. Raises ValidationError."""
    if text is None:
        return (0, 0)
    if text == END:
        return end_of_ledger()
    match = PLACE.fullmatch(text)
    xid, entry_id = (int(match[1]), int(match[2])) if match else (2**64, 0)
    if xid >= 2**64 or entry_id >= 2**63:
        raise ValidationError(
            {"after": ["Send back the `after` of the last answer, or `end`, or leave it out."]}
        )
    return (xid, entry_id)
