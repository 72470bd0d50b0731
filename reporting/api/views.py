"""Reports through the API: guard, parse, one call, answer."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from inbox.api.description import CURSOR, IF_NONE_MATCH, LIMIT, choice
from inbox.api.operation import Operation, tagged
from inbox.api.pages import Column, Order, asked_limit, next_address, read_cursor, write_cursor
from inbox.api.serializers.common import choose
from inbox.models import Channel
from inbox.queries.faces import Faces
from reporting import queries
from reporting.api.serializers import FirstResponseOut, RowOut, RowsOut
from reporting.queries import MEANINGS, Figure, Slice
from tenants.accounts.permissions import Permission
from tenants.kernel.errors import NotFound
from tenants.kernel.numbers import read_id
from tenants.models import Client

TAG = "Reports"
USUAL_DAYS = 7
MOST_DAYS = 3 * 366
EARLIEST, LATEST = date(1990, 1, 1), date(2099, 12, 31)
IN_ORDER = Order("rows", (Column("came_at", datetime), Column("id", int)))

DAY = {"type": "string", "format": "date"}
PERIOD = [
    OpenApiParameter(
        "from", DAY, description="First day, in the client's zone. Left out: six days before `to`."
    ),
    OpenApiParameter("to", DAY, description="Last day, counted too. Left out: today."),
    OpenApiParameter("channel", {"type": "integer", "minimum": 1}, description="Only this channel."),
]


class FirstResponse(Operation):
    """The report."""

    allowed = Permission.VIEW_REPORTS

    @extend_schema(
        operation_id="reports_first_response",
        summary="First response",
        description="Received, eligible, answered, response rate, median and 90th percentile of the first response, "
        "and who still waits: in total and by channel. Counted by the day a message came in, in the client's zone.",
        tags=[TAG],
        parameters=[*PERIOD, IF_NONE_MATCH],
        responses={200: FirstResponseOut, 304: None},
    )
    def get(self, request: Request) -> Response:
        part, zone = _slice(request, self.at)
        report = queries.first_response(part.start, part.end, part.channel_id, self.at)
        shown = FirstResponseOut({**asdict_shallow(report), "zone": zone}, context={"at": self.at}).data
        return tagged(request, shown, passing=("read_at", "oldest_waiting_seconds"))


class FirstResponseRows(Operation):
    """What a figure is made of."""

    allowed = Permission.VIEW_REPORTS

    @extend_schema(
        operation_id="reports_first_response_rows",
        summary="The rows behind a figure",
        description="Every figure of the report opens the response cycles (for `received`, the messages) that add up "
        "to it. Rows hold ids and instants, and stay when text is purged.",
        tags=[TAG],
        parameters=[
            choice(
                "figure", [figure.value for figure in Figure], "Which figure. `eligible` when it is left out."
            ),
            *PERIOD,
            OpenApiParameter(
                "reason", {"type": "string", "maxLength": 40}, description="Only with this reason."
            ),
            CURSOR,
            LIMIT,
        ],
        responses={200: RowsOut},
    )
    def get(self, request: Request) -> Response:
        figure = choose(request, "figure", {word.value: word for word in Figure}, usual=Figure.ELIGIBLE)
        part, _ = _slice(request, self.at)
        limit, text = asked_limit(request), request.query_params.get("cursor", "")
        place = read_cursor(text, IN_ORDER) if text else None
        after = (place[0], place[1]) if place else None
        found = queries.rows(figure, part, after=after, limit=limit + 1)
        shown = found[:limit]
        cursor = write_cursor(IN_ORDER, [shown[-1].came_at, shown[-1].id]) if len(found) > limit else ""
        faces = Faces([row.user_id for row in shown], me=self.actor.user_id)
        return Response(
            {
                "figure": figure.value,
                "definition": MEANINGS[figure],
                "total": queries.count_rows(figure, part),
                "next": next_address(request, cursor),
                "results": RowOut(shown, many=True, context={"faces": faces}).data,
            }
        )


def asdict_shallow(report: queries.FirstResponse) -> dict[str, Any]:
    """The report's own fields; what stands in them stays as it is."""
    return {name: getattr(report, name) for name in report.__slots__}


def _slice(request: Request, at: datetime) -> tuple[Slice, str]:
    """The period and channel that are asked for, and the client's zone. Raises ValidationError and NotFound."""
    client: Client = request.client  # type: ignore[attr-defined]  # put there by tenants.middleware.ClientByHost
    today = at.astimezone(ZoneInfo(client.time_zone)).date()
    last = _day(request, "to") or today
    first = _day(request, "from") or last - timedelta(days=USUAL_DAYS - 1)
    if first > last:
        raise ValidationError({"from": ["The first day comes after the last. Exchange them."]})
    if (last - first).days >= MOST_DAYS:
        raise ValidationError({"from": [f"Ask for at most {MOST_DAYS} days at a time."]})
    start, end = queries.days(first, last, client.time_zone)
    reason = request.query_params.get("reason") or None
    return Slice(start, end, channel_id=_channel(request), reason=_storable(reason)), client.time_zone


def _day(request: Request, name: str) -> date | None:
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValidationError({name: ["Write the day as in 2026-03-01."]}) from None
    if not EARLIEST <= day <= LATEST:
        raise ValidationError({name: [f"Choose a day from {EARLIEST} to {LATEST}."]})
    return day


def _channel(request: Request) -> int | None:
    text = request.query_params.get("channel")
    if text is None:
        return None
    pk = read_id(text)
    if pk is None:
        raise ValidationError({"channel": ["Give the id of a channel."]})
    if not Channel.objects.filter(pk=pk).exists():
        raise NotFound("There is no such channel here. It may belong to another client.")
    return pk


def _storable(reason: str | None) -> str | None:
    if reason is not None and ("\x00" in reason or len(reason) > 40):  # what the column holds
        raise ValidationError({"reason": ["There is no such reason. The report lists those there are."]})
    return reason
