"""Who works here: invited, given another role, shut out; and nobody gives more than he or she has."""

from __future__ import annotations

import re

import pytest
from django.core import mail

from tenants.accounts.models import Role, Seat, User
from tenants.kernel.schema import inside, outside
from tenants.ledger.models import Entry
from tenants.ledger.pending import record_pending
from tests.conftest import person
from tests.tenants.accounts.browsing import ACME, AGENCY, Browser

PEOPLE = f"{AGENCY}/people/"


@pytest.fixture
def owner(owner_user) -> Browser:
    browser = Browser()
    browser.sign_in(owner_user, next_path="/profile/")
    return browser


@pytest.fixture
def ada_at_acme(ada_user) -> Browser:
    browser = Browser()
    browser.enter(ada_user)
    return browser


def role(slug: str) -> int:
    return int(Role.objects.get(slug=slug).pk)


def seat_of(user: User) -> Seat:
    with outside():
        return Seat.objects.select_related("role").get(user=user)


def invite(browser: Browser, **facts: object):
    form = {"act": "invite", "name": "Nia New", "email": "nia@agency.example", "sure": "yes", **facts}
    return browser.post(PEOPLE, form)


# --- Inviting ------------------------------------------------------------------------------------------------


def test_an_invited_person_gets_a_way_in_by_mail_and_chooses_a_password(owner, acme):
    page = invite(owner, place=str(acme.pk), role=role("responder"))

    assert "Nia New" in page.content.decode()
    letter = mail.outbox[0]
    assert letter.to == ["nia@agency.example"]
    way = re.search(r"http://\S+/accounts/password/reset/key/\S+", str(letter.body))
    assert way
    guest = Browser()
    guest.get(way[0])
    password = {"password1": "my own long words", "password2": "my own long words"}
    guest.post(guest.way[-1], password)
    guest.post(f"{AGENCY}/accounts/login/", {"login": "nia@agency.example", "password": "my own long words"})
    assert guest.get(f"{AGENCY}/enter/acme/?next=/").status_code == 200
    assert guest.way[-1] == f"{ACME}/"


def test_an_invitation_is_recorded_at_the_client_it_is_for(owner, owner_user, acme):
    invite(owner, place=str(acme.pk), role=role("responder"))

    with inside(acme):
        assert not Entry.objects.filter(kind="seat.given").exists(), (
            "the agency writes nothing in a client's schema"
        )
        assert record_pending(client_id=acme.pk) == 1  # what is done right after the commit
        entry = Entry.objects.get(kind="seat.given")
        assert record_pending(client_id=acme.pk) == 0
    assert (entry.actor_id, entry.data["role"]) == (str(owner_user.pk), "responder")


def test_a_letter_that_cannot_be_sent_leaves_the_way_in_on_the_page(owner, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 1

    page = invite(owner, place="agency", role=role("responder")).content.decode()

    assert "no email could be sent" in page
    assert "/accounts/password/reset/key/" in page


def test_a_second_seat_for_a_known_person_makes_no_second_account(owner, acme, globex):
    invite(owner, place=str(acme.pk), role=role("responder"))
    invite(owner, place=str(globex.pk), role=role("auditor"), email="NIA@agency.example")

    with outside():
        user = User.objects.get(email__iexact="nia@agency.example")
        assert {seat.role.slug for seat in user.seats.select_related("role")} == {"responder", "auditor"}


def test_a_seat_is_not_given_twice(owner, acme):
    invite(owner, place=str(acme.pk), role=role("responder"))
    page = invite(owner, place=str(acme.pk), role=role("auditor"))

    assert page.status_code == 409
    assert "Change its role instead" in page.content.decode()


@pytest.mark.parametrize("facts", [{"email": "no address"}, {"name": ""}, {"place": "999"}, {"role": "999"}])
def test_an_invitation_that_cannot_be_read_is_shown_again(owner, facts):
    page = invite(owner, **{"place": "agency", "role": role("responder"), **facts})

    assert page.status_code == 422
    assert not mail.outbox
    with outside():
        assert not User.objects.filter(email="nia@agency.example").exists()


def test_a_client_invites_nobody(ada_at_acme, acme):
    page = ada_at_acme.post(
        f"{ACME}/people/",
        {
            "act": "invite",
            "name": "N",
            "email": "n@x.example",
            "place": str(acme.pk),
            "role": role("auditor"),
        },
    )

    assert page.status_code == 403
    assert "on the agency's own pages" in page.content.decode().replace("&#x27;", "'")


# --- Changing and taking -------------------------------------------------------------------------------------


def test_a_role_is_changed_and_told(owner, lena_user, acme):
    page = owner.post(PEOPLE, {"act": "change", "seat": seat_of(lena_user).pk, "role": role("auditor")})

    assert "Lena Lind is Auditor now" in page.content.decode()
    assert seat_of(lena_user).role.slug == "auditor"
    with inside(acme):
        record_pending(client_id=acme.pk)  # what is done right after the commit
        assert Entry.objects.get(kind="seat.changed").data["before"] == "responder"


def test_a_client_changes_the_seats_of_its_own_people(ada_at_acme, lena_user):
    ada_at_acme.post(
        f"{ACME}/people/", {"act": "change", "seat": seat_of(lena_user).pk, "role": role("approver")}
    )

    assert seat_of(lena_user).role.slug == "approver"


def test_a_client_touches_neither_the_agencys_seats_nor_anothers(ada_at_acme, grace_user, mallory_user):
    for user, status in ((grace_user, 403), (mallory_user, 404)):
        form = {"act": "take", "seat": seat_of(user).pk, "sure": "yes"}
        assert ada_at_acme.post(f"{ACME}/people/", form).status_code == status
        assert seat_of(user)


def test_a_seat_is_taken_and_its_person_is_out(owner, lena_user, acme):
    guest = Browser()
    guest.enter(lena_user)
    owner.post(PEOPLE, {"act": "take", "seat": seat_of(lena_user).pk, "sure": "yes"})

    assert guest.get(f"{ACME}/", follow=False).status_code == 302
    with outside():
        assert not Seat.objects.filter(user=lena_user).exists()


def test_the_last_owner_stays(owner, owner_user):
    seat = seat_of(owner_user).pk
    for form in (
        {"act": "take", "seat": seat},
        {"act": "change", "seat": seat, "role": role("manager")},
        {"act": "off", "user": owner_user.pk},
    ):
        page = owner.post(PEOPLE, {**form, "sure": "yes"})
        assert page.status_code == 409
        assert "Make somebody else an owner first" in page.content.decode()

    person("oscar@agency.example", "Oscar", role="owner", client=None)
    owner.post(PEOPLE, {"act": "change", "seat": seat, "role": role("manager"), "sure": "yes"})
    assert seat_of(owner_user).role.slug == "manager"


def test_an_owner_who_is_switched_off_does_not_count_as_one(owner, owner_user):
    other = person("oscar@agency.example", "Oscar", role="owner", client=None)
    owner.post(PEOPLE, {"act": "off", "user": other.pk, "sure": "yes"})

    assert (
        owner.post(PEOPLE, {"act": "take", "seat": seat_of(owner_user).pk, "sure": "yes"}).status_code == 409
    )


def test_nobody_gives_more_than_he_or_she_has(acme):
    browser = Browser()
    browser.sign_in(person("max@agency.example", "Max", role="manager", client=None), next_path="/profile/")
    page = invite(browser, place="agency", role=role("owner"))

    assert page.status_code == 403
    assert "manage clients" in page.content.decode()
    with outside():
        assert not User.objects.filter(email="nia@agency.example").exists()


def test_somebody_switched_off_comes_back_with_the_seats_there_were(owner, lena_user):
    owner.post(PEOPLE, {"act": "off", "user": lena_user.pk, "sure": "yes"})
    guest = Browser()
    guest.sign_in(lena_user)
    assert guest.get(f"{AGENCY}/profile/", follow=False).status_code == 302
    owner.post(PEOPLE, {"act": "on", "user": lena_user.pk})
    guest.enter(lena_user)

    assert guest.way[-1] == f"{ACME}/people/"


def test_who_may_not_manage_people_sees_them_and_changes_nothing(lena_user, ada_user):
    browser = Browser()
    page = browser.enter(lena_user)

    assert "Ada Lovelace" in page.content.decode()
    assert 'value="take"' not in page.content.decode()
    answer = browser.post(f"{ACME}/people/", {"act": "take", "seat": seat_of(ada_user).pk})
    assert answer.status_code == 403
    assert "“manage people” is missing" in answer.content.decode()


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"act": "fly"},
        {"act": "take", "seat": "x"},
        {"act": "change", "seat": "1"},
        {"act": "off", "user": "٣"},
    ],
)
def test_what_the_page_does_not_know_is_refused(owner, form):
    assert owner.post(PEOPLE, form).status_code in (400, 404)


def test_people_of_one_client_are_not_shown_at_another(ada_at_acme, mallory_user):
    assert "Mallory" not in ada_at_acme.get(f"{ACME}/people/").content.decode()


def test_the_page_offers_what_it_takes(owner, owner_user, lena_user):
    page = owner.get(PEOPLE).content.decode()
    forms = [dict(re.findall(r'name="(\w+)" value="([^"]*)"', form)) for form in page.split("<form")[1:]]

    seat = str(seat_of(lena_user).pk)
    assert {form["act"] for form in forms if form.get("seat") == seat} == {"change", "take"}
    assert {form["act"] for form in forms if form.get("user") == str(lena_user.pk)} == {"off"}
    assert str(seat_of(owner_user).pk) not in {form.get("seat") for form in forms}, "one's own"
    assert f'<option value="{role("responder")}" selected>' in page


def test_a_clients_page_says_where_new_people_come_from(ada_at_acme):
    page = ada_at_acme.get(f"{ACME}/people/").content.decode()

    assert f'href="{PEOPLE}"' in page
    assert 'value="invite"' not in page
    assert 'value="off"' not in page


@pytest.mark.parametrize("many", [1, 9])
def test_the_number_of_statements_does_not_grow_with_the_people(owner, acme, queries, many):
    for n in range(many):
        person(f"p{n}@acme.example", f"P {n}", role="responder", client=acme)
    owner.get(PEOPLE)

    with queries() as seen:
        owner.get(PEOPLE)

    assert len([query for query in seen if not query["sql"].startswith(("SET", "RESET"))]) <= 15


# --- Oneself -------------------------------------------------------------------------------------------------


def test_everybody_changes_the_own_profile(lena_user):
    browser = Browser()
    browser.sign_in(lena_user, next_path="/profile/")
    form = {"name": "Lena L.", "time_zone": "Europe/Berlin", "languages": "en, de"}
    browser.post(f"{AGENCY}/profile/", form)

    with outside():
        user = User.objects.get(pk=lena_user.pk)
    assert (user.name, user.time_zone, user.languages) == ("Lena L.", "Europe/Berlin", ["en", "de"])


@pytest.mark.parametrize("facts", [{"name": ""}, {"time_zone": "Mars/Olympus"}, {"languages": "english"}])
def test_a_profile_that_cannot_be_read_is_shown_again(lena_user, facts):
    browser = Browser()
    browser.sign_in(lena_user, next_path="/profile/")
    form = {"name": "Lena", "time_zone": "UTC", "languages": "", **facts}

    assert browser.post(f"{AGENCY}/profile/", form).status_code == 422


def test_an_address_is_not_changed_alone(lena_user):
    browser = Browser()
    browser.sign_in(lena_user, next_path="/profile/")
    browser.post(f"{AGENCY}/accounts/email/", {"action_add": "", "email": "eve@evil.example"})

    with outside():
        assert User.objects.get(pk=lena_user.pk).email == "lena@acme.example"


# --- Asking first --------------------------------------------------------------------------------------------


def test_the_form_offers_a_responder_at_a_brand(owner, acme, globex):
    page = owner.get(PEOPLE).content.decode()

    form = page.partition('value="invite"')[2].partition("</form>")[0]
    place, roles = (part.partition("</select>")[0] for part in form.split("<select")[1:])
    assert re.findall(r'value="(\w+)"', place)[-1] == "agency"
    assert re.findall(r'value="(\w+)"', place)[0] == str(acme.pk)
    assert re.findall(r'value="(\d+)" selected', roles) == [str(role("responder"))]


@pytest.mark.parametrize(("place", "slug"), [("agency", "owner"), ("agency", "auditor"), ("acme", "owner")])
def test_an_owner_and_anybody_at_the_agency_is_made_after_a_question(owner, acme, place, slug):
    where = str(acme.pk) if place == "acme" else place
    page = invite(owner, place=where, role=role(slug), sure="")

    assert "Make Nia New" in page.content.decode()
    with outside():
        assert not User.objects.filter(email="nia@agency.example").exists()
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode()))
    owner.post(PEOPLE, fields)
    with outside():
        assert Seat.objects.get(user__email="nia@agency.example").role.slug == slug


def test_the_usual_seat_at_a_brand_is_given_without_a_question(owner, acme):
    invite(owner, place=str(acme.pk), role=role("responder"), sure="")

    with outside():
        assert Seat.objects.filter(user__email="nia@agency.example").exists()


def test_a_role_that_may_not_be_given_is_refused_before_the_question(acme):
    browser = Browser()
    browser.sign_in(person("max@agency.example", "Max", role="manager", client=None), next_path="/profile/")

    assert invite(browser, place="agency", role=role("owner"), sure="").status_code == 403


def test_a_colleague_becomes_an_owner_after_a_question(owner, grace_user):
    form = {"act": "change", "seat": seat_of(grace_user).pk, "role": role("owner")}
    page = owner.post(PEOPLE, form)

    assert "everything you can" in page.content.decode()
    assert seat_of(grace_user).role.slug == "responder"
    owner.post(PEOPLE, {**form, "sure": "yes"})
    assert seat_of(grace_user).role.slug == "owner"


@pytest.mark.parametrize("act", ["take", "off"])
def test_a_seat_is_taken_and_a_person_switched_off_after_a_question(owner, lena_user, act):
    form = {"act": act, "seat": seat_of(lena_user).pk, "user": lena_user.pk}
    page = owner.post(PEOPLE, form)

    assert 'name="sure" value="yes"' in page.content.decode()
    assert "API tokens" in page.content.decode()
    with outside():
        assert User.objects.get(pk=lena_user.pk).is_active
    assert seat_of(lena_user)


def test_nobody_is_asked_who_may_not_do_it(lena_user, ada_user):
    browser = Browser()
    browser.enter(lena_user)

    assert browser.post(f"{ACME}/people/", {"act": "take", "seat": seat_of(ada_user).pk}).status_code == 403
