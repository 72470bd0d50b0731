"""News announces itself, and nothing that somebody reads moves."""

from __future__ import annotations

from playwright.sync_api import Locator, Route, expect

from tests.journeys.visitors import Customers, Visit

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
    assert matteo.page.evaluate("window.shifts") == []

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
    before = settled(matteo)

    customers.write()

    expect(unassigned(matteo)).to_have_text(str(before + 1))


def unassigned(visit: Visit) -> Locator:
    return visit.page.locator("[data-count=unassigned]")


def settled(visit: Visit) -> int:
    """The count once it stays as it is: those of the test before may still be taking back what they wrote."""
    seen = ""
    while seen != (now := unassigned(visit.live()).inner_text()):
        seen = now
        visit.page.wait_for_timeout(2000)
    return int(now)


def test_a_count_that_gains_a_digit_moves_nothing(matteo: Visit):
    matteo.live()
    two_frames = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    write = """(text) => { document.querySelector("[data-count=unassigned]").textContent = text; }"""
    matteo.page.evaluate(write, "9")
    matteo.page.evaluate(two_frames)
    matteo.page.evaluate(WATCH_SHIFTS)

    matteo.page.evaluate(write, "12")
    matteo.page.evaluate(two_frames)
    matteo.page.wait_for_timeout(300)

    assert matteo.page.evaluate("window.shifts") == []


def test_whoever_walks_on_while_the_list_is_renewed_keeps_the_place(matteo: Visit, customers: Customers):
    first = customers.write()
    matteo.live()
    expect(matteo.row(first)).to_be_visible()
    kept: list[Route] = []
    matteo.page.route(
        "**/rows/**", lambda route: route.continue_() if "only=" in route.request.url else kept.append(route)
    )
    second = customers.write()
    while not kept:
        matteo.page.wait_for_timeout(50)
    matteo.walk_to(first)
    kept[0].continue_()

    expect(matteo.row(second)).to_be_visible()
    expect(matteo.row(first).locator(".row-link")).to_be_focused()


WATCH_FOCUS = """() => {
    window.lost = 0;
    const look = () => { if (document.activeElement === document.body) window.lost += 1; };
    new MutationObserver(look).observe(document.querySelector("#rows"), { childList: true });
}"""


def test_the_focus_is_never_without_a_row_while_the_list_is_renewed(matteo: Visit, customers: Customers):
    """Not even between two keys: j would begin again at the top."""
    first = customers.write()
    matteo.live()
    expect(matteo.row(first)).to_be_visible()
    matteo.walk_to(first)
    matteo.page.evaluate(WATCH_FOCUS)

    with matteo.page.expect_response("**/rows/**"):
        matteo.page.evaluate("document.dispatchEvent(new CustomEvent('rapport:renew'))")

    expect(matteo.row(first).locator(".row-link")).to_be_focused()
    assert matteo.page.evaluate("window.lost") == 0
