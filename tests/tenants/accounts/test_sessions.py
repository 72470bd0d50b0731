"""Sessions end by time, by their person and with the agency's; everything is computed from dates when it is read."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, transaction
from django.utils.timezone import now
from hypothesis import given
from hypothesis import strategies as some

from tenants.accounts import actions, devices, queries, sessions
from tenants.accounts.models import UserSession
from tenants.kernel.errors import NotFound
from tenants.kernel.schema import inside, outside
from tests.conftest import NOON, session_of
from tests.tenants.accounts.browsing import ACME, AGENCY, GLOBEX, Browser

LOGIN = f"{AGENCY}/accounts/login/"
SESSIONS = f"{AGENCY}/sessions/"
ABSOLUTE = timedelta(seconds=settings.SESSION_COOKIE_AGE)
IDLE = timedelta(seconds=settings.RAPPORT_SESSION_IDLE)
A_SECOND = timedelta(seconds=1)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def is_in(browser: Browser, address: str) -> bool:
    """Whether a page answers without asking for a sign-in."""
    return bool(browser.get(address, follow=False).status_code == 200)


def everywhere(browser: Browser) -> tuple[bool, bool]:
    return is_in(browser, f"{AGENCY}/profile/"), is_in(browser, f"{ACME}/people/")


def move_back(**facts: timedelta) -> None:
    """Let the only session have begun, or have been used, that much earlier."""
    with outside():
        row = UserSession.objects.get()
        began_at = row.began_at - facts.get("began_at", timedelta(0))
        seen_at = max(began_at, row.seen_at - facts.get("seen_at", timedelta(0)))
        UserSession.objects.update(began_at=began_at, seen_at=seen_at)


# --- Ends that come by themselves ----------------------------------------------------------------------------


def test_the_defaults_are_within_asvs_level_2():
    assert timedelta(hours=12) >= ABSOLUTE
    assert timedelta(minutes=30) >= IDLE


def test_a_session_ends_at_the_agency_and_at_clients_when_it_is_not_used(visitor, ada_user):
    visitor.enter(ada_user)
    assert everywhere(visitor) == (True, True)

    move_back(began_at=IDLE + A_SECOND, seen_at=IDLE + A_SECOND)

    assert everywhere(visitor) == (False, False)


def test_a_session_ends_at_the_agency_and_at_clients_however_much_it_is_used(visitor, ada_user):
    visitor.enter(ada_user)

    move_back(began_at=ABSOLUTE + A_SECOND)

    assert everywhere(visitor) == (False, False)


def test_work_at_a_client_keeps_the_agencys_session_alive(visitor, ada_user):
    visitor.enter(ada_user)
    move_back(began_at=IDLE, seen_at=IDLE - timedelta(minutes=2))

    visitor.get(f"{ACME}/people/")
    move_back(seen_at=IDLE - timedelta(minutes=2))

    assert everywhere(visitor) == (True, True)


def test_a_page_left_open_keeps_no_session_alive(visitor, ada_user):
    visitor.enter(ada_user)
    move_back(began_at=IDLE, seen_at=timedelta(minutes=20))
    with outside():
        before = UserSession.objects.get().seen_at

    visitor.get(f"{ACME}/people/", **{sessions.BACKGROUND: "1"})
    visitor.get(f"{ACME}/stream/")

    with outside():
        assert UserSession.objects.get().seen_at == before


def test_use_is_noted_with_its_place_once_a_minute(visitor, ada_user, acme):
    visitor.enter(ada_user)
    move_back(began_at=timedelta(minutes=5), seen_at=timedelta(minutes=5))

    visitor.get(f"{ACME}/people/")
    with outside():
        noted = UserSession.objects.get()
    visitor.get(f"{AGENCY}/profile/")

    assert noted.seen_client_id == acme.pk
    assert noted.seen_at > now() - timedelta(minutes=1)
    with outside():
        assert UserSession.objects.get().seen_client_id == acme.pk


def test_a_cookie_without_a_session_of_ours_opens_nothing(ada_user):
    browser = Browser()
    browser.at(AGENCY).force_login(ada_user)

    assert not is_in(browser, f"{AGENCY}/profile/")


def test_alive_is_what_is_not_ended_begun_lately_and_used_lately(ada_user):
    """Each combination of ages around the two ends, asked of the database."""
    ages = sorted({edge + n * A_SECOND for edge in (IDLE, ABSOLUTE) for n in (-1, 0, 1)} | {A_SECOND})
    cases = list(product(ages, ages, (False, True)))
    rows = [
        UserSession(
            user=ada_user, device="", address="", began_at=NOON - began, seen_at=NOON - seen,
            ended_at=NOON if ended else None,
        )
        for began, seen, ended in cases
        if seen <= began
    ]  # fmt: skip
    with outside():
        made = UserSession.objects.bulk_create(rows)
        alive = set(UserSession.objects.alive(at=NOON).values_list("pk", flat=True))

    expected = {
        row.pk
        for row in made
        if row.ended_at is None and row.began_at > NOON - ABSOLUTE and row.seen_at > NOON - IDLE
    }
    assert expected
    assert alive == expected


# --- Signing out ---------------------------------------------------------------------------------------------


def test_signing_out_at_the_agency_ends_the_sessions_at_clients(visitor, grace_user, acme, globex):
    visitor.enter(grace_user, "acme")
    visitor.enter(grace_user, "globex")
    assert is_in(visitor, f"{ACME}/people/")
    assert is_in(visitor, f"{GLOBEX}/people/")

    visitor.post(f"{AGENCY}/accounts/logout/")

    assert not is_in(visitor, f"{ACME}/people/")
    assert not is_in(visitor, f"{GLOBEX}/people/")


def test_signing_out_everywhere_ends_every_session_on_every_host(visitor, ada_user):
    other = Browser()
    for browser in (visitor, other):
        browser.enter(ada_user)

    page = visitor.post(SESSIONS)

    assert "signed out everywhere" in page.content.decode()
    assert everywhere(visitor) == (False, False)
    assert everywhere(other) == (False, False)


def test_a_slip_from_a_session_that_has_ended_opens_nothing(visitor, ada_user):
    visitor.sign_in(ada_user, next_path="/profile/")
    begun = visitor.get(f"{ACME}/hand-over/?next=/people/", follow=False)
    visitor.way = [f"{ACME}/hand-over/"]
    slip = visitor.step(begun)["Location"]
    with outside():
        UserSession.objects.update(ended_at=now())

    page = visitor.get(slip)

    assert page.status_code == 403
    assert "Sign in again" in page.content.decode()
    assert not is_in(visitor, f"{ACME}/people/")


def test_signing_in_again_in_the_same_browser_ends_the_session_before(visitor, ada_user):
    visitor.enter(ada_user)
    old = visitor.at(ACME).cookies[settings.SESSION_COOKIE_NAME].value
    visitor.post(f"{AGENCY}/accounts/logout/")
    visitor.sign_in(ada_user, next_path="/profile/")

    thief = Browser()
    thief.at(ACME).cookies[settings.SESSION_COOKIE_NAME] = old

    assert not is_in(thief, f"{ACME}/people/")


def test_a_new_password_ends_every_other_session_and_keeps_this_one(visitor, ada_user):
    other = Browser()
    for browser in (visitor, other):
        browser.enter(ada_user)
    fresh = "a horse of another colour"

    visitor.post(
        f"{AGENCY}/accounts/password/change/",
        {"oldpassword": "correct horse battery", "password1": fresh, "password2": fresh},
    )

    with outside():
        assert UserSession.objects.alive(at=now()).count() == 1
    assert is_in(visitor, f"{AGENCY}/profile/")
    assert everywhere(other) == (False, False)


# --- The list ------------------------------------------------------------------------------------------------


def test_own_sessions_are_listed_with_device_network_and_place(visitor, ada_user):
    visitor.at(AGENCY).defaults["HTTP_USER_AGENT"] = FIREFOX
    visitor.enter(ada_user)
    move_back(began_at=timedelta(minutes=5), seen_at=timedelta(minutes=5))
    visitor.get(f"{ACME}/people/")

    page = visitor.get(SESSIONS).content.decode()

    assert "Firefox on Linux" in page
    assert "127.0.0.x" in page
    assert "127.0.0.1" not in page
    assert "at Acme" in page
    assert "This session" in page


def test_one_session_is_ended_and_the_others_stay(visitor, ada_user):
    other = Browser()
    for browser in (visitor, other):
        browser.sign_in(ada_user, next_path="/profile/")
    mine = visitor.at(AGENCY).session[sessions.KEY]
    theirs = other.at(AGENCY).session[sessions.KEY]

    visitor.post(SESSIONS, {"session": theirs})

    assert is_in(visitor, f"{AGENCY}/profile/")
    assert not is_in(other, f"{AGENCY}/profile/")
    visitor.post(SESSIONS, {"session": mine})
    assert not is_in(visitor, f"{AGENCY}/profile/")


@pytest.mark.parametrize("wanted", ["0", "-1", "x", "²", "9" * 30, "1.5"])
def test_an_odd_number_of_a_session_ends_nothing(visitor, ada_user, wanted):
    visitor.sign_in(ada_user, next_path="/profile/")

    assert visitor.post(SESSIONS, {"session": wanted}).status_code == 404
    assert is_in(visitor, f"{AGENCY}/profile/")


def test_nobody_ends_the_session_of_another(ada_user, grace_user):
    theirs = session_of(grace_user)

    with pytest.raises(NotFound):
        actions.end_session(by=queries.oneself(ada_user), session_id=theirs.pk, at=now())

    actions.end_sessions(by=queries.oneself(ada_user), at=now())
    with outside():
        assert UserSession.objects.get(pk=theirs.pk).ended_at is None


def test_sessions_do_not_pile_up(ada_user):
    for hours in range(60):
        session_of(ada_user, at=NOON + timedelta(hours=hours))
    with outside():
        assert UserSession.objects.filter(ended_at__isnull=True).count() == 50
    session_of(ada_user, at=NOON + timedelta(days=60))

    with outside():
        assert UserSession.objects.count() == 1


# --- What a client's database role may do with them ----------------------------------------------------------


def refused(statement: str) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_client_sees_neither_device_nor_network_nor_other_places_and_ends_nothing(ada_user, at_acme):
    session_of(ada_user)
    with inside(at_acme):
        for column in ("device", "address", "seen_client_id"):
            refused(f"SELECT {column} FROM public.accounts_usersession")
        refused("UPDATE public.accounts_usersession SET ended_at = NULL")
        refused("UPDATE public.accounts_usersession SET began_at = now()")
        refused("INSERT INTO public.accounts_usersession (user_id) VALUES (1)")
        refused("DELETE FROM public.accounts_usersession")


def test_a_client_sees_no_session_of_people_without_a_seat_there(mallory_user, at_acme):
    session_of(mallory_user)

    with inside(at_acme):
        assert not UserSession.objects.filter(user_id=mallory_user.pk).exists()


# --- What is kept of a browser -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (FIREFOX, "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        ("curl/8.5.0", "Unknown device"),
        ("", "Unknown device"),
    ],
)
def test_a_browser_is_named_in_words(header, said):
    assert devices.device_of(header) == said


@given(some.text())
def test_any_header_gives_a_name_that_fits(header):
    assert 0 < len(devices.device_of(header)) <= (UserSession._meta.get_field("device").max_length or 0)


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("198.51.100.77", "198.51.100.x"),
        ("2001:db8:1:2::3", "2001:db8:1::"),
        ("::ffff:198.51.100.77", "198.51.100.x"),
        ("fe80::1%eth0", "fe80::"),
        ("odd", "unknown"),
    ],
)
def test_only_the_network_of_an_address_is_kept(address, kept):
    assert devices.network_of(address) == kept


@given(some.ip_addresses())
def test_no_whole_address_is_kept(address):
    kept = devices.network_of(str(address))

    assert len(kept) <= 45
    assert kept != str(address) or int(address) % 2**80 == 0
