"""Who comes to the house: people of the agency at a browser, and customers who write from outside."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from typing import Any, Self

import httpx
from playwright.sync_api import ConsoleMessage, Locator, Page, expect

from config.demo.world import deliver
from tests.journeys.house import Note

DOMAIN = "rook-sundial.example"
MATTEO, PRIYA, IMOGEN = f"matteo@{DOMAIN}", f"priya@{DOMAIN}", f"imogen@{DOMAIN}"
SARVENNE = "sarvenne"
EXPECTED = re.compile(r"(status of|Status Error Code) (409|422)")
"""A browser calls every refusal an error; these are answers that the page shows."""

TROUBLE = re.compile(
    r"Failed to load resource|Status Error Code (401|403|5..)|htmx:(sendError|afterRequest|timeout|sendAbort)"
)
"""What it says about requests that were made to fail."""


class House:
    """Where everything is."""

    brands = (SARVENNE, "quillamo")

    def __init__(self, note: Note) -> None:
        self.note = note
        self.agency = f"http://localhost:{note.port}"

    def at(self, brand: str, path: str = "/") -> str:
        return f"http://{brand}.localhost:{self.note.port}{path}"

    def sign_in(self, page: Page, email: str) -> None:
        page.goto(f"{self.agency}/accounts/login/")
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password").fill(self.note.password)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Everything open")).to_be_visible()
        page.wait_for_load_state()  # the keys work once their scripts have come


class Customers:
    """People who write to Sarvenne Rail on X. In the end they delete what they wrote: the list stays short."""

    account = f"{SARVENNE}-x"

    def __init__(self, house: House) -> None:
        self.note = house.note
        self.http = httpx.Client(timeout=20, headers={"Host": f"localhost:{house.note.port}"})
        self.written: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        at = datetime.now(UTC).isoformat()
        if self.written:
            self.send(*({**item, "change": "deleted", "changed_at": at} for item in self.written))
        self.http.close()

    def write(
        self, text: str = "Where is my refund for the 7:42?", *, name: str = "", thread: str = ""
    ) -> str:
        """Say something to the brand in public; returns the name of whoever says it."""
        identity = uuid.uuid4().hex[:10]
        name = name or f"Visitor {identity}"
        self.written.append(
            {
                "external_id": identity,
                "kind": "mention",
                "text": f"@sarvennerail {text}",
                "sent_at": datetime.now(UTC).isoformat(),
                "author": {"external_id": f"x:{name}", "name": name, "handle": f"v{identity}"},
                "thread_id": thread or name,
                "language": "en",
                "private": False,
                "addressed_to_brand": True,
                "url": f"https://x.example/posts/{identity}",
            }
        )
        self.send(self.written[-1])
        return name

    def take_back(self) -> None:
        """Delete what was written last."""
        self.send({**self.written.pop(), "change": "deleted", "changed_at": datetime.now(UTC).isoformat()})

    def send(self, *items: dict[str, Any]) -> None:
        """One signed delivery."""
        taken = deliver(
            self.http,
            hooks=f"http://127.0.0.1:{self.note.port}",
            account=self.account,
            secret=self.note.secrets[self.account],
            items=list(items),
            name=uuid.uuid4().hex,
        )
        assert taken


class Visit:
    """Somebody of the agency, signed in, at a page. Remembers what the browser complained about."""

    def __init__(self, house: House, page: Page) -> None:
        self.house, self.page = house, page
        self.complaints: list[str] = []
        self.brand = SARVENNE
        self.expects_trouble = False
        """Whether the browser's words about requests that fail are expected: they were made to fail."""
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        if self.expects_trouble and TROUBLE.search(message.text):
            return
        if message.type in ("error", "warning") and not EXPECTED.search(message.text):
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    # --- Going somewhere -----------------------------------------------------------------------
    def go(self, path: str = "/", *, brand: str = SARVENNE) -> Self:
        self.brand = brand
        self.page.goto(self.house.at(brand, path))
        return self

    def live(self, path: str = "/") -> Self:
        """At a page of the inbox that hears what happens."""
        self.go(path)
        expect(self.page.locator("#live")).to_have_attribute("data-state", "live")
        return self

    def open(self, name: str) -> Self:
        """Open the conversation of somebody from the list."""
        self.row(name).locator(".row-link").click()
        expect(self.heading).to_contain_text(name)
        return self

    # --- What is on the page -------------------------------------------------------------------
    def row(self, name: str) -> Locator:
        return self.page.locator("[data-row]").filter(has_text=name)

    @property
    def heading(self) -> Locator:
        return self.page.locator(".talk-head h1")

    @property
    def field(self) -> Locator:
        return self.page.locator("#reply-text")

    @property
    def thread(self) -> Locator:
        return self.page.locator("#thread")

    @property
    def toasts(self) -> Locator:
        return self.page.locator("#toasts .toast")

    # --- The keyboard ---------------------------------------------------------------------------
    def press(self, *keys: str) -> Self:
        for key in keys:
            self.page.keyboard.press(key)
        return self

    def type(self, text: str) -> Self:
        self.page.keyboard.type(text)
        return self

    def walk_to(self, name: str) -> Self:
        """With j alone, until the row of somebody has the focus. Asked in one breath: rows are exchanged meanwhile."""
        before = ""
        for _ in range(300):
            self.press("j")
            reached = self.page.evaluate("document.activeElement.closest('.row-link')?.textContent ?? ''")
            if name in reached:
                return self
            if reached == before:
                self.page.wait_for_timeout(50)  # the end of what is loaded, or scripts that are not there yet
            before = reached
        raise AssertionError(f"j does not lead to {name}")
