"""A token is good for one client and for the rights that were ticked, until it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import now

from inbox.models import Conversation
from tenants.accounts import actions
from tenants.accounts.actors import INSTALLER
from tenants.accounts.models import ApiToken
from tenants.accounts.permissions import Permission
from tenants.kernel.schema import inside, outside
from tenants.ledger.models import Entry
from tests.conftest import let_in
from tests.inbox.api.program import Program, assert_problem
from tests.tenants.accounts.browsing import ACME, Browser

P = Permission


def test_a_token_opens_the_client_it_was_made_for(give, talk):
    answer = give(P.VIEW).get("conversations")

    assert answer.status_code == 200
    assert [row["id"] for row in answer.json()["results"]] == [talk]


def test_a_token_of_one_client_is_unknown_at_another(give, acme, globex):
    program = give(P.VIEW, at=globex)

    answer = Program("http://acme.localhost", program.plain).get("conversations")

    problem = assert_problem(answer, 401)
    assert "that brand's own host" in problem["detail"]
    assert answer["WWW-Authenticate"] == 'Bearer realm="Rapport"'


def test_a_token_does_nothing_beyond_its_rights(give, talk, acme):
    problem = assert_problem(
        give(P.VIEW).post(f"conversations/{talk}/assign", {"to": None}), 403, "forbidden"
    )

    assert "“assign” is missing" in problem["detail"]
    with inside(acme):
        assert not Entry.objects.filter(actor_kind="token").exists()


def test_acting_on_what_one_may_not_see_is_refused_too(give, talk):
    assert_problem(give(P.NOTE).post(f"conversations/{talk}/note", {"text": "Hello"}), 403, "forbidden")


def test_a_right_that_no_version_knows_any_more_gives_nothing(give, acme):
    program = give(P.VIEW)
    with inside(acme):
        ApiToken.objects.filter(pk=program.token.pk).update(permissions=["fly"])

    assert_problem(program.get("conversations"), 403, "forbidden")


def test_a_token_ends_on_its_day(give):
    program = give(P.VIEW, made_at=now() - timedelta(days=2), expires_at=now() - timedelta(days=1))

    assert "has ended. Make a new one" in assert_problem(program.get("conversations"), 401)["detail"]


def test_a_revoked_token_is_refused_with_the_next_request(give, acme):
    program = give(P.VIEW)
    assert program.get("conversations").status_code == 200
    with inside(acme):
        actions.revoke_token(by=INSTALLER, token=program.token, at=now())

    assert "was revoked. Make a new one" in assert_problem(program.get("conversations"), 401)["detail"]


@pytest.mark.parametrize(
    "offered",
    [
        "Bearer",
        "Bearer nonsense",
        "Bearer rpt_0123456789_" + "x" * 43,
        "Bearer rpt_\xff",
        "Basic YWRhOmh1bnRlcjI=",
        "Token abc",
        "",
    ],
)
def test_what_is_no_token_is_nobody(acme, offered):
    answer = Program("http://acme.localhost", "").get("conversations", authorization=offered)

    assert_problem(answer, 401)


def test_a_token_with_one_wrong_letter_opens_nothing_and_does_not_tell_that_it_was_close(give):
    program = give(P.VIEW, expires_at=now() + timedelta(days=1))
    wrong = program.plain[:-1] + ("a" if program.plain[-1] != "a" else "b")

    problem = assert_problem(Program(program.host, wrong).get("conversations"), 401)

    assert "is not known here" in problem["detail"]


def test_only_the_fingerprint_of_a_token_is_kept(give):
    program = give(P.VIEW)

    with outside():
        row = ApiToken.objects.values().get(pk=program.token.pk)
    _, _, secret = program.plain.split("_", 2)  # the secret itself may have an underscore in it
    assert len(secret) >= 40
    assert secret not in str(row)


def test_using_a_token_is_noted_once_a_minute(give):
    program = give(P.VIEW)
    program.get("conversations")
    with outside():
        first = ApiToken.objects.get(pk=program.token.pk).used_at

    program.get("conversations")

    with outside():
        assert ApiToken.objects.get(pk=program.token.pk).used_at == first
    assert first is not None


def test_a_program_acts_under_its_own_name(give, talk, acme):
    program = give(P.VIEW, P.TRIAGE)

    program.post(f"conversations/{talk}/acknowledge")

    with inside(acme):
        entry = Entry.objects.get(kind="conversation.stage_changed", actor_kind="token")
    assert entry.actor_id == program.token.prefix


# --- A signed-in person's browser --------------------------------------------------------------------


def test_a_signed_in_person_may_use_the_api_with_the_rights_of_the_seat(ada_user, talk):
    visitor = Browser()
    visitor.enter(ada_user)

    assert visitor.get(f"{ACME}/api/v1/conversations").json()["results"][0]["id"] == talk


def test_a_browser_changes_nothing_without_the_csrf_token(ada_user, talk, acme):
    visitor = Browser()
    visitor.enter(ada_user)
    http = visitor.at(ACME)
    http.handler.enforce_csrf_checks = True

    answer = http.post(f"/api/v1/conversations/{talk}/snooze", {}, content_type="application/json")

    assert_problem(answer, 403, "forbidden")
    with inside(acme):
        assert Conversation.objects.get(pk=talk).snoozed_until is None


def test_a_person_without_a_seat_here_is_told_so(mallory_user, acme, talk):
    visitor = Browser()
    let_in(visitor.at(ACME), mallory_user)

    answer = visitor.get(f"{ACME}/api/v1/conversations")

    assert answer.status_code in (401, 403)
    assert answer["Content-Type"] == "application/problem+json"
