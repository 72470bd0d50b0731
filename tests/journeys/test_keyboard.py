"""Everything works without a mouse, and what a key does is said where one asks for it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.visitors import Customers, Visit

FEWEST_STOPS = 20
"""Of Tab on a page with a conversation: its views, places and verbs alone are more."""
KEYS_OF_THE_CONVERSATION = ("r", "n", "a", "e", "s", "t", "m", "d")


@pytest.fixture
def name(matteo: Visit, customers: Customers) -> str:
    """Somebody has written, and Matteo sees it in the list."""
    name = customers.write()
    matteo.live()
    expect(matteo.row(name)).to_be_visible()
    return name


def test_the_map_shows_every_key_and_pales_what_does_not_work_here(matteo: Visit, name: str):
    matteo.press("?")

    shown = matteo.page.get_by_role("dialog", name="Keyboard map")
    expect(shown).to_be_visible()
    for key in KEYS_OF_THE_CONVERSATION[:2]:
        expect(shown.locator(f"[data-for-key='{key}']")).to_have_attribute("data-away", "")
    matteo.press("Escape")
    expect(shown).not_to_be_visible()

    matteo.open(name).press("?")
    for key in KEYS_OF_THE_CONVERSATION:
        expect(shown.locator(f"[data-for-key='{key}']")).not_to_have_attribute("data-away", "")


def test_j_and_k_walk_enter_opens_and_escape_leads_back(matteo: Visit, name: str, customers: Customers):
    other = customers.write(name=f"Next {name}")
    expect(matteo.row(other)).to_be_visible()
    matteo.walk_to(other)
    matteo.press("k")
    link = matteo.page.locator(".row-link:focus")
    expect(link).not_to_contain_text(other)
    matteo.press("j")
    link = matteo.row(other).locator(".row-link")
    expect(link).to_be_focused()

    matteo.press("Enter")
    expect(matteo.heading).to_contain_text(other)
    assert "/c/" in matteo.page.url
    matteo.press("r")
    expect(matteo.field).to_be_focused()
    matteo.press("Escape")
    expect(link).to_be_focused()
    matteo.press("Escape")
    expect(matteo.heading).to_have_count(0)
    expect(link).to_be_focused()
    assert "/c/" not in matteo.page.url


def test_with_a_conversation_open_walking_reads_on(matteo: Visit, name: str, customers: Customers):
    other = customers.write()
    expect(matteo.row(other)).to_be_visible()
    matteo.walk_to(name).press("Enter")
    expect(matteo.heading).to_contain_text(name)

    matteo.walk_to(other)

    expect(matteo.heading).to_contain_text(other)


def test_the_focus_can_always_be_seen(matteo: Visit, name: str):
    """With Tab through the page: each step lands on something visible that shows that it has the focus."""
    matteo.open(name).page.evaluate("document.activeElement.blur()")
    for step in range(40):
        matteo.press("Tab")
        if step > FEWEST_STOPS and matteo.page.evaluate("document.activeElement === document.body"):
            break  # once around
        shown = matteo.page.evaluate(
            """() => {
                const here = document.activeElement;
                const outlined = (each) => each && getComputedStyle(each).outlineStyle !== 'none'
                    || each && getComputedStyle(each).boxShadow !== 'none';
                const box = here.getBoundingClientRect();
                const marked = outlined(here) || outlined(here.closest('.row, .composer-box, label, .search'));
                return marked && box.width > 0 ? '' : here.outerHTML.slice(0, 200);
            }"""
        )
        assert shown == ""


def test_the_command_bar_finds_acts_places_and_brands(matteo: Visit, name: str):
    matteo.open(name).press("Control+k")
    bar = matteo.page.get_by_role("dialog", name="Command bar")
    expect(bar).to_be_visible()
    matteo.type("snoo")
    expect(bar.get_by_role("option").first).to_contain_text("Snooze")
    matteo.press("Enter")
    expect(matteo.page.locator("#snooze:popover-open")).to_be_visible()
    matteo.press("Escape", "Control+k")
    matteo.type("repor").press("Enter")
    expect(matteo.page.get_by_role("heading", name="First response")).to_be_visible()
    matteo.page.wait_for_load_state()
    matteo.press("Control+k")
    matteo.type("quilla").press("Enter")
    expect(matteo.page).to_have_url(re.compile(r"//quillamo\.localhost"))


def test_the_command_bar_searches_what_people_said(matteo: Visit, customers: Customers):
    name = customers.write("has anybody seen a turquoise xylophone?")
    matteo.live()
    expect(matteo.row(name)).to_be_visible()

    matteo.press("Control+k").type("turquoise xylophone").press("Enter")

    expect(matteo.page.get_by_text("Found for “turquoise xylophone”")).to_be_visible()
    expect(matteo.row(name)).to_be_visible()


def test_two_letters_lead_to_inbox_desk_and_reports(matteo: Visit):
    for keys, heading in (("gr", "First response"), ("gi", "All open"), ("gd", "Everything open")):
        if not matteo.page.url.startswith("http"):
            matteo.go()
        matteo.press(*keys)
        expect(matteo.page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        matteo.page.wait_for_load_state()


def test_a_range_is_chosen_with_shift(matteo: Visit, customers: Customers):
    names = [customers.write() for _ in range(3)]
    matteo.live()
    for one in names:
        expect(matteo.row(one)).to_be_visible()

    matteo.press("j", "x", "j", "j", "Shift+X")

    expect(matteo.page.locator("[data-chosen]")).to_have_text("3 chosen")
    matteo.press("Escape")
    expect(matteo.page.locator(".row-pick input:checked")).to_have_count(0)


def test_letters_can_be_switched_off(visit: Callable[..., Visit], customers: Customers):
    """Who dictates must not act by talking (WCAG 2.1.4)."""
    name, matteo = customers.write(), visit(locale="en-GB")
    matteo.live()
    expect(matteo.row(name)).to_be_visible()
    matteo.press("?")
    matteo.page.get_by_label("Single letters act").uncheck()
    matteo.press("Escape")

    matteo.open(name).press("r")

    expect(matteo.field).not_to_be_focused()
    matteo.press("Control+k")
    expect(matteo.page.get_by_role("dialog", name="Command bar")).to_be_visible()


def test_the_theme_is_remembered(visit: Callable[..., Visit]):
    matteo = visit(locale="en-GB").go()
    matteo.page.get_by_role("button", name=re.compile("account and settings")).press("Enter")
    matteo.page.get_by_role("button", name="Dark").press("Enter")
    matteo.page.reload()

    expect(matteo.page.locator("html")).to_have_attribute("data-theme", "dark")
