"""Pages asked for through the whole stack, and the bare SQL for the same rows, in turn.

A request goes through every middleware, role switch and template in this process (Django's test client), logged
in to PostgreSQL as `<db>_app`, the role that answers. The floor reads the rows that the page shows with a few
hand-written statements on the same connection, under the same role, and does nothing with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils.timezone import now

from config import env
from config.benchmarks.table import Figure, median, percentile
from tenants.accounts import sessions
from tenants.accounts.actions import begin_session
from tenants.accounts.models import User, UserSession
from tenants.kernel import roles
from tenants.kernel.database import pool
from tenants.kernel.schema import database_name, inside, outside
from tenants.models import Client

ROW = re.compile(r'data-row="(\d+)"')
PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"
WARM = 3
"""Requests for each address that are not counted."""

Statement = tuple[str, dict[str, Any]]


class Wrong(RuntimeError):
    """A page does not show what it was asked for: nothing is measured that does not work."""


@dataclass(frozen=True, slots=True)
class Page:
    """One kind of page: its addresses, and for each the statements that read what it shows.

    The first statement of an address reads the rows of the list with their ids first, in their order; it may read
    one row more than is shown, to tell whether there are more.
    """

    name: str
    place: Client | None
    """Whose host; None for the agency's."""
    paths: tuple[str, ...]
    floors: tuple[tuple[Statement, ...], ...]


@dataclass(slots=True)
class Timed:
    """Milliseconds of each request and of each floor, in the order in which they were taken.

    `spent` is what each request took of this process's own processor time: the part that a busy machine does not
    stretch, without PostgreSQL's.
    """

    ours: list[float] = field(default_factory=list)
    spent: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)


@contextmanager
def as_app() -> Iterator[None]:
    """Logged in as web processes are; as_owner() grants nothing then. Static files need not have been collected."""
    where: dict[str, Any] = connection.settings_dict
    before = {name: where.get(name) for name in ("USER", "PASSWORD", "LOGINS_APART", "POOLS", "CONN_MAX_AGE")}
    connection.close()
    where.update(USER=roles.app_role(database_name()), PASSWORD=settings.DATABASE_APP_PASSWORD)
    where.update(LOGINS_APART=True, POOLS=env.pools(), CONN_MAX_AGE=0)
    plain = {**settings.STORAGES, "staticfiles": {"BACKEND": PLAIN}}
    try:
        with TemporaryDirectory() as folder, override_settings(STATIC_ROOT=Path(folder), STORAGES=plain):
            yield
    finally:
        connection.close()
        pool.close_all()
        where.update(before)


def browser_of(user: User, place: Client | None) -> Browser:
    """A browser in which the person is signed in there."""
    return browsers_of(user, [place])[0]


def browsers_of(user: User, places: Sequence[Client | None]) -> list[Browser]:
    """A browser for each place, in the one session that the person opened all of them from.

    A session each would end the first ones: a person has a bounded number of sessions.
    """
    with outside():
        begun = begin_session(user=user, device="Benchmark", address="", at=now())
    return [_signed_in(user, place, begun) for place in places]


def _signed_in(user: User, place: Client | None, begun: UserSession) -> Browser:
    host = f"{place.slug}.{settings.RAPPORT_BASE_HOST}" if place else settings.RAPPORT_BASE_HOST
    browser = Browser(SERVER_NAME=host)
    with inside(place) if place else outside():
        browser.force_login(user)
        session = browser.session
        sessions.attach(session, begun.pk)
        session.save()
    return browser


def get(browser: Browser, path: str) -> tuple[str, float]:
    """The page and the milliseconds it took. Raises Wrong for anything but a page."""
    began = perf_counter()
    answer = browser.get(path, secure=settings.RAPPORT_HTTPS)
    taken = perf_counter() - began
    if answer.status_code != 200:  # HTTP's word for well
        raise Wrong(f"{path} was answered with {answer.status_code}: {answer.content[:300]!r}")
    return answer.content.decode(), 1000 * taken


def rows_of(html: str) -> list[int]:
    """The ids of the list's rows, from top to bottom."""
    return [int(found) for found in ROW.findall(html)]


def read(statements: Sequence[Statement]) -> tuple[list[list[tuple[Any, ...]]], float]:
    """What the statements read, and the milliseconds they took together."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")  # the role is worn before the watch starts
        began = perf_counter()
        found = []
        for words, facts in statements:
            cursor.execute(words, facts)
            found.append(cursor.fetchall())
        return found, 1000 * (perf_counter() - began)


def take(page: Page, user: User, *, times: int) -> Timed:
    """Ask for the page and for its floor in turn, `times` each, one address after the other."""
    browser, timed = browser_of(user, page.place), Timed()
    for number in range(-WARM * len(page.paths), times):
        path, floor = page.paths[number % len(page.paths)], page.floors[number % len(page.paths)]
        began = process_time()
        html, ours = get(browser, path)
        spent = 1000 * (process_time() - began)
        with inside(page.place) if page.place else outside():  # a request leaves by the agency's door
            found, bare = read(floor)
        _compare(path, rows_of(html), [row[0] for row in found[0]])
        if number >= 0:
            timed.ours.append(ours)
            timed.spent.append(spent)
            timed.floor.append(bare)
    return timed


def _compare(path: str, shown: Sequence[int], read_: Sequence[int]) -> None:
    """The page and its floor are about the same rows, or their times say nothing about each other."""
    if not shown or shown != list(read_[: len(shown)]) or len(read_) - len(shown) > 1:
        raise Wrong(
            f"{path} shows {shown[:5]}… ({len(shown)}), and its floor reads {read_[:5]}… ({len(read_)})."
        )


def queries(user: User, place: Client | None, path: str) -> tuple[int, int]:
    """How many rows the page shows, and how many statements it takes."""
    browser = browser_of(user, place)
    get(browser, path)
    with CaptureQueriesContext(connection) as seen:
        html, _ = get(browser, path)
    return len(rows_of(html)), len(seen)


def figures(page: Page, timed: Timed, *, most_ms: float, most_ratio: float, floor_name: str) -> list[Figure]:
    """The median beside the floor's median, and the 95th percentile beside the floor's."""
    ours, floor = median(timed.ours), median(timed.floor)
    late, late_floor = percentile(timed.ours, 0.95), percentile(timed.floor, 0.95)
    return [
        Figure(f"{page.name}, median", ours, "ms", floor, floor_name, f"at most {most_ratio:g} × the floor",
               ours <= most_ratio * floor),
        Figure(f"{page.name}, 95th percentile", late, "ms", late_floor, floor_name, f"at most {most_ms:g} ms",
               late <= most_ms),
        Figure(f"{page.name}, processor time without PostgreSQL's", median(timed.spent), "ms"),
    ]  # fmt: skip
