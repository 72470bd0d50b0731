"""Every page of both hosts: axe finds nothing serious, nothing is wider than the screen, no error in the console."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.journeys.visitors import IMOGEN, Customers, House, Visit

GRAVE = {"serious", "critical"}
WIDTHS = {1440: 900, 390: 844}
NARROWEST = 360

AT_THE_DOOR = {"sign-in": "/accounts/login/", "forgotten password": "/accounts/password/reset/"}
AT_THE_AGENCY = {
    "desk": "/",
    "people": "/people/",
    "profile": "/profile/",
    "brands": "/brands/",
    "sign-in and security": "/accounts/2fa/",
    "an app for codes": "/accounts/2fa/totp/activate/",
    "change the password": "/accounts/password/change/",
    "sign out": "/accounts/logout/",
    "no page": "/nowhere/",
}
AT_THE_INBOX = {
    "inbox": "/",
    "an empty view": "/?view=filtered",
    "a search without result": "/?q=zzzzzz",
    "report": "/reports/",
    "rows behind a figure": "/reports/rows/?figure=eligible",
    "no page": "/nowhere/",
    "no such view": "/?view=nonsense",
    "no such conversation": "/c/999999999/",
}
AT_THE_BRAND = {
    "people": "/people/",
    "tokens": "/tokens/",
    "channels": "/channels/",
    "connect a channel": "/channels/connect/?network=webhook",
    "connect a feed": "/channels/connect/?network=rss",
    "listening terms": "/terms/",
    "sign out": "/sign-out/",
}
HARD = (
    "مرحبا "
    + "Donaudampfschifffahrtsgesellschaftskapitän" * 4
    + " 🚂👩‍👩‍👧‍👦 https://example.org/"
    + "a" * 120
)


def grave(page: Page, *, only: tuple[str, ...] = ()) -> list[str]:
    """What axe finds serious or critical, in a line each, by all of its rules or by some."""
    options: dict[str, Any] = {"resultTypes": ["violations"]} | ({"runOnly": list(only)} if only else {})
    found: list[dict[str, Any]] = Axe().run(page, options=options).response["violations"]
    return [
        f"{one['impact']} {one['id']}: {one['help']}: {node['html'][:160]}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"][:3]
    ]


def look(page: Page) -> list[str]:
    """The page in both themes and both widths, and its width on the narrowest screen."""
    wrong = []
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        wrong += [f"{width} light: {line}" for line in grave(page)]
        page.emulate_media(color_scheme="dark")  # changes colours and nothing else
        wrong += [f"{width} dark: {line}" for line in grave(page, only=("color-contrast",))]
    page.set_viewport_size({"width": NARROWEST, "height": 740})
    wide = page.evaluate("document.documentElement.scrollWidth")
    return wrong + ([f"{wide} wide on {NARROWEST}"] if wide > NARROWEST else [])


def test_pages_before_the_sign_in(house: House, stranger: Page):
    visit = Visit(house, stranger)
    assert wrong_with(visit, house.agency, AT_THE_DOOR) == []
    assert visit.complaints == []


@pytest.fixture
def imogen(visit: Callable[..., Visit]) -> Visit:
    """Imogen owns the agency and sees everything."""
    return visit(IMOGEN)


def wrong_with(visit: Visit, host: str, pages: dict[str, str]) -> list[str]:
    """What is wrong with these pages; those whose name begins with "no" are not there."""
    wrong = []
    for name, path in pages.items():
        answer = visit.page.goto(host + path)
        if answer is None or answer.status != (404 if name.startswith("no") else 200):
            wrong.append(f"{name}: answers {answer and answer.status}")
        wrong += [f"{name}: {line}" for line in look(visit.page)]
    visit.complaints = [line for line in visit.complaints if "status of 404" not in line]
    return wrong


def test_pages_of_the_agency(imogen: Visit, house: House):
    assert wrong_with(imogen, house.agency, AT_THE_AGENCY) == []


def test_the_first_pages_of_a_brand(imogen: Visit, house: House):
    assert wrong_with(imogen, house.at("sarvenne", ""), AT_THE_INBOX) == []


def test_a_row_that_left_the_list_can_still_be_read(imogen: Visit, customers: Customers):
    first, second = customers.write(), customers.write()
    imogen.live()
    expect(imogen.row(second)).to_be_visible()
    imogen.walk_to(first)

    customers.take_back()

    expect(imogen.row(second)).to_have_attribute("data-left", "")
    assert look(imogen.page) == []


def test_the_settings_of_a_brand(imogen: Visit, house: House):
    assert wrong_with(imogen, house.at("sarvenne", ""), AT_THE_BRAND) == []


def test_a_conversation_with_hard_words_a_draft_a_note_and_a_warning(imogen: Visit, customers: Customers):
    name = customers.write(HARD)
    imogen.live()
    expect(imogen.row(name)).to_be_visible()
    imogen.open(name).press("n").type(HARD).press("Control+Enter")
    expect(imogen.thread.locator(".item[data-kind=note]")).to_be_visible()
    imogen.press("r").field.fill(3 * HARD)
    expect(imogen.page.locator("#gates .callout")).to_be_visible()
    expect(imogen.page.locator("#draft-word")).to_have_text(re.compile("^Draft saved"))

    assert look(imogen.page) == []


CHANGE_ELSEWHERE = """async (text) => {
    const area = document.querySelector("#reply-text"), form = area.form.elements;
    const body = new URLSearchParams({ text, draft_version: form.draft_version.value });
    const headers = { "X-CSRFToken": form.csrfmiddlewaretoken.value };
    return (await fetch(area.dataset.draftUrl, { method: "POST", headers, body })).status;
}"""


def test_a_draft_that_clashes_and_a_session_that_has_ended(visit: Callable[..., Visit], customers: Customers):
    imogen, name = visit(IMOGEN, locale="en-GB"), customers.write()
    imogen.expects_trouble = True
    imogen.live()
    expect(imogen.row(name)).to_be_visible()
    imogen.open(name).press("r").type("Seen by both.")
    expect(imogen.page.locator("#draft-word")).to_have_text(re.compile("^Draft saved"))

    assert imogen.page.evaluate(CHANGE_ELSEWHERE, 3 * HARD) == 200
    imogen.type(" Mine.")
    expect(imogen.page.locator("#draft-clash")).to_be_visible()
    wrong = look(imogen.page)
    imogen.page.get_by_role("button", name="Keep both").click()
    expect(imogen.page.locator("#draft-word")).to_have_text(re.compile("^Draft saved"))
    imogen.page.context.clear_cookies(name="rapport_session", domain=f"{imogen.brand}.localhost")
    imogen.type(" More.")
    expect(imogen.page.locator("#signed-out")).to_be_visible()

    assert wrong + look(imogen.page) == []


def test_menus_and_dialogs(imogen: Visit, customers: Customers):
    name = customers.write()
    imogen.live()
    expect(imogen.row(name)).to_be_visible()
    imogen.open(name)
    wrong = []
    for keys in ("a", "s", "t", "e", "m", "?", "Control+k", "g b"):
        imogen.press(*keys.split())
        expect(imogen.page.locator(":popover-open, dialog[open]")).to_be_visible()
        wrong += [f"{keys}: {line}" for line in grave(imogen.page)]
        imogen.press("Escape")
        expect(imogen.page.locator(":popover-open, dialog[open]")).to_have_count(0)

    assert wrong == []
