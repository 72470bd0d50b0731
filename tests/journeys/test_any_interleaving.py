"""Typing, saving, reloading, walking away, losing the session, the network and the server, and sending, in any order.

Every word is typed once and must be found once: in an answer or in the field. The seed is printed where it fails;
RAPPORT_SEED repeats it, RAPPORT_STEPS makes the walk longer.
"""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import psutil
import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.test_drafts import lose_answer
from tests.journeys.visitors import MATTEO, SARVENNE, Customers, House, Visit

STEPS = int(os.environ.get("RAPPORT_STEPS", "14"))
PATIENCE = 90.0  # seconds
REPLY = re.compile("/reply/$")


@dataclass
class Walk:
    """One person at one conversation, and what has been done to the world around."""

    house: House
    visit: Visit
    other: str
    """Another conversation to walk to."""
    name: str
    chance: random.Random
    address: str
    words: list[str] = field(default_factory=list)
    is_cut: bool = False
    is_out: bool = False
    told: list[str] = field(default_factory=list)

    @property
    def page(self) -> Page:
        return self.visit.page

    def step(self) -> None:
        possible: list[Callable[[], None]] = [self.type, self.type, self.type, self.rest]
        if self.is_cut:
            possible += [self.mend]
        else:
            possible += [self.cut, self.close_and_open]
            possible += [self.sign_in] if self.is_out else [self.reload, self.walk, self.lose_session]
        possible += [self.send, self.send_without_hearing] if not self.is_cut else [self.send]
        act = self.chance.choice(possible)
        self.told.append(act.__name__)
        act()

    # --- What a person does -----------------------------------------------------------------------
    def type(self) -> None:
        self.visit.field.focus()
        self.visit.press("Control+End")
        for _ in range(self.chance.randint(1, 4)):
            self.words.append(f"word{len(self.words)}")
            self.visit.type(f"{self.words[-1]} ")

    def rest(self) -> None:
        self.page.wait_for_timeout(self.chance.choice([50, 300, 800]))

    def reload(self) -> None:
        self.page.reload()
        expect(self.visit.field).to_be_visible()

    def walk(self) -> None:
        """To the other conversation and back. What was answered leaves the list, so the way back may be an address."""
        if not self.visit.row(self.other).count():
            self.reload()
            return
        self.visit.open(self.other)
        self.page.goto(self.address) if self.words_were_sent() else self.visit.open(self.name)
        expect(self.visit.field).to_be_visible()
        expect(self.visit.heading).to_contain_text(self.name)

    def words_were_sent(self) -> bool:
        return any(act.startswith("send") for act in self.told)

    def close_and_open(self) -> None:
        context = self.page.context
        self.page.close()
        self.visit.page = context.new_page()
        self.page.goto(self.address)
        self.is_out = False  # a page that is loaded leads through the sign-in
        expect(self.visit.field).to_be_visible()

    def send(self) -> None:
        self.visit.field.focus()
        self.visit.press("Control+Enter")
        if self.is_cut or self.is_out:
            self.page.wait_for_timeout(200)
            return
        self.page.wait_for_timeout(500)

    def send_without_hearing(self) -> None:
        self.page.route(REPLY, lose_answer)
        self.send()
        self.page.wait_for_timeout(500)
        self.page.unroute(REPLY)

    # --- What the world does ------------------------------------------------------------------------
    def lose_session(self) -> None:
        self.page.context.clear_cookies(name="rapport_session", domain=f"{SARVENNE}.localhost")
        self.is_out = True

    def sign_in(self) -> None:
        self.page.goto(self.address)
        self.is_out = False
        expect(self.visit.field).to_be_visible()

    def cut(self) -> None:
        self.page.route("**/*", _refuse)
        self.is_cut = True

    def mend(self) -> None:
        self.page.unroute("**/*", _refuse)
        self.is_cut = False

    # --- At the end ---------------------------------------------------------------------------------
    def found(self) -> list[str]:
        """Every word in an answer or in the field, as often as it stands there."""
        answers = self.visit.thread.locator(".item[data-kind=out] .item-body").all_inner_texts()
        return " ".join([*answers, self.visit.field.input_value()]).split()


def _refuse(route: Route) -> None:
    route.abort("connectionrefused")


@pytest.fixture
def walk(house: House, visit: Callable[..., Visit], customers: Customers) -> Walk:
    seed = int(os.environ.get("RAPPORT_SEED", random.randrange(10**6)))
    print(f"RAPPORT_SEED={seed}")  # noqa: T201  # pytest shows it where the test fails
    name, other, me = customers.write(), customers.write(), visit(MATTEO, locale="en-GB")
    me.expects_trouble = True
    me.live()
    for one in (name, other):
        expect(me.row(one)).to_be_visible()
    me.open(name)
    return Walk(house, me, other, name, random.Random(seed), me.page.url)


def test_every_word_is_found_once_whatever_happens(walk: Walk):
    for _ in range(STEPS):
        walk.step()

    if walk.is_cut:
        walk.mend()
    walk.sign_in()
    until = time.monotonic() + PATIENCE
    while sorted(walk.found()) != sorted(walk.words) and time.monotonic() < until:
        walk.page.wait_for_timeout(1000)
        if walk.visit.field.input_value() and walk.page.locator("#draft-word:not([data-trouble])").count():
            walk.reload()
    assert sorted(walk.found()) == sorted(walk.words), walk.told


def test_what_is_typed_while_the_server_is_down_is_saved_when_it_is_back(walk: Walk):
    """The web process is killed; its supervisor starts another."""
    walk.type()
    web = [
        one
        for one in psutil.Process(walk.house.note.pid).children(recursive=True)
        if "uvicorn" in one.cmdline()
    ]
    assert web

    for process in web:
        process.kill()
    walk.type()
    walk.page.wait_for_timeout(1000)
    walk.type()

    word = walk.page.locator("#draft-word")
    expect(word).to_have_text(re.compile("^Draft saved"), timeout=PATIENCE * 1000)
    url = walk.visit.field.get_attribute("data-draft-url")
    text = walk.page.evaluate("async (url) => (await (await fetch(url)).json()).text", url)
    assert text.split() == walk.words
