"""Nothing with people's words is kept by a browser or a proxy, and looking at an address changes nothing."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client as Browser

from tenants.kernel.schema import outside
from tests.conftest import let_in, person
from tests.guards.test_isolation_urls import CLIENT_ADDRESSES, ENDLESS, asked, filled
from tests.guards.walking import addresses
from tests.guards.world import everything_at

PUBLIC = {"/brand.css": "A colour; it is the same for everybody."}
"""Addresses whose answers may be kept."""

HOST = f"acme.{settings.RAPPORT_BASE_HOST}"


def directives(response) -> set[str]:
    return {word.strip() for word in response.headers.get("Cache-Control", "").split(",")}


def is_kept(response) -> bool:
    return "no-store" not in directives(response)


def test_no_answer_of_a_client_is_kept(ours):
    paths = [path for path in CLIENT_ADDRESSES if path not in ENDLESS]
    assert len(paths) > 60
    kept = {what for what, _, response, _ in asked(ours.browser, paths, ours) if is_kept(response)}

    assert kept == {"get /brand.css"}
    assert "public" in directives(ours.browser.get("/brand.css"))


def test_no_answer_to_a_program_is_kept(ours):
    program = Browser(SERVER_NAME=HOST, headers={"authorization": f"Bearer {ours.token}"})
    api = [path for path in CLIENT_ADDRESSES if path.startswith("api/")]

    assert not [what for what, _, response, _ in asked(program, api, ours) if is_kept(response)]


def test_no_answer_of_the_agency_is_kept(db):
    user = person("olga@agency.example", "Olga", role="owner", client=None)
    inside, stranger = (Browser(SERVER_NAME=settings.RAPPORT_BASE_HOST) for _ in range(2))
    with outside():
        let_in(inside, user)
    kept = set()
    for path, _ in addresses("config.urls_public"):
        address = "/" + re.sub(r"<[^>]+>", "1", re.sub(r"\(\?P<\w+>[^)]*\)|[\^$\\]", "1", path))
        for browser in (inside, stranger):
            response = browser.get(address)
            kept |= {address} if is_kept(response) else set()

    assert kept == set(PUBLIC)


@pytest.mark.parametrize("address", ["/nothing/here/", "/c/999999999/"])
def test_an_error_is_not_kept_either(ours, address):
    assert not is_kept(ours.browser.get(address))


def test_looking_at_an_address_changes_nothing(ours):
    """HEAD, as link scanners and monitors send it."""
    before = everything_at(ours)
    for path in CLIENT_ADDRESSES:
        if path not in ENDLESS:
            response = ours.browser.head(filled(path, ours))
            assert response.status_code != 500, path

    after = everything_at(ours)
    changed = [table for table in before if before[table] != after[table]]
    assert changed == []
