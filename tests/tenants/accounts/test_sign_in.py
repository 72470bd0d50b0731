"""Signing in at the agency: password, codes from a phone, passkeys offered, single sign-on when it is set up."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.db import IntegrityError, transaction

from config import env
from tenants.accounts.models import User
from tenants.kernel.schema import outside
from tests.conftest import person
from tests.tenants.accounts.browsing import AGENCY, PASSWORD, Browser

LOGIN = f"{AGENCY}/accounts/login/"
TOTP = f"{AGENCY}/accounts/2fa/totp/activate/"


def code_for(secret: str) -> str:
    """What the phone shows now."""
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))


def signed_in(visitor: Browser) -> bool:
    return bool(visitor.get(f"{AGENCY}/profile/", follow=False).status_code == 200)


def with_codes(visitor: Browser, user: User) -> str:
    """The person sets codes up, through the pages; the secret on the phone."""
    visitor.sign_in(user, next_path="/profile/")
    visitor.post(f"{AGENCY}/accounts/reauthenticate/", {"password": PASSWORD})
    page = visitor.get(TOTP)
    secret = str(page.context["form"].secret)
    done = visitor.post(TOTP, {"code": code_for(secret)})
    assert done.status_code == 200, done.content
    return secret


# --- Password ------------------------------------------------------------------------------------------------


def test_a_password_opens_the_agency(visitor, ada_user):
    page = visitor.sign_in(ada_user, next_path="/profile/")

    assert page.status_code == 200
    assert signed_in(visitor)
    with outside():
        assert User.objects.get(pk=ada_user.pk).seen_at is not None


def test_the_address_may_be_written_in_any_case(visitor, ada_user):
    visitor.post(LOGIN, {"login": "ADA@acme.example", "password": PASSWORD})

    assert signed_in(visitor)


@pytest.mark.parametrize(
    ("login", "password"), [("ada@acme.example", "wrong"), ("nobody@x.example", PASSWORD)]
)
def test_a_wrong_password_and_an_unknown_address_are_told_alike(visitor, ada_user, login, password):
    page = visitor.post(LOGIN, {"login": login, "password": password})

    assert "That email address and password don&#x27;t match" in page.content.decode()
    assert not signed_in(visitor)


def test_somebody_switched_off_cannot_sign_in(visitor, ada_user):
    with outside():
        User.objects.filter(pk=ada_user.pk).update(is_active=False)
    visitor.sign_in(ada_user)

    assert not signed_in(visitor)


def test_guessing_is_slowed_down(visitor, ada_user):
    for _ in range(6):
        visitor.post(LOGIN, {"login": ada_user.email, "password": "wrong"})
    page = visitor.sign_in(ada_user)

    assert "Too many failed attempts" in page.content.decode()
    assert not signed_in(visitor)


def test_nobody_registers(visitor, db):
    visitor.post(f"{AGENCY}/accounts/signup/", {"email": "eve@evil.example", "password1": PASSWORD})

    with outside():
        assert not User.objects.filter(email="eve@evil.example").exists()


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "http://acme.localhost/"])
def test_signing_in_leads_to_no_other_host(visitor, ada_user, wanted):
    visitor.sign_in(ada_user, next_path=wanted)

    assert all(address.startswith(AGENCY) for address in visitor.way)


def test_a_password_is_kept_as_an_argon2_hash(ada_user):
    with outside():
        assert User.objects.get(pk=ada_user.pk).password.startswith("argon2$")


def test_a_form_without_its_csrf_token_is_refused(ada_user):
    visitor = Browser(check_csrf=True)

    assert visitor.sign_in(ada_user).status_code == 403


def test_a_forgotten_password_is_chosen_anew_by_mail(visitor, ada_user):
    visitor.post(f"{AGENCY}/accounts/password/reset/", {"email": ada_user.email})
    found = re.search(r"http://\S+/accounts/password/reset/key/\S+", str(mail.outbox[0].body))
    assert found
    page = visitor.get(found[0])
    visitor.post(
        visitor.way[-1], {"password1": "a horse of another colour", "password2": "a horse of another colour"}
    )
    visitor.post(LOGIN, {"login": ada_user.email, "password": "a horse of another colour"})

    assert page.status_code == 200
    assert signed_in(visitor)


# --- Codes from a phone --------------------------------------------------------------------------------------


def test_codes_are_asked_for_once_they_are_set_up(visitor, ada_user):
    secret = with_codes(visitor, ada_user)
    again = Browser()
    again.sign_in(ada_user, next_path="/profile/")

    assert again.way[-1].startswith(f"{AGENCY}/accounts/2fa/authenticate/")
    assert not signed_in(again)
    wrong = again.post(f"{AGENCY}/accounts/2fa/authenticate/", {"code": "000000"})
    assert "That code isn&#x27;t right" in wrong.content.decode()
    assert not signed_in(again)
    again.post(f"{AGENCY}/accounts/2fa/authenticate/", {"code": code_for(secret)})
    assert signed_in(again)


def test_a_code_works_once(visitor, ada_user):
    code = code_for(with_codes(visitor, ada_user))
    first, second = Browser(), Browser()
    for browser in (first, second):
        browser.sign_in(ada_user, next_path="/profile/")
        browser.post(f"{AGENCY}/accounts/2fa/authenticate/", {"code": code})

    assert signed_in(first)
    assert not signed_in(second)


def test_a_recovery_code_opens_once_when_the_phone_is_lost(visitor, ada_user):
    with_codes(visitor, ada_user)
    codes = visitor.get(f"{AGENCY}/accounts/2fa/recovery-codes/").context["unused_codes"]
    first, second = Browser(), Browser()

    first.sign_in(ada_user, next_path="/profile/")
    first.post(f"{AGENCY}/accounts/2fa/authenticate/", {"code": codes[0]})
    second.sign_in(ada_user, next_path="/profile/")
    second.post(f"{AGENCY}/accounts/2fa/authenticate/", {"code": codes[0]})

    assert signed_in(first)
    assert not signed_in(second)


def test_the_secret_of_the_codes_is_sealed(visitor, ada_user):
    secret = with_codes(visitor, ada_user)

    with outside():
        row = Authenticator.objects.get(user=ada_user, type=Authenticator.Type.TOTP)
    assert secret not in str(row.data)


def test_people_show_who_signs_in_with_two_steps(visitor, owner_user):
    before = visitor
    before.sign_in(owner_user, next_path="/profile/")
    assert "password only" in before.get(f"{AGENCY}/people/").content.decode()
    with_codes(visitor, owner_user)

    assert "two steps" in visitor.get(f"{AGENCY}/people/").content.decode()


# --- Passkeys ------------------------------------------------------------------------------------------------


def test_the_sign_in_page_offers_passkeys(visitor, db):
    page = visitor.get(LOGIN).content.decode()

    assert "Sign in with a passkey" in page
    assert 'form="mfa_login"' in page


def test_a_passkey_is_asked_for_with_a_fresh_challenge(visitor, db):
    first = visitor.get(f"{AGENCY}/accounts/2fa/webauthn/login/", accept="application/json").json()
    second = visitor.get(f"{AGENCY}/accounts/2fa/webauthn/login/", accept="application/json").json()

    def challenge(answer: dict[str, Any]) -> str:
        return str(answer["request_options"]["publicKey"]["challenge"])

    assert challenge(first) != challenge(second)


def test_a_person_may_add_a_passkey(visitor, ada_user):
    visitor.sign_in(ada_user, next_path="/profile/")
    visitor.post(f"{AGENCY}/accounts/reauthenticate/", {"password": PASSWORD})
    page = visitor.get(f"{AGENCY}/accounts/2fa/webauthn/add/")

    assert page.status_code == 200
    assert '"challenge"' in page.content.decode()


# --- Single sign-on ------------------------------------------------------------------------------------------


def test_single_sign_on_is_not_offered_until_it_is_set_up(visitor, db):
    assert "single sign-on" not in visitor.get(LOGIN).content.decode().lower()


def test_single_sign_on_appears_once_the_environment_names_its_provider(visitor, db, monkeypatch, settings):
    monkeypatch.setenv("OPENID_URL", "https://id.agency.example")
    monkeypatch.setenv("OPENID_NAME", "Agency ID")
    monkeypatch.setenv("OPENID_CLIENT_ID", "rapport")
    monkeypatch.setenv("OPENID_CLIENT_SECRET", "hunter2")
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": env.openid_apps()}}

    page = visitor.get(LOGIN).content.decode()

    assert "Agency ID" in page
    assert "/accounts/oidc/openid/login/" in page
    assert "hunter2" not in page


@pytest.mark.parametrize("missing", ["OPENID_CLIENT_ID", "OPENID_CLIENT_SECRET"])
def test_single_sign_on_that_is_half_set_up_says_what_is_missing(monkeypatch, missing):
    for name in ("OPENID_URL", "OPENID_CLIENT_ID", "OPENID_CLIENT_SECRET"):
        monkeypatch.setenv(name, "https://id.agency.example")
    monkeypatch.delenv(missing)

    with pytest.raises(env.Misconfigured, match=missing):
        env.openid_apps()


def test_a_person_has_one_account_whatever_the_seats(acme, globex):
    user = person("kim@agency.example", "Kim", role="responder", client=acme)

    with outside(), pytest.raises(IntegrityError, match="accounts_user_email"), transaction.atomic():
        User.objects.create_user("KIM@agency.example", None, name="Kim again")
    assert user.seats.count() == 1
