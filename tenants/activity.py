"""The agency's ledger as a page: who changed which seat, account or client, newest first.

Entries hold ids only. Names are read when the page is drawn, so an erased person leaves no name behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tenants.accounts.actors import ActorKind
from tenants.accounts.models import Role, User
from tenants.kernel.errors import NotFound
from tenants.kernel.numbers import read_id
from tenants.ledger.models import Entry

PAGE = 50


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """One entry: when, who, and what they did as a sentence without a subject."""

    id: int
    at: datetime
    actor: str
    is_robot: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """One page of entries; `next_url` is empty on the last."""

    rows: tuple[ActivityRow, ...]
    next_url: str


SENTENCES: dict[str, str] = {
    "seat.given": "gave {person} a seat as {role}",
    "seat.changed": "changed the role of {person} from {before} to {role}",
    "seat.taken": "removed the seat of {person} as {role}",
    "person.switched_off": "switched off {person}",
    "person.switched_on": "switched on {person}",
    "person.profile_changed": "changed the profile of {person}",
    "person.password_link_shown": "was shown the link with which {person} chooses a password",
    "person.signed_in": "signed in",
    "person.signed_out": "signed out of {sessions}",
    "token.issued": "created the API token {prefix}",
    "token.revoked": "revoked the API token {prefix}",
    "client.opened": "opened the client “{slug}”",
    "client.closed": "closed the client “{slug}”{dropped}",
}
"""Kind of event → what its actor did, with the words of `_words`."""


def activity_page(*, before: str) -> ActivityPage:
    """Entries older than the id `before`, or the newest. Raises NotFound for an address that names no place."""
    entries = Entry.objects.order_by("-pk")
    if before:
        oldest = read_id(before)
        if oldest is None:
            raise NotFound("This page of the activity does not exist. Start again from the newest.")
        entries = entries.filter(pk__lt=oldest)
    found = list(entries[: PAGE + 1])
    shown = found[:PAGE]
    users, roles = _user_names(shown), dict(Role.objects.values_list("slug", "name"))
    more = len(found) > PAGE
    return ActivityPage(
        rows=tuple(_row(entry, users, roles) for entry in shown),
        next_url=f"?before={shown[-1].pk}" if more else "",
    )


def _user_names(entries: Iterable[Entry]) -> dict[int, str]:
    ids = {int(entry.actor_id) for entry in entries if entry.actor_kind == ActorKind.USER}
    ids |= {entry.data["user_id"] for entry in entries if "user_id" in entry.data}
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "name"))


def _row(entry: Entry, users: dict[int, str], roles: dict[str, str]) -> ActivityRow:
    is_user = entry.actor_kind == ActorKind.USER
    return ActivityRow(
        id=entry.pk,
        at=entry.occurred_at,
        actor=users.get(int(entry.actor_id), "A removed person") if is_user else entry.actor_id,
        is_robot=not is_user,
        sentence=SENTENCES[entry.kind].format_map(_words(entry.data, users, roles)),
    )


def _words(facts: Mapping[str, Any], users: dict[int, str], roles: dict[str, str]) -> dict[str, Any]:
    """The facts of an entry as words: ids of users and slugs of roles by their names."""
    return {
        **facts,
        "person": users.get(facts.get("user_id", 0), "a removed person"),
        "role": roles.get(facts.get("role", ""), facts.get("role", "")),
        "before": roles.get(facts.get("before", ""), facts.get("before", "")),
        "sessions": _counted(facts.get("sessions", 1), "session"),
        "dropped": " and deleted its data" if facts.get("dropped") else "",
    }


def _counted(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number} {noun}s"
