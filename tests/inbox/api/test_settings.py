"""Channels and listening terms through the API: connected with a secret shown once, never with one shown twice."""

from __future__ import annotations

import pytest

from inbox.models import Channel
from tenants.accounts.permissions import Permission
from tenants.kernel import vault
from tenants.kernel.schema import inside, outside
from tenants.models import Route
from tests.inbox.api.program import assert_problem

P = Permission
NEW = {"connector": "webhook", "network": "mastodon", "name": "Forum", "account": "acme-forum"}


def test_a_webhook_is_connected_with_a_secret_that_is_shown_once(api, acme):
    made = api.post("channels", NEW)
    fresh = made.json()

    assert made.status_code == 201
    assert made["Location"] == f"/api/v1/channels/{fresh['id']}"
    assert fresh["deliver_to"] == "http://localhost/hooks/webhook/acme-forum/"
    assert fresh["secret"].startswith("whsec_")
    read = api.get(f"channels/{fresh['id']}")
    assert fresh["secret"] not in read.content.decode() + api.get("channels").content.decode()
    with inside(acme):
        channel = Channel.objects.get(pk=fresh["id"])
    assert vault.unseal(bytes(channel.sealed))["secret"] == fresh["secret"]
    assert fresh["secret"].encode() not in bytes(channel.sealed)
    with outside():
        assert Route.objects.get(account="acme-forum").client_id == acme.pk


def test_a_feed_is_connected_by_its_address(api, names):
    names["f.example"] = "93.184.216.34"
    body = {**NEW, "connector": "rss", "network": "forum", "credentials": {"url": "https://f.example/feed"}}
    answer = api.post("channels", body)

    assert answer.status_code == 201
    assert (answer.json()["secret"], answer.json()["publishes"]) == (None, False)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"connector": "smoke"}, "connector"),
        ({"network": "myspace"}, "network"),
        ({"account": "with space"}, "account"),
        ({"name": "x" * 101}, "name"),
        ({"credentials": {"secret": "short"}}, "credentials.secret"),
        ({"credentials": {"colour": "red"}}, "credentials.colour"),
        ({"credentials": {"return_url": "javascript:alert(1)"}}, "credentials.return_url"),
        ({"credentials": {"allow_private": "1"}}, "credentials.allow_private"),
        ({"connector": "rss", "credentials": {}}, "credentials.url"),
    ],
)
def test_a_setting_that_is_wrong_is_named(api, change, field):
    problem = assert_problem(api.post("channels", {**NEW, **change}), 400, "invalid")

    assert [error["field"] for error in problem["errors"]] == [field]
    assert problem["errors"][0]["message"].endswith(".")


@pytest.mark.parametrize(
    ("connector", "setting"), [("rss", "url"), ("webhook", "return_url")], ids=["feed", "return address"]
)
@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("http://127.0.0.1:8000/", "lies in a private network"),
        ("http://[fec0::1]/", "lies in a private network"),
        ("https://inside.example/", "inside.example lies in a private network"),
        ("https://nowhere.example/", "The name nowhere.example cannot be looked up. Check its spelling"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_when_it_is_entered(
    api, acme, names, connector, setting, address, sentence
):
    names["inside.example"] = "10.0.0.7"

    body = {**NEW, "connector": connector, "credentials": {setting: address}}
    problem = assert_problem(api.post("channels", body), 400, "invalid")

    assert [error["field"] for error in problem["errors"]] == [f"credentials.{setting}"]
    assert sentence in problem["errors"][0]["message"]
    with inside(acme):
        assert not Channel.objects.exists()


def test_an_account_leads_to_one_channel_only(api, give, globex):
    api.post("channels", NEW)

    assert_problem(api.post("channels", NEW), 409, "account_taken")
    problem = assert_problem(give(at=globex).post("channels", NEW), 409, "account_taken")
    assert "acme" not in problem["detail"].replace("acme-forum", "")


def test_a_paused_channel_says_why_and_goes_on_when_resumed(api, talks):
    paused = api.post(f"channels/{talks.pk}/pause", {"reason": "The secret leaked."}).json()
    resumed = api.post(f"channels/{talks.pk}/resume").json()

    assert (paused["state"], paused["paused_reason"]) == ("paused", "The secret leaked.")
    assert (resumed["state"], resumed["paused_reason"]) == ("ok", None)


def test_a_term_is_listened_for_until_it_is_removed(api):
    made = api.post("listening-terms", {"text": "Acme  Kettle", "excludes": ["acme corp"]})

    assert made.status_code == 201
    assert made.json()["text"] == "Acme Kettle"
    assert api.get("listening-terms").json()["results"] == [made.json()]
    assert_problem(api.post("listening-terms", {"text": "acme kettle"}), 409, "term_taken")
    assert api.delete(f"listening-terms/{made.json()['id']}").status_code == 204
    assert api.get("listening-terms").json()["results"] == []
    assert_problem(api.delete(f"listening-terms/{made.json()['id']}"), 404, "not_found")


def test_settings_need_their_right(give, talks):
    program = give(P.VIEW)

    assert_problem(program.post("channels", NEW), 403, "forbidden")
    assert_problem(program.post(f"channels/{talks.pk}/pause", {"reason": "x"}), 403, "forbidden")
    assert_problem(program.post(f"channels/{talks.pk}/resume"), 403, "forbidden")
    assert_problem(program.post("listening-terms", {"text": "kettle"}), 403, "forbidden")
    assert_problem(program.delete("listening-terms/1"), 403, "forbidden")
