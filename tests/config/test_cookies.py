"""Cookies belong to one host: over TLS by the prefix __Host-, which browsers hold every other host to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.conf import settings
from django.test import Client as Http

from config.door.home import PROJECT
from tests.tenants.accounts.browsing import PASSWORD, Browser

ASK = """
import json
from django.conf import settings
names = "SESSION_COOKIE_NAME CSRF_COOKIE_NAME ARRIVAL_COOKIE_NAME"
names += " SESSION_COOKIE_SECURE SESSION_COOKIE_DOMAIN CSRF_COOKIE_DOMAIN"
print(json.dumps({name: getattr(settings, name) for name in names.split()}))
"""


@pytest.mark.parametrize(("https", "prefix"), [("1", "__Host-"), ("0", "")])
def test_the_prefix_is_there_whenever_the_site_is_served_over_tls(https, prefix, tmp_path):
    environment = {**os.environ, "RAPPORT_HTTPS": https, "RAPPORT_HOME": str(tmp_path)}
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
    said = subprocess.run(
        [sys.executable, "-c", ASK], env=environment, cwd=PROJECT, check=True, capture_output=True, text=True
    ).stdout
    found: dict[str, Any] = json.loads(said)

    assert {name: value for name, value in found.items() if name.endswith("NAME")} == {
        "SESSION_COOKIE_NAME": f"{prefix}rapport_session",
        "CSRF_COOKIE_NAME": f"{prefix}rapport_csrf",
        "ARRIVAL_COOKIE_NAME": f"{prefix}rapport_arrival",
    }
    assert found["SESSION_COOKIE_SECURE"] is (https == "1")
    assert found["SESSION_COOKIE_DOMAIN"] is None
    assert found["CSRF_COOKIE_DOMAIN"] is None


@pytest.fixture
def over_tls(settings):
    """As config/settings.py has it with RAPPORT_HTTPS=1."""
    for name in ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "ARRIVAL_COOKIE_NAME"):
        setattr(settings, name, f"__Host-{getattr(settings, name)}")
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True


def test_every_cookie_that_is_set_keeps_the_rules_of_the_prefix(over_tls, ada_user):
    browser = Browser()
    browser.enter(ada_user)
    jars: list[SimpleCookie] = [http.cookies for http in browser.hosts.values()]
    cookies = [cookie for jar in jars for cookie in jar.values()]

    assert {cookie.key for cookie in cookies} == {
        "__Host-rapport_session",
        "__Host-rapport_csrf",
        "__Host-rapport_arrival",
        "__Host-rapport_known",
    }
    for cookie in cookies:
        assert cookie["secure"], cookie.key
        assert cookie["path"] == "/", cookie.key
        assert not cookie["domain"], cookie.key


def test_a_session_that_a_sibling_set_under_the_plain_name_is_not_taken(over_tls, ada_user, acme):
    """Session fixation: for the parent domain a sibling can set `rapport_session`, but nothing with the prefix."""
    attacker = Browser()
    attacker.sign_in(ada_user, next_path="/profile/")
    theirs = attacker.at("http://localhost").cookies["__Host-rapport_session"].value
    victim = Http(SERVER_NAME="localhost")
    victim.cookies["rapport_session"] = theirs

    answer = victim.get("/profile/")

    assert answer.status_code == 302
    assert not answer.wsgi_request.user.is_authenticated


def test_a_csrf_cookie_that_a_sibling_set_is_not_taken(over_tls, ada_user):
    known = "a" * 32
    victim = Http(SERVER_NAME="localhost", enforce_csrf_checks=True)
    victim.cookies["rapport_csrf"] = known
    form = {"login": ada_user.email, "password": PASSWORD, "csrfmiddlewaretoken": known}

    assert victim.post("/accounts/login/", form).status_code == 403


def test_messages_need_no_cookie_of_their_own(ada_user):
    browser = Browser()
    browser.sign_in(ada_user, next_path="/profile/")
    browser.post("http://localhost/profile/", {"name": "Ada", "time_zone": "UTC"}, follow=False)

    assert set(browser.at("http://localhost").cookies) <= {
        settings.SESSION_COOKIE_NAME,
        settings.CSRF_COOKIE_NAME,
        "rapport_known",
    }
