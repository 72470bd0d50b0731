"""Passkeys, with Chromium's virtual authenticator: set up because a role needs one, as second step, without password.

In this house auditors need two steps (tests/journeys/house.py). Walter is one, and nobody else's journey meets him.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import SLOW
from tests.journeys.visitors import DOMAIN, House

WALTER = f"walter@{DOMAIN}"
SETUP = re.compile(r"/second-factor/$")


@pytest.fixture
def walter(house: House, new_context: Callable[..., Any]) -> Iterator[Page]:
    """His browser, with a security chip that recognises his finger."""
    context = new_context()
    page: Page = context.new_page()
    page.set_default_timeout(SLOW)
    chip = context.new_cdp_session(page)
    chip.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    chip.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield page
    context.close()


def type_password(page: Page, house: House) -> None:
    page.goto(f"{house.agency}/accounts/login/")
    page.get_by_label("Email").fill(WALTER)
    page.get_by_label("Password").fill(house.note.password)
    page.keyboard.press("Enter")


def sign_out(page: Page, house: House) -> None:
    page.goto(f"{house.agency}/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile(r"/accounts/login/"))


def is_in(page: Page, house: House) -> None:
    page.goto(f"{house.agency}/profile/")
    expect(page.get_by_role("heading", name="Your profile")).to_be_visible()


def test_a_passkey_is_set_up_where_a_role_needs_it_then_is_the_second_step_and_then_the_only_one(
    house: House, walter: Page
) -> None:
    type_password(walter, house)
    expect(walter).to_have_url(SETUP)
    expect(walter.get_by_role("heading", name="Set up two-step sign-in")).to_be_visible()
    for brand in house.brands:
        walter.goto(house.at(brand))
        expect(walter).to_have_url(SETUP)

    walter.get_by_role("link", name="Add a passkey").click()
    walter.get_by_label("Password").fill(
        house.note.password
    )  # asked again before what opens the account is changed
    walter.get_by_role("button", name="Continue").click()
    walter.get_by_label("Sign in without a password").check()
    walter.get_by_role("button", name="Add it").click()
    expect(walter.get_by_role("heading", name=re.compile("Recovery codes|Passkeys"))).to_be_visible()
    is_in(walter, house)

    sign_out(walter, house)
    type_password(walter, house)
    expect(walter.get_by_role("heading", name="Second step")).to_be_visible()
    walter.goto(f"{house.agency}/profile/")
    expect(
        walter.get_by_role("heading", name="Second step")
    ).to_be_visible()  # the password alone opens nothing
    walter.get_by_role("button", name="Use a passkey or security key").click()
    expect(walter.get_by_role("heading", name="Everything open")).to_be_visible()
    is_in(walter, house)

    sign_out(walter, house)
    walter.get_by_role("button", name="Sign in with a passkey").click()
    expect(walter.get_by_role("heading", name="Everything open")).to_be_visible()
    walter.goto(house.at(house.brands[0]))
    expect(walter.locator("#rows")).to_be_visible()

    sign_out(walter, house)
    walter.goto(house.at(house.brands[0]))
    expect(walter).to_have_url(re.compile(r"/accounts/login/"))  # the brand's session ended with the agency's
