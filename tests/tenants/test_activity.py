"""The agency's ledger as a page."""

from __future__ import annotations

import pytest

from tenants import events as client_events
from tenants.accounts import events as account_events
from tenants.accounts.actions.people import seat_user, unseat_user
from tenants.accounts.actors import INSTALLER, Actor
from tenants.accounts.models import Role, User
from tenants.activity import PAGE, SENTENCES, activity_page
from tenants.kernel.schema import outside
from tests.conftest import NOON, acting, person
from tests.guards.test_events import events_of
from tests.tenants.accounts.browsing import ACME, AGENCY, Browser

ACTIVITY = f"{AGENCY}/activity/"


@pytest.fixture
def olga(db) -> User:
    return person("olga@agency.example", "Olga Owner", role="owner", client=None)


@pytest.fixture
def browser_of() -> object:
    def signed_in(user: User) -> Browser:
        browser = Browser()
        browser.sign_in(user, next_path="/profile/")
        return browser

    return signed_in


def give_and_take(user: User, by: Actor, times: int = 1) -> None:
    with outside():
        for _ in range(times):
            role = Role.objects.get(slug="auditor")
            seat = seat_user(by=by, user=user, role=role, client_id=None, at=NOON)
            unseat_user(by=by, seat=seat, at=NOON)


@pytest.fixture
def noor(db) -> User:
    with outside():
        return User.objects.create(email="noor@agency.example", name="Noor <b>New</b>", password="!")


def test_who_did_what_is_said_in_words_and_escaped(browser_of, olga, noor):
    give_and_take(noor, acting(olga, "owner"))

    page = browser_of(olga).get(ACTIVITY).content.decode()

    assert "Olga Owner" in page
    assert "gave Noor &lt;b&gt;New&lt;/b&gt; a seat as Auditor" in page
    assert "removed the seat of Noor" in page


def test_pages_follow_one_another_without_gap_or_repeat(olga, noor, queries):
    give_and_take(noor, INSTALLER, times=PAGE)
    with outside():
        with queries() as seen:
            first = activity_page(before="")
        second = activity_page(before=first.next_url.rpartition("=")[2])

    assert len(seen) == 3
    ids = [row.id for row in (*first.rows, *second.rows)]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == 2 * PAGE


@pytest.mark.parametrize("place", ["²", "x", "-1", "9" * 19, "9" * 40])
def test_a_place_that_does_not_exist_is_said_to(browser_of, olga, place):
    assert browser_of(olga).get(f"{ACTIVITY}?before={place}").status_code == 404


def test_only_who_may_audit_sees_it(browser_of, grace_user, olga):
    assert browser_of(grace_user).get(ACTIVITY).status_code == 403
    assert "Activity" not in browser_of(grace_user).get(f"{AGENCY}/").content.decode()
    assert 'href="/activity/"' in browser_of(olga).get(f"{AGENCY}/").content.decode()


def test_it_is_no_page_of_a_client(browser_of, olga, acme):
    browser = browser_of(olga)

    assert browser.get(f"{ACME}/activity/").status_code == 404


def test_every_kind_has_a_sentence():
    kinds = {event.kind for module in (client_events, account_events) for event in events_of(module.__name__)}

    assert set(SENTENCES) == kinds
