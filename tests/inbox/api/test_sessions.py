"""Own sessions through the API: people list and end theirs; tokens have none."""

from __future__ import annotations

from django.utils.timezone import now

from tenants.accounts.models import UserSession
from tenants.kernel.schema import outside
from tests.conftest import session_of
from tests.inbox.api.program import assert_problem
from tests.tenants.accounts.browsing import ACME, AGENCY, Browser


def test_a_person_lists_the_sessions_of_every_host(ada_user):
    visitor = Browser()
    visitor.enter(ada_user)
    other = session_of(ada_user)

    answer = visitor.get(f"{ACME}/api/v1/sessions")

    listed = {line["id"]: line for line in answer.json()["results"]}
    assert len(listed) == 2
    assert listed[other.pk]["current"] is False
    assert listed[other.pk]["device"] == "Firefox on Linux"
    assert sum(line["current"] for line in listed.values()) == 1


def test_a_person_ends_one_and_then_all(ada_user):
    visitor = Browser()
    visitor.enter(ada_user)
    other = session_of(ada_user)

    assert visitor.at(ACME).delete(f"/api/v1/sessions/{other.pk}").status_code == 204
    with outside():
        assert not UserSession.objects.alive(at=now()).filter(pk=other.pk).exists()
    assert visitor.get(f"{ACME}/people/", follow=False).status_code == 200

    assert visitor.at(ACME).delete("/api/v1/sessions").status_code == 204
    assert visitor.get(f"{ACME}/people/", follow=False).status_code == 302
    assert visitor.get(f"{AGENCY}/profile/", follow=False).status_code == 302


def test_the_session_of_another_is_not_there(ada_user, mallory_user):
    visitor = Browser()
    visitor.enter(ada_user)
    theirs = session_of(mallory_user)

    answer = visitor.at(ACME).delete(f"/api/v1/sessions/{theirs.pk}")

    assert_problem(answer, 404, "not_found")
    with outside():
        assert UserSession.objects.get(pk=theirs.pk).ended_at is None


def test_a_token_has_no_sessions(api):
    assert_problem(api.get("sessions"), 403, "only_for_people")
    assert_problem(api.delete("sessions"), 403, "only_for_people")
    assert_problem(api.delete("sessions/1"), 403, "only_for_people")
