"""Two people in one conversation: they see each other, and never answer the same thing by accident."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.visitors import Customers, Visit


def test_each_sees_who_reads_and_who_writes(matteo: Visit, priya: Visit, customers: Customers):
    name = customers.write()
    matteo.live()
    expect(matteo.row(name)).to_be_visible()
    priya.live()

    priya.open(name)

    in_the_list = matteo.row(name).locator("[data-viewers]").get_by_label("Priya Nandakumar")
    expect(in_the_list).to_have_attribute("data-mode", "viewing")

    matteo.open(name)
    expect(priya.page.locator("#viewers").get_by_label("Matteo Grünwald is here")).to_be_visible()
    priya.press("r").type("I am looking into ")
    expect(matteo.page.locator("#viewers").get_by_label("Priya Nandakumar is writing")).to_be_visible()
    expect(in_the_list).to_have_attribute("data-mode", "composing")


def test_whoever_sends_second_sees_the_first_answer_and_keeps_the_text(
    matteo: Visit, priya: Visit, customers: Customers
):
    name = customers.write()
    for one in (matteo, priya):
        one.live()
        expect(one.row(name)).to_be_visible()
        one.open(name)
    priya.press("r").field.fill("Priya is second.")
    expect(priya.page.locator("#draft-word")).to_contain_text("saved")
    # As if both pressed at the same moment: what Matteo does comes to Priya's page no more.
    priya.page.route(re.compile("part=thread|/draft/"), lambda route: route.fulfill(status=204))
    matteo.press("r").type("Matteo is first.")

    matteo.press("Control+Enter")
    expect(matteo.thread).to_contain_text("Matteo is first.")
    with priya.page.expect_response(re.compile("/reply/$")) as answered:
        priya.press("Control+Enter")

    assert answered.value.status == 409
    alert = priya.page.locator("#composer [role=alert]")
    expect(alert).to_contain_text("An answer to this conversation is on its way")
    expect(alert).to_contain_text("Your text is kept.")
    expect(priya.thread.locator(".item[data-kind=out]")).to_contain_text("Matteo is first.")
    expect(priya.field).to_have_value("Priya is second.")
    expect(priya.field).to_be_focused()


def test_what_came_in_while_writing_is_read_before_the_answer_leaves(matteo: Visit, customers: Customers):
    name = customers.write("where is it?")
    matteo.live()
    expect(matteo.row(name)).to_be_visible()
    matteo.open(name).press("r").type("It is on its way.")

    customers.write("forget it, it has just arrived", name=name)
    expect(matteo.thread).to_contain_text("it has just arrived")
    matteo.press("Control+Enter")

    expect(matteo.page.locator("#composer [role=alert]")).to_contain_text("They have written again")
    expect(matteo.thread.locator(".item[data-kind=out]")).to_have_count(0)
    matteo.page.get_by_role("button", name="Send anyway").press("Enter")
    expect(matteo.thread.locator(".item[data-kind=out]")).to_contain_text("It is on its way.")


def test_a_draft_survives_a_reload_and_is_shown_to_colleagues(
    matteo: Visit, priya: Visit, customers: Customers
):
    name = customers.write()
    matteo.live()
    expect(matteo.row(name)).to_be_visible()
    matteo.open(name).press("r").type("We have found your umbrella")
    expect(matteo.page.locator("#draft-word")).to_contain_text("saved")

    matteo.page.reload()
    expect(matteo.field).to_have_value("We have found your umbrella")

    priya.live().open(name)
    expect(priya.field).to_have_value("")
    begun = priya.page.locator(".composer .draft")
    expect(begun).to_contain_text("Matteo Grünwald has begun an answer")
    begun.get_by_role("button", name="Go on with it").press("Enter")
    expect(priya.field).to_have_value("We have found your umbrella")
    expect(priya.field).to_be_focused()


def test_a_draft_typed_just_before_leaving_is_kept(matteo: Visit, customers: Customers):
    name, other = customers.write(), customers.write()
    matteo.live()
    expect(matteo.row(name)).to_be_visible()
    expect(matteo.row(other)).to_be_visible()

    matteo.open(name).press("r").type("Half a sen").press("Escape")
    matteo.open(other).open(name)

    expect(matteo.field).to_have_value("Half a sen")
