"""Hooks: what leads nowhere fills no disk and shuts nobody out, an id stands for one body, and nothing is a 500."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Http
from django.utils.timezone import now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inbox.actions import keep
from inbox.actions.channels import connect_channel
from inbox.actions.keep import MOST_OF_ONE_NETWORK, UNROUTABLE_BODY, UNROUTABLE_FOR
from inbox.connectors.networks.webhook.signing import read_secret, sign
from inbox.webhooks import LONGEST_HEADER, LONGEST_NAME, origin_of
from tenants.accounts.actors import INSTALLER, RECEIVER
from tenants.kernel.schema import inside, outside
from tenants.models import Receipt, ReceiptState
from tests.conftest import NOON, person
from tests.tenants.accounts.browsing import AGENCY, Browser

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture(autouse=True)
def _nobody_reads_yet(monkeypatch):
    monkeypatch.setattr("inbox.webhooks.hints.give", lambda *_, **__: True)


@pytest.fixture
def forum(acme):
    with inside(acme):
        return connect_channel(
            client_id=acme.pk, network="mastodon", connector="webhook", name="Forum", account="acme-forum",
            credentials={"secret": SECRET}, by=INSTALLER, at=NOON,
        )  # fmt: skip


def send(name: str, body: bytes = b'{"items":[]}') -> Any:
    signed = sign([read_secret(SECRET)], delivery_id=name, at=now(), body=body)
    return Http(SERVER_NAME="localhost").post(
        "/hooks/webhook/acme-forum/", data=body, content_type="application/json", headers=signed
    )


def stray(name: str, *, address: str = "192.0.2.1", body: bytes = b"{}", **headers: str) -> Any:
    http = Http(SERVER_NAME="localhost", REMOTE_ADDR=address)
    named = {"webhook-id": name, **headers}
    return http.post("/hooks/webhook/nobody/", data=body, content_type="application/json", headers=named)


def receipts() -> list[Receipt]:
    with outside():
        return list(Receipt.objects.order_by("pk"))


# --- What leads nowhere ------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [UNROUTABLE_BODY, UNROUTABLE_BODY + 1, 5_200_000])
def test_of_a_delivery_that_leads_nowhere_only_the_beginning_is_kept(db, size):
    answer = stray("msg_1", body=b"x" * size)

    assert answer.status_code == 202
    [receipt] = receipts()
    assert len(receipt.body) == UNROUTABLE_BODY
    assert receipt.body_size == size
    assert len(receipt.body_hash) == 64
    assert receipt.origin == "192.0.2.0/24"


def test_headers_are_kept_short_and_clean(db):
    answer = stray("msg_1", user_agent="\x00é" * 500, webhook_timestamp="1" * 1000)

    assert answer.status_code == 202
    kept = receipts()[0].headers
    assert {name: len(value) for name, value in kept.items()} == {
        "content-type": 16, "user-agent": LONGEST_HEADER, "webhook-id": 5, "webhook-timestamp": LONGEST_HEADER,
    }  # fmt: skip
    assert "\x00" not in kept["user-agent"]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("unix:", "unknown"),
    ],
)
def test_a_sender_is_counted_by_the_network_it_can_choose_addresses_of(address, network):
    assert origin_of(address) == network


def test_one_network_has_its_limit_and_others_come_in(db):
    answers = [stray(f"msg_{n}", address=f"192.0.2.{n % 250}") for n in range(MOST_OF_ONE_NETWORK + 1)]

    assert [answer.status_code for answer in answers] == [202] * MOST_OF_ONE_NETWORK + [429]
    assert stray("msg_1", address="192.0.2.9").json()["stored"] is False, "what is known is still known"
    assert stray("honest", address="198.51.100.1").status_code == 202


def test_when_all_is_full_the_network_with_the_most_gives_way(db, monkeypatch):
    monkeypatch.setattr(keep, "MOST_UNROUTABLE", 5)
    for number in range(4):
        stray(f"flood_{number}", address="192.0.2.1")
    stray("other", address="203.0.113.1")

    honest = stray("honest", address="198.51.100.1")
    flood = [stray(f"flood_{number}", address="192.0.2.1") for number in range(4, 8)]

    assert honest.status_code == 202
    assert {answer.status_code for answer in flood} == {429}
    assert [one.delivery_id for one in receipts()] == ["flood_1", "flood_2", "flood_3", "other", "honest"]


def test_what_leads_nowhere_is_forgotten_after_two_weeks(db):
    for name in ("old", "young"):
        stray(name)
    with outside():
        Receipt.objects.filter(delivery_id="old").update(received_at=NOON - timedelta(seconds=1))
        Receipt.objects.filter(delivery_id="young").update(received_at=NOON)
        gone = keep.forget_unroutable(by=RECEIVER, at=NOON + UNROUTABLE_FOR)

    assert gone == 1
    assert [one.delivery_id for one in receipts()] == ["young"]


def test_what_waits_to_be_read_is_never_forgotten(forum):
    send("msg_1")
    with outside():
        assert keep.forget_unroutable(by=RECEIVER, at=now() + UNROUTABLE_FOR * 2) == 0


# --- One id, one body --------------------------------------------------------------------------------


def test_the_same_id_with_another_body_is_refused_and_shown(forum, acme):
    first, again = send("msg_1", b'{"items":[1]}'), send("msg_1", b'{"items":[1]}')
    other = [send("msg_1", b'{"items":[2]}') for _ in range(2)]

    assert (first.status_code, first.json()["stored"]) == (200, True)
    assert (again.status_code, again.json()["stored"]) == (200, False)
    assert [one.status_code for one in other] == [409, 409]
    assert other[0]["Content-Type"] == "application/problem+json"
    assert "another body" in other[0].json()["detail"]
    assert "under a new id" in other[0].json()["detail"]
    [receipt] = receipts()
    assert (bytes(receipt.body), receipt.conflicts, receipt.state) == (
        b'{"items":[1]}',
        2,
        ReceiptState.WAITING,
    )
    assert receipt.conflict_at is not None
    boss = Browser()
    boss.sign_in(person("mo@agency.example", "Mo", role="manager", client=None), next_path="/profile/")
    page = " ".join(boss.get(f"{AGENCY}/deliveries/").content.decode().split())
    assert (
        "Its id <code>msg_1</code> came 2 more times with another body. That was refused and not stored."
        in page
    )


def test_the_body_of_a_receipt_from_before_hashes_were_kept_is_compared_too(forum):
    send("msg_1", b'{"items":[1]}')
    with outside():
        Receipt.objects.update(body_hash="", body_size=None)

    assert (send("msg_1", b'{"items":[1]}').status_code, send("msg_1", b"{}").status_code) == (200, 409)


def test_what_leads_nowhere_keeps_to_one_body_too_and_gives_way_to_what_is_proven(acme, request):
    headers = sign([read_secret(SECRET)], delivery_id="msg_1", at=now(), body=b"1")
    http = Http(SERVER_NAME="localhost")
    unproven = [
        http.post("/hooks/webhook/acme-forum/", data=body, content_type="text/plain", headers=headers)
        for body in (b"1", b"1", b"2")
    ]
    request.getfixturevalue("forum")

    assert [one.status_code for one in unproven] == [202, 202, 409]
    assert send("msg_1", b'{"items":[]}').json()["stored"] is True
    assert receipts()[0].conflicts == 0


# --- Never a 500 -------------------------------------------------------------------------------------

header = st.text(st.characters(max_codepoint=255), max_size=300)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    account=st.sampled_from(["acme-forum", "nobody", "a" * LONGEST_NAME, "a" * (LONGEST_NAME + 1)]),
    connector=st.sampled_from(["webhook", "rss", "nothing", "w" * 300]),
    method=st.sampled_from(["POST", "POST", "POST", "GET", "PUT", "HEAD", "DELETE", "OPTIONS"]),
    host=st.sampled_from(["localhost", "acme.localhost", "globex.localhost"]),
    body=st.binary(max_size=300) | st.sampled_from([b"[" * 10_000, b'{"items":7}', b"\x00" * 5000]),
    names=st.dictionaries(
        st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature", "user-agent"]), header
    ),
    kind=header,
    address=st.sampled_from(["127.0.0.1", "", "::1", "nonsense", "fe80::1%lo"]),
    is_signed=st.booleans(),
)
def test_no_request_to_a_hook_is_answered_with_500(
    forum, globex, account, connector, method, host, body, names, kind, address, is_signed
):
    if is_signed:
        names = {**sign([read_secret(SECRET)], delivery_id="msg", at=now(), body=body), **names}
    http = Http(SERVER_NAME=host, REMOTE_ADDR=address, raise_request_exception=False)

    answer = http.generic(method, f"/hooks/{connector}/{account}/", body, content_type=kind, headers=names)

    assert answer.status_code < 500, (answer.status_code, answer.content[:300])
    if answer.status_code >= 400 and answer.status_code != 405:
        assert json.loads(answer.content or b"{}").get("detail", "x")
