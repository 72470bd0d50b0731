"""A message arrives, is answered with the keyboard alone, and is found in the report."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.visitors import MATTEO, Customers, House, Visit

ANSWER = "Your refund left this morning and is with you on Friday."


def test_a_message_becomes_an_answer_and_a_figure(house: House, stranger, customers: Customers):
    """In one sitting, from the sign-in to the rows behind the number."""
    house.sign_in(stranger, MATTEO)
    me = Visit(house, stranger)

    # From the desk into a brand, by the hand-over.
    me.press("j")
    link = stranger.locator(":focus")
    expect(link).to_have_class("row-link")
    me.press("Enter")
    expect(stranger.locator(".talk-head h1")).to_be_visible()
    stranger.wait_for_load_state()
    assert re.match(r"http://(sarvenne|quillamo)\.localhost", stranger.url)

    # A message comes in without reloading.
    me.live()
    stranger.evaluate("window.stays = true")
    name = customers.write("is the refund for the cancelled 7:42 on its way? third time I ask")
    expect(me.row(name)).to_be_visible()

    # Answered with the keyboard alone.
    me.walk_to(name).press("Enter")
    expect(me.heading).to_contain_text(name)
    me.press("r").type(ANSWER)
    expect(stranger.locator("#draft-word")).to_contain_text("saved")
    me.press("Control+Enter")
    answer = me.thread.locator(".item[data-kind=out]")
    expect(answer).to_contain_text(ANSWER)
    expect(answer.locator(".item-state")).to_contain_text("Leaves in")
    expect(answer.get_by_role("button", name="Undo")).to_be_visible()

    # It leaves, and is seen to stand on the network, still without reloading.
    expect(answer.locator("[data-state=confirmed]")).to_be_visible()
    expect(answer.get_by_role("link", name="Open on the network")).to_have_attribute(
        "href", re.compile(r"https://network\.example/sarvenne-x/")
    )
    assert stranger.evaluate("window.stays") is True
    expect(stranger.locator(".talk-facts")).to_contain_text("waiting customer")

    # The report counts it, and opens the row behind the number.
    expect(stranger.locator("#toasts .toast")).to_have_count(0)
    me.press("g", "r")
    expect(stranger.get_by_role("heading", name="First response")).to_be_visible()
    stranger.wait_for_load_state()
    stranger.locator(".figure a[href*='figure=answered&']").press("Enter")
    row = stranger.locator("tbody tr").filter(has_text=name)
    expect(row).to_contain_text("Matteo Grünwald")
    row.get_by_role("link").press("Enter")
    expect(me.thread).to_contain_text(ANSWER)
    assert me.complaints == []
