"""What an installation of the backup tests holds, and what is to be seen in it. Run by a process of its own.

`at_home(home, verb, *words)` (conftest.py) runs it with Django set up as the owner; each verb prints one line of JSON.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client as Browser
from django.utils.timezone import now

from config.backups import figures, loading, making, reading
from config.backups.sealed import Cost
from config.door.home import Home
from config.door.trouble import Trouble
from inbox.actions import channels
from inbox.actions.receive import receive_messages
from inbox.connectors.networks.webhook.signing import new_secret
from inbox.connectors.ports import IncomingAuthor, IncomingMessage, Kind
from inbox.models import Channel, Message
from inbox.wiring import evaluator, house_rules
from tenants import opening
from tenants.accounts.actions import first_roles
from tenants.accounts.actors import INSTALLER, RECEIVER
from tenants.accounts.models import Role, Seat, User
from tenants.kernel import vault
from tenants.kernel.schema import as_owner, inside, outside
from tenants.ledger.dispatch import dispatch
from tenants.ledger.models import Cursor, Entry, Seal
from tenants.models import Client, Receipt, Route

PASSWORD = "correct horse battery"
PASSPHRASE = "a passphrase for tests"
CHEAP = Cost(n=16)
NOT_COMPARED = (
    "django_session", "django_migrations", "tenants_blueprint", "ledger_entry", "ledger_seal", "ledger_cursor",
)  # fmt: skip
"""What a restore makes anew, and the ledger, whose places are moved and whose chain is compared instead."""


def main(verb: str, *words: str) -> None:
    verbs: dict[str, Callable[..., object]] = {
        "furnish": furnish, "look": look, "sign_in": sign_in, "go_on": go_on, "back_up": back_up,
        "fail_to_restore": fail_to_restore,
    }  # fmt: skip
    sys.stdout.write(json.dumps(verbs[verb](*words)) + "\n")


# --- Making ------------------------------------------------------------------------------------------
def furnish() -> dict[str, object]:
    """Two open clients with messages, answers, credentials and people, and one that is closed."""
    call_command("migrate", verbosity=0)
    with as_owner(), outside():
        first_roles(at=now())
    secrets = {}
    for slug, number in (("acme", 12), ("globex", 5), ("initech", 2)):
        client = opening.open_client(slug=slug, name=slug.title(), at=now(), hosts=(f"{slug}.localhost",))
        secrets[slug] = _connect(client)
        _receive(client, number)
        _keep_receipts(client)
        _person(f"manager@{slug}.example", "manager", client.pk)
    grace = _person("grace@agency.example", "owner", None)
    with outside():
        totp = {"secret": vault.seal({"plain": "JBSWY3DPEHPK3PXP"}).decode()}
        other = _person("totp@agency.example", "responder", None)
        Authenticator.objects.create(user=other, type="totp", data=totp)
    opening.close_client(slug="initech", at=now(), drop=False)
    return {"secrets": secrets, "grace": grace.pk}


def _connect(client: Client) -> str:
    secret = new_secret()
    with inside(client):
        channels.connect_channel(
            client_id=client.pk, network="mastodon", connector="webhook", name="The shop",
            account=f"{client.slug}-shop", credentials={"secret": secret}, by=INSTALLER, at=now(),
        )  # fmt: skip
    return secret


def _keep_receipts(client: Client) -> None:
    """Rows of very different sizes with gaps between them: loaded anew, they come to lie in another order."""
    sizes = random.Random(client.pk)
    with as_owner(), outside():
        Receipt.objects.bulk_create([
            Receipt(
                network="webhook", delivery_id=str(each), account=f"{client.slug}-shop", client_id=client.pk,
                channel_id=1, body=sizes.randbytes(sizes.randrange(50, 1900)), received_at=now(), state="read",
                read_at=now(),
            ) for each in range(300)
        ])  # fmt: skip
        Receipt.objects.filter(delivery_id__regex="[2468]$").delete()


def _receive(client: Client, number: int, *, first: int = 0) -> None:
    """Messages, one transaction each, some answered by the brand; then everybody who listens is told."""
    with inside(client):
        channel = Channel.objects.get()
        for each in range(first, first + number):
            at = now() - timedelta(hours=number - each + first)
            said = [_said(f"q{each}", at, brand=False)]
            if each % 3 == 0:
                said.append(_said(f"a{each}", at + timedelta(minutes=7), brand=True, parent=f"q{each}"))
            receive_messages(
                channel=channel,
                messages=said,
                rules=house_rules(),
                evaluate=evaluator(),
                by=RECEIVER,
                at=now(),
            )
        dispatch(at=now())


def _said(name: str, at: datetime, *, brand: bool, parent: str = "") -> IncomingMessage:
    who = "brand" if brand else f"author of {name}"
    return IncomingMessage(
        external_id=name, kind=Kind.COMMENT, text=f"Where is my order?\tBack\\slash\nand “more” of {name}",
        author=IncomingAuthor(external_id=who, name=who, is_brand=brand), sent_at=at, in_reply_to=parent,
    )  # fmt: skip


def _person(email: str, role: str, client_id: int | None) -> User:
    with as_owner(), outside():
        user = User.objects.create_user(email, PASSWORD, name=email.partition("@")[0].title())
        Seat.objects.create(user=user, client_id=client_id, role=Role.objects.get(slug=role), given_at=now())
    return user


# --- Looking -----------------------------------------------------------------------------------------
def look(at: str) -> dict[str, object]:
    """Every table's rows, and each client's figures, ledger and credentials, as its own role sees them."""
    moment = datetime.fromisoformat(at)
    found: dict[str, object] = {"tables": _tables()}
    with outside():
        clients = list(Client.objects.order_by("pk"))
        found["routes"] = {route.account: vault.unseal(route.sealed) for route in Route.objects.all()}
        found["totp"] = [vault.unseal(each.data["secret"].encode()) for each in Authenticator.objects.all()]
    for client in clients:
        with inside(client):
            found[client.slug] = figures.read(at=moment)
            found[f"{client.slug} broken"] = figures.differences(None, at=moment)
            found[f"{client.slug} credentials"] = [
                vault.unseal(each.sealed) for each in Channel.objects.all()
            ]
    return found


def _tables() -> dict[str, list[object]]:
    found = {}
    with as_owner(), outside(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        for schema, table in cursor.fetchall():
            if table not in NOT_COMPARED:
                # What the server computes itself depends on its version and locale.
                cursor.execute(
                    "SELECT array_agg(column_name::text) FROM information_schema.columns "
                    "WHERE table_schema = %s AND table_name = %s AND is_generated = 'ALWAYS'",
                    [schema, table],
                )
                (computed,) = cursor.fetchall()[0]
                cursor.execute(
                    f"SELECT count(*), md5(string_agg(kept, ',' ORDER BY kept)) FROM (SELECT (to_jsonb(line) - "
                    f"%s::text[])::text AS kept FROM {schema}.{table} AS line) AS lines",
                    [computed or []],
                )
                found[f"{schema}.{table}"] = list(cursor.fetchone() or ())
    return found


def sign_in(host: str, email: str) -> dict[str, object]:
    """Sign in as people do, and look at the first page."""
    browser = Browser(SERVER_NAME=host)
    answer = browser.post("/accounts/login/", {"login": email, "password": PASSWORD})
    return {"status": answer.status_code, "page": browser.get("/").status_code}


def go_on(slug: str) -> dict[str, object]:
    """Life after a restore: something comes in, and every subscriber hears of it."""
    with outside():
        client = Client.objects.get(slug=slug)
    with inside(client):
        before = (Entry.objects.count(), Seal.objects.count(), Message.objects.count())
    _receive(client, 1, first=1000)
    with inside(client):
        newest = Entry.objects.order_by("-pk").values_list("pk", flat=True).first()
        return {
            "new entries": Entry.objects.count() - before[0],
            "new seals": Seal.objects.count() - before[1],
            "new messages": Message.objects.count() - before[2],
            "broken": figures.differences(None, at=now()),
            "behind": [each.subscriber for each in Cursor.objects.exclude(entry_id=newest or 0)],
        }


# --- Backing up and restoring in this process --------------------------------------------------------
def back_up(folder: str, *only: str) -> dict[str, object]:
    """A backup that costs little to open. While it is made, somebody else writes to two clients at once."""
    other = psycopg.connect(loading_dsn(), autocommit=True)

    def disturb(_done: float, what: str) -> None:
        if what.startswith("acme.") and not other.closed:
            with other, other.transaction():
                for schema in ("acme", "globex"):
                    other.execute(f"UPDATE {schema}.inbox_channel SET name = 'Disturbed'".encode())

    good = making.make(
        home=Home(settings.RAPPORT_HOME), folder=Path(folder), passphrase=PASSPHRASE, at=now(), only=only,
        say=disturb, cost=CHEAP,
    )  # fmt: skip
    with inside(Client.objects.get(slug="globex")):
        names = list(Channel.objects.values_list("name", flat=True))
    with as_owner(), outside(), connection.cursor() as cursor:
        for schema in ("acme", "globex"):
            cursor.execute(f"UPDATE {schema}.inbox_channel SET name = 'The shop'")
    return {"file": good.file, "rows": good.rows, "at": good.at.isoformat(), "meanwhile": names}


def loading_dsn() -> str:
    connection.ensure_connection()
    info = connection.connection.info
    return f"{info.dsn} password='{info.password}'"


def fail_to_restore(path: str) -> dict[str, object]:
    """A restore that breaks in the middle of its last schema."""
    backup = reading.verify(Path(path), PASSPHRASE)
    backup.manifest["tables"]["public.tenants_route"]["sha256"] = "not this"
    try:
        loading.load(Path(path), backup, passphrase=PASSPHRASE, home=Home(settings.RAPPORT_HOME))
    except Trouble as trouble:
        said = str(trouble)
    loading.must_be_empty()  # raises when something was left
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_namespace WHERE nspname IN ('acme', 'globex', 'rapport_template')"
        )
        (schemas,) = cursor.fetchall()[0]
        return {"said": said, "schemas": schemas}
