"""From the agency's host to a client's: once, in 30 seconds, in one visitor, at one client."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import now

from tenants.accounts import actions, keys
from tenants.accounts.models import Handover, Seat, User
from tenants.kernel.errors import Forbidden
from tenants.kernel.schema import inside, outside
from tenants.ledger.models import Entry
from tests.conftest import session_of
from tests.tenants.accounts.browsing import ACME, AGENCY, GLOBEX, Browser

SECRET = "s" * 43


def slip_for(user, client, *, at, secret=SECRET, goes_to="/people/"):
    session_id = session_of(user, at=at).pk
    with outside():
        return actions.hand_over(
            user=user,
            session_id=session_id,
            client=client,
            state=keys.fingerprint(secret),
            goes_to=goes_to,
            at=at,
        )


def accept(slip, client, *, at, secret=SECRET):
    with inside(client):
        return actions.accept_hand_over(slip=slip, secret=secret, client=client, at=at)


def main_of(response):
    """What the page says, without what changes with every request (the moment, the CSRF token)."""
    return response.content.decode().partition("<main")[2].partition("</main>")[0]


def test_a_stranger_at_a_client_signs_in_at_the_agency_and_comes_back_to_the_page(visitor, ada_user):
    first = visitor.get(f"{ACME}/people/")

    assert visitor.way[1].startswith(f"{AGENCY}/enter/acme/?next=%2Fpeople%2F&state=")
    assert first.request["PATH_INFO"] == "/accounts/login/"

    back = first.context["redirect_field_value"]
    signed_in = visitor.sign_in(ada_user, next_path=back)
    assert b'http-equiv="refresh"' in signed_in.content
    page = visitor.get(f"{AGENCY}{signed_in.context['address']}")

    assert visitor.way[-1] == f"{ACME}/people/"
    assert page.status_code == 200
    assert page.wsgi_request.user == ada_user


def test_the_desk_hands_over_without_a_second_sign_in(visitor, ada_user):
    page = visitor.enter(ada_user)

    assert page.status_code == 200
    assert [address.partition("?")[0] for address in visitor.way] == [
        f"{AGENCY}/enter/acme/",
        f"{ACME}/hand-over/",
        f"{AGENCY}/enter/acme/",
        f"{ACME}/hand-over/",
        f"{ACME}/people/",
    ]


def test_signing_in_at_a_client_is_recorded_there(visitor, ada_user, acme):
    visitor.enter(ada_user)

    with inside(acme):
        entry = Entry.objects.get(kind="person.signed_in")
    assert (entry.actor_id, entry.data) == (str(ada_user.pk), {"user_id": ada_user.pk})


def test_a_slip_opens_once(acme, ada_user, noon):
    slip = slip_for(ada_user, acme, at=noon)

    assert accept(slip, acme, at=noon).goes_to == "/people/"
    with pytest.raises(actions.SlipRefused, match="used already"):
        accept(slip, acme, at=noon)


def test_a_slip_ends_after_thirty_seconds(acme, ada_user, noon):
    slip = slip_for(ada_user, acme, at=noon)

    with pytest.raises(actions.SlipRefused, match="30 seconds"):
        accept(slip, acme, at=noon + timedelta(seconds=30))


def test_a_slip_for_one_client_opens_nothing_at_another(acme, globex, grace_user, noon):
    slip = slip_for(grace_user, acme, at=noon)

    with pytest.raises(actions.SlipRefused, match="another browser or another brand"):
        accept(slip, globex, at=noon)


def test_a_slip_opens_nothing_in_another_browser(acme, ada_user, noon):
    slip = slip_for(ada_user, acme, at=noon)

    with pytest.raises(actions.SlipRefused, match="another browser"):
        accept(slip, acme, at=noon, secret="t" * 43)


def test_a_slip_of_somebody_who_lost_the_seat_meanwhile_is_refused_and_used_up(acme, ada_user, noon):
    slip = slip_for(ada_user, acme, at=noon)
    with outside():
        Seat.objects.filter(user=ada_user).delete()

    with pytest.raises(actions.SlipRefused, match="taken away"):
        accept(slip, acme, at=noon)
    with outside():
        assert Handover.objects.get().used_at == noon


def test_only_the_fingerprint_of_a_slip_is_kept(acme, ada_user, noon):
    slip = slip_for(ada_user, acme, at=noon)

    with outside():
        row = Handover.objects.values().get()
    assert slip not in str(row)


def test_old_slips_are_swept_when_a_new_one_is_made(acme, ada_user, noon):
    slip_for(ada_user, acme, at=noon)
    slip_for(ada_user, acme, at=noon + timedelta(days=2))

    with outside():
        assert Handover.objects.count() == 1


def test_nobody_is_handed_over_without_a_seat(acme, mallory_user, noon):
    with pytest.raises(Forbidden, match="no seat at “acme”"):
        slip_for(mallory_user, acme, at=noon)


def test_a_brand_that_is_none_of_ones_business_looks_like_one_that_does_not_exist(
    visitor, acme, mallory_user
):
    visitor.sign_in(mallory_user, next_path="/profile/")
    there = visitor.get(f"{AGENCY}/enter/acme/?state={'0' * 64}")
    nowhere = visitor.get(f"{AGENCY}/enter/nowhere/?state={'0' * 64}")

    assert (there.status_code, nowhere.status_code) == (403, 403)
    assert main_of(there).replace("acme", "X") == main_of(nowhere).replace("nowhere", "X")


def test_a_replayed_link_gets_a_page_with_a_way_to_try_again(visitor, ada_user):
    visitor.enter(ada_user)
    replayed = visitor.get(visitor.way[3])

    assert replayed.status_code == 403
    assert "used already" in replayed.content.decode()
    assert f'href="{AGENCY}/enter/acme/"' in replayed.content.decode()


def test_a_link_made_for_one_browser_signs_nobody_in_in_another(visitor, ada_user, acme, mallory_user):
    attacker, victim = visitor, Browser()
    attacker.sign_in(ada_user, next_path="/profile/")
    begun = attacker.get(f"{ACME}/people/", follow=False)
    attacker.way = [f"{ACME}/people/"]
    link = attacker.step(begun)["Location"]

    assert victim.get(link).status_code == 403
    assert "rapport_session" not in victim.at(ACME).cookies


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "javascript:alert(1)",
        "/" + "x" * 600,
        "people",
    ],
)
def test_a_hand_over_never_leads_to_another_host(visitor, ada_user, wanted):
    visitor.sign_in(ada_user, next_path="/profile/")
    visitor.get(f"{AGENCY}/enter/acme/?next={wanted}")

    assert visitor.way[-1] == f"{ACME}/"


def test_the_way_in_uses_the_configured_port_whatever_the_request_says(visitor, ada_user, settings):
    settings.RAPPORT_PUBLIC_PORT = 8123

    response = visitor.get("http://acme.localhost:6666/people/", follow=False)

    assert response["Location"].startswith("http://localhost:8123/enter/acme/")


def test_the_session_of_one_host_is_worthless_at_another(visitor, grace_user, acme, globex):
    visitor.enter(grace_user, "acme")
    at_acme = visitor.at(ACME).cookies["rapport_session"].value
    at_agency = visitor.at(AGENCY).cookies["rapport_session"].value

    for stolen, host in ((at_acme, GLOBEX), (at_acme, AGENCY), (at_agency, ACME), (at_agency, GLOBEX)):
        thief = Browser()
        thief.at(host).cookies["rapport_session"] = stolen
        response = thief.get(f"{host}/people/", follow=False)
        assert response.status_code == 302, host
        assert not response.wsgi_request.user.is_authenticated


def test_entering_gives_the_session_a_new_key(visitor, ada_user):
    visitor.at(ACME).session.save()
    visitor.get(f"{ACME}/hand-over/?next=/people/", follow=False)
    before = visitor.at(ACME).cookies.get("rapport_session")
    visitor.enter(ada_user)

    assert before is None or before.value != visitor.at(ACME).cookies["rapport_session"].value


def test_a_visit_ends_within_a_working_day(visitor, ada_user):
    visitor.enter(ada_user)

    assert visitor.at(ACME).cookies["rapport_session"]["max-age"] == 12 * 3600


def test_signing_out_at_a_client_offers_to_sign_out_at_the_agency(visitor, ada_user):
    visitor.enter(ada_user)
    question = visitor.get(f"{ACME}/sign-out/")
    done = visitor.post(f"{ACME}/sign-out/")

    assert "Sign out of Acme" in question.content.decode()
    assert f'href="{AGENCY}/accounts/logout/"' in done.content.decode()
    assert visitor.get(f"{ACME}/people/", follow=False).status_code == 302
    assert visitor.get(f"{AGENCY}/profile/", follow=False).status_code == 200


def test_somebody_switched_off_is_out_at_once(visitor, ada_user):
    visitor.enter(ada_user)
    with outside():
        User.objects.filter(pk=ada_user.pk).update(is_active=False)

    assert visitor.get(f"{ACME}/people/", follow=False).status_code == 302


def test_somebody_without_the_seat_is_out_at_once(visitor, ada_user):
    visitor.enter(ada_user)
    with outside():
        Seat.objects.filter(user=ada_user).delete()

    assert visitor.get(f"{ACME}/people/", follow=False).status_code == 302
    assert visitor.get(f"{ACME}/people/").status_code == 403


def test_a_new_password_ends_visits_at_clients(visitor, ada_user):
    visitor.enter(ada_user)
    with outside():
        ada_user.set_password("something else entirely")
        ada_user.save()

    assert visitor.get(f"{ACME}/people/", follow=False).status_code == 302


def test_whoever_was_let_in_has_been_seen(visitor, ada_user):
    before = now()
    visitor.enter(ada_user)

    with outside():
        assert User.objects.filter(pk=ada_user.pk, seen_at__gte=before).exists()


# --- Links are used by people, not by what looks at links -------------------------------------------------------


@pytest.mark.parametrize(
    "look",
    [
        lambda http, path: http.head(path),
        lambda http, path: http.get(path, headers={"sec-purpose": "prefetch;prerender"}),
        lambda http, path: http.get(path, headers={"purpose": "prefetch"}),
    ],
)
def test_looking_at_a_slip_does_not_use_it_up(visitor, ada_user, look):
    visitor.sign_in(ada_user, next_path="/profile/")
    begun = visitor.get(f"{ACME}/people/", follow=False)
    handed = visitor.step(begun)
    path = handed["Location"].removeprefix(ACME)

    looked = look(visitor.at(ACME), path)

    assert looked.status_code == 204
    assert "rapport_session" not in visitor.at(ACME).cookies
    assert visitor.at(ACME).get(path).status_code == 302
    assert visitor.get(f"{ACME}/people/", follow=False).status_code == 200


def test_looking_at_the_way_in_makes_no_slip(visitor, ada_user):
    visitor.sign_in(ada_user, next_path="/profile/")
    visitor.at(AGENCY).head(f"/enter/acme/?state={'0' * 64}")

    with outside():
        assert not Handover.objects.exists()
