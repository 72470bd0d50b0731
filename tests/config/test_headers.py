"""Strict headers on whatever leaves: pages, errors, the API, hooks, health, static files, broken requests."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any

import pytest
from django.test import Client as Http

from config import headers
from tests.conftest import person
from tests.tenants.accounts.browsing import ACME, AGENCY, Browser

ALWAYS = {
    "Content-Security-Policy",
    "Permissions-Policy",
    "Referrer-Policy",
    "Cross-Origin-Opener-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
}
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>|<style\b|\sstyle=\"|\son\w+=\"|javascript:",
    re.IGNORECASE,
)


def policy(answer: Any) -> dict[str, list[str]]:
    parts = [part.split() for part in answer["Content-Security-Policy"].split(";") if part.strip()]
    return {part[0]: part[1:] for part in parts}


def assert_strict(answer: Any) -> None:
    assert set(answer.headers) >= ALWAYS
    rules = policy(answer)
    assert rules["default-src"] == ["'self'"]
    assert rules["object-src"] == rules["base-uri"] == rules["frame-ancestors"] == ["'none'"]
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "http:"} & set(rules["script-src"])
    assert not {"'unsafe-inline'", "*"} & set(rules["style-src"])
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.fixture
def owner(acme) -> Browser:
    """Somebody who may see every page."""
    browser = Browser()
    browser.enter(person("olga@agency.example", "Olga", role="owner", client=None))
    return browser


PAGES = [
    f"{AGENCY}/",
    f"{AGENCY}/people/",
    f"{AGENCY}/profile/",
    f"{AGENCY}/deliveries/",
    f"{AGENCY}/accounts/2fa/",
    f"{AGENCY}/accounts/logout/",
    f"{ACME}/",
    f"{ACME}/channels/",
    f"{ACME}/channels/connect/",
    f"{ACME}/terms/",
    f"{ACME}/people/",
    f"{ACME}/tokens/",
    f"{ACME}/reports/",
    f"{ACME}/sign-out/",
]


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_strict_and_holds_nothing_inline(owner, address):
    answer = owner.get(address)

    assert answer.status_code == 200, owner.way
    assert_strict(answer)
    assert not INLINE.findall(answer.content.decode())


def test_the_sign_in_page_is_strict(db):
    answer = Browser().get(f"{AGENCY}/accounts/login/")

    assert answer.status_code == 200
    assert_strict(answer)
    page = answer.content.decode()
    for tag in re.findall(r"<script\b(?![^>]*\bsrc=)[^>]*>", page):
        nonce = re.search(r'nonce="([^"]+)"', tag)
        is_data = "application/json" in tag
        assert is_data or (nonce and f"'nonce-{nonce[1]}'" in policy(answer)["script-src"]), tag


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [
        ("acme.localhost", "/nothing/", 404),
        ("acme.localhost", "/api/v1/conversations", 401),
        ("acme.localhost", "/api/schema/", 200),
        ("acme.localhost", "/brand.css", 200),
        ("acme.localhost", "/hooks/webhook/x/", 405),
        ("nobody.localhost", "/", 404),
        ("localhost", "/healthz", 200),
        ("localhost", "/metrics", 200),
    ],
)
def test_whatever_is_answered_is_strict(acme, host, path, status):
    answer = Http(SERVER_NAME=host).get(path)

    assert answer.status_code == status
    assert_strict(answer)


def test_a_request_for_a_host_that_is_not_ours_is_refused_and_strict(db):
    answer = Http(SERVER_NAME="evil.example").get("/")

    assert answer.status_code == 400
    assert_strict(answer)


def test_what_never_reaches_the_middleware_gets_its_headers_from_the_application():
    sent: list[Mapping[str, Any]] = []

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    start = {"type": "http.response.start", "status": 400, "headers": [(b"x-frame-options", b"DENY")]}

    async def answer() -> None:
        await headers.strictly(send)(start)

    asyncio.run(answer())

    names = [name.decode().lower() for name, _ in sent[0]["headers"]]
    assert {name.lower() for name in ALWAYS} <= set(names)
    assert names.count("x-frame-options") == 1


def test_a_header_that_is_there_already_is_left_as_it_is():
    assert "Content-Security-Policy" not in dict(headers.missing(["content-security-policy"]))


def test_nothing_that_pages_do_not_use_is_permitted(db):
    permitted = Http(SERVER_NAME="localhost").get("/healthz")["Permissions-Policy"]

    assert "camera=()" in permitted
    assert "publickey-credentials-get=(self)" in permitted
