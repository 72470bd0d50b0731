"""Every address says who may use it, or stands in a list with its reason."""

from __future__ import annotations

from typing import Any

import pytest

from inbox.api.operation import Operation
from tenants.accounts.permissions import Permission
from tests.guards.walking import addresses

HOSTS = ("config.urls_client", "config.urls_public")
MARKS = ("allowed", "signed_in", "anyone")

UNMARKED = {
    "config.urls_client": {
        "drf_spectacular.views": "The description of the API is the same at every client and names nothing of any.",
    },
    "config.urls_public": {
        "allauth.account.views": "Signing in, passwords: allauth guards each page itself.",
        "allauth.mfa.base.views": "The second factor of one's own account: allauth asks for a fresh sign-in.",
        "allauth.mfa.totp.views": "As above.",
        "allauth.mfa.recovery_codes.views": "As above.",
        "allauth.mfa.webauthn.views": "As above; the way in with a passkey is for everybody.",
        "allauth.socialaccount.views": "The ways in and out of single sign-on: allauth guards each page itself.",
        "allauth.socialaccount.providers.openid_connect.views": "Where the identity provider sends people back to.",
        "django.views.generic.base": "allauth's redirects from its addresses of before.",
    },
}
"""Modules of packages whose views we cannot mark, by host. Ours are never in here."""


def operation(view: Any) -> type[Operation] | None:
    found = getattr(view, "cls", None)
    return found if isinstance(found, type) and issubclass(found, Operation) else None


def is_marked(view: Any) -> bool:
    return any(getattr(view, mark, None) for mark in MARKS)


@pytest.mark.parametrize("host", HOSTS)
def test_every_view_says_who_may_use_it(host):
    silent = [
        f"{path} ({view.__module__})"
        for path, view in addresses(host)
        if not is_marked(view) and operation(view) is None and view.__module__ not in UNMARKED[host]
    ]

    assert silent == []


@pytest.mark.parametrize("host", HOSTS)
def test_no_view_carries_two_marks(host):
    for path, view in addresses(host):
        assert sum(getattr(view, mark, None) is not None for mark in MARKS) <= 1, path


@pytest.mark.parametrize("host", HOSTS)
def test_what_is_open_to_all_says_why_in_a_sentence(host):
    for path, view in addresses(host):
        for mark in ("signed_in", "anyone"):
            reason = getattr(view, mark, None)
            assert reason is None or (reason.endswith(".") and len(reason) > 20), path


def test_every_operation_of_the_api_names_a_right_for_each_of_its_methods():
    operations = [found for _, view in addresses("config.urls_client") if (found := operation(view))]

    assert len(operations) > 20
    for found in operations:
        methods = {name.upper() for name in ("get", "post", "put", "patch", "delete") if hasattr(found, name)}
        rights = found.allowed if isinstance(found.allowed, dict) else dict.fromkeys(methods, found.allowed)
        assert set(rights) == methods, f"{found.__name__}: {rights}"
        assert all(isinstance(right, Permission) for right in rights.values()), found.__name__


@pytest.mark.parametrize("host", HOSTS)
def test_the_list_of_unmarked_views_is_not_stale(host):
    needed = {view.__module__ for _, view in addresses(host) if not is_marked(view) and not operation(view)}

    assert set(UNMARKED[host]) == needed


@pytest.mark.parametrize("host", HOSTS)
def test_the_list_of_unmarked_views_names_nothing_of_ours(host):
    ours = ("config", "tenants", "inbox", "playbooks", "advocates", "reporting")

    assert not [module for module in UNMARKED[host] if module.split(".")[0] in ours]
