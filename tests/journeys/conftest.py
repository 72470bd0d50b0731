"""A house with its doors open (house.py), a real browser, and people who sign in.

The house is started once for a whole run, by whichever worker comes first, and stopped by whoever leaves last.
While journeys are written, RAPPORT_HOUSE may name the note of one that stands already.
Nobody here looks into the database: what a journey sees is what a browser and an outside system see.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.house import Note
from tests.journeys.visitors import MATTEO, PRIYA, Customers, House, Visit

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
START = 180.0  # seconds for a house to open on a machine that has much else to do
STOP = 60.0
SLOW = 20_000  # milliseconds that a page may take there

STARTED: list[subprocess.Popen[bytes]] = []
"""Kept until this process ends: the house may outlive the worker that opened it."""

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
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    _visit(shared, +1)
    try:
        note = json.loads((shared / "house.json").read_text())
        yield House(Note(**note))
    finally:
        _visit(shared, -1)


def _visit(shared: Path, step: int) -> None:
    """Count who is in the house: the first opens it, the last closes it."""
    with _alone(shared / "house.lock"):
        count, note = shared / "house.visitors", shared / "house.json"
        before = int(count.read_text()) if count.exists() else 0
        if before == 0:
            _open(shared, note)
        count.write_text(str(before + step))
        if before + step == 0:
            _close(note)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _open(shared: Path, note: Path) -> None:
    whole_run = os.getppid() if os.environ.get("PYTEST_XDIST_WORKER") else os.getpid()
    command = [sys.executable, "-m", "tests.journeys.house", str(note), str(whole_run)]
    with (shared / "house.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    STARTED.append(process)
    until = time.monotonic() + START
    while not note.exists():
        if process.poll() is not None or time.monotonic() > until:
            process.terminate()
            pytest.fail(f"The house did not open:\n{(shared / 'house.log').read_text()[-4000:]}")
        time.sleep(0.1)


def _close(note: Path) -> None:
    process = psutil.Process(json.loads(note.read_text())["pid"])
    note.unlink()
    process.send_signal(signal.SIGTERM)
    process.wait(STOP)
    for started in STARTED:
        started.poll()


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
