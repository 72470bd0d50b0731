"""News announces itself, and nothing that somebody reads moves."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.visitors import Customers, Visit

pytestmark = pytest.mark.xdist_group("journeys")  # one house, so one after the other

WATCH_SHIFTS = """() => {
    window.shifts = [];
    const what = (source) => source.node?.outerHTML?.slice(0, 120);
    const note = (entry) => window.shifts.push([entry.value, ...entry.sources.map(what)]);
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type: 'layout-shift' });
}"""


def test_new_items_wait_behind_a_bar_while_somebody_is_in_the_list(matteo: Visit, customers: Customers):
    first = customers.write()
    matteo.live()
    expect(matteo.row(first)).to_be_visible()
    matteo.walk_to(first)
    place = matteo.row(first).bounding_box()
    matteo.page.evaluate(WATCH_SHIFTS)

    names = [customers.write() for _ in range(4)]

    bar = matteo.page.locator("#new-bar")
    expect(bar).to_have_text("4 new")
    assert matteo.row(first).bounding_box() == place
    expect(matteo.row(first).locator(".row-link")).to_be_focused()
    for name in names:
        expect(matteo.row(name)).to_have_count(0)
    shifts = matteo.page.evaluate("window.shifts")
    moved = {source for _, *sources in shifts for source in sources}
    # A number of the menu that gains a digit grows to its left; nothing else may move.
    assert [source for source in moved if not source.startswith('<span class="count"')] == []

    bar.get_by_role("button").press("Enter")
    for name in names:
        expect(matteo.row(name)).to_be_visible()
    expect(bar).to_be_hidden()


def test_what_is_being_read_and_written_stays_where_it_is(matteo: Visit, customers: Customers):
    name = customers.write("first line")
    matteo.live()
    expect(matteo.row(name)).to_be_visible()
    matteo.open(name).press("r").type("An answer that takes a while")
    expect(matteo.page.locator("#draft-word")).to_contain_text("saved")
    place = matteo.field.bounding_box()

    customers.write("second line", name=name)

    expect(matteo.thread).to_contain_text("second line")
    expect(matteo.field).to_have_value("An answer that takes a while")
    expect(matteo.field).to_be_focused()
    assert matteo.field.bounding_box() == place


def test_the_menu_counts_without_reloading(matteo: Visit, customers: Customers):
    matteo.live()
    count = matteo.page.locator("[data-count=unassigned]")
    before = int(count.inner_text())

    customers.write()

    expect(count).to_have_text(str(before + 1))
