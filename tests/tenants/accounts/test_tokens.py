"""Keys for programs on the page where they are made: shown once, never more than its maker may, revoked at once."""

from __future__ import annotations

import re

import pytest
from django.test import Client as Http
from django.utils.timezone import now

from tenants.accounts.models import ApiToken
from tenants.kernel.schema import inside
from tenants.ledger.models import Entry
from tests.tenants.accounts.browsing import ACME, GLOBEX, Browser

TOKENS = f"{ACME}/tokens/"
FORM = {"act": "make", "name": "ledger sync", "permissions": ["view"], "ends": "90"}


@pytest.fixture
def ada_at_acme(ada_user) -> Browser:
    browser = Browser()
    browser.enter(ada_user)
    return browser


def secret_on(page) -> str:
    found = re.search(r"rpt_[0-9a-f]{10}_[\w-]{43}", page.content.decode())
    return found[0] if found else ""


def test_a_token_is_shown_once_and_works(ada_at_acme, acme):
    made = ada_at_acme.post(TOKENS, FORM)
    plain = secret_on(made)
    again = ada_at_acme.get(TOKENS)

    assert plain
    assert "no-store" in made["Cache-Control"]
    assert secret_on(again) == ""
    assert "ledger sync" in again.content.decode()
    http = Http(SERVER_NAME="acme.localhost")
    assert http.get("/api/v1/conversations", headers={"authorization": f"Bearer {plain}"}).status_code == 200


def test_making_and_revoking_are_recorded(ada_at_acme, ada_user, acme):
    ada_at_acme.post(TOKENS, FORM)
    with inside(acme):
        token = ApiToken.objects.get()
    ada_at_acme.post(TOKENS, {"act": "revoke", "token": token.pk})
    ada_at_acme.post(TOKENS, {"act": "revoke", "token": token.pk})

    with inside(acme):
        assert ApiToken.objects.get().revoked_at is not None
        kinds = list(Entry.objects.filter(kind__startswith="token.").values_list("kind", "actor_id"))
    assert kinds == [("token.issued", str(ada_user.pk)), ("token.revoked", str(ada_user.pk))]


@pytest.mark.parametrize(("ends", "days"), [("30", 30), ("365", 365), ("never", None)])
def test_a_token_ends_when_its_maker_says(ada_at_acme, acme, ends, days):
    ada_at_acme.post(TOKENS, {**FORM, "ends": ends})

    with inside(acme):
        token = ApiToken.objects.get()
    assert (token.expires_at and (token.expires_at - now()).days + 1) == days


@pytest.mark.parametrize(
    "change",
    [
        {"permissions": []},
        {"permissions": ["manage_clients"]},
        {"permissions": ["fly"]},
        {"name": ""},
        {"ends": "0"},
    ],
)
def test_a_token_that_cannot_be_is_not_made(ada_at_acme, acme, change):
    page = ada_at_acme.post(TOKENS, {**FORM, **change})

    assert page.status_code == 422
    assert secret_on(page) == ""
    with inside(acme):
        assert not ApiToken.objects.exists()


def test_rights_the_maker_does_not_have_are_not_offered(ada_at_acme):
    page = ada_at_acme.get(TOKENS).content.decode()

    assert 'value="view_audit"' in page
    assert 'value="manage_clients"' not in page


def test_a_token_of_another_client_is_not_there(ada_at_acme, mallory_user, globex, acme):
    there = Browser()
    there.enter(mallory_user, "globex")
    there.post(f"{GLOBEX}/tokens/", FORM)
    with inside(globex):
        token = ApiToken.objects.get()

    assert ada_at_acme.post(TOKENS, {"act": "revoke", "token": token.pk}).status_code == 404
    assert token.prefix not in ada_at_acme.get(TOKENS).content.decode()
    with inside(globex):
        assert ApiToken.objects.get().revoked_at is None


def test_tokens_are_for_who_may_manage_them(lena_user):
    browser = Browser()
    browser.enter(lena_user)

    assert browser.get(TOKENS).status_code == 403
    assert browser.post(TOKENS, FORM).status_code == 403
