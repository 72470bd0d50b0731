"""Every place that makes, shows or mails something with which somebody signs in is known, and has a test."""

from __future__ import annotations

import ast

from tests.guards.walking import PROJECT, modules

MAKERS = {
    "make_token": "Django's key of a password link",
    "_password_link": "the password link itself",
    "link_to_pass_on": "the password link, for the inviter",
    "send_invitation": "the mail with the link",
    "get_reset_password_from_key_url": "allauth's link in the mail about a forgotten password",
    "new_token": "an API token",
    "new_slip": "a hand-over slip, or the secret of the browser it is bound to",
    "issue_token": "an API token, stored",
    "set_unusable_password": "an account without password",
}
INVENTED = ("config/demo/", "config/benchmarks/", "config/faults/")
"""They make people and requests of their own, and show nothing of anybody's."""

TOKENS = "tests/tenants/accounts/test_tokens.py:test_a_token_is_shown_once_and_works"
MAILED = "tests/tenants/accounts/test_credentials.py:test_a_link_that_was_mailed_is_not_shown_to_the_inviter_as_well"
SHOWN = (
    "tests/tenants/accounts/test_credentials.py:"
    "test_the_link_of_a_new_account_is_shown_where_no_mail_goes_out_and_that_is_recorded"
)
COMMAND = (
    "tests/tenants/accounts/test_credentials.py:test_the_command_prints_no_link_of_an_account_that_exists"
)
SLIPS = "tests/tenants/accounts/test_hand_over.py:test_a_slip_opens_nothing_in_another_browser"

KNOWN = {
    "tenants/accounts/letters.py:send_invitation calls _password_link": MAILED,
    "tenants/accounts/letters.py:link_to_pass_on calls _password_link": SHOWN,
    "tenants/accounts/letters.py:_password_link calls make_token": SHOWN,
    "tenants/accounts/views/people.py:_invite calls send_invitation": MAILED,
    "tenants/accounts/views/people.py:_invite calls link_to_pass_on": SHOWN,
    "tenants/management/commands/invite.py:_way_in calls send_invitation": COMMAND,
    "tenants/management/commands/invite.py:_way_in calls link_to_pass_on": COMMAND,
    "tenants/accounts/actions/tokens.py:issue_token calls new_token": TOKENS,
    "tenants/accounts/views/tokens.py:_make calls issue_token": TOKENS,
    "tenants/accounts/actions/arrivals.py:hand_over calls new_slip": SLIPS,
    "tenants/accounts/arrivals.py:browser_secret calls new_slip": SLIPS,
}
"""Who calls what, and the test that says to whom it may be shown."""


def calls():
    for path, module in modules().items():
        for function in ast.walk(module):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and (name := ast.unparse(node.func).split(".")[-1]) in MAKERS:
                    yield f"{path}:{function.name} calls {name}"


def test_every_place_that_makes_or_shows_a_credential_is_known():
    found = {call for call in calls() if not call.startswith(INVENTED)}

    assert found == set(KNOWN)


def test_each_of_them_names_a_test_that_exists():
    for call, test in KNOWN.items():
        path, _, name = test.partition(":")
        names = {node.name for node in ast.parse((PROJECT / path).read_text()).body if hasattr(node, "name")}
        assert name in names, f"{call}: {test}"


ADDRESSES_OF_A_REQUEST = {"build_absolute_uri", "get_host", "get_port"}
MAY_READ_THEM = {
    "tenants/middleware.py": "Finds the client whose host it is; shows nothing.",
    "tenants/accounts/arrivals.py": "Compares a page's own address, and takes the name of a host that was found.",
    "tenants/accounts/adapter.py": "Keeps redirects on this host.",
    "tenants/accounts/views/arrivals.py": "Compares: is the target elsewhere?",
}


def test_no_address_is_built_from_what_a_request_says_about_its_host():
    found = {
        path
        for path, module in modules().items()
        for node in ast.walk(module)
        if isinstance(node, ast.Attribute) and node.attr in ADDRESSES_OF_A_REQUEST
    }

    assert found == set(MAY_READ_THEM)
    headers = ("HTTP_HOST", "SERVER_NAME", "SERVER_PORT", "X-Forwarded-Host")
    for path in modules():
        if path.startswith(INVENTED):
            continue
        text = (PROJECT / path).read_text()
        assert not [name for name in headers if name in text], path
