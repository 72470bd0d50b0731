"""Connecting, pausing and watching channels; adding and removing listening terms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from inbox.connectors import connector_class
from inbox.connectors.ports import Page
from inbox.events import (
    ChannelConnected,
    ChannelDegraded,
    ChannelHealthy,
    ChannelPaused,
    TermAdded,
    TermRemoved,
)
from inbox.models import Channel, ListeningTerm
from tenants.accounts.actors import Actor, ActorKind
from tenants.accounts.permissions import Permission
from tenants.kernel import vault
from tenants.kernel.errors import Conflict, NotFound, Refusal
from tenants.ledger.recorder import record
from tenants.models import Receipt, ReceiptState, Route


class AccountTaken(Conflict):
    """The outside account already leads to a channel."""

    code = "account_taken"


class TermTaken(Conflict):
    code = "term_taken"


class BadTerm(Refusal):
    code = "bad_term"


def connect_channel(
    *,
    client_id: int,
    network: str,
    connector: str,
    name: str,
    account: str,
    credentials: Mapping[str, Any],
    purpose: str = "",
    audience: str = "",
    by: Actor,
    at: datetime,
) -> Channel:
    """Connect an account: the channel, its sealed credentials, and the route its deliveries take.

    Raises AccountTaken.
    """
    by.must(Permission.MANAGE_CHANNELS)
    polls = connector_class(connector).capabilities.polls
    sealed = vault.seal(credentials)
    try:
        with transaction.atomic():
            channel = Channel.objects.create(
                network=network,
                connector=connector,
                name=name,
                account=account,
                purpose=purpose,
                audience=audience,
                sealed=sealed,
                connected_at=at,
                next_poll_at=at if polls else None,
            )
            Route.objects.create(
                network=connector,
                account=account,
                client_id=client_id,
                channel_id=channel.pk,
                sealed=sealed,
                name=name,
                shown_as=network,
            )
            record(ChannelConnected(channel.pk, network), by=by, at=at)
    except IntegrityError as error:
        raise AccountTaken(
            f"The account “{account}” is connected already. Disconnect it there first, or name another account."
        ) from error
    return channel


@transaction.atomic
def change_credentials(
    *, channel_id: int, credentials: Mapping[str, Any], by: Actor, at: datetime
) -> Channel:
    """New secrets for a channel and its route."""
    by.must(Permission.MANAGE_CHANNELS)
    channel = _lock(channel_id)
    channel.sealed = vault.seal(credentials)
    channel.save(update_fields=["sealed"])
    Route.objects.filter(network=channel.connector, account=channel.account).update(sealed=channel.sealed)
    record(ChannelConnected(channel.pk, channel.network), by=by, at=at)
    return channel


@transaction.atomic
def store_page(*, channel_id: int, client_id: int, page: Page, by: Actor, at: datetime) -> None:
    """Keep a polled page before it is read, and move the cursor with it."""
    by.must(Permission.RECEIVE)
    channel = _lock(channel_id)
    if page.body:
        Receipt.objects.bulk_create(
            [
                Receipt(
                    network=channel.connector,
                    delivery_id=page.delivery_id[:200],
                    account=channel.account,
                    client_id=client_id,
                    channel_id=channel.pk,
                    body=page.body,
                    received_at=at,
                    state=ReceiptState.WAITING,
                )
            ],
            ignore_conflicts=True,
        )
    channel.cursor, channel.next_poll_at = dict(page.cursor), at + page.next_poll_after
    channel.save(update_fields=["cursor", "next_poll_at"])
    if channel.trouble or channel.healthy_at is None:
        mark_healthy(channel_id=channel.pk, by=by, at=at)


@transaction.atomic
def mark_healthy(*, channel_id: int, by: Actor, at: datetime) -> None:
    """The channel works (again)."""
    by.must(Permission.RECEIVE)
    channel = _lock(channel_id)
    channel.healthy_at, channel.trouble, channel.trouble_since = at, "", None
    channel.save(update_fields=["healthy_at", "trouble", "trouble_since"])
    _tell_route(channel)
    record(ChannelHealthy(channel.pk), by=by, at=at)


@transaction.atomic
def mark_trouble(*, channel_id: int, why: str, next_poll_at: datetime, by: Actor, at: datetime) -> None:
    """The channel does not answer for now; it is tried again."""
    by.must(Permission.RECEIVE)
    channel = _lock(channel_id)
    first = not channel.trouble
    channel.trouble, channel.next_poll_at = why[:500], next_poll_at
    channel.trouble_since = channel.trouble_since or at
    channel.save(update_fields=["trouble", "next_poll_at", "trouble_since"])
    _tell_route(channel)
    if first:
        record(ChannelDegraded(channel.pk, "unavailable"), by=by, at=at)


@transaction.atomic
def pause(*, channel_id: int, why: str, by: Actor, at: datetime) -> Channel:
    """Stop polling and publishing until a person has looked. Machines may: the network has refused them."""
    by.must(Permission.RECEIVE if by.kind is ActorKind.ROBOT else Permission.MANAGE_CHANNELS)
    channel = _lock(channel_id)
    channel.paused_at, channel.paused_reason = at, why[:300] or "Paused by hand."
    channel.save(update_fields=["paused_at", "paused_reason"])
    _tell_route(channel)
    record(ChannelPaused(channel.pk, "refused" if not by.is_human else "by hand"), by=by, at=at)
    return channel


@transaction.atomic
def resume(*, channel_id: int, by: Actor, at: datetime) -> Channel:
    """Go on with a paused channel."""
    by.must(Permission.MANAGE_CHANNELS)
    channel = _lock(channel_id)
    channel.paused_at = channel.paused_reason = None
    channel.trouble, channel.trouble_since = "", None
    if connector_class(channel.connector).capabilities.polls:
        channel.next_poll_at = at
    channel.save()
    _tell_route(channel)
    record(ChannelHealthy(channel.pk), by=by, at=at)
    return channel


def _tell_route(channel: Channel) -> None:
    """The desk shows channels in trouble without entering each client."""
    Route.objects.filter(network=channel.connector, account=channel.account).update(
        trouble=channel.paused_reason or channel.trouble,
        trouble_since=channel.paused_at or channel.trouble_since,
        stopped=channel.paused_at is not None,
    )


def _lock(channel_id: int) -> Channel:
    channel = Channel.objects.select_for_update().filter(pk=channel_id).first()
    if channel is None:
        raise NotFound("There is no such channel here.")
    return channel


def add_term(*, text: str, fuzzy: bool, excludes: list[str], by: Actor, at: datetime) -> ListeningTerm:
    """Listen for words. Raises TermTaken when they are listened for already."""
    by.must(Permission.MANAGE_RULES)
    text = " ".join(text.split())
    if len(text) < 2 or len(text) > 100:  # said in the sentence below
        raise BadTerm("A listening term has 2 to 100 characters.")
    try:
        with transaction.atomic():
            term = ListeningTerm.objects.create(
                text=text,
                fuzzy=fuzzy,
                excludes=[" ".join(word.split()) for word in excludes if word.strip()],
                added_by_id=by.id,
                added_at=at,
            )
            record(TermAdded(term.pk, text), by=by, at=at)
    except IntegrityError as error:
        raise TermTaken(f"“{text}” is listened for already.") from error
    return term


@transaction.atomic
def remove_term(*, term_id: int, by: Actor, at: datetime) -> None:
    """Stop listening for a term; what it matched keeps its reason."""
    by.must(Permission.MANAGE_RULES)
    term = ListeningTerm.objects.select_for_update().filter(pk=term_id, removed_at__isnull=True).first()
    if term is None:
        raise NotFound("There is no such listening term; it may have been removed already.")
    term.removed_at = at
    term.save(update_fields=["removed_at"])
    record(TermRemoved(term.pk, term.text), by=by, at=at)
