"""Connecting a channel by its form."""

from __future__ import annotations

import pytest
from django.test import Client as Browser

from inbox.models import Channel
from tenants.accounts.models import User
from tenants.kernel.schema import inside
from tenants.models import Client
from tests.conftest import let_in

FEED = {"connector": "rss", "network": "forum", "name": "Forum", "account": "forum"}
ADD = "/channels/connect/"


@pytest.fixture
def visitor(acme: Client, ada_user: User) -> Browser:
    """Ada's browser at Acme."""
    browser = Browser(SERVER_NAME="acme.localhost")
    with inside(acme):
        let_in(browser, ada_user)
    return browser


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("https://inside.example/feed", "inside.example lies in a private network"),
        ("https://nowhere.example/feed", "The name nowhere.example cannot be looked up"),
    ],
)
def test_a_feed_we_may_not_ask_is_refused_beside_its_field(acme, visitor, names, address, sentence):
    names["inside.example"] = "169.254.169.254"

    answer = visitor.post(ADD, {**FEED, "url": address})

    assert answer.status_code == 422
    assert sentence in answer.context["form"].errors["url"][0]
    with inside(acme):
        assert not Channel.objects.exists()


def test_a_public_feed_is_connected(acme, visitor, names):
    names["forum.example"] = "93.184.216.34"

    answer = visitor.post(ADD, {**FEED, "url": "https://forum.example/feed"})

    assert answer.status_code == 302
    with inside(acme):
        assert Channel.objects.get().account == "forum"
