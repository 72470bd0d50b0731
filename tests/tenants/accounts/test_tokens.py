"""Keys for programs on the page where they are made: shown once, never more than its maker may, revoked at once."""

from __future__ import annotations

import re

import pytest
from django.test import Client as Http
from django.utils.timezone import now
from hypothesis import given, strategies

from tenants.accounts import actions
from tenants.accounts.actors import Actor, ActorKind
from tenants.accounts.credentials import rights_left, rights_of_token
from tenants.accounts.models import ApiToken, Role, Seat, User
from tenants.accounts.permissions import Permission
from tenants.kernel.schema import inside, outside
from tenants.ledger.models import Entry
from tests.conftest import acting, person
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


# --- A token ends with its maker's rights ---------------------------------------------------------------------


@pytest.fixture
def program(ada_at_acme):
    """Asks the API with a token that Ada has made."""
    form = {**FORM, "permissions": ["view", "view_audit"], "ends": "never"}
    plain = secret_on(ada_at_acme.post(TOKENS, form))
    http = Http(SERVER_NAME="acme.localhost", headers={"authorization": f"Bearer {plain}"})
    return lambda path="conversations": http.get(f"/api/v1/{path}").status_code


def test_a_token_ends_when_its_maker_is_switched_off(program, ada_user):
    assert program() == 200
    with outside():
        User.objects.filter(pk=ada_user.pk).update(is_active=False)

    assert program() == 401


def test_a_token_ends_when_its_maker_loses_the_seat(program, ada_user):
    with outside():
        Seat.objects.filter(user=ada_user).delete()

    assert program() == 401


def test_a_token_loses_exactly_the_right_that_its_maker_loses(program, ada_user):
    assert (program(), program("entries")) == (200, 200)
    with outside():
        Seat.objects.filter(user=ada_user).update(role=Role.objects.get(slug="responder"))

    assert (program(), program("entries")) == (200, 403)


def test_a_token_has_its_rights_again_when_its_maker_has(program, ada_user):
    with outside():
        User.objects.filter(pk=ada_user.pk).update(is_active=False)
        assert program() == 401
        User.objects.filter(pk=ada_user.pk).update(is_active=True)

    assert program() == 200


def test_a_token_of_somebody_at_the_agency_counts_the_seat_there(acme, grace_user, noon):
    with outside():
        token, _ = actions.issue_token(
            by=acting(grace_user, "owner"),
            client_id=acme.pk,
            name="sync",
            permissions=frozenset({Permission.VIEW, Permission.MANAGE_CLIENTS}),
            expires_at=None,
            at=noon,
        )
    with inside(acme):
        assert rights_of_token(token) == frozenset({Permission.VIEW})


def test_a_token_that_no_person_made_has_what_was_ticked(acme, installer, noon):
    with outside():
        token, _ = actions.issue_token(
            by=installer,
            client_id=acme.pk,
            name="demo",
            permissions=frozenset(Permission),
            expires_at=None,
            at=noon,
        )
    with inside(acme):
        assert rights_of_token(token) == frozenset(Permission)


def test_a_token_makes_no_tokens(acme, noon):
    program = Actor(ActorKind.TOKEN, "abc", "The token “sync”", frozenset(Permission))
    with outside(), pytest.raises(actions.BadToken, match="cannot make another"):
        actions.issue_token(
            by=program, client_id=acme.pk, name="x", permissions={Permission.VIEW}, expires_at=None, at=noon
        )


SOME = strategies.frozensets(strategies.sampled_from(Permission))


@given(ticked=SOME, makers=SOME)
def test_a_token_never_may_more_than_was_ticked_nor_more_than_its_maker(ticked, makers):
    left = rights_left(sorted(ticked), makers)

    assert left == ticked & makers
    assert rights_left(sorted(ticked), None) is None


def test_the_page_says_that_a_token_has_ended_with_its_maker(ada_at_acme, program, ada_user, acme):
    other = Browser()
    other.enter(person("ann@acme.example", "Ann", role="manager", client=acme))
    assert "maker left" not in other.get(TOKENS).content.decode()
    with outside():
        User.objects.filter(pk=ada_user.pk).update(is_active=False)

    assert "maker left" in other.get(TOKENS).content.decode()
