"""`POST /hooks/<connector>/<account>/`: what is proven is stored once, what is not is stored nowhere."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Http
from django.utils.timezone import now

from inbox import connectors, receiving
from inbox.actions import keep
from inbox.actions.channels import connect_channel
from inbox.connectors.networks.webhook.signing import read_secret, sign
from inbox.models import Channel, Conversation, Message
from tenants.accounts.actors import INSTALLER
from tenants.kernel.schema import inside, outside
from tenants.models import Client, Receipt, ReceiptState
from tests.conftest import NOON

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
HOOK = "/hooks/webhook/acme-forum/"
PAYLOADS = Path(__file__).parents[1] / "payloads" / "webhook"


@pytest.fixture(autouse=True)
def _nobody_reads_yet(monkeypatch):
    """The worker is another process; these tests read when they say so."""
    monkeypatch.setattr("inbox.webhooks.hints.give", lambda *_, **__: True)


@pytest.fixture
def forum(acme: Client) -> Channel:
    with inside(acme):
        return connect_channel(
            client_id=acme.pk,
            network="mastodon",
            connector="webhook",
            name="Forum",
            account="acme-forum",
            credentials={"secret": SECRET},
            by=INSTALLER,
            at=NOON,
        )


def item(name: str = "m1", **facts: Any) -> dict[str, Any]:
    author = {"external_id": "u1", "name": "Mina"}
    plain = {
        "external_id": name,
        "kind": "mention",
        "text": "Where is my parcel?",
        "sent_at": "2026-03-01T09:30:00Z",
    }
    return {**plain, "author": author, **facts}


def send(
    body: Any,
    *,
    name: str = "msg_1",
    secret: str = SECRET,
    at: datetime | None = None,
    hook: str = HOOK,
    host: str = "localhost",
    **headers: str,
) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signed = sign([read_secret(secret)], delivery_id=name, at=at or now(), body=raw)
    http = Http(SERVER_NAME=host, enforce_csrf_checks=True)
    return http.post(hook, data=raw, content_type="application/json", headers={**signed, **headers})


def receipts() -> list[Receipt]:
    with outside():
        return list(Receipt.objects.order_by("pk"))


def read(client: Client) -> int:
    with inside(client):
        return receiving.read_receipts(client_id=client.pk, now=now)


def assert_problem(answer: Any, status: int) -> str:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    return str(problem["detail"])


# --- Proven, and stored once -----------------------------------------------------------------------------


def test_a_signed_delivery_is_stored_as_it_came_and_becomes_a_message(forum, acme):
    answer = send(item())

    assert (answer.status_code, answer.json()) == (200, {"stored": True, "delivery": "msg_1"})
    receipt = receipts()[0]
    assert json.loads(bytes(receipt.body)) == item()
    assert (receipt.client_id, receipt.channel_id, receipt.state) == (acme.pk, forum.pk, ReceiptState.WAITING)
    assert read(acme) == 1
    with inside(acme):
        assert Message.objects.get().text == "Where is my parcel?"
    assert receipts()[0].state == ReceiptState.READ


def test_the_same_delivery_twice_is_one_receipt(forum, acme):
    send(item())
    again = send(item())
    read(acme)
    after_reading = send(item())

    assert (again.status_code, again.json()["stored"]) == (200, False)
    assert after_reading.json()["stored"] is False
    assert len(receipts()) == 1


def test_a_flood_wakes_one_reader_and_not_one_for_each_drop(forum, acme, monkeypatch):
    woken: list[str] = []
    monkeypatch.setattr("inbox.webhooks.hints.give", lambda task, **_: woken.append(task.name))

    for number in range(5):
        send(item(f"m{number}"), name=f"msg_{number}")
    assert woken == ["inbox.tasks.read"]

    read(acme)
    send(item("later"), name="msg_later")
    assert len(woken) == 2


def test_the_same_item_in_two_deliveries_is_one_message(forum, acme):
    send(item())
    send(item(), name="msg_2")

    assert read(acme) == 1
    assert len(receipts()) == 2


def test_no_signature_and_no_cookie_is_kept_with_a_receipt(forum):
    send(item(), cookie="rapport_session=abc", authorization="Bearer x")

    assert set(receipts()[0].headers) == {"content-type", "webhook-id", "webhook-timestamp"}


def test_a_clients_own_host_takes_its_deliveries_too(forum, acme):
    assert send(item(), host="acme.localhost").json()["stored"] is True
    assert read(acme) == 1


# --- Not proven, and stored nowhere ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        pytest.param({"secret": OTHER}, "Check the secret", id="another secret"),
        pytest.param({"webhook_id": "msg_2"}, "No signature fits", id="another id"),
        pytest.param({"webhook_signature": "v1,AAAA"}, "No signature fits", id="made up"),
        pytest.param({"webhook_signature": "é v1, ,"}, "No signature fits", id="nonsense"),
        pytest.param({"webhook_signature": ""}, "needs the headers", id="missing"),
        pytest.param({"webhook_timestamp": "yesterday"}, "Unix seconds", id="no number"),
        pytest.param({"webhook_timestamp": "1" * 13}, "Unix seconds", id="too many digits"),
        pytest.param({"webhook_id": "x" * 201}, "1 to 200 visible ASCII", id="an id too long"),
        pytest.param({"at": timedelta(minutes=-6)}, "five minutes off. Set the sender's clock", id="old"),
        pytest.param({"at": timedelta(minutes=6)}, "five minutes off", id="from the future"),
    ],
)
def test_a_delivery_that_proves_nothing_is_stored_nowhere(forum, change, sentence):
    if isinstance(change.get("at"), timedelta):
        change = {"at": now() + change["at"]}

    detail = assert_problem(send(item(), **change), 401)

    assert sentence in detail
    assert detail.endswith("Nothing was stored.")
    assert receipts() == []


def test_one_changed_byte_of_the_body_spoils_the_signature(forum):
    raw = json.dumps(item()).encode()
    signed = sign([read_secret(SECRET)], delivery_id="m", at=now(), body=raw)

    answer = Http(SERVER_NAME="localhost").post(
        HOOK, data=raw + b" ", content_type="application/json", headers=signed
    )

    assert_problem(answer, 401)
    assert receipts() == []


def test_a_body_of_ten_megabytes_is_too_large_and_stored_nowhere(forum):
    detail = assert_problem(send(b'{"text": "' + b"x" * 10_000_000 + b'"}'), 413)

    assert "5 MB at most. Send fewer items at a time. Nothing was stored." in detail
    assert receipts() == []


def test_a_delivery_cannot_be_asked_for(forum):
    assert Http(SERVER_NAME="localhost").get(HOOK).status_code == 405


@pytest.mark.parametrize(
    "hook", ["/hooks/smoke/acme-forum/", f"/hooks/webhook/{'a' * 201}/", "/hooks/smoke/a/"]
)
def test_an_address_that_cannot_be_is_not_there(acme, hook):
    assert "the channel's page shows" in assert_problem(send(item(), hook=hook), 404)
    assert receipts() == []


def test_a_channel_that_is_not_set_up_to_the_end_asks_to_send_again_later(acme):
    with inside(acme):
        connect_channel(
            client_id=acme.pk, network="mastodon", connector="webhook", name="Forum", account="acme-forum",
            credentials={}, by=INSTALLER, at=NOON,
        )  # fmt: skip

    assert "send it again later" in assert_problem(send(item()), 503)
    assert receipts() == []


def test_a_feed_takes_no_deliveries(acme):
    with inside(acme):
        connect_channel(
            client_id=acme.pk, network="forum", connector="rss", name="Blog", account="blog",
            credentials={"url": "https://blog.example/feed"}, by=INSTALLER, at=NOON,
        )  # fmt: skip

    assert "it delivers nothing" in assert_problem(send(item(), hook="/hooks/rss/blog/"), 401)


# --- Nobody's yet ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["localhost", "globex.localhost"])
def test_a_delivery_that_leads_nowhere_is_kept_for_the_agency(globex, host):
    first = send(item(), hook="/hooks/webhook/nobody/", host=host)
    again = send(item(), hook="/hooks/webhook/nobody/", host=host)

    assert (first.status_code, first.json()["routed"], first.json()["stored"]) == (202, False, True)
    assert again.json()["stored"] is False
    receipt = receipts()[0]
    assert (receipt.state, receipt.client_id, receipt.account) == (ReceiptState.UNROUTABLE, None, "nobody")
    with inside(globex):
        assert not Receipt.objects.exists()


def test_the_account_says_whose_a_delivery_is_and_not_the_host_it_comes_to(forum, acme, globex):
    """Kept at another client's host as leading nowhere, its id would stand in the way of the real delivery."""
    unproved = send(item(), secret=OTHER, host="globex.localhost")
    proved = send(item(), host="globex.localhost")

    assert (unproved.status_code, proved.status_code) == (401, 200)
    assert [receipt.client_id for receipt in receipts()] == [acme.pk]
    with inside(globex):
        assert not Receipt.objects.exists()


def test_what_led_nowhere_is_taken_when_it_is_sent_again_to_a_connected_channel(acme, request):
    early = send(item(text="Made up by anybody"))
    forum = request.getfixturevalue("forum")
    again = send(item())

    assert (early.status_code, again.status_code, again.json()["stored"]) == (202, 200, True)
    [receipt] = receipts()
    assert (receipt.state, receipt.client_id, receipt.channel_id) == (ReceiptState.WAITING, acme.pk, forum.pk)
    with inside(acme):
        receiving.read_receipts(client_id=acme.pk, now=now)
        assert Message.objects.get().text == "Where is my parcel?"


def test_without_an_id_nothing_that_leads_nowhere_is_kept(acme):
    for name in ("", "x" * 201):
        answer = Http(SERVER_NAME="localhost").post(
            "/hooks/webhook/nobody/",
            data=b"{}",
            content_type="application/json",
            headers={"webhook-id": name},
        )
        assert "Connect it, then send again" in assert_problem(answer, 404)
    assert receipts() == []


def test_there_is_an_end_to_how_much_is_kept_that_leads_nowhere(acme, monkeypatch):
    monkeypatch.setattr(keep, "MOST_UNROUTABLE", 2)
    answers = [send(item(), name=f"msg_{n}", hook="/hooks/webhook/nobody/") for n in range(3)]

    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert "Connect it, then send again" in assert_problem(answers[2], 429)


# --- What is in it -----------------------------------------------------------------------------------------


def test_a_poisoned_item_is_set_aside_with_its_reason_and_the_rest_goes_in(forum, acme):
    send((PAYLOADS / "poisoned.json").read_bytes())
    new = read(acme)

    receipt = receipts()[0]
    assert new == receipt.items - len(receipt.poisoned) >= 2
    assert receipt.state == ReceiptState.READ
    assert all(told["reason"] and isinstance(told["position"], int) for told in receipt.poisoned)
    with inside(acme):
        assert Message.objects.count() == new


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(b"{", "not valid JSON", id="half"),
        pytest.param(b'{"text": "\xff"}', "not UTF-8", id="no UTF-8"),
        pytest.param(b"[]", "must be a JSON object", id="a list"),
        pytest.param(b"", "not valid JSON", id="nothing"),
        pytest.param(b"[" * 100_000, "nested too deeply", id="nested without an end"),
    ],
)
def test_a_delivery_that_is_no_json_is_stored_and_set_aside(forum, acme, body, reason):
    assert send(body).status_code == 200
    send(item(), name="good")

    assert read(acme) == 1
    assert [receipt.state for receipt in receipts()] == [ReceiptState.POISONED, ReceiptState.READ]
    assert reason in receipts()[0].poisoned[0]["reason"]


def test_a_parser_that_fails_after_all_stops_nobody_else(forum, acme, monkeypatch):
    real = connectors.parse

    def fails_on_the_first(slug: str, body: bytes) -> Any:
        if b"m1" in body:
            raise RuntimeError("a fault of ours")
        return real(slug, body)

    monkeypatch.setattr(receiving, "parse", fails_on_the_first)
    send(item("m1"))
    send(item("m2"), name="msg_2")

    assert read(acme) == 1
    assert "RuntimeError: a fault of ours" in receipts()[0].poisoned[0]["reason"]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"sent_at": "0001-01-01T00:00:00+14:00"}, "year 1, outside 1990 to 2099"),
        ({"sent_at": "9999-12-31T23:59:59-14:00"}, "year 9999, outside 1990 to 2099"),
        ({"sent_at": "2026-03-01T09:30:00"}, "no time zone"),
        ({"text": "x" * 100_001}, "at most 100,000"),
        ({"text": ""}, "nothing to show"),
        ({"kind": "shout"}, "`kind` must be one of"),
        ({"author": None}, "`author` is missing"),
    ],
)
def test_an_item_that_cannot_be_meant_is_set_aside_and_its_neighbour_goes_in(forum, acme, facts, reason):
    send({"items": [item("bad", **facts), item("good")]})

    assert read(acme) == 1
    poisoned = receipts()[0].poisoned
    assert (poisoned[0]["position"], len(poisoned)) == (0, 1)
    assert reason in poisoned[0]["reason"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("é" * 100_000, "é" * 100_000),
        ("cut \ud83d here", "cut \ufffd here"),
        ("NUL\x00here", "NUL\ufffdhere"),
        ("\u202eright to left 👩‍👩‍👧‍👦\r\n", "\u202eright to left 👩‍👩‍👧‍👦\r\n"),
    ],
)
def test_what_people_write_is_kept_whole(forum, acme, text, kept):
    send({"items": [item(text=text)]})

    assert read(acme) == 1
    with inside(acme):
        assert Message.objects.get().text == kept
        assert Conversation.objects.get().preview


def test_a_sender_whose_clock_is_ahead_loses_nothing_in_silence_and_stops_no_other(forum, acme):
    ahead = (now() + timedelta(days=400)).isoformat()
    send({"items": [item("early", sent_at=ahead), item("good")]})
    new = read(acme)

    assert new + len(receipts()[0].poisoned) == 2
    with inside(acme):
        assert Message.objects.filter(external_id="good").exists()


def test_one_client_never_sees_anothers_receipts(forum, acme, globex):
    send(item())

    with inside(globex):
        assert receiving.read_receipts(client_id=acme.pk, now=now) == 0
        assert not Receipt.objects.exists()
    assert receipts()[0].state == ReceiptState.WAITING
