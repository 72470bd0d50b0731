"""Roles that need two steps: their people are led to set one up before anything else works, on every host."""

from __future__ import annotations

import pytest

from config import env
from tenants.accounts import actions
from tenants.accounts.actors import INSTALLER
from tenants.accounts.models import Role, Seat
from tenants.accounts.permissions import Permission
from tenants.kernel.schema import outside
from tests.conftest import NOON, person
from tests.tenants.accounts.browsing import ACME, AGENCY, PASSWORD, Browser
from tests.tenants.accounts.test_sign_in import with_codes

PAGE = f"{AGENCY}/second-factor/"
SHUT_AT_AGENCY = ("/", "/people/", "/profile/", "/brands/", "/deliveries/", "/enter/acme/")
SHUT_AT_ACME = ("/", "/people/", "/tokens/", "/channels/", "/reports/first-response/")


@pytest.fixture(autouse=True)
def _owners_need_two_steps(settings):
    settings.RAPPORT_SECOND_FACTOR_ROLES = frozenset({"owner"})


@pytest.fixture
def owner(visitor, owner_user) -> Browser:
    """Signed in with a password only."""
    visitor.sign_in(owner_user, next_path="/sessions/")
    return visitor


@pytest.fixture
def acme_owner(acme, visitor) -> Browser:
    """An owner at Acme only, who is at Acme's host already: the role was given meanwhile."""
    user = person("ona@acme.example", "Ona", role="responder", client=acme)
    visitor.enter(user)
    with outside():
        Seat.objects.filter(user=user).update(role=Role.objects.get(slug="owner"))
    return visitor


def test_owners_need_it_by_default(monkeypatch):
    assert env.words("RAPPORT_SECOND_FACTOR_ROLES", "owner") == {"owner"}

    monkeypatch.setenv("RAPPORT_SECOND_FACTOR_ROLES", "owner, manager")
    assert env.words("RAPPORT_SECOND_FACTOR_ROLES", "owner") == {"owner", "manager"}

    monkeypatch.setenv("RAPPORT_SECOND_FACTOR_ROLES", "none")
    assert env.words("RAPPORT_SECOND_FACTOR_ROLES", "owner") == frozenset()

    monkeypatch.setenv("RAPPORT_SECOND_FACTOR_ROLES", "none,owner")
    with pytest.raises(env.Misconfigured, match="none"):
        env.words("RAPPORT_SECOND_FACTOR_ROLES", "owner")


@pytest.mark.parametrize("path", SHUT_AT_AGENCY)
def test_every_page_of_the_agency_leads_an_owner_with_a_password_only_to_the_setup(owner, acme, path):
    page = owner.get(f"{AGENCY}{path}")

    assert owner.way[-1] == PAGE
    assert "Your role, Owner, requires a second step" in page.content.decode()
    assert "/accounts/2fa/totp/activate/" in page.content.decode()
    assert "/accounts/2fa/webauthn/add/" in page.content.decode()


@pytest.mark.parametrize("path", SHUT_AT_ACME)
def test_every_page_of_a_client_leads_there_too(acme_owner, path):
    answer = acme_owner.get(f"{ACME}{path}", follow=False)

    assert answer.status_code == 302
    assert answer["Location"] == PAGE


def test_whatever_is_not_a_page_is_refused_in_the_form_its_asker_reads(acme_owner):
    api = acme_owner.get(f"{ACME}/api/v1/conversations")
    part = acme_owner.get(f"{ACME}/people/", **{"HX-Request": "true"})
    stream = acme_owner.get(f"{ACME}/stream/", **{"Sec-Fetch-Mode": "cors"})
    form = acme_owner.post(f"{ACME}/people/", {"act": "take", "seat": "1"})

    assert api.status_code == 403
    assert api.json()["type"] == "about:blank#second_factor_needed"
    assert PAGE in api.json()["detail"]
    assert part["HX-Redirect"] == PAGE
    assert stream.status_code == 403
    assert form.status_code == 403
    assert "two-step sign-in" in form.content.decode()


def test_nothing_is_done_before_it_is_set_up(owner, acme):
    role = Role.objects.get(slug="manager").pk
    invited = {"name": "Eve", "email": "eve@x.example", "place": "agency", "role": role, "act": "invite"}
    answer = owner.post(f"{AGENCY}/people/", invited)

    assert answer.status_code == 403
    with outside():
        assert not Seat.objects.filter(user__email="eve@x.example").exists()


def test_with_an_authenticator_app_everything_opens_again(visitor, owner_user):
    with_codes(visitor, owner_user)

    assert visitor.get(f"{AGENCY}/people/", follow=False).status_code == 200
    assert visitor.get(f"{ACME}/people/").status_code == 200


def test_recovery_codes_alone_are_no_second_factor(owner):
    owner.post(f"{AGENCY}/accounts/reauthenticate/", {"password": PASSWORD})
    owner.post(f"{AGENCY}/accounts/2fa/recovery-codes/generate/")

    assert owner.get(f"{AGENCY}/people/", follow=False)["Location"] == PAGE


def test_without_a_second_factor_the_way_out_stays_open(owner):
    assert owner.get(f"{AGENCY}/sessions/").status_code == 200
    owner.post(f"{AGENCY}/accounts/logout/")

    assert "login" in owner.get(f"{AGENCY}/people/").request["PATH_INFO"]


def test_taking_the_last_second_factor_away_shuts_the_pages_again(visitor, owner_user, acme):
    with_codes(visitor, owner_user)
    visitor.get(f"{ACME}/people/")
    visitor.post(f"{AGENCY}/accounts/2fa/totp/deactivate/")

    assert visitor.get(f"{AGENCY}/people/", follow=False)["Location"] == PAGE
    assert visitor.get(f"{ACME}/people/", follow=False)["Location"] == PAGE


def test_others_are_asked_for_nothing(visitor, ada_user):
    page = visitor.enter(ada_user)

    assert page.status_code == 200
    assert visitor.way[-1] == f"{ACME}/people/"


def test_a_token_is_not_asked_for_a_second_factor(acme_owner, acme):
    with outside():
        _, plain = actions.issue_token(
            by=INSTALLER,
            client_id=acme.pk,
            name="reader",
            permissions={Permission.VIEW},
            expires_at=None,
            at=NOON,
        )

    for browser in (Browser(), acme_owner):
        answer = browser.get(f"{ACME}/api/v1/conversations", Authorization=f"Bearer {plain}")
        assert answer.status_code == 200


def test_somebody_who_needs_none_is_led_on_from_the_page(visitor, ada_user):
    visitor.sign_in(ada_user, next_path="/profile/")

    assert visitor.get(PAGE, follow=False).status_code == 302
