"""Every address of Acme's host, asked by Ada with Globex's ids and by people who have no business there."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client as Browser
from django.utils.timezone import now

from inbox.models import Conversation
from tenants.accounts.models import Role
from tenants.kernel.schema import inside
from tenants.models import Receipt
from tests.conftest import taken_back
from tests.guards.walking import addresses
from tests.guards.world import SECRET, everything_at

HOST = f"acme.{settings.RAPPORT_BASE_HOST}"
PLACE = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")

# What is sent along where an address takes a body: good enough that only the id can be what is refused.
FORM = {
    "text": "Hello there", "assignee": "", "until": "2099-01-01T10:00", "reason": "not_ours", "add": "tag",
    "disposition": "engage", "why": "Because", "composing": "1", "last_seen": "999999999", "name": "Name",
}  # fmt: skip
JSON = {
    "assign": {"to": None}, "note": {"text": "Hello"}, "tags": {"tags": ["one"]}, "escalate": {"reason": "Refund"},
    "snooze": {"until": "SOON"}, "pause": {"reason": "Tidying"}, "disposition": {"disposition": "engage"},
    "replies": {"text": "Hello", "seen_message_id": 999999999}, "done": {"not_needed": "not_ours"},
    "draft": {"text": "Hello", "based_on": ""},
}  # fmt: skip

ENDLESS = {"stream/": "A stream of events does not end."}
APART = {"hooks/<slug:connector>/<slug:account>/": "It takes no session: tried by itself below."}
CLIENT_ADDRESSES = [path for path, _ in addresses("config.urls_client") if path not in APART]
WITH_IDS = [path for path in CLIENT_ADDRESSES if "<int:" in path]
WITHOUT_IDS = [path for path in CLIENT_ADDRESSES if "<" not in path and path not in ENDLESS]


def filled(path, stocked):
    """The address with this client's ids. An id of an unknown kind fails: teach tests/guards/world.py to make one."""
    return "/" + PLACE.sub(
        lambda place: str(stocked.ids[place["name"]]), path.replace("<path:_rest>", "anything")
    )


def soon():
    return (now() + timedelta(days=1)).isoformat()


def ask(browser, method, address):
    """As a page or a program would; what is sent fits the address."""
    if address.startswith("/api/"):
        verb = address.rstrip("/").rsplit("/", 1)[-1]
        body = json.dumps(JSON.get(verb, {})).replace("SOON", soon())
        data = {} if method == "get" else {"data": body, "content_type": "application/json"}
        return getattr(browser, method)(address, **data)
    return getattr(browser, method)(address, **({} if method == "get" else {"data": FORM}))


@pytest.fixture
def ada_browser(ours):
    """Ada, signed in at Acme."""
    return ours.browser


def body_of(response):
    return b"" if response.streaming and response.is_async else response.getvalue()


METHODS = ("get", "post", "delete")


def asked(browser, paths, stocked):
    """(what was asked, its answer) for every address with every method."""
    for path in paths:
        for method in METHODS:
            address = filled(path, stocked)
            with taken_back():
                response = ask(browser, method, address)
                yield f"{method} {address}", path, response, body_of(response)


def test_an_address_with_globexs_ids_is_unknown_at_acme(ada_browser, untouched):
    assert len(WITH_IDS) > 40
    for what, _, response, body in asked(ada_browser, WITH_IDS, untouched):
        assert response.status_code in (404, 405), f"{what}: {response.status_code} {body!r}"
        assert SECRET.encode() not in body, what
        assert everything_at(untouched) == untouched.rows, what


def test_the_same_addresses_with_acmes_own_ids_are_answered(ada_browser, ours):
    """Without this the test above could pass because nothing works at all."""
    answers: dict[str, set[int]] = {}
    for _, path, response, _ in asked(ada_browser, WITH_IDS, ours):
        answers.setdefault(path, set()).add(response.status_code)

    for path, found in answers.items():
        assert 404 not in found, f"{path}: {found}"
        assert found & {200, 201, 202, 204, 302, 409}, f"{path}: {found}"


def test_a_page_of_acmes_shows_nothing_of_globexs(ada_browser, ours, untouched):
    for what, _, response, body in asked(ada_browser, WITHOUT_IDS, ours):
        assert response.status_code != 500, what
        assert SECRET.encode() not in body, what
        assert untouched.user.email.encode() not in body, what


def test_mallory_learns_nothing_at_acme_not_even_with_her_own_session(ours, untouched):
    """The cookie of her session at Globex, sent to Acme's host."""
    for what, path, response, body in asked(untouched.browser, CLIENT_ADDRESSES, ours):
        assert b"acme-word" not in body, what
        if not _is_open(path):
            assert response.status_code in (302, 401, 403, 404, 405), f"{what}: {response.status_code}"


def test_her_session_opens_her_own_client(at_globex):
    response = at_globex.browser.get("/rows/", headers={"Host": f"globex.{settings.RAPPORT_BASE_HOST}"})

    assert response.status_code == 200
    assert SECRET in response.content.decode()


def test_a_token_of_globexs_opens_nothing_at_acme(ours, untouched):
    program = Browser(SERVER_NAME=HOST, headers={"Authorization": f"Bearer {untouched.token}"})
    api = [path for path in CLIENT_ADDRESSES if path.startswith("api/v1/")]

    for what, _, response, body in asked(program, api, ours):
        assert response.status_code == 401, f"{what}: {response.status_code}"
        assert b"acme-word" not in body, what


def test_the_same_token_opens_its_own_client(at_globex):
    program = Browser(
        SERVER_NAME=f"globex.{settings.RAPPORT_BASE_HOST}",
        headers={"Authorization": f"Bearer {at_globex.token}"},
    )

    response = program.get("/api/v1/conversations")

    assert response.status_code == 200
    assert SECRET in response.content.decode()


@pytest.mark.parametrize(
    "verb", ["assign", "tag:lost", "done", "no_response:not_ours", "snooze:2099-01-01T10:00"]
)
def test_many_at_once_reaches_no_conversation_of_globexs(ada_browser, untouched, verb):
    response = ada_browser.post("/bulk/", {"ids": [untouched.ids["conversation_id"]], "verb": verb})

    assert response.status_code == 200
    assert SECRET.encode() not in response.content
    assert "0 of 1 went" in response.content.decode()
    assert everything_at(untouched) == untouched.rows


def test_the_gates_are_asked_about_no_conversation_of_globexs(ada_browser, untouched):
    body = {"conversation_id": untouched.ids["conversation_id"], "text": "Hello"}

    response = ada_browser.post("/api/v1/gates", json.dumps(body), content_type="application/json")

    assert response.status_code == 404


@pytest.mark.parametrize("act", ["change", "take"])
def test_seats_at_globex_are_not_changed_from_acme(ada_browser, untouched, act):
    role = Role.objects.get(slug="executive")

    response = ada_browser.post("/people/", {"act": act, "seat": untouched.ids["seat_id"], "role": role.pk})

    assert response.status_code in (403, 404)
    assert everything_at(untouched) == untouched.rows


@pytest.mark.parametrize("act", ["off", "on"])
def test_people_of_globexs_are_not_switched_from_acme(ada_browser, untouched, act):
    response = ada_browser.post("/people/", {"act": act, "user": untouched.ids["user_id"]})

    assert response.status_code in (403, 404)
    assert everything_at(untouched) == untouched.rows


def test_tokens_of_globexs_are_not_revoked_from_acme(ada_browser, untouched):
    response = ada_browser.post("/tokens/", {"act": "revoke", "token": untouched.ids["token_id"]})

    assert response.status_code == 404
    assert everything_at(untouched) == untouched.rows


@pytest.mark.parametrize("address", ["/c/{}/assign/", "/c/{}/escalate/"])
def test_work_is_given_to_nobody_who_has_no_seat_here(ada_browser, ours, untouched, address):
    conversation_id = ours.ids["conversation_id"]
    form = {"assignee": untouched.ids["user_id"], "reason": "Refund"}

    response = ada_browser.post(address.format(conversation_id), form, headers={"HX-Request": "true"})

    assert response.status_code == 422
    with inside(ours.client):
        assert Conversation.objects.get(pk=conversation_id).assignee_id == ours.user.pk


def test_a_delivery_for_globex_is_not_taken_at_acmes_host(untouched):
    """Unsigned, it is refused as on the agency's host: kept, it would stand in the way of the real one."""
    somebody = Browser(SERVER_NAME=HOST)

    response = somebody.post(
        f"/hooks/webhook/{untouched.account}/",
        b"{}",
        content_type="application/json",
        headers={"webhook-id": "msg_1", "webhook-timestamp": "1", "webhook-signature": "v1,x"},
    )

    assert response.status_code == 401
    assert not Receipt.objects.filter(delivery_id="msg_1").exists()


def _is_open(path):
    views = dict(addresses("config.urls_client"))
    return getattr(views[path], "anyone", None) is not None or path == "api/schema/"
