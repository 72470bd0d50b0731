"""Nothing typed is lost and nothing is sent twice, whatever happens to page, session, network or server."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from config.faults.house import until
from tests.journeys.visitors import MATTEO, Customers, House, Visit

DRAFTS = re.compile(r"/draft/(\?.*)?$")
KEPT = "Your text is kept in this browser."


@pytest.fixture
def me(visit: Callable[..., Visit]) -> Visit:
    """Matteo in a browser of his own: its session may be ended, and what fails on purpose is no complaint."""
    matteo = visit(MATTEO, locale="en-GB")
    matteo.expects_trouble = True
    return matteo


@pytest.fixture
def writing(me: Visit, customers: Customers) -> Visit:
    """A fresh conversation, with the caret in the field."""
    name = customers.write()
    me.live()
    expect(me.row(name)).to_be_visible()
    me.open(name).press("r")
    expect(me.field).to_be_focused()
    return me


def word(visit: Visit):
    return visit.page.locator("#draft-word")


def saved(visit: Visit) -> None:
    expect(word(visit)).to_have_text(re.compile("^Draft saved"))


def at_the_server(visit: Visit) -> str:
    """The draft as the server has it."""
    url = visit.field.get_attribute("data-draft-url")
    text: str = visit.page.evaluate("async (url) => (await (await fetch(url)).json()).text", url)
    return text


def ours(visit: Visit) -> list[str]:
    """The names of what Rapport keeps in the browser about texts."""
    names: list[str] = visit.page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]")
    return [name for name in names if name.startswith(("rapport-kept:", "rapport-known:"))]


def sign_out_here(visit: Visit) -> None:
    """The session of this brand's host is gone; the agency's lives."""
    visit.page.context.clear_cookies(name="rapport_session", domain=f"{visit.brand}.localhost")


def cut(visit: Visit) -> None:
    visit.page.route("**/*", lambda route: route.abort("connectionrefused"))


def mend(visit: Visit) -> None:
    visit.page.unroute("**/*")


# --- Reloading --------------------------------------------------------------------------------------


def test_a_reload_at_once_after_typing_loses_nothing(writing: Visit):
    for text in ("A long careful answer", " that took me", " five minutes."):
        writing.press("Control+End").type(text)
        writing.page.reload()
        expect(writing.field).to_have_value(re.compile(f"{re.escape(text)}$"))
        writing.field.focus()

    expect(writing.field).to_have_value("A long careful answer that took me five minutes.")
    saved(writing)
    assert at_the_server(writing) == "A long careful answer that took me five minutes."


def test_a_page_drawn_before_the_last_save_shows_what_was_saved(writing: Visit):
    writing.type("Typed first.")
    saved(writing)
    address = writing.page.url
    early = writing.page.evaluate("async () => (await fetch(location)).text()")  # as if it were a slow answer
    with writing.page.expect_response(DRAFTS):
        writing.type(" And then this.")
    saved(writing)

    writing.page.route(
        address, lambda route: route.fulfill(body=early, content_type="text/html; charset=utf-8")
    )
    writing.page.reload()

    expect(writing.field).to_have_value("Typed first. And then this.")
    writing.field.focus()
    writing.press("Control+End").type(" Go on.")
    whole = "Typed first. And then this. Go on."
    until(lambda: at_the_server(writing) == whole, "the server has it all")


def test_somebody_who_types_without_a_pause_is_saved_all_the_same(writing: Visit):
    with writing.page.expect_request(DRAFTS):
        writing.page.keyboard.type("typing on and on " * 5, delay=40)  # 3.4 s, and no pause of 600 ms


def test_the_caret_stands_at_the_end_of_a_draft(writing: Visit):
    writing.type("Typed before.")
    saved(writing)
    writing.page.reload()
    writing.page.wait_for_load_state()

    writing.press("r").type(" And after.")

    expect(writing.field).to_have_value("Typed before. And after.")


def test_a_first_line_that_is_empty_stays(writing: Visit):
    writing.press("Enter", "Enter").type("Below two empty lines")
    saved(writing)

    writing.page.reload()

    expect(writing.field).to_have_value("\n\nBelow two empty lines")


# --- Two windows ------------------------------------------------------------------------------------


@pytest.fixture
def other(writing: Visit) -> Page:
    """The same conversation in a second window, where the draft is the same."""
    writing.type("Seen by both.")
    saved(writing)
    page = writing.page.context.new_page()
    page.goto(writing.page.url)
    expect(page.locator("#reply-text")).to_have_value("Seen by both.")
    page.wait_for_load_state()
    return page


def clashing(writing: Visit, other: Page) -> None:
    """Each window has a text that the other has not seen; the one of the first is shown as newer in the second."""
    other.route(DRAFTS, lambda route: route.abort() if route.request.method == "GET" else route.continue_())
    writing.field.fill("Text from window one.")
    while at_the_server(writing) != "Text from window one.":
        writing.page.wait_for_timeout(100)
    other.locator("#reply-text").fill("Text from window two.")
    clash = other.locator("#draft-clash")
    expect(clash).to_contain_text("This draft was changed in another window.")
    expect(clash.locator(".draft-text")).to_have_text("Text from window one.")
    expect(other.locator("#reply-text")).to_have_value("Text from window two.")
    expect(other.locator("#draft-word")).to_contain_text("Not saved: changed in another window.")


@pytest.mark.parametrize(
    ("button", "text"),
    [
        ("Keep my text", "Text from window two."),
        ("Use the newer text", "Text from window one."),
        ("Keep both", "Text from window one.\n\nText from window two."),
    ],
)
def test_two_windows_show_both_texts_and_let_the_person_choose(
    writing: Visit, other: Page, button: str, text: str
):
    clashing(writing, other)

    other.get_by_role("button", name=button).click()

    expect(other.locator("#reply-text")).to_have_value(text)
    expect(other.locator("#draft-clash")).to_have_count(0)
    expect(other.locator("#draft-word")).to_have_text(re.compile("^Draft saved"))
    assert at_the_server(writing) == text
    if button != "Keep both":
        dropped = "Text from window two." if text.endswith("one.") else "Text from window one."
        other.reload()
        other.wait_for_load_state()
        other.get_by_role("button", name="Earlier versions").click()
        earlier = other.locator(".earlier-draft").filter(has_text=dropped)
        earlier.get_by_role("button", name="Use this text").click()
        expect(other.locator("#reply-text")).to_have_value(dropped)


def test_a_window_that_is_looked_at_again_shows_the_newer_draft(writing: Visit, other: Page):
    writing.field.fill("Changed in the first window.")
    while at_the_server(writing) != "Changed in the first window.":
        writing.page.wait_for_timeout(100)

    other.evaluate("window.dispatchEvent(new Event('focus'))")

    expect(other.locator("#reply-text")).to_have_value("Changed in the first window.")


# --- A lost session ---------------------------------------------------------------------------------


def test_a_lost_session_is_said_above_the_text_and_the_sign_in_leads_back_to_it(writing: Visit):
    writing.type("Typed before.")
    saved(writing)
    sign_out_here(writing)

    writing.type(" Typed after.")

    bar = writing.page.locator("#signed-out")
    expect(bar).to_have_text(re.compile(r"You were signed out\. Your text is safe here\.\s*Sign in"))
    expect(word(writing)).to_have_text(f"Not saved: you are signed out. {KEPT}")
    address = writing.page.url
    bar.get_by_role("link", name="Sign in").click()
    expect(writing.page).to_have_url(address)
    expect(writing.field).to_have_value("Typed before. Typed after.")
    saved(writing)
    expect(bar).to_have_count(0)
    assert at_the_server(writing) == "Typed before. Typed after."


def test_sending_without_a_session_loses_nothing_and_sends_nothing_twice(writing: Visit):
    writing.type("Sent without a session.")
    sign_out_here(writing)

    writing.press("Control+Enter")

    expect(writing.page.locator("#signed-out")).to_be_visible()
    expect(writing.field).to_have_value("Sent without a session.")
    writing.page.locator("#signed-out").get_by_role("link", name="Sign in").click()
    expect(writing.field).to_have_value("Sent without a session.")
    expect(writing.thread.locator(".item[data-kind=out]")).to_have_count(0)
    writing.page.wait_for_load_state()
    writing.press("r", "Control+Enter")
    expect(writing.thread.locator(".item[data-kind=out]")).to_have_count(1)
    expect(writing.field).to_have_value("")


def test_a_note_outlives_a_lost_session(writing: Visit):
    sign_out_here(writing)
    writing.press("Escape", "n").type("She is the mayor's sister.").press("Control+Enter")

    expect(writing.page.locator("#signed-out")).to_contain_text("Your text is safe here.")
    writing.page.locator("#signed-out").get_by_role("link", name="Sign in").click()

    expect(writing.page.locator("#note-text")).to_have_value("She is the mayor's sister.")
    expect(writing.page.locator("#note-text")).to_be_visible()
    writing.page.wait_for_load_state()
    writing.press("n", "Control+Enter")
    expect(writing.thread.locator(".item[data-kind=note]")).to_have_count(1)
    writing.page.reload()
    expect(writing.page.locator("#note-text")).to_have_value("")


def test_a_reason_outlives_a_reload(writing: Visit):
    writing.press("Escape", "e").type("She mentions a lawyer.")
    expect(writing.page.locator("#escalate-why")).to_have_value("She mentions a lawyer.")

    writing.page.reload()

    expect(writing.page.locator("#escalate-why")).to_have_value("She mentions a lawyer.")


def test_a_page_that_the_browser_had_put_aside_saves_and_looks_again(writing: Visit):
    """Going back to a page, or opening the laptop: no timer ran meanwhile."""
    writing.page.route(DRAFTS, lambda route: route.abort())
    writing.type("Typed before the lid was closed.")
    expect(word(writing)).to_have_text(f"Not saved: no connection. {KEPT}")
    writing.page.unroute(DRAFTS)

    writing.page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")

    saved(writing)
    assert at_the_server(writing) == "Typed before the lid was closed."


def test_a_sign_in_in_another_window_lets_the_page_go_on(writing: Visit, house: House):
    """Also where that made the forms' tokens old."""
    writing.page.context.clear_cookies()
    writing.type("Typed while signed out.")
    expect(writing.page.locator("#signed-out")).to_be_visible()

    elsewhere = writing.page.context.new_page()
    house.sign_in(elsewhere, MATTEO)
    elsewhere.goto(house.at(writing.brand))
    elsewhere.close()
    writing.page.evaluate("window.dispatchEvent(new Event('focus'))")

    saved(writing)
    expect(writing.page.locator("#signed-out")).to_have_count(0)
    writing.press("Control+Enter")
    expect(writing.thread.locator(".item[data-kind=out]")).to_have_count(1)


def test_signing_out_takes_the_text_out_of_the_browser(writing: Visit):
    writing.type("Nobody else's business.")
    cut(writing)
    writing.type(" At all.")
    expect(word(writing)).to_contain_text("Not saved: no connection.")
    mend(writing)
    writing.page.route(DRAFTS, lambda route: route.abort())

    writing.go("/sign-out/")
    expect(writing.page.get_by_text("Some of what you wrote is not saved yet.")).to_be_visible()
    writing.page.get_by_role("button", name="Sign out").click()

    expect(writing.page.get_by_role("heading", name="You are signed out of")).to_be_visible()
    until(lambda: not ours(writing), "nothing of it is left in the browser")


# --- The network ------------------------------------------------------------------------------------


def test_without_a_connection_the_text_is_kept_here_and_saved_when_it_is_back(writing: Visit):
    cut(writing)
    writing.type("Typed in a tunnel.")
    expect(word(writing)).to_have_text(f"Not saved: no connection. {KEPT}")

    mend(writing)
    writing.page.evaluate("window.dispatchEvent(new Event('online'))")

    saved(writing)
    assert at_the_server(writing) == "Typed in a tunnel."


def test_a_server_that_fails_is_asked_again(writing: Visit):
    writing.page.route(DRAFTS, lambda route: route.fulfill(status=503))
    writing.type("Typed during a deployment.")
    expect(word(writing)).to_have_text(f"Not saved: Rapport is not answering. {KEPT}")

    writing.page.unroute(DRAFTS)

    saved(writing)
    assert at_the_server(writing) == "Typed during a deployment."


def test_a_tab_closed_without_a_connection_is_taken_up_by_the_next(writing: Visit):
    cut(writing)
    writing.type("Closed in a tunnel.")
    expect(word(writing)).to_contain_text("Not saved: no connection.")
    address, context = writing.page.url, writing.page.context
    writing.page.close()

    page = context.new_page()
    page.goto(address)

    expect(page.locator("#reply-text")).to_have_value("Closed in a tunnel.")
    expect(page.locator("#draft-word")).to_have_text(re.compile("^Draft saved"))


def lose_answer(route: Route) -> None:
    """Hand the request to the server, and let the line break before its answer."""
    asked = urlsplit(route.request.url)
    headers = {**route.request.all_headers(), "host": asked.netloc}
    httpx.post(
        f"http://127.0.0.1:{asked.port}{asked.path}",
        content=route.request.post_data_buffer,
        headers=headers,
        timeout=30,
    )
    route.abort("connectionreset")


def test_an_answer_whose_arrival_was_not_told_is_sent_once(writing: Visit):
    """The server takes the reply and the line breaks before it says so; the person presses again, and reloads."""

    writing.page.route(re.compile("/reply/$"), lose_answer)
    writing.page.route(DRAFTS, lambda route: route.abort())
    writing.type("Sent once.").press("Control+Enter")
    expect(word(writing)).to_have_text(f"Not sent: no connection. {KEPT}")
    writing.press("Control+Enter")
    writing.page.reload()
    expect(writing.field).to_have_value("Sent once.")

    writing.page.unroute(re.compile("/reply/$"))
    writing.page.unroute(DRAFTS)

    expect(writing.field).to_have_value("")
    expect(writing.thread.locator(".item[data-kind=out]")).to_have_count(1)
    expect(writing.thread.locator(".item[data-kind=out]")).to_contain_text("Sent once.")


def test_what_is_typed_while_an_answer_is_on_its_way_to_the_server_stays(writing: Visit):
    held: list[Route] = []
    writing.page.route(re.compile("/reply/$"), lambda route: held.append(route))
    writing.type("First.").press("Control+Enter")
    while not held:
        writing.page.wait_for_timeout(50)

    writing.field.focus()
    writing.press("Control+End").type(" And second.")
    held[0].continue_()

    expect(writing.thread.locator(".item[data-kind=out] .item-body")).to_have_text("First.")
    expect(writing.field).to_have_value("And second.")
