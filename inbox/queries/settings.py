"""Channels and listening terms, for the pages where they are managed."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, Max, Q
from django.urls import reverse

from inbox.connectors import connector_class, registrations
from inbox.models import Channel, ListeningTerm
from inbox.queries.faces import Faces
from inbox.queries.queue import channel_state
from inbox.rows import ChannelLine, ChannelPage, ConnectorCard, FreshChannel, TermLine, TermPage
from inbox.states import AT_WORK
from tenants import networks
from tenants.accounts.actors import Actor
from tenants.accounts.permissions import Permission
from tenants.kernel.numbers import read_id
from tenants.queries import current_client
from tenants.rows import span

LOOK_BACK = timedelta(days=30)


def channel_page(
    *, actor: Actor, at: datetime, hook_base: str, chosen: str = "", fresh: FreshChannel | None = None
) -> ChannelPage:
    """Every channel with its state, and the networks that can be connected."""
    today = at.astimezone(ZoneInfo(current_client().time_zone)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    rows = Channel.objects.order_by("name", "pk").annotate(
        open_talks=Count("conversations", filter=Q(conversations__status__in=AT_WORK)),
        last_item_at=Max("conversations__last_message_at"),
    )
    arrived = _received_since(today)
    may = actor.may(Permission.MANAGE_CHANNELS)
    return ChannelPage(
        channels=tuple(
            _channel(row, arrived.get(row.pk, 0), at=at, may=may, hook_base=hook_base) for row in rows
        ),
        connectors=tuple(
            ConnectorCard(
                slug=known.slug,
                title=known.title,
                icon=known.icon,
                sentence=SENTENCES.get(known.slug, ""),
                url=reverse("inbox:channel_add") + f"?network={known.slug}",
                chosen=known.slug == chosen,
            )
            for known in registrations()
        ),
        may_change=may,
        fresh=fresh,
    )


SENTENCES = {
    "rss": "Forums and blogs that publish a feed. Read only.",
    "webhook": "Anything that can send and take signed requests.",
}


def _received_since(moment: datetime) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT channel_id, count(*) FROM inbox_message "
            "WHERE sent_at >= %s AND direction = 'inbound' GROUP BY 1",
            [moment],
        )
        return dict(cursor.fetchall())


def _channel(row: Channel, today: int, *, at: datetime, may: bool, hook_base: str) -> ChannelLine:
    capabilities = connector_class(row.connector).capabilities
    last: datetime | None = row.last_item_at  # type: ignore[attr-defined]  # annotated above
    paused = row.paused_at is not None
    return ChannelLine(
        id=row.pk,
        name=row.name,
        network=networks.title(row.network),
        network_icon=networks.icon(row.network),
        account=row.account,
        state=channel_state(row),
        sentence=_sentence(row, last, at),
        received_today=today,
        waiting=row.open_talks,  # type: ignore[attr-defined]  # annotated above
        last_item_at=last,
        since=row.trouble_since or row.paused_at,
        publishes=capabilities.publishes,
        purpose=row.purpose,
        hook_url=f"{hook_base}/hooks/{row.connector}/{row.account}/"
        if capabilities.receives_webhooks and may
        else "",
        may_pause=may,
        pause_url=reverse("inbox:channel_pause", args=[row.pk]) if may and not paused else "",
        resume_url=reverse("inbox:channel_resume", args=[row.pk]) if may and paused else "",
    )


def _sentence(row: Channel, last: datetime | None, at: datetime) -> str:
    if row.paused_at is not None:
        return row.paused_reason or ""
    if row.trouble:
        return f"{row.trouble} It is tried again by itself."
    return f"Last item {span((at - last).total_seconds())} ago" if last else "Nothing has come in yet"


FOUND = """
    SELECT lower(match->>'term'), count(*), count(*) FILTER (WHERE match->>'how' = 'misspelt'),
           (array_agg(DISTINCT match->>'found') FILTER (WHERE match->>'how' = 'misspelt'))[1:4]
    FROM inbox_message, jsonb_array_elements(evaluation->'matches') AS match
    WHERE sent_at >= %s AND evaluation->'matches' <> '[]'::jsonb GROUP BY 1
"""


def term_page(*, actor: Actor, at: datetime) -> TermPage:
    """Every term with what it found in the last thirty days."""
    terms = list(ListeningTerm.objects.filter(removed_at__isnull=True).order_by("text"))
    with connection.cursor() as cursor:
        cursor.execute(FOUND, [at - LOOK_BACK])
        found = {row[0]: row[1:] for row in cursor.fetchall()}
    people = [pk for term in terms if (pk := read_id(term.added_by_id)) is not None]
    faces = Faces(people, me=actor.user_id)
    return TermPage(
        terms=tuple(_term(term, found.get(term.text.lower(), (0, 0, None)), faces) for term in terms),
        may_change=actor.may(Permission.MANAGE_RULES),
    )


def _term(term: ListeningTerm, found: tuple[int, int, list[str] | None], faces: Faces) -> TermLine:
    pk = read_id(term.added_by_id)
    by = faces.name(pk) if pk is not None else term.added_by_id
    return TermLine(
        id=term.pk,
        text=term.text,
        fuzzy=term.fuzzy,
        excludes=tuple(term.excludes),
        found=found[0],
        misspelt=found[1],
        examples=tuple(found[2] or ()),
        added_by=by,
        added_at=term.added_at,
    )
