"""`benchmark inbox`: the pages people look at all day, at a million conversations in one client among fifty.

    first page    the whole inbox: menu with its counts, the fifty hottest
    deep page     fifty rows from somewhere in the middle, as the list asks for them while it is scrolled
    search        the whole inbox with what was found, for a common, a usual and a rare word
    desk          the agency's ranked list over all clients, with its strip of brands and who is on duty

The floor of each is in config/benchmarks/floors.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.db import connection
from django.utils.timezone import now

from config.benchmarks import asking, filling, floors, texts
from config.benchmarks.agency import Staff, hire, open_one
from config.benchmarks.asking import Page
from config.benchmarks.database import Tell
from config.benchmarks.table import Figure, Report
from tenants.kernel.schema import inside
from tenants.models import Client

MOST_MS = 40.0
MOST_RATIO = 3.0
SMALL = 1000
"""Conversations of each other client."""
DEPTHS = (0.1, 0.25, 0.5, 0.75, 0.9)
"""How far down the deep pages are, of the whole list."""
SHARES = {"common": 0.08, "usual": 0.01, "rare": 0.001}
"""Which part of the texts has the word that is searched for."""
FLOOR = "hand-written SQL for the page's rows and counts, same connection and role"


def measure(*, size: int, clients: int, rounds: int, tell: Tell) -> Report:
    """Fill the clients and ask for each page `rounds` times."""
    tell(f"Opening {clients} clients.")
    opened = [open_one(number) for number in range(1, clients + 1)]
    staff, at = hire(opened), now()
    tell(f"Filling {opened[0]} with {size:,} conversations.")
    filled = filling.fill(opened[0], size=size, people=staff.answering, at=at)
    for client in opened[1:-1]:
        filling.fill(client, size=min(size, SMALL), people=staff.answering, at=at)
    filling.fill(opened[-1], size=1, people=staff.answering, at=at)
    for client in opened:
        with inside(client):
            filling.settle()
    made = (
        f"{filled.conversations:,} conversations with {filled.messages:,} messages in one of {clients} clients, "
        f"{filled.at_work:,} of them open; {rounds} requests a page after {asking.WARM} for each address."
    )
    report = Report("inbox", size, notes=[made])
    with asking.as_app():
        for page in pages(opened[0], staff):
            tell(f"Asking for: {page.name}.")
            timed = asking.take(page, staff.asker, times=rounds)
            report.figures += asking.figures(
                page, timed, most_ms=MOST_MS, most_ratio=MOST_RATIO, floor_name=FLOOR
            )
        report.figures += growth(opened[-1], opened[0], staff)
    return report


# --- The pages ---------------------------------------------------------------------------------------
def pages(client: Client, staff: Staff) -> list[Page]:
    """Everything that is asked for."""
    me = staff.asker.pk
    return [
        Page("first page", client, ("/",), (floors.first_page(me),)),
        *(_deep_page(client, view) for view in ("open", "done")),
        *(_search(client, name, share, me) for name, share in SHARES.items()),
        Page("desk", None, ("/",), (floors.desk(),)),
    ]


def _deep_page(client: Client, view: str) -> Page:
    with inside(client):
        places = [_place(view, depth) for depth in DEPTHS]
    paths = ("/rows/?" + urlencode({"view": view, "after": place}) for place in places)
    return Page(
        f"deep page of “{view}”",
        client,
        tuple(paths),
        tuple((floors.rows_after(view, place),) for place in places),
    )


def _search(client: Client, name: str, share: float, me: int) -> Page:
    word, found = texts.word_in(share)
    path = "/?" + urlencode({"q": word})
    return Page(f"search, a {name} word ({found:.1%})", client, (path,), (floors.search(word, me),))


def _place(view: str, depth: float) -> str:
    """The place of the row that stands so deep in the view, as the page before it would have said."""
    with connection.cursor() as cursor:
        cursor.execute(*floors.nth(view, depth))
        return "~".join(str(part or "") for part in cursor.fetchone())


def growth(small: Client, big: Client, staff: Staff) -> list[Figure]:
    """Statements for a list of one row, and for a full one."""
    word, _ = texts.word_in(SHARES["usual"])
    pairs: Sequence[tuple[str, tuple[Client | None, str], tuple[Client | None, str]]] = (
        ("inbox", (small, "/?view=open"), (big, "/?view=open")),
        ("rows", (small, "/rows/?view=open"), (big, "/rows/?view=open")),
        ("search", (small, "/?q=ref"), (big, "/?" + urlencode({"q": word}))),
        ("desk", (None, f"/?brand={small.slug}"), (None, "/")),
    )
    found = []
    for name, few, many in pairs:
        one, least = asking.queries(staff.asker, *few)
        full, most = asking.queries(staff.asker, *many)
        found.append(Figure(f"{name}: queries at {full} rows", most, "queries", least, f"queries at {one} row",
                            "no more than at one row", most <= least))  # fmt: skip
    return found
