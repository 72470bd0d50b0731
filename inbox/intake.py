"""Receiving a batch of which one item may be broken: it is set aside with its reason, and the others go in.

Parsers refuse what they can see; here is caught what only shows when it is written, or when one knows what
time it is. A database that does not answer is no fault of an item: that rises, and the batch is tried again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import DataError, IntegrityError

from inbox.actions.receive import receive_messages
from inbox.connectors.ports import IncomingMessage
from inbox.evaluation import HouseRules
from inbox.models import Channel
from inbox.wiring import evaluator
from tenants.accounts.actors import RECEIVER

Place = TypeVar("Place")
"""Where an item came from: a receipt and a position, a line of a file."""

AHEAD = timedelta(days=1)
"""How far a network's clock may run before ours."""

_BROKEN = (DataError, IntegrityError, ValueError, OverflowError, TypeError)


def take_in(
    *, channel: Channel, items: Sequence[tuple[Place, IncomingMessage]], rules: HouseRules, at: datetime
) -> tuple[int, list[tuple[Place, str]]]:
    """Receive what can be received. Returns how many were new, and what was set aside, with reasons."""
    aside = [(place, reason) for place, item in items if (reason := _implausible(item, at))]
    good = [(place, item) for place, item in items if not _implausible(item, at)]
    new, broken = _receive(channel, good, rules, at)
    return new, aside + broken


def _implausible(item: IncomingMessage, at: datetime) -> str:
    """Nobody has said anything tomorrow. Believing it would keep its sender at the end of every queue."""
    if item.sent_at > at + AHEAD:
        return f"`sent_at` lies in the future: {item.sent_at:%Y-%m-%dT%H:%M:%SZ}"
    return ""


def _receive(
    channel: Channel, items: Sequence[tuple[Place, IncomingMessage]], rules: HouseRules, at: datetime
) -> tuple[int, list[tuple[Place, str]]]:
    """The whole batch, or its halves when it breaks, down to the item that breaks it."""
    if not items:
        return 0, []
    try:
        done = receive_messages(
            channel=channel,
            messages=[item for _, item in items],
            rules=rules,
            evaluate=evaluator(),
            by=RECEIVER,
            at=at,
        )
    except _BROKEN as error:
        if len(items) == 1:
            return 0, [(items[0][0], f"it cannot be kept: {type(error).__name__}: {str(error)[:200]}")]
    else:
        return done.new, []
    middle = len(items) // 2
    halves = [_receive(channel, part, rules, at) for part in (items[:middle], items[middle:])]
    return sum(new for new, _ in halves), [one for _, aside in halves for one in aside]
