"""Keys are rotated in place: everything sealed comes under the newest, and what no key opens is named."""

from __future__ import annotations

from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db.models import BinaryField

from config import seals
from inbox.models import Channel
from tenants.kernel import vault
from tenants.kernel.schema import inside, outside
from tenants.models import Route
from tests.conftest import NOON

OLD, NEW, LOST = (Fernet.generate_key().decode() for _ in range(3))
SECRETS = {"secret": "whsec_one"}


@pytest.fixture
def sealed(acme, globex, ada_user, settings):
    """Credentials of two clients and somebody's second factor, all under the old key."""
    settings.RAPPORT_SEAL_KEYS = [OLD]
    for client in (acme, globex):
        with inside(client):
            channel = Channel.objects.create(
                network="x", connector="webhook", name="X", account=f"{client.slug}-x", connected_at=NOON,
                sealed=vault.seal(SECRETS),
            )  # fmt: skip
        with outside():
            Route.objects.create(
                network="webhook", account=f"{client.slug}-x", client_id=client.pk, channel_id=channel.pk,
                sealed=channel.sealed,
            )  # fmt: skip
    Authenticator.objects.create(
        user=ada_user, type="totp", data={"secret": vault.seal({"plain": "JBSW"}).decode()}
    )


def rotate(*options):
    said = StringIO()
    call_command("rotate_seals", *options, stdout=said)
    return said.getvalue()


def everything(acme, globex):
    with outside():
        found = [bytes(route.sealed) for route in Route.objects.order_by("pk")]
        found.append(Authenticator.objects.get().data["secret"].encode())
    for client in (acme, globex):
        with inside(client):
            found += [bytes(channel.sealed) for channel in Channel.objects.order_by("pk")]
    return found


def test_everything_comes_under_the_newest_key(acme, globex, sealed, settings):
    settings.RAPPORT_SEAL_KEYS = [NEW, OLD]

    said = rotate()

    settings.RAPPORT_SEAL_KEYS = [NEW]
    found = everything(acme, globex)
    assert len(found) == 5
    assert [vault.unseal(one) for one in found] == [SECRETS, SECRETS, {"plain": "JBSW"}, SECRETS, SECRETS]
    assert "The 1 older ones in RAPPORT_SEAL_KEYS can go." in said


def test_a_second_run_renews_nothing(acme, globex, sealed, settings):
    settings.RAPPORT_SEAL_KEYS = [NEW, OLD]
    rotate()
    before = everything(acme, globex)

    said = rotate()

    assert everything(acme, globex) == before
    assert "1 renewed" not in said


def test_checking_changes_nothing_and_fails_while_older_keys_are_needed(acme, globex, sealed, settings):
    settings.RAPPORT_SEAL_KEYS = [NEW, OLD]
    before = everything(acme, globex)

    with pytest.raises(CommandError, match="5 seals need an older key"):
        rotate("--check")
    assert everything(acme, globex) == before

    rotate()
    assert "Every seal is under the newest key" in rotate("--check")


def test_what_no_key_opens_is_named_and_stops_nothing_else(acme, globex, sealed, settings):
    settings.RAPPORT_SEAL_KEYS = [LOST]
    with inside(globex):
        Channel.objects.update(sealed=vault.seal(SECRETS))
        lost = Channel.objects.get().pk
    settings.RAPPORT_SEAL_KEYS = [NEW, OLD]
    said = StringIO()

    with pytest.raises(CommandError, match="1 seals cannot be opened"):
        call_command("rotate_seals", stdout=said)

    assert f"channel {lost} cannot be opened" in said.getvalue()
    settings.RAPPORT_SEAL_KEYS = [NEW]
    with inside(acme):
        assert vault.unseal(Channel.objects.get().sealed) == SECRETS


def test_an_interrupted_run_is_gone_on_with(acme, globex, sealed, settings):
    settings.RAPPORT_SEAL_KEYS = [NEW, OLD]
    next(iter(seals.go_through(change=True)))  # the first place is done, then it is interrupted

    rotate()

    settings.RAPPORT_SEAL_KEYS = [NEW]
    assert [vault.unseal(one) for one in everything(acme, globex)]


def test_every_table_with_seals_is_gone_through():
    columns = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.fields
        if "sealed" in field.name and isinstance(field, BinaryField)
    }

    known = {f"{kind.model.__name__}.{kind.field}" for kind in (*seals.SHARED, *seals.EACH_CLIENT)}
    assert columns == known - {"Authenticator.data"}
