"""A link that opens an account reaches its owner only: not the inviter, not for a known account, not by a detour."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import RequestFactory
from rest_framework.request import Request

from inbox.api.pages import next_address
from tenants.accounts import actions, letters
from tenants.accounts.models import Role, Seat, User
from tenants.kernel.schema import inside, outside
from tenants.ledger.models import Entry
from tenants.ledger.pending import record_pending
from tests.conftest import acting, person
from tests.tenants.accounts.browsing import AGENCY, PASSWORD, Browser

PEOPLE = f"{AGENCY}/people/"
LINK = re.compile(r"http://\S+?/accounts/password/reset/key/[^\s<\"]+")
ADDRESS = "second.owner@agency.example"


def signed_in(user: User) -> Browser:
    browser = Browser()
    browser.sign_in(user, next_path="/profile/")
    return browser


@pytest.fixture
def owner(owner_user) -> Browser:
    return signed_in(owner_user)


@pytest.fixture
def manager(db) -> Browser:
    return signed_in(person("max@agency.example", "Max", role="manager", client=None))


@pytest.fixture
def no_mail(settings):
    """As with EMAIL_URL=console://, the default."""
    settings.RAPPORT_SENDS_MAIL = False


@pytest.fixture
def broken_mail(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 1


def invite(browser: Browser, *, place: str, role: str, email: str = ADDRESS, sure: str = "yes"):
    form = {"act": "invite", "name": "Sol Second", "email": email, "place": place, "sure": sure}
    return browser.post(PEOPLE, {**form, "role": Role.objects.get(slug=role).pk})


def link_in(text: str) -> str:
    found = LINK.search(text)
    return found[0] if found else ""


def opens(link: str) -> bool:
    """Whether a password can be chosen with the link."""
    browser = Browser()
    page = browser.get(link)
    return page.status_code == 200 and 'name="password1"' in page.content.decode()


# --- The attack: a manager becomes owner ----------------------------------------------------------------------


@pytest.mark.parametrize("post", ["works", "is broken", "is not set up"])
def test_a_manager_never_sees_a_link_of_an_owner_who_has_not_chosen_a_password(
    request, owner, manager, acme, post
):
    invite(owner, place="agency", role="owner")
    if post != "works":
        request.getfixturevalue("broken_mail" if post == "is broken" else "no_mail")

    page = invite(manager, place=str(acme.pk), role="responder")

    assert page.status_code == 200
    assert "is Responder at Acme" in page.content.decode()
    assert link_in(page.content.decode()) == ""
    assert [letter.to for letter in mail.outbox] == [[ADDRESS]] * len(mail.outbox)


@pytest.mark.parametrize("post", ["works", "is broken", "is not set up"])
def test_nobody_sees_a_link_of_somebody_who_signs_in_by_single_sign_on_only(request, manager, acme, post):
    boss = person("boss@agency.example", "Boss", role="owner", client=None)
    with outside():
        boss.set_unusable_password()
        boss.save()
    if post != "works":
        request.getfixturevalue("broken_mail" if post == "is broken" else "no_mail")

    page = invite(manager, place=str(acme.pk), role="responder", email=boss.email)

    assert link_in(page.content.decode()) == ""


@pytest.mark.parametrize("role", ["owner", "manager", "responder"])
def test_a_link_that_was_mailed_is_not_shown_to_the_inviter_as_well(owner, role):
    page = invite(owner, place="agency", role=role)

    assert link_in(page.content.decode()) == ""
    assert opens(link_in(str(mail.outbox[0].body)))


# --- The one exception: a new account where no mail can go out ------------------------------------------------


@pytest.mark.parametrize("post", ["broken_mail", "no_mail"])
def test_the_link_of_a_new_account_is_shown_where_no_mail_goes_out_and_that_is_recorded(
    request, owner, owner_user, acme, post
):
    request.getfixturevalue(post)
    page = invite(owner, place=str(acme.pk), role="responder")

    assert opens(link_in(page.content.decode()))
    with inside(acme):
        record_pending(client_id=acme.pk)  # what is done right after the commit
        entry = Entry.objects.get(kind="person.password_link_shown")
    with outside():
        shown = User.objects.get(email=ADDRESS)
    assert entry.actor_id == str(owner_user.pk)
    assert entry.data == {"user_id": shown.pk}


def test_nothing_is_recorded_where_the_mail_went_out(owner, acme):
    invite(owner, place=str(acme.pk), role="responder")

    with inside(acme):
        assert not Entry.objects.filter(kind="person.password_link_shown").exists()


def test_a_link_that_was_shown_ends_when_its_person_gets_another_seat(no_mail, owner, manager, acme):
    """Otherwise the manager keeps the link and waits until the owner makes the same person an owner."""
    kept = link_in(invite(manager, place=str(acme.pk), role="responder").content.decode())
    assert opens(kept)

    page = invite(owner, place="agency", role="owner")

    assert link_in(page.content.decode()) == ""
    assert not opens(kept)


def test_a_link_that_was_shown_ends_when_its_person_gets_another_role(no_mail, owner, manager, acme):
    kept = link_in(invite(manager, place=str(acme.pk), role="responder").content.decode())
    with outside():
        seat = Seat.objects.get(user__email=ADDRESS)

    owner.post(
        PEOPLE, {"act": "change", "seat": seat.pk, "role": Role.objects.get(slug="manager").pk, "sure": "yes"}
    )

    assert not opens(kept)


def test_a_link_that_was_mailed_outlives_a_change_of_seats(owner, acme):
    invite(owner, place=str(acme.pk), role="responder")
    mailed = link_in(str(mail.outbox[0].body))
    invite(owner, place="agency", role="auditor")

    assert opens(mailed)


def test_a_link_that_was_shown_ends_with_the_password_that_is_chosen(no_mail, owner, acme):
    kept = link_in(invite(owner, place=str(acme.pk), role="responder").content.decode())
    guest = Browser()
    guest.get(kept)
    guest.post(guest.way[-1], {"password1": "my own long words", "password2": "my own long words"})

    assert not opens(kept)


def test_no_link_is_shown_by_somebody_who_may_not_give_the_role(owner_user, installer, noon):
    """The rule holds in the action, whichever page or command asks."""
    max_user = person("max@agency.example", "Max", role="manager", client=None)
    with outside():
        role = Role.objects.get(slug="owner")
        made = actions.invite_user(
            by=installer, name="Sol", email=ADDRESS, role=role, client_id=None, at=noon
        )
        with pytest.raises(actions.MoreThanYourOwn):
            letters.link_to_pass_on(made, by=acting(max_user, "manager"), at=noon)


def test_no_link_is_shown_once_another_seat_was_given_meanwhile(installer, acme, noon):
    with outside():
        responder, owner = Role.objects.get(slug="responder"), Role.objects.get(slug="owner")
        made = actions.invite_user(
            by=installer, name="Sol", email=ADDRESS, role=responder, client_id=acme.pk, at=noon
        )
        actions.seat_user(by=installer, user=made.user, role=owner, client_id=None, at=noon)
        with pytest.raises(actions.CredentialOfAnother):
            letters.link_to_pass_on(made, by=installer, at=noon)


# --- The command line -----------------------------------------------------------------------------------------


def commanded(*arguments: str) -> str:
    out = StringIO()
    call_command("invite", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_mails_the_link_where_mail_goes_out(db):
    said = commanded(ADDRESS, "--role", "owner")

    assert link_in(said) == ""
    assert opens(link_in(str(mail.outbox[0].body)))


def test_the_command_prints_no_link_of_an_account_that_exists(no_mail, acme):
    first = commanded(ADDRESS, "--role", "owner")
    second = commanded(ADDRESS, "--role", "responder", "--client", "acme")

    assert link_in(first)
    assert link_in(second) == ""
    assert "manage.py changepassword" in second


# --- Links are built from the configured address ---------------------------------------------------------------

ASKED_AT = [
    "localhost:6666",
    "127.0.0.1",
    "127.0.0.1:1234",
    "agency.localhost",
    "agency.localhost:99",
]


@pytest.mark.parametrize("host", ASKED_AT)
@pytest.mark.parametrize("email", ["ada@acme.example", "nobody@acme.example"])
def test_a_mail_about_a_password_leads_to_the_configured_address_only(ada_user, settings, host, email):
    settings.RAPPORT_PUBLIC_PORT = 8443
    visitor = Browser()

    visitor.at(f"http://{host}").post("/accounts/password/reset/", {"email": email}, headers={"host": host})

    letter = mail.outbox[0]
    words = f"{letter.subject} {letter.body}"
    addresses = re.findall(r"\w+://[^\s/]+", words)
    assert set(addresses) <= {"http://localhost:8443"}
    assert (addresses != []) is (email == ada_user.email)
    assert host not in words.replace("localhost:8443", "")


@pytest.mark.parametrize("host", ["localhost:6666", "agency.localhost"])
def test_an_invitation_leads_to_the_configured_address_only(owner, acme, settings, host):
    settings.RAPPORT_PUBLIC_PORT = 8443
    form = {"act": "invite", "name": "Sol", "email": ADDRESS, "place": str(acme.pk)}
    form["role"] = str(Role.objects.get(slug="responder").pk)

    owner.at(AGENCY).post("/people/", form, headers={"host": host})

    assert set(re.findall(r"\w+://[^\s/]+", str(mail.outbox[0].body))) == {"http://localhost:8443"}


def test_with_https_links_have_no_port_unless_one_is_configured(settings):
    settings.RAPPORT_HTTPS, settings.RAPPORT_PUBLIC_PORT = True, 443
    assert letters.sign_in_address() == "https://localhost/accounts/login/"

    settings.RAPPORT_PUBLIC_PORT = 8443
    assert letters.sign_in_address() == "https://localhost:8443/accounts/login/"


def test_the_next_page_of_the_api_is_at_the_configured_port(settings):
    settings.RAPPORT_PUBLIC_PORT = 8443
    asked = RequestFactory().get("/api/v1/conversations?limit=1", headers={"host": "acme.localhost:6666"})

    address = next_address(Request(asked), "abc")

    assert address == "http://acme.localhost:8443/api/v1/conversations?cursor=abc&limit=1"


def test_a_password_still_opens_the_account_after_a_second_seat(owner, lena_user, globex):
    """Nothing here resets what somebody has chosen already."""
    invite(owner, place=str(globex.pk), role="auditor", email=lena_user.email)
    visitor = Browser()
    visitor.post(f"{AGENCY}/accounts/login/", {"login": lena_user.email, "password": PASSWORD})

    assert visitor.get(f"{AGENCY}/profile/", follow=False).status_code == 200
