"""A house with its doors open (house.py), a real browser, and people who sign in.

All journeys run in one process (tests/scheduling.py), and in one house: opened for the first, closed after the last.
While journeys are written, RAPPORT_HOUSE may name the note of one that stands already.
Nobody here looks into the database: what a journey sees is what a browser and an outside system see.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.house import Note
from tests.journeys.visitors import MATTEO, PRIYA, Customers, House, Visit

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
START = 180.0  # seconds for a house to open on a machine that has much else to do
STOP = 120.0
SLOW = 20_000  # milliseconds that a page may take there

expect.set_options(timeout=SLOW)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent) and CHROMIUM is None:
            item.add_marker(pytest.mark.skip(reason="Needs a browser: apt-get install chromium"))


# --- The browser's event loop ----------------------------------------------------------------------
# The browser's driver leaves its loop behind as the running one of this thread, and Django then takes every other test
# of this process for a coroutine. So it is put aside whenever no journey is under way.
PUT_ASIDE: list[asyncio.AbstractEventLoop] = []


def _take_up_loop() -> None:
    if PUT_ASIDE:
        asyncio._set_running_loop(PUT_ASIDE.pop())


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    _take_up_loop()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown() -> Generator[None]:
    try:
        return (yield)
    finally:
        running = asyncio._get_running_loop()
        if running is not None:
            PUT_ASIDE.append(running)
            asyncio._set_running_loop(None)


# --- The house -------------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    if standing := os.environ.get("RAPPORT_HOUSE"):
        yield House(Note(**json.loads(Path(standing).read_text())))
        return
    if os.environ.get("PYTEST_XDIST_WORKER"):
        # Fails loudly where another process has journeys, too: then tests/scheduling.py is not heard.
        (tmp_path_factory.getbasetemp().parent / "the-only-house").touch(exist_ok=False)
    folder = tmp_path_factory.mktemp("house")
    process = _open(folder)
    try:
        yield House(Note(**json.loads((folder / "house.json").read_text())))
    finally:
        process.terminate()
        process.wait(STOP)


def _open(folder: Path) -> subprocess.Popen[bytes]:
    """Wait until the house stands. It ends by itself should this whole run be killed."""
    note = folder / "house.json"
    whole_run = os.getppid() if os.environ.get("PYTEST_XDIST_WORKER") else os.getpid()
    command = [sys.executable, "-m", "tests.journeys.house", str(note), str(whole_run)]
    with (folder / "house.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    until = time.monotonic() + START
    while not note.exists():
        if process.poll() is not None or time.monotonic() > until:
            process.terminate()
            pytest.fail(f"The house did not open:\n{(folder / 'house.log').read_text()[-4000:]}")
        time.sleep(0.1)
    return process


# --- The browser -----------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def base_url() -> None:
    """Every address is whole here: there are several hosts. (The plugin's own is written in a way pytest drops.)"""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": CHROMIUM}


@pytest.fixture(scope="session")
def browser(launch_browser: Callable[[], Browser]) -> Iterator[Browser]:
    """The real one; elsewhere in these tests `browser` is Django's."""
    browser = launch_browser()
    yield browser
    _take_up_loop()
    browser.close()


@pytest.fixture(scope="session")
def desks(house: House, browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """The browser of each person, signed in at the agency and at both brands; made once, its cache stays warm."""
    kept: dict[str, BrowserContext] = {}

    def desk_of(email: str, **circumstances: Any) -> BrowserContext:
        if email not in kept:
            kept[email] = browser.new_context()
            page = kept[email].new_page()
            house.sign_in(page, email)
            for brand in house.brands:
                page.goto(house.at(brand))
            page.close()
        if not circumstances:
            return kept[email]
        return browser.new_context(storage_state=kept[email].storage_state(), **circumstances)

    yield desk_of
    _take_up_loop()
    for context in kept.values():
        context.close()


@pytest.fixture
def visit(house: House, desks: Callable[..., BrowserContext]) -> Iterator[Callable[..., Visit]]:
    """Let somebody in who is signed in already: at his or her own desk, or in a browser of its own that is so and so.

    Whatever the browser complains about fails the test.
    """
    visits: list[tuple[Visit, bool]] = []

    def begin(email: str = MATTEO, **circumstances: Any) -> Visit:
        page = desks(email, **circumstances).new_page()
        page.set_default_timeout(SLOW)
        visits.append((Visit(house, page), bool(circumstances)))
        return visits[-1][0]

    yield begin
    for one, borrowed in visits:
        one.page.close()
        if borrowed:
            one.page.context.close()
        assert one.complaints == []


@pytest.fixture
def matteo(visit: Callable[..., Visit]) -> Visit:
    """Matteo manages the desk."""
    return visit(MATTEO)


@pytest.fixture
def priya(visit: Callable[..., Visit]) -> Visit:
    """Priya answers for the agency."""
    return visit(PRIYA)


@pytest.fixture
def customers(house: House) -> Iterator[Customers]:
    """Those who write to Sarvenne Rail, through signed webhooks."""
    with Customers(house) as customers:
        yield customers


@pytest.fixture
def stranger(new_context: Any, house: House) -> Page:
    """A browser in which nobody has signed in."""
    page: Page = new_context().new_page()
    page.set_default_timeout(SLOW)
    return page
