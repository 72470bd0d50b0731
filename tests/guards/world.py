"""Two clients with the same things in them, so that one can be tried with the other's ids.

Globex's ids are far from Acme's, and every word said at Globex contains SECRET: whatever answers with either, or
changes a row of Globex's, has let somebody through.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test import Client as Browser

from inbox.actions import channels, converse, reply
from inbox.actions.receive import receive_messages
from inbox.connectors.networks.webhook.signing import new_secret
from inbox.evaluation import BrandFacts, HouseRules, TargetRule
from inbox.models import Conversation, Message
from inbox.queries.facts import reply_facts
from inbox.wiring import gates
from tenants.accounts import actions, keys
from tenants.accounts.actors import INSTALLER, RECEIVER, Actor
from tenants.accounts.models import Handover, Seat, User
from tenants.accounts.permissions import ALL
from tenants.kernel.schema import as_owner, inside, outside
from tenants.ledger.dispatch import dispatch
from tenants.models import Client, Receipt
from tests.conftest import NOON, acting, engage_all, let_in, said, session_of

SECRET = "globex-secret"
FAR = 900_000
LATER = NOON + timedelta(hours=9)


@dataclass(frozen=True, slots=True)
class Stock:
    """What there is at one client, by the names that addresses use."""

    client: Client
    user: User
    actor: Actor
    ids: dict[str, int]
    token: str
    account: str
    browser: Browser
    """Its user's, signed in at this client; whatever it asks for is asked of Acme's host."""
    rows: dict[str, list[Any]] = field(default_factory=dict)
    """Everything there was when the test began."""


def stock(client: Client, user: User, *, word: str) -> Stock:
    """A channel, a conversation with a note and a reply, a term, a token, a receipt, a slip."""
    actor = acting(user, "manager")
    with inside(client):
        ids = _inbox(client, actor, word=word)
        dispatch(at=LATER)
    with outside():
        token, plain = actions.issue_token(
            by=INSTALLER, client_id=client.pk, name=f"{word} token", permissions=ALL, expires_at=None, at=NOON
        )
        ids |= {"token_id": token.pk, "seat_id": Seat.objects.get(user=user).pk, "user_id": user.pk}
        ids |= _deliveries(client, user, ids, word=word)
    browser = Browser(SERVER_NAME=f"acme.{settings.RAPPORT_BASE_HOST}")
    with inside(client):
        let_in(browser, user)
    stocked = Stock(client, user, actor, ids, plain, f"{client.slug}-shop", browser)
    stocked.rows.update(everything_at(stocked))
    return stocked


def _inbox(client: Client, actor: Actor, *, word: str) -> dict[str, int]:
    channel = channels.connect_channel(
        client_id=client.pk,
        network="mastodon",
        connector="webhook",
        name=f"{word} channel",
        account=f"{client.slug}-shop",
        credentials={"secret": new_secret()},
        by=actor,
        at=NOON,
    )
    rules = HouseRules(BrandFacts(name=client.name), targets=(TargetRule(3600, 7200),))
    receive_messages(
        channel=channel,
        messages=[
            said(f"{word}-1", f"{word} asks", who=word),
            said(f"{word}-2", f"{word} again", who=f"{word}2"),
        ],
        rules=rules,
        evaluate=engage_all,
        by=RECEIVER,
        at=LATER,
    )
    conversation = Conversation.objects.order_by("pk")[0]
    message = Message.objects.filter(conversation=conversation).latest("pk")
    converse.add_note(conversation_id=conversation.pk, text=f"{word} note", by=actor, at=LATER)
    converse.assign_conversation(conversation_id=conversation.pk, to=actor.user_id, by=actor, at=LATER)
    conversation.refresh_from_db()
    facts = reply_facts(conversation=conversation, text=f"{word} reply", private=False, by=actor, at=LATER)
    queued = reply.queue_reply(
        conversation_id=conversation.pk,
        text=f"{word} reply",
        private=False,
        seen_version=conversation.version,
        sent_anyway=False,
        gates=gates(),
        facts=facts,
        by=actor,
        at=LATER,
    )
    term = channels.add_term(text=f"{word} term", fuzzy=False, excludes=[], by=actor, at=LATER)
    return {
        "channel_id": channel.pk,
        "conversation_id": conversation.pk,
        "other_conversation_id": Conversation.objects.order_by("pk")[1].pk,
        "message_id": message.pk,
        "reply_id": queued.pk,
        "term_id": term.pk,
    }


def _deliveries(client: Client, user: User, ids: dict[str, int], *, word: str) -> dict[str, int]:
    item = {
        "external_id": f"{word}-3",
        "kind": "mention",
        "text": f"{word} arrives",
        "sent_at": NOON.isoformat(),
        "author": {"external_id": word, "name": word},
    }
    receipt = Receipt.objects.create(
        network="webhook",
        delivery_id=f"{word}-waiting",
        account=f"{client.slug}-shop",
        client_id=client.pk,
        channel_id=ids["channel_id"],
        body=json.dumps(item).encode(),
        received_at=LATER,
    )
    session = session_of(user)
    slip = Handover.objects.create(
        client_id=client.pk,
        user=user,
        session=session,
        hashed=keys.fingerprint(word),
        goes_to=f"/{word}/",
        made_at=LATER,
        expires_at=LATER + timedelta(seconds=30),
    )
    return {
        "receipt_id": receipt.pk,
        "delivery_id": receipt.pk,  # as the API calls it
        "handover_id": slip.pk,
        "session_id": session.pk,
    }


def move_ids_away(client: Client) -> None:
    """Let the client's ids begin where no other client has any."""
    with as_owner(), inside(client), connection.cursor() as cursor:
        for model in apps.get_app_config("inbox").get_models():
            if model._meta.pk.get_internal_type() == "BigAutoField":
                name = model._meta.db_table
                cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [name, FAR])


SHARED = [
    "accounts_apitoken",
    "accounts_handover",
    "accounts_seat",
    "tenants_deskitem",
    "tenants_receipt",
    "tenants_route",
]


def everything_at(stocked: Stock) -> dict[str, list[Any]]:
    """Every row of the client, in its schema and in the shared tables, as the owner reads it."""
    found: dict[str, list[Any]] = {}
    with as_owner(), outside(), connection.cursor() as cursor:
        schema = stocked.client.schema_name
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [schema])
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT to_jsonb(line) FROM "{schema}"."{table}" line')
            found[table] = sorted((row for (row,) in cursor.fetchall()), key=str)
        for table in SHARED:
            cursor.execute(
                f"SELECT to_jsonb(line) FROM public.{table} line WHERE client_id = %s", [stocked.client.pk]
            )
            found[f"public.{table}"] = sorted((row for (row,) in cursor.fetchall()), key=str)
    return found
