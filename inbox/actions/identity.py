"""Which message an item of a feed is: ids that are not its own are replaced by one made of what it says.

Sources whose ids can be trusted leave `own_id` empty, and nothing is done here. The rule itself is in
inbox/sameness.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from inbox.connectors.ports import Change, IncomingMessage
from inbox.models import Message
from inbox.sameness import Item, Verdict, judge

Key = tuple[str, str]
"""External id and kind."""


@dataclass(frozen=True, slots=True)
class _Known:
    item: Item
    gone: bool = False
    """Its words were taken away, so that nothing can be compared: the id alone decides."""


def identified(channel_id: int, messages: Sequence[IncomingMessage]) -> list[IncomingMessage]:
    """The items, each under the id of the message it is. One query, and none where every id is trusted."""
    if not any(message.own_id for message in messages):
        return list(messages)
    known = _look_up(channel_id, messages)
    return [_identify(message, known) if message.own_id else message for message in messages]


def _identify(message: IncomingMessage, known: dict[Key, _Known]) -> IncomingMessage:
    """One item. What it turns out to be is remembered for the rest of the batch."""
    new = _item(message)
    key, own = (message.external_id, message.kind.value), (message.own_id, message.kind.value)
    if own in known:
        return _as(message, message.own_id)
    holder = known.get(key)
    if holder is None and not message.shared_id:
        known[key] = _Known(new)
        return message
    verdict = _verdict(holder, new)
    if verdict is Verdict.SAME:
        return _as(message, message.external_id)
    if verdict is Verdict.EDIT and not message.shared_id:
        if message.change is Change.EDITED:
            known[key] = _Known(new)
        return message
    known[own] = _Known(new)
    return _as(message, message.own_id)


def _verdict(holder: _Known | None, new: Item) -> Verdict:
    if holder is None:
        return Verdict.OTHER
    return Verdict.SAME if holder.gone else judge(holder.item, new)


def _as(message: IncomingMessage, external_id: str) -> IncomingMessage:
    """The item under this id, and no edit: its words are those the id stands for."""
    return replace(message, external_id=external_id, change=Change.NEW, changed_at=None)


def _item(message: IncomingMessage) -> Item:
    at = None if message.undated else message.sent_at
    return Item(message.author.external_id, at, message.title, message.text, message.url)


def _look_up(channel_id: int, messages: Sequence[IncomingMessage]) -> dict[Key, _Known]:
    doubted = [message for message in messages if message.own_id]
    names = {message.external_id for message in doubted} | {message.own_id for message in doubted}
    rows = Message.objects.filter(channel_id=channel_id, external_id__in=sorted(names)).values_list(
        "external_id", "kind", "author__external_id", "sent_at", "title", "text", "url", "deleted_at"
    )
    return {
        (name, kind): _Known(Item(author or "", at, title, text, url), gone=deleted_at is not None)
        for name, kind, author, at, title, text, url, deleted_at in rows
    }
