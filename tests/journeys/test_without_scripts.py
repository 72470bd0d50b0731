"""Reading and answering work where scripts are blocked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.visitors import Customers, Visit


@pytest.fixture
def plain(visit: Callable[..., Visit]) -> Visit:
    """Matteo, whose browser runs no script."""
    return visit(java_script_enabled=False)


def seen(visit: Visit, name: str) -> None:
    """Load the list again until somebody's message has been received."""
    for _ in range(60):
        visit.go()
        if visit.row(name).count():
            return
        visit.page.wait_for_timeout(300)
    raise AssertionError(f"{name} did not come in")


def test_a_message_is_read_and_answered(plain: Visit, customers: Customers):
    name = customers.write("do you ship to Laun?")
    seen(plain, name)

    plain.open(name)
    expect(plain.thread).to_contain_text("do you ship to Laun?")
    plain.field.fill("We do, from Monday on.")
    plain.page.get_by_role("button", name="Send to X").click()

    answer = plain.thread.locator(".item[data-kind=out]")
    expect(answer).to_contain_text("We do, from Monday on.")
    for _ in range(60):
        if answer.locator("[data-state=confirmed]").count():
            break
        plain.page.wait_for_timeout(300)
        plain.page.reload()
    expect(answer.locator("[data-state=confirmed]")).to_be_visible()


def test_a_note_is_kept_and_a_list_is_searched(plain: Visit, customers: Customers):
    name = customers.write("an anaconda sits in coach seven")
    seen(plain, name)
    plain.open(name)

    plain.page.locator("#write-note").check(force=True)
    plain.page.get_by_label("Note for colleagues").fill("Believe it or not.")
    plain.page.get_by_role("button", name="Keep the note").click()
    expect(plain.thread).to_contain_text("Believe it or not.")

    plain.page.get_by_role("searchbox", name="Search conversations").fill("anaconda")
    plain.page.keyboard.press("Enter")
    expect(plain.row(name)).to_be_visible()
    plain.page.get_by_role("link", name="Unassigned").click()
    expect(plain.page.get_by_role("heading", name="Unassigned")).to_be_visible()
