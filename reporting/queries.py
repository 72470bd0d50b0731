"""The first response report: one definition of every figure, in SQL, and the rows that add up to it.

Definitions are those of reference/inbox.md §4. The unit is the response cycle, counted by the day its oldest
unanswered message came in; only `received` counts single messages. A cycle is *eligible* when it was answered,
still waits, or was given up as too late; what needed no answer, or was deleted before one, is listed with its
reason. The response rate is answered ÷ eligible over all cycles. First response times are those of a
conversation's first eligible cycle: median and 90th percentile first, the mean third, over the answered ones,
with the unanswered beside them. Answers given on the network itself count; those of machines stop no clock.
Durations are seconds of calendar time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q, QuerySet

from inbox.cycles import FIRST
from inbox.models import Channel, Message
from inbox.states import Direction, Outcome
from reporting.models import ResponseFact

DEFINITION_VERSION = "1"
"""Grows with every change of a definition; printed on every report."""

ELIGIBLE = (Outcome.ANSWERED, Outcome.OPEN, Outcome.LAPSED)
UNANSWERED = (Outcome.OPEN, Outcome.LAPSED)
NOT_ELIGIBLE = (Outcome.EXCLUDED, Outcome.CANCELLED)


class Figure(StrEnum):
    """The numbers of the report, as its addresses name them."""

    RECEIVED = "received"
    ELIGIBLE = "eligible"
    ANSWERED = "answered"
    IN_TIME = "in_time"
    RESPONSE_RATE = "response_rate"
    MEDIAN = "median"
    P90 = "p90"
    MEAN = "mean"
    UNANSWERED = "unanswered"
    NATIVE = "native"
    EXCLUDED = "excluded"


MEANINGS: dict[Figure, str] = {
    Figure.RECEIVED: "Every message of somebody outside the brand; imported history is left out.",
    Figure.ELIGIBLE: "Response cycles that called for an answer: those answered, still waiting, or given up.",
    Figure.ANSWERED: "Eligible cycles that a person answered, in Rapport or on the network itself.",
    Figure.IN_TIME: "Eligible cycles that a person answered within what the service level of their priority promised.",
    Figure.RESPONSE_RATE: "Answered ÷ eligible, by the day the oldest waiting message came in.",
    Figure.MEDIAN: "Half of the first answers came within this time, in calendar time.",
    Figure.P90: "Nine of ten first answers came within this time, in calendar time.",
    Figure.MEAN: "The mean of the first answers' times. It hides the unanswered: read it beside them.",
    Figure.UNANSWERED: "Eligible cycles nobody answered: those that still wait, and those given up as too late.",
    Figure.NATIVE: "Answered on the network itself: in the rate, in no colleague's time.",
    Figure.EXCLUDED: "Cycles that needed no answer, or whose messages were deleted before one, by reason.",
}


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one channel, or of all. `None` says that nothing was there to measure, never zero."""

    channel_id: int | None
    channel_name: str
    network: str
    received: int
    eligible: int
    answered: int
    native: int
    in_time: int
    """Answered within the promise under which the cycle stood."""
    measured: int
    """Answered first cycles: what median, p90 and mean are taken over."""
    median_seconds: float | None
    p90_seconds: float | None
    mean_seconds: float | None
    unanswered: int
    oldest_waiting_since: datetime | None
    excluded: tuple[tuple[str, int], ...]
    """(reason, how many), the commonest first."""

    @property
    def response_rate(self) -> float | None:
        """0 to 1."""
        return self.answered / self.eligible if self.eligible else None

    def oldest_age_seconds(self, at: datetime) -> float | None:
        """How long the one who waits longest has waited."""
        since = self.oldest_waiting_since
        return None if since is None else max(0.0, (at - since).total_seconds())


@dataclass(frozen=True, slots=True)
class FirstResponse:
    """The report over a half-open period: `start` ≤ came in < `end`."""

    start: datetime
    end: datetime
    at: datetime
    definition_version: str
    total: Figures
    channels: tuple[Figures, ...]
    """Every channel that received anything, by name."""


@dataclass(frozen=True, slots=True)
class FactRow:
    """One row behind a figure: a response cycle, or for `received` a message. Holds no text."""

    id: int
    conversation_id: int
    channel_id: int
    came_at: datetime
    message_id: int | None = None
    cycle_id: int | None = None
    clock: str = ""
    outcome: str = ""
    reason: str = ""
    answered_at: datetime | None = None
    seconds: float | None = None
    in_time: bool | None = None
    native: bool = False
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class DayCount:
    """One day in the client's zone."""

    day: date
    eligible: int
    answered: int


@dataclass(frozen=True, slots=True)
class Slice:
    """Which part of the facts is meant: a half-open period, and what narrows it."""

    start: datetime
    end: datetime
    channel_id: int | None = None
    reason: str | None = None
    seconds_from: float | None = None
    seconds_below: float | None = None


def days(first: date, last: date, zone: str) -> tuple[datetime, datetime]:
    """The half-open period from the first day's midnight to that after the last day, in the client's zone."""
    where = ZoneInfo(zone)
    start = datetime.combine(first, time.min, tzinfo=where)
    return start, datetime.combine(last + timedelta(days=1), time.min, tzinfo=where)


# --- The figures -----------------------------------------------------------------------------------

FACTS = """
    SELECT channel_id,
        count(*) FILTER (WHERE outcome IN ('answered', 'open', 'lapsed')),
        count(*) FILTER (WHERE outcome = 'answered'),
        count(*) FILTER (WHERE outcome = 'answered' AND native),
        count(*) FILTER (WHERE outcome = 'answered' AND in_time),
        count(*) FILTER (WHERE outcome = 'answered' AND clock = 'first_response'),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds)
            FILTER (WHERE outcome = 'answered' AND clock = 'first_response'),
        percentile_cont(0.9) WITHIN GROUP (ORDER BY seconds)
            FILTER (WHERE outcome = 'answered' AND clock = 'first_response'),
        avg(seconds) FILTER (WHERE outcome = 'answered' AND clock = 'first_response'),
        count(*) FILTER (WHERE outcome IN ('open', 'lapsed')),
        min(started_at) FILTER (WHERE outcome = 'open')
    FROM reporting_responsefact
    WHERE outcome <> 'void' AND started_at >= %(start)s AND started_at < %(end)s
      AND (%(channel)s::bigint IS NULL OR channel_id = %(channel)s)
    GROUP BY GROUPING SETS ((channel_id), ())
"""

RECEIVED = """
    SELECT channel_id, count(*) FROM inbox_message
    WHERE direction = 'inbound' AND NOT backfill AND sent_at >= %(start)s AND sent_at < %(end)s
      AND (%(channel)s::bigint IS NULL OR channel_id = %(channel)s)
    GROUP BY GROUPING SETS ((channel_id), ())
"""

EXCLUDED = """
    SELECT channel_id, reason, count(*) FROM reporting_responsefact
    WHERE outcome IN ('excluded', 'cancelled') AND started_at >= %(start)s AND started_at < %(end)s
      AND (%(channel)s::bigint IS NULL OR channel_id = %(channel)s)
    GROUP BY GROUPING SETS ((channel_id, reason), (reason))
    ORDER BY count(*) DESC, reason
"""

NOTHING: tuple[Any, ...] = (0, 0, 0, 0, 0, None, None, None, 0, None)


def first_response(start: datetime, end: datetime, channel_id: int | None, at: datetime) -> FirstResponse:
    """The report, in four queries whatever the number of channels. `at` is when it is read."""
    asked = {"start": start, "end": end, "channel": channel_id}
    facts = {row[0]: row[1:] for row in _read(FACTS, asked)}
    received = dict(_read(RECEIVED, asked))
    excluded: dict[int | None, list[tuple[str, int]]] = {}
    for channel, reason, count in _read(EXCLUDED, asked):
        excluded.setdefault(channel, []).append((reason, count))
    seen = (set(facts) | set(received)) - {None}
    known = {channel.pk: channel for channel in Channel.objects.filter(pk__in=seen)}
    by_channel = [
        _figures(pk, known.get(pk), facts.get(pk, NOTHING), received.get(pk, 0), excluded.get(pk, []))
        for pk in seen
    ]
    total = _figures(None, None, facts.get(None, NOTHING), received.get(None, 0), excluded.get(None, []))
    ordered = sorted(by_channel, key=lambda figures: (figures.channel_name, figures.channel_id))
    return FirstResponse(start, end, at, DEFINITION_VERSION, total, tuple(ordered))


def _figures(
    pk: int | None,
    channel: Channel | None,
    row: Sequence[Any],
    received: int,
    excluded: Sequence[tuple[str, int]],
) -> Figures:
    eligible, answered, native, in_time, measured, median, p90, mean, unanswered, oldest = row
    return Figures(
        channel_id=pk,
        channel_name=channel.name if channel else "",
        network=channel.network if channel else "",
        received=received,
        eligible=eligible,
        answered=answered,
        native=native,
        in_time=in_time,
        measured=measured,
        median_seconds=median,
        p90_seconds=p90,
        mean_seconds=mean,
        unanswered=unanswered,
        oldest_waiting_since=oldest,
        excluded=tuple(excluded),
    )


DAYS = """
    SELECT (started_at AT TIME ZONE %(zone)s)::date, count(*), count(*) FILTER (WHERE outcome = 'answered')
    FROM reporting_responsefact
    WHERE outcome IN ('answered', 'open', 'lapsed') AND started_at >= %(start)s AND started_at < %(end)s
      AND (%(channel)s::bigint IS NULL OR channel_id = %(channel)s)
    GROUP BY 1 ORDER BY 1
"""


def by_day(start: datetime, end: datetime, channel_id: int | None, zone: str) -> tuple[DayCount, ...]:
    """Eligible and answered cycles by the day they began, in the client's zone; days with nothing are left out."""
    asked = {"start": start, "end": end, "channel": channel_id, "zone": zone}
    return tuple(DayCount(*row) for row in _read(DAYS, asked))


def _read(statement: str, asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return list(cursor.fetchall())


# --- The rows behind them --------------------------------------------------------------------------

MEASURED = Q(outcome=Outcome.ANSWERED, clock=FIRST)
BEHIND: dict[Figure, Q] = {
    Figure.ELIGIBLE: Q(outcome__in=ELIGIBLE),
    Figure.RESPONSE_RATE: Q(outcome__in=ELIGIBLE),
    Figure.ANSWERED: Q(outcome=Outcome.ANSWERED),
    Figure.MEDIAN: MEASURED,
    Figure.P90: MEASURED,
    Figure.MEAN: MEASURED,
    Figure.UNANSWERED: Q(outcome__in=UNANSWERED),
    Figure.NATIVE: Q(outcome=Outcome.ANSWERED, native=True),
    Figure.IN_TIME: Q(outcome=Outcome.ANSWERED, in_time=True),
    Figure.EXCLUDED: Q(outcome__in=NOT_ELIGIBLE),
}


def rows(
    figure: Figure, part: Slice, *, after: tuple[datetime, int] | None = None, limit: int
) -> list[FactRow]:
    """The rows that add up to a figure, oldest first, from beyond a place (`came_at`, `id`) on."""
    if figure is Figure.RECEIVED:
        messages = _messages(part).order_by("sent_at", "id")
        if after is not None:
            messages = messages.filter(sent_at__gte=after[0]).exclude(sent_at=after[0], id__lte=after[1])
        return [_message_row(message) for message in messages[:limit]]
    facts = _facts(figure, part).order_by("started_at", "cycle_id")
    if after is not None:
        facts = facts.filter(started_at__gte=after[0]).exclude(started_at=after[0], cycle_id__lte=after[1])
    return [_fact_row(fact) for fact in facts[:limit]]


def count_rows(figure: Figure, part: Slice) -> int:
    """How many rows a figure has behind it."""
    return (_messages(part) if figure is Figure.RECEIVED else _facts(figure, part)).count()


def _messages(part: Slice) -> QuerySet[Message]:
    found = Message.objects.filter(
        direction=Direction.INBOUND, backfill=False, sent_at__gte=part.start, sent_at__lt=part.end
    )
    return found if part.channel_id is None else found.filter(channel_id=part.channel_id)


def _facts(figure: Figure, part: Slice) -> QuerySet[ResponseFact]:
    found = ResponseFact.objects.filter(BEHIND[figure], started_at__gte=part.start, started_at__lt=part.end)
    if part.channel_id is not None:
        found = found.filter(channel_id=part.channel_id)
    if part.reason is not None:
        found = found.filter(reason=part.reason)
    if part.seconds_from is not None:
        found = found.filter(seconds__gte=part.seconds_from)
    if part.seconds_below is not None:
        found = found.filter(seconds__lt=part.seconds_below)
    return found


def _message_row(message: Message) -> FactRow:
    return FactRow(
        id=message.pk,
        conversation_id=message.conversation_id,
        channel_id=message.channel_id,
        came_at=message.sent_at,
        message_id=message.pk,
    )


def _fact_row(fact: ResponseFact) -> FactRow:
    return FactRow(
        id=fact.cycle_id,
        conversation_id=fact.conversation_id,
        channel_id=fact.channel_id,
        came_at=fact.started_at,
        cycle_id=fact.cycle_id,
        clock=fact.clock,
        outcome=fact.outcome,
        reason=fact.reason,
        answered_at=fact.answered_at,
        seconds=fact.seconds,
        in_time=fact.in_time,
        native=fact.native,
        user_id=fact.user_id,
    )
