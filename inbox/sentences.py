"""The ledger in sentences, for the thread: one per kind, so that no kind is shown as a code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

Name = Callable[[Any], str]
Sentence = Callable[[Mapping[str, Any], str, Name], str]

STAGES = {
    "evaluate": "to be evaluated",
    "acknowledge": "to be acknowledged",
    "classify": "to be classified",
    "escalate": "escalated",
    "respond": "being answered",
    "closed": "closed",
}
WORDS = {
    "no_response": "needs no answer",
    "engage": "calls for an answer",
    "spam": "is spam",
    "monitor": "is only watched",
    "moderate": "is to be moderated",
    "incident": "is an incident",
}
AWAKE = {"inbound": "they wrote", "time": "its time had come", "settled": "nobody waits any more"}


def _when(value: str | None) -> str:
    return f"{datetime.fromisoformat(value):%-d %B, %H:%M} UTC" if value else "later"


def _because(data: Mapping[str, Any]) -> str:
    return f" ({plain(data['reason'])})" if data.get("reason") else ""


def _stage_changed(data: Mapping[str, Any], who: str, _: Name) -> str:
    return f"{who}: {STAGES.get(data['after'], data['after'])}{_because(data)}"


def _classified(data: Mapping[str, Any], who: str, _: Name) -> str:
    return f"{who} set the tags: {', '.join(data.get('tags') or []) or 'none'}"


def _woken(data: Mapping[str, Any], who: str, _: Name) -> str:
    return f"Awake again: {AWAKE.get(data.get('reason') or '', f'woken by {who}')}"


def _reopened(data: Mapping[str, Any], who: str, _: Name) -> str:
    return "Reopened: they wrote again" if data.get("cause") == "inbound" else f"{who} reopened it"


def _evaluated(data: Mapping[str, Any], who: str, _: Name) -> str:
    return f"{who} decided: {WORDS.get(data['disposition'], data['disposition'])}{_because(data)}"


# kind → (icon, sentence)
SENTENCES: dict[str, tuple[str, Sentence]] = {
    "conversation.opened": ("message-square-plus", lambda *_: "Conversation opened"),
    "conversation.stage_changed": ("milestone", _stage_changed),
    "conversation.classified": ("tag", _classified),
    "conversation.assigned": (
        "user-round-plus",
        lambda data, who, name: f"{who} assigned it to {name(data['user_id'])}",
    ),
    "conversation.unassigned": (
        "user-round-x",
        lambda data, who, name: f"{who} took it from {name(data.get('before'))}",
    ),
    "conversation.claimed": ("hand", lambda _, who, __: f"{who} began to write"),
    "conversation.snoozed": (
        "alarm-clock",
        lambda data, who, _: f"{who} snoozed it until {_when(data['until'])}",
    ),
    "conversation.woken": ("alarm-clock-off", _woken),
    "conversation.resolved": ("check", lambda _, who, __: f"{who} marked it done"),
    "conversation.reopened": ("rotate-ccw", _reopened),
    "conversation.merged": ("merge", lambda *_: "Joined with another part of the same thread"),
    "item.evaluated": ("scale", _evaluated),
    "sla.breached": ("clock-alert", lambda data, *_: f"The promised {plain(data['clock'])} was due"),
    "reply.undone": ("undo-2", lambda _, who, __: f"{who} took an answer back before it left"),
    "reply.held": ("hand", lambda data, *_: f"An answer was held by the gate “{data['gate']}”"),
    "reply.unknown": (
        "circle-question-mark",
        lambda *_: "Nobody knows whether an answer arrived; the thread is read back",
    ),
    "reply.failed": ("circle-x", lambda *_: "An answer was not published"),
}

SILENT = frozenset(
    "item.received item.backfilled item.edited item.deleted_externally native_reply.detected note.added sla.started "
    "sla.met sla.cancelled reply.queued reply.sending reply.confirmed access.viewed_private "
    "channel.connected channel.healthy channel.degraded channel.paused "
    "delivery.failed delivery.retried listening_term.added listening_term.removed".split()
)
"""Kinds the thread shows otherwise (as messages, notes, clocks) or that are not about a conversation."""


def plain(code: str) -> str:
    return str(code).replace("_", " ")


def sentence(kind: str, data: Mapping[str, Any], *, who: str, name: Name) -> tuple[str, str] | None:
    """(icon, sentence) of an entry, or None where the thread shows it otherwise."""
    found = SENTENCES.get(kind)
    return (found[0], found[1](data, who, name)) if found else None
