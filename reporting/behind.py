"""The rows behind a figure, as their page shows them: as many as the figure says, whoever reads.

A figure's rows are facts without text. What was said is added here for those who may read it: an executive who
reads reports alone sees instants and outcomes, and private messages are shown to those with that right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Value
from django.db.models.functions import Coalesce, Left, NullIf
from django.urls import reverse

from inbox.contacts import contact
from inbox.models import Channel, Cycle, Message
from inbox.queries.faces import Faces
from inbox.sentences import plain
from inbox.states import Outcome
from reporting import queries
from reporting.pages import Period, rows_url, url
from reporting.queries import FactRow, Figure, Slice
from reporting.rows import ReportRow, ReportRowsPage
from tenants import networks
from tenants.accounts.actors import Actor
from tenants.accounts.permissions import Permission
from tenants.kernel.numbers import read_id, read_moment
from tenants.rows import span

ROWS = 100
OPENING = 200
"""Characters of a message that a row shows."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which figure's rows, and what narrows them."""

    figure: Figure
    period: Period
    channel: int | None = None
    reason: str | None = None
    low: float | None = None
    high: float | None = None

    def part(self) -> Slice:
        start, end = self.period.bounds
        return Slice(start, end, self.channel, self.reason, self.low, self.high)


def rows_page(wanted: Wanted, *, after: str, actor: Actor, at: datetime) -> ReportRowsPage:
    """The rows that add up to a figure, a page of them."""
    found = queries.rows(wanted.figure, wanted.part(), after=_place(after), limit=ROWS + 1)
    shown = found[:ROWS]
    faces = Faces([row.user_id for row in shown], me=actor.user_id)
    spoken = _spoken(shown) if actor.may(Permission.VIEW) else {}
    channels = Channel.objects.in_bulk({row.channel_id for row in shown})
    more = found[ROWS - 1] if len(found) > ROWS else None
    asked = rows_url(
        wanted.figure,
        wanted.period,
        channel=wanted.channel,
        reason=wanted.reason,
        low=wanted.low,
        high=wanted.high,
    )
    return ReportRowsPage(
        title="First response",
        figure=plain(wanted.figure.value).capitalize(),
        definition=queries.MEANINGS[wanted.figure],
        period=wanted.period.words,
        back_url=url("reporting:first_response", wanted.period.asked()),
        rows=tuple(
            _row(row, channels.get(row.channel_id), spoken.get(row.id), faces, actor, at) for row in shown
        ),
        total=queries.count_rows(wanted.figure, wanted.part()),
        next_url=f"{asked}&{urlencode({'after': f'{more.came_at.isoformat()}~{more.id}'})}" if more else "",
    )


def _place(after: str) -> tuple[datetime, int] | None:
    """Where the page before ended; a place nobody was given begins again."""
    moment, _, number = after.partition("~")
    at, pk = read_moment(moment), read_id(number)
    return None if at is None or pk is None else (at, pk)


def _spoken(rows: Sequence[FactRow]) -> Mapping[int, Message]:
    """The message each row is about, by the row's id: itself, or the oldest that the cycle waited with."""
    about = {row.id: row.message_id for row in rows if row.message_id is not None}
    cycles = [row.id for row in rows if row.message_id is None]
    if cycles:
        about.update(Cycle.objects.filter(pk__in=cycles).values_list("pk", "first_message_id"))
    opening = Left(Coalesce(NullIf("title", Value("")), "text"), OPENING)
    messages = (
        Message.objects.filter(pk__in=about.values())
        .select_related("author")
        .only("private", "deleted_at", "author__name", "author__handle", "author__url", "author__is_brand")
        .annotate(opening=opening)
        .in_bulk()
    )
    return {row: messages[pk] for row, pk in about.items() if pk in messages}


def _row(
    row: FactRow, channel: Channel | None, message: Message | None, faces: Faces, actor: Actor, at: datetime
) -> ReportRow:
    author = contact(message.author if message else None, may_view_pii=actor.may(Permission.VIEW_PII))
    network = channel.network if channel else ""
    hidden = _why_hidden(message, actor)
    return ReportRow(
        id=row.id,
        url=reverse("inbox:conversation", args=[row.conversation_id]) if actor.may(Permission.VIEW) else "",
        author=author.shown,
        first_line="" if hidden or message is None else message.opening,  # type: ignore[attr-defined]  # annotated by _spoken
        network=networks.title(network),
        network_icon=networks.icon(network),
        started_at=row.came_at,
        answered_at=row.answered_at,
        seconds=None if row.seconds is None else round(row.seconds),
        answered_by=faces.face(row.user_id),
        native=row.native,
        outcome=_outcome(row, at),
        hidden=hidden,
    )


def _outcome(row: FactRow, at: datetime) -> str:
    """What became of it where it was not answered; of those who wait, for how long."""
    if row.outcome == Outcome.OPEN:
        return f"waits for {span((at - row.came_at).total_seconds())}"
    return plain(row.reason or row.outcome)


def _why_hidden(message: Message | None, actor: Actor) -> str:
    """Why the text is not shown; nothing where it is."""
    if not actor.may(Permission.VIEW):
        return "You read figures here, not messages"
    if message is None:
        return "Text deleted by the network’s rule"
    if message.deleted_at is not None:
        return "Deleted by its author"
    if message.private and not actor.may(Permission.VIEW_PRIVATE):
        return "A private message"
    return ""
