"""Every registered connector through the same questions, so that the next twenty need no tests of this kind."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from inbox.connectors import UnknownConnector, connect, connector_class, parse, registrations
from inbox.connectors.ports import (
    BadSettings,
    BadSignature,
    IncomingMessage,
    Network,
    OutgoingReply,
    Poisoned,
    Refused,
)
from tests.inbox.connectors.samples import SETTINGS, payloads

SLUGS = [registration.slug for registration in registrations()]


def any_json(floats: st.SearchStrategy[float]) -> st.SearchStrategy[Any]:
    return st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | floats
        | st.text(st.characters())
        | st.datetimes().map(str),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
        max_leaves=15,
    )


ANY_JSON = any_json(st.floats(allow_nan=False, allow_infinity=False))
NEARLY_JSON = any_json(st.floats())  # NaN and Infinity are written too, and make a body that is no JSON
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
REPLY = OutgoingReply(text="Thank you!", in_reply_to="p-1", thread_id="t-1")


def network(slug: str) -> Network:
    """Built with a client that fails the test when it is used."""
    return connect(slug, SETTINGS[slug], httpx.Client(transport=httpx.MockTransport(_nobody_is_asked)))


def _nobody_is_asked(request: httpx.Request) -> httpx.Response:
    pytest.fail(f"{request.method} {request.url} was asked")


def assert_fit_to_store(slug: str, body: bytes) -> None:
    """Whatever the bytes, what comes out can be kept in a database and shown on a page."""
    items = list(parse(slug, body))

    assert items == list(parse(slug, body)), "the same bytes read twice differ"
    for item in items:
        assert isinstance(item, IncomingMessage | Poisoned)
        repr(item).encode("utf-8")
        if isinstance(item, Poisoned):
            assert item.reason
            assert "\0" not in item.reason + item.excerpt
            (item.reason + item.excerpt).encode("utf-8")
        else:
            assert_storable(item)


def assert_storable(message: IncomingMessage) -> None:
    author = message.author
    words = (
        message.external_id,
        message.text,
        message.title,
        message.url,
        message.thread_id,
        message.in_reply_to,
    )
    for word in (*words, *message.attachments, author.external_id, author.name, author.handle, author.url):
        assert "\0" not in word
        word.encode("utf-8")
    assert message.sent_at.tzinfo is UTC
    assert 1990 <= message.sent_at.year < 2100
    assert 0 < len(message.external_id) <= 255
    assert len(message.text) <= 100_000
    assert message.url.startswith(("http://", "https://", ""))


def test_a_connector_that_nobody_registered_is_named_in_the_error():
    with pytest.raises(UnknownConnector, match=r"'smoke_signals'.*rss, webhook"):
        connector_class("smoke_signals")


def test_the_registry_loads_no_connector_before_it_is_used():
    program = "import sys, inbox.connectors; print([name for name in sys.modules if '.networks.' in name])"

    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout

    assert loaded.strip() == "[]"


@pytest.mark.parametrize("slug", SLUGS)
def test_a_connector_says_what_its_registration_says(slug):
    registration = next(known for known in registrations() if known.slug == slug)

    built = network(slug)

    assert isinstance(built, Network)
    assert (built.slug, built.title) == (registration.slug, registration.title)
    assert registration.icon


@pytest.mark.parametrize("slug", SLUGS)
def test_a_connector_asks_for_its_settings_in_fields_that_a_form_can_show(slug):
    fields = connector_class(slug).fields

    assert len({field.name for field in fields}) == len(fields)
    for field in fields:
        assert field.label
        assert field.kind in {"text", "url", "password"}
        assert field.secret == (field.kind == "password")
    assert set(SETTINGS[slug]) <= {field.name for field in fields}


@pytest.mark.parametrize("slug", SLUGS)
def test_a_missing_setting_is_refused_by_its_name(slug):
    for field in connector_class(slug).fields:
        if field.required:
            lacking = {name: value for name, value in SETTINGS[slug].items() if name != field.name}

            with pytest.raises(BadSettings) as caught:
                connect(slug, lacking, httpx.Client())

            assert caught.value.field == field.name
            assert str(caught.value).endswith(".")


@pytest.mark.parametrize("slug", SLUGS)
def test_a_secret_setting_is_not_shown_when_a_connector_is_printed(slug):
    built: Any = network(slug)

    for field in connector_class(slug).fields:
        if field.secret and field.name in SETTINGS[slug]:
            assert SETTINGS[slug][field.name] not in f"{built!r} {built.settings!r}"


@pytest.mark.parametrize("slug", SLUGS)
def test_a_connector_does_what_it_is_capable_of_and_refuses_the_rest(slug):
    built, able = network(slug), connector_class(slug).capabilities

    with pytest.raises(BadSignature):
        built.delivery_id(headers={}, body=b"{}", at=NOON)
    if not able.polls:
        with pytest.raises(Refused, match=r"\.$"):
            built.poll({})
    if not able.publishes:
        with pytest.raises(Refused, match=r"\.$"):
            built.publish(REPLY, key="r-1")
    if not able.reads_back:
        assert built.find_published(REPLY, key="r-1") is None
    assert able.receives_webhooks or able.polls
    assert able.reads_back or not able.publishes, "a reply whose outcome is unknown could never be settled"


@pytest.mark.parametrize("slug", SLUGS)
def test_each_payload_has_a_line_that_says_where_it_comes_from(slug):
    files = payloads(slug)

    assert files, f"tests/payloads/{slug}/ holds nothing"
    lines = (files[0].parent / "README.md").read_text(encoding="utf-8")
    for path in files:
        assert f"`{path.name}`" in lines


@pytest.mark.parametrize("slug", SLUGS)
def test_each_payload_is_read_without_an_error(slug):
    for path in payloads(slug):
        assert_fit_to_store(slug, path.read_bytes())


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\0" * 100, id="only NUL"),
        pytest.param(b"\xff\xfe\x00\xd8", id="half a surrogate pair in UTF-16"),
        pytest.param(b'"\\ud800"', id="a lone surrogate in JSON"),
        pytest.param(b"[" * 200_000, id="deep nesting that never ends"),
        pytest.param(b'{"items":' * 3_000 + b"1" + b"}" * 3_000, id="deep nesting that ends"),
        pytest.param(
            b'{"items": [' + b"[" * 900 + b"]" * 900 + b"]}", id="an item nested as deep as is allowed"
        ),
        pytest.param(b'{"rating": ' + b"9" * 5_000 + b"}", id="a number of 5,000 digits"),
        pytest.param(b'{"items": NaN}', id="no number at all"),
        pytest.param(b"<rss>" + b"<a>" * 50_000, id="nested tags"),
    ],
)
def test_hostile_bytes_are_read_without_an_error(slug, body):
    assert_fit_to_store(slug, body)


@pytest.mark.parametrize("slug", SLUGS)
@given(body=st.binary(max_size=400))
def test_any_bytes_are_read_without_an_error(slug, body):
    assert_fit_to_store(slug, body)


@pytest.mark.parametrize("slug", SLUGS)
@given(value=NEARLY_JSON)
@example(value={"items": [{"external_id": "\ud800", "kind": "post", "text": "\0", "sent_at": "0001-01-01"}]})
def test_any_json_is_read_without_an_error(slug, value):
    assert_fit_to_store(slug, json.dumps(value).encode())


@pytest.mark.parametrize("slug", SLUGS)
@given(data=st.data())
def test_a_damaged_payload_is_read_without_an_error(slug, data):
    body = bytearray(data.draw(st.sampled_from(payloads(slug))).read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(body) - 1))
        change = data.draw(st.binary(max_size=6))
        body[at : at + data.draw(st.integers(0, 12))] = change

    assert_fit_to_store(slug, bytes(body))


@pytest.mark.parametrize("slug", SLUGS)
@given(
    field=st.sampled_from(["external_id", "kind", "text", "sent_at", "author", "rating", "url"]),
    value=ANY_JSON,
)
def test_an_item_with_any_value_in_any_field_spoils_no_other(slug, field, value):
    if slug != "webhook":
        return  # the other formats have no such items; their payloads are damaged above
    good: Mapping[str, Any] = {
        "external_id": "ok",
        "kind": "post",
        "text": "whole",
        "sent_at": "2026-03-02T09:30:00Z",
        "author": {"external_id": "u"},
    }

    items: Sequence[object] = list(
        parse(slug, json.dumps({"items": [{**good, field: value}, good]}).encode())
    )

    assert len(items) == 2
    assert isinstance(items[1], IncomingMessage)


@pytest.mark.parametrize("slug", [slug for slug in SLUGS if connector_class(slug).capabilities.polls])
def test_a_poll_without_a_network_is_unavailable_and_says_when_to_try_again(slug, side, http):
    settings = {
        **SETTINGS[slug],
        "url": side.url.replace("127.0.0.1", "localhost.invalid"),
        "allow_private": True,
    }

    with pytest.raises(Exception, match="Nothing was sent") as caught:
        connect(slug, settings, http).poll({})

    assert caught.typename == "Unavailable"
    assert getattr(caught.value, "retry_after", 0) >= timedelta(minutes=1).total_seconds()
