"""What an installation that is to be ill-treated holds, made by a process of its own that logs in as the owner.

`House.stage` (house.py) runs it with Django set up: `open`, `answer URL NUMBER`, `programs URL NUMBER` or `verify`.
"""

from __future__ import annotations

import json
import sys
from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.utils.timezone import now

from inbox.actions import channels
from inbox.actions.receive import receive_messages
from inbox.actions.reply import queue_reply
from inbox.connectors.networks.webhook.signing import new_secret
from inbox.connectors.ports import IncomingAuthor, IncomingMessage, Kind
from inbox.models import Channel, Message
from inbox.queries.facts import reply_facts
from inbox.wiring import evaluator, gates, house_rules
from tenants import opening
from tenants.accounts import keys
from tenants.accounts.actors import INSTALLER, RECEIVER, Actor, ActorKind
from tenants.accounts.models import ApiToken, Role, Seat, User
from tenants.accounts.permissions import FIRST_ROLES, Permission
from tenants.kernel import vault
from tenants.kernel.schema import inside, outside
from tenants.models import Client

ACCOUNT = "acme-shop"
ANSWER = frozenset(
    {Permission.VIEW, Permission.VIEW_PRIVATE, Permission.REPLY_PUBLIC, Permission.REPLY_PRIVATE}
)


def main(verb: str, *words: str) -> None:
    """Do it, and tell the facts as one line of JSON."""
    facts: dict[str, Any]
    if verb == "open":
        facts = open_acme()
    elif verb == "verify":
        facts = verify()
    else:
        make = answer if verb == "answer" else programs
        facts = make(return_url=words[0], number=int(words[1]))
    sys.stdout.write(json.dumps(facts) + "\n")


def open_acme() -> dict[str, str]:
    """A migrated database with one client and one channel."""
    call_command("migrate", verbosity=0)
    host = f"acme.{settings.RAPPORT_BASE_HOST}"
    acme = opening.open_client(slug="acme", name="Acme", at=now(), hosts=(host,))
    secret = new_secret()
    with inside(acme):
        channels.connect_channel(
            client_id=acme.pk,
            network="mastodon",
            connector="webhook",
            name="The shop",
            account=ACCOUNT,
            credentials={"secret": secret},
            by=INSTALLER,
            at=now(),
        )
    return {"secret": secret, "account": ACCOUNT}


def _grace() -> Actor:
    """Somebody who may answer: the outbox asks for the right once more before it sends."""
    name, sentence, permissions = FIRST_ROLES["responder"]
    facts = {"name": name, "sentence": sentence, "permissions": sorted(permissions)}
    role, _ = Role.objects.update_or_create(slug="responder", defaults=facts)
    user = User.objects.create_user("grace@agency.example", "correct horse battery", name="Grace Hopper")
    Seat.objects.create(user=user, client_id=None, role=role, given_at=now())
    return Actor(ActorKind.USER, str(user.pk), user.name, permissions, user_id=user.pk)


def programs(*, return_url: str, number: int) -> dict[str, Any]:
    """Tokens that may answer at Acme, whose channel publishes at this address."""
    with outside():
        acme, grace = Client.objects.get(slug="acme"), _grace()
        fresh = [keys.new_token() for _ in range(number)]
        for n, key in enumerate(fresh):
            ApiToken.objects.create(
                client_id=acme.pk,
                name=f"Program {n}",
                prefix=key.prefix,
                hashed=key.hashed,
                permissions=sorted(ANSWER),
                made_by_id=grace.user_id or 0,
                made_at=now(),
            )
    with inside(acme):
        _publish_at(return_url)
    return {"tokens": [key.plain for key in fresh]}


def verify() -> dict[str, Any]:
    """Walk the ledger's chain of hashes; fails when it is broken."""
    call_command("verify_ledger", stdout=StringIO())
    return {"verified": True}


def _publish_at(return_url: str) -> Channel:
    channel = Channel.objects.get(account=ACCOUNT)
    credentials = {**vault.unseal(channel.sealed), "return_url": return_url, "allow_private": True}
    channels.change_credentials(channel_id=channel.pk, credentials=credentials, by=INSTALLER, at=now())
    return channel


def answer(*, return_url: str, number: int) -> dict[str, int]:
    """Questions of as many people, each with an answer in the outbox that is due at once."""
    with outside():
        acme, grace = Client.objects.get(slug="acme"), _grace()
    with inside(acme):
        channel = _publish_at(return_url)
        receive_messages(
            channel=channel,
            messages=[_question(n) for n in range(number)],
            rules=house_rules(),
            evaluate=evaluator(),
            by=RECEIVER,
            at=now(),
        )
        for message in Message.objects.select_related("conversation__channel").order_by("pk"):
            _queue(message, by=grace)
    return {"queued": number}


def _question(number: int) -> IncomingMessage:
    return IncomingMessage(
        external_id=f"question-{number}",
        kind=Kind.COMMENT,
        author=IncomingAuthor(external_id=f"customer-{number}", name=f"Customer {number}"),
        text=f"Where is my order number {number}?",
        sent_at=now(),
    )


def _queue(message: Message, *, by: Actor) -> None:
    text = f"It leaves tomorrow ({message.external_id})."
    conversation = message.conversation
    facts = reply_facts(conversation=conversation, text=text, private=False, by=by, at=now())
    queue_reply(
        conversation_id=conversation.pk,
        text=text,
        private=False,
        seen_version=conversation.version,
        sent_anyway=False,
        gates=gates(),
        facts=facts,
        by=by,
        at=now(),
    )
