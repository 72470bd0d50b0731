"""OpenID Connect against a real provider: who gets in, what is asked and checked, and what a page says otherwise."""

from __future__ import annotations

import base64
import hashlib
import socket
from urllib.parse import urlencode

import pytest
from oidc_provider_mock import User as Claims

from config import env
from tenants.accounts.single_sign_on import nonce_of
from tests.tenants.accounts.browsing import AGENCY, Browser
from tests.tenants.accounts.issuer import BEGIN, Issuer, query_of, running

# The provider's own use of its libraries, in a thread of this process.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

ADA = "ada@acme.example"
PEOPLE = (
    Claims(sub="ada", claims={"email": ADA, "email_verified": True}),
    Claims(sub="stranger", claims={"email": "eve@elsewhere.example", "email_verified": True}),
    Claims(sub="unverified", claims={"email": ADA, "email_verified": False}),
    Claims(sub="unverified-in-words", claims={"email": ADA, "email_verified": "false"}),
    Claims(sub="verified-in-words", claims={"email": ADA, "email_verified": "true"}),
    Claims(sub="unstated", claims={"email": ADA}),
    Claims(sub="nameless", claims={}),
)
AUTHORIZE, TOKEN = "/oauth2/authorize", "/oauth2/token"


@pytest.fixture(scope="module")
def provider():
    with running(*PEOPLE) as issuer:
        yield issuer


@pytest.fixture
def issuer(provider: Issuer, settings, db) -> Issuer:
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [provider.app()]}}
    return provider


def signed_in(browser: Browser) -> bool:
    return bool(browser.get(f"{AGENCY}/profile/", follow=False).status_code == 200)


# --- Who gets in ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sub", ["ada", "verified-in-words"])
def test_somebody_with_a_verified_address_that_was_invited_gets_in(visitor, issuer, ada_user, sub):
    issuer.sign_in(visitor, sub)

    assert signed_in(visitor)


def test_a_second_sign_in_finds_the_same_person(visitor, issuer, ada_user):
    issuer.sign_in(visitor, "ada")
    again = Browser()
    issuer.sign_in(again, "ada")

    assert signed_in(again)


@pytest.mark.parametrize("trusts", [False, True])
def test_an_issuer_that_does_not_state_verification_is_trusted_when_the_setting_says_so(
    visitor, issuer, ada_user, settings, trusts
):
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [issuer.app(trust_email=trusts)]}}

    page = issuer.sign_in(visitor, "unstated")

    assert signed_in(visitor) is trusts
    if not trusts:
        assert page.status_code == 403
        assert "OPENID_TRUST_EMAIL" in page.content.decode()


@pytest.mark.parametrize("sub", ["unverified", "unverified-in-words"])
@pytest.mark.parametrize("trusts", [False, True])
def test_an_address_the_issuer_calls_unverified_opens_nothing_whatever_is_trusted(
    visitor, issuer, ada_user, settings, sub, trusts
):
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [issuer.app(trust_email=trusts)]}}

    page = issuer.sign_in(visitor, sub)

    assert page.status_code == 403
    assert "verified" in page.content.decode()
    assert not signed_in(visitor)


# --- What is asked and checked -------------------------------------------------------------------------------


def test_the_code_is_bound_to_the_browser_by_pkce_and_nonce(visitor, issuer, ada_user):
    issuer.sign_in(visitor, "ada")
    asked, redeemed = issuer.last(AUTHORIZE), issuer.last(TOKEN)

    digest = hashlib.sha256(redeemed["code_verifier"].encode()).digest()
    assert asked["code_challenge_method"] == "S256"
    assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert asked["nonce"] == nonce_of(redeemed["code_verifier"])
    assert len(redeemed["code_verifier"]) >= 43


def test_two_sign_ins_share_neither_challenge_nor_nonce_nor_state(visitor, issuer):
    first, second = query_of(issuer.go(visitor)), query_of(issuer.go(Browser()))

    for name in ("code_challenge", "nonce", "state"):
        assert first[name] != second[name]


def test_a_code_of_another_sign_in_opens_nothing(visitor, issuer, ada_user):
    """The attacker's code, in the state of the victim's browser. This provider checks no PKCE, so the nonce must."""
    stolen = query_of(issuer.consent(issuer.go(Browser()), "ada"))["code"]
    state = query_of(issuer.go(visitor))["state"]

    page = visitor.get(f"{BEGIN}callback/?{urlencode({'code': stolen, 'state': state})}")

    assert page.status_code == 403
    assert "can&#x27;t be trusted" in page.content.decode()
    assert not signed_in(visitor)


def test_a_nonce_that_was_changed_on_the_way_opens_nothing(visitor, issuer, ada_user):
    address = issuer.go(visitor)
    changed = address.replace(query_of(address)["nonce"], "0" * 64)

    page = visitor.get(issuer.consent(changed, "ada"))

    assert page.status_code == 403
    assert not signed_in(visitor)


@pytest.mark.parametrize("asked", ["nonce=known", "redirect_uri=https://evil.example/", "client_id=other"])
def test_a_link_cannot_choose_what_the_issuer_is_asked(visitor, issuer, asked):
    page = visitor.post(f"{BEGIN}?{urlencode({'auth_params': asked, 'scope': 'offline_access'})}")
    told = query_of(page.context["address"])

    name, _, value = asked.partition("=")
    assert told[name] != value
    assert "offline_access" not in told["scope"]


def test_pkce_is_on_for_the_issuer_that_the_environment_names(monkeypatch):
    for name in ("OPENID_URL", "OPENID_CLIENT_ID", "OPENID_CLIENT_SECRET"):
        monkeypatch.setenv(name, "https://id.agency.example")
    [app] = env.openid_apps()
    assert app["settings"]["oauth_pkce_enabled"] is True
    assert app["settings"]["trust_email"] is False

    monkeypatch.setenv("OPENID_TRUST_EMAIL", "1")

    assert env.openid_apps()[0]["settings"]["trust_email"] is True


# --- What a page says ----------------------------------------------------------------------------------------


def test_somebody_whom_nobody_invited_is_told_so(visitor, issuer, ada_user):
    page = issuer.sign_in(visitor, "stranger")

    assert page.status_code == 403
    assert "No account for eve@elsewhere.example" in page.content.decode()
    assert "invitation" in page.content.decode()
    assert not signed_in(visitor)


def test_an_issuer_that_names_no_address_is_told_of(visitor, issuer, ada_user):
    page = issuer.sign_in(visitor, "nameless")

    assert page.status_code == 403
    assert "sent no email address" in page.content.decode()


def test_an_issuer_that_cannot_be_reached_is_told_of(visitor, issuer, settings):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{held.getsockname()[1]}"
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [issuer.app(server_url=closed)]}}

    page = visitor.post(BEGIN)

    assert page.status_code == 502
    assert "Agency ID can&#x27;t be reached" in page.content.decode()


def test_an_issuer_that_is_gone_when_people_come_back_is_told_of(visitor, issuer, ada_user, settings):
    back = issuer.consent(issuer.go(visitor), "ada")
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{held.getsockname()[1]}"
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [issuer.app(server_url=closed)]}}

    assert visitor.get(back).status_code == 502
    assert not signed_in(visitor)


def test_an_issuer_that_answers_nonsense_is_told_of(visitor, issuer, settings):
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"APPS": [issuer.app(server_url=f"{issuer.url}/jwks?/.well-known/")]}
    }

    assert visitor.post(BEGIN).status_code == 502


def test_a_sign_in_that_was_begun_elsewhere_is_told_of(visitor, issuer, ada_user):
    back = issuer.consent(issuer.go(Browser()), "ada")

    page = visitor.get(back)

    assert page.status_code == 403
    assert "This sign-in expired" in page.content.decode()
    assert not signed_in(visitor)


def test_a_way_back_opens_once(visitor, issuer, ada_user):
    back = issuer.consent(issuer.go(visitor), "ada")
    visitor.get(back)
    visitor.post(f"{AGENCY}/accounts/logout/")

    page = visitor.get(back)

    assert page.status_code == 403
    assert not signed_in(visitor)


def test_somebody_who_says_no_at_the_issuer_comes_back_to_a_page(visitor, issuer):
    state = query_of(issuer.go(visitor))["state"]

    page = visitor.get(f"{BEGIN}callback/?{urlencode({'error': 'access_denied', 'state': state})}")

    assert "Sign-in cancelled" in page.content.decode()


def test_an_error_of_the_issuer_is_shown_as_text(visitor, issuer):
    state = query_of(issuer.go(visitor))["state"]

    page = visitor.get(f"{BEGIN}callback/?{urlencode({'error': '<b>server_error</b>', 'state': state})}")

    assert page.status_code == 403
    assert "&lt;b&gt;server_error&lt;/b&gt;" in page.content.decode()
