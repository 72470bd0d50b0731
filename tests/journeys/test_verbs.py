"""What is done to a conversation with one key, and how it is taken back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.visitors import Customers, Visit


@pytest.fixture
def reading(matteo: Visit, customers: Customers) -> tuple[Visit, str]:
    """Matteo has a fresh conversation open, with its row in focus."""
    name = customers.write()
    matteo.live()
    expect(matteo.row(name)).to_be_visible()
    matteo.walk_to(name).press("Enter")
    expect(matteo.heading).to_contain_text(name)
    return matteo, name


def choose(visit: Visit, menu: str, entry: str) -> None:
    """With the arrow keys, in the menu that has just opened."""
    shown = visit.page.locator(f"{menu}:popover-open")
    expect(shown).to_be_visible()
    wanted = shown.locator(".menu-item").filter(has_text=entry)
    for _ in range(20):
        if wanted.evaluate("entry => entry === document.activeElement"):
            visit.press("Enter")
            return
        visit.press("ArrowDown")
    raise AssertionError(f"The arrows do not lead to {entry}")


def test_assigning_acts_at_once_and_can_be_undone(reading):
    me, name = reading

    me.press("a")
    choose(me, "#assign", "Priya Nandakumar")

    expect(me.row(name).get_by_label("Assigned to Priya Nandakumar")).to_be_visible()
    expect(me.page.locator(".talk-verbs")).to_contain_text("Priya Nandakumar")
    expect(me.toasts).to_contain_text("Assigned.")
    me.press("z")
    expect(me.page.locator(".talk-verbs")).to_contain_text("Assign")
    expect(me.row(name).get_by_label("Assigned to")).to_have_count(0)


def test_a_tag_is_made_with_the_keyboard_and_undone(reading):
    me, name = reading

    me.press("t").type("lost umbrella").press("Enter")

    expect(me.page.locator(".talk-facts .tag")).to_contain_text("lost umbrella")
    expect(me.row(name)).to_contain_text("lost umbrella")
    me.press("z")
    expect(me.page.locator(".talk-facts .tag")).to_have_count(0)


def test_snoozing_leaves_the_list_and_undo_brings_it_back(reading):
    me, name = reading

    me.press("s")
    choose(me, "#snooze", "In an hour")

    expect(me.row(name)).not_to_be_visible()
    expect(me.heading).not_to_contain_text(name)
    expect(me.toasts).to_contain_text("Asleep until then.")
    me.press("z")
    expect(me.row(name)).to_be_visible()
    me.go("/?view=snoozed")
    expect(me.row(name)).to_have_count(0)


def test_done_is_refused_while_somebody_waits_and_everything_is_put_back(reading):
    me, name = reading

    me.press("d")

    expect(me.toasts).to_contain_text("Somebody is waiting for an answer here.")
    expect(me.row(name)).to_be_visible()
    expect(me.heading).to_contain_text(name)


def test_what_needs_no_reply_is_done_and_comes_back_with_undo(reading):
    me, name = reading

    me.press("m")
    choose(me, "#not-needed", "Answered elsewhere")

    expect(me.row(name)).not_to_be_visible()
    expect(me.toasts).to_contain_text("Decided.")
    me.press("z")
    expect(me.row(name)).to_be_visible()
    me.open(name)
    expect(me.page.locator(".talk-facts .clock")).to_be_visible()  # it waits again


def test_what_is_done_can_be_reopened_and_done_again(reading):
    me, name = reading
    me.press("m")
    choose(me, "#not-needed", "Bait")
    expect(me.toasts).to_contain_text("Decided.")

    me.go("/?view=done").open(name)
    expect(me.page.locator(".talk-facts")).to_contain_text("resolved")
    me.press("d")

    expect(me.page.locator(".talk-facts .clock")).to_be_visible()
    expect(me.page.get_by_role("button", name="Done")).to_be_visible()


def test_a_note_is_for_colleagues_and_is_never_sent(reading):
    me, _ = reading

    me.press("n").type("She is the mayor's sister.").press("Control+Enter")

    note = me.thread.locator(".item[data-kind=note]")
    expect(note).to_contain_text("She is the mayor's sister.")
    expect(note).to_contain_text("seen by colleagues only")
    expect(me.thread.locator(".item[data-kind=out]")).to_have_count(0)


def test_escalating_says_why_and_to_whom(reading):
    me, _ = reading

    me.press("e").type("She mentions a lawyer.").press("Tab").type("Imogen")
    me.press("Tab", "Enter")

    expect(me.thread).to_contain_text("Escalated: She mentions a lawyer.")
    expect(me.page.locator(".talk-verbs")).to_contain_text("Imogen Tarrow")


def test_an_answer_is_taken_back_before_it_leaves(reading):
    me, _ = reading
    me.press("r").type("Sent too early").press("Control+Enter")
    expect(me.thread.locator(".item[data-kind=out]")).to_be_visible()

    me.press("z")

    expect(me.thread.locator(".item[data-kind=out]")).to_have_count(0)
    expect(me.field).to_have_value("Sent too early")
    expect(me.toasts.filter(has_text="Taken back. Nothing was sent.")).to_be_visible()


def test_a_text_that_is_too_long_is_said_to_be_while_it_is_typed(reading):
    me, _ = reading

    me.press("r")
    me.field.fill("x" * 300)

    expect(me.page.locator("#counter")).to_have_attribute("data-state", "over")
    expect(me.page.locator("#gates")).to_contain_text("too long")
    expect(me.page.get_by_role("button", name="Cannot be sent as it is")).to_be_disabled()
    me.field.fill("Short enough.")
    expect(me.page.get_by_role("button", name=re.compile("^Send to X"))).to_be_enabled()
    expect(me.page.locator("#gates")).to_be_empty()


def test_many_at_once_and_each_refusal_is_told(matteo: Visit, customers: Customers):
    names = [customers.write() for _ in range(3)]
    matteo.live()
    for name in names:
        expect(matteo.row(name)).to_be_visible()

    for name in names:
        matteo.walk_to(name).press("x").page.evaluate("document.activeElement.blur()")
    expect(matteo.page.locator("[data-chosen]")).to_have_text("3 chosen")
    matteo.press("a")
    choose(matteo, "#bulk-assign", "Jonas Feldmann")

    expect(matteo.page.locator("#bulk-result")).to_contain_text("3 went.")
    for name in names:
        expect(matteo.row(name).get_by_label("Assigned to Jonas Feldmann")).to_be_visible()

    matteo.page.reload()
    matteo.walk_to(names[0]).press("x", "d")
    expect(matteo.page.locator("#bulk-result")).to_contain_text("0 of 1 went.")
    expect(matteo.page.locator("#bulk-result li")).to_contain_text("Somebody is waiting for an answer here.")
