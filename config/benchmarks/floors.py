"""The bare SQL for what a page shows: written by hand, with what these rows alone need. Statements with their facts.

Each page's first statement reads its list, ids first and one row more than is shown; the others read the numbers
that stand beside it. They use the same indexes as the pages, so a missing index slows both and shows in the
milliseconds; what shows in the ratio is the work around them.
"""

from __future__ import annotations

from typing import Any

from config.benchmarks.asking import Statement
from inbox.queries.queue import MOST_COUNTED, PAGE
from tenants import desk as agency_desk

AWAKE = "(snoozed_until IS NULL OR snoozed_until <= statement_timestamp())"
AT_WORK = f"status IN ('new', 'open', 'on_hold', 'snoozed') AND {AWAKE}"
HOTTEST = "priority DESC, waiting_since, id"
NEWEST = "last_message_at DESC, id"
VIEWS = {"open": (AT_WORK, HOTTEST), "done": ("status = 'resolved'", NEWEST)}

LIST = """
    SELECT talk.id, channel.name, channel.network, author.name, author.handle, talk.preview, talk.intent,
        talk.sentiment, talk.severity, talk.language, talk.priority, talk.status, talk.stage, talk.due_at,
        talk.warn_at, talk.waiting_since, talk.snoozed_until, talk.assignee_id, talk.tags, talk.last_message_at,
        (SELECT inbound_count FROM inbox_cycle WHERE conversation_id = talk.id AND outcome = 'open')
    FROM ({rows}) talk JOIN inbox_channel channel ON channel.id = talk.channel_id
        LEFT JOIN inbox_author author ON author.id = talk.author_id
    ORDER BY {order}
"""
ROWS = "SELECT * FROM inbox_conversation WHERE merged_into_id IS NULL AND {where} ORDER BY {order} LIMIT %(most)s"

COUNT = """
    (SELECT count(*) FROM (
        SELECT 1 FROM inbox_conversation WHERE merged_into_id IS NULL AND {where} LIMIT %(stop)s) part)
"""
COUNTED = (
    f"{AT_WORK} AND assignee_id = %(me)s",
    f"{AT_WORK} AND assignee_id IS NULL",
    f"{AT_WORK} AND due_at <= statement_timestamp()",
    AT_WORK,
    "status = 'snoozed' AND snoozed_until > statement_timestamp()",
    "status = 'spam'",
)


def first_page(me: int) -> tuple[Statement, ...]:
    """The hottest of everything open, and the menu's counts."""
    return (_list(AT_WORK, HOTTEST), _counts(me))


def nth(view: str, depth: float) -> Statement:
    """The columns that name the place of the row `depth` down the view."""
    where, order = VIEWS[view]
    columns = "priority, waiting_since, id" if order is HOTTEST else "last_message_at, id"
    rows = f"FROM inbox_conversation WHERE merged_into_id IS NULL AND {where}"
    words = (
        f"SELECT {columns} {rows} ORDER BY {order} OFFSET (SELECT (count(*) * %(depth)s)::int {rows}) LIMIT 1"
    )
    return (words, {"depth": depth})


def rows_after(view: str, place: str) -> Statement:
    """The rows of a view after a place."""
    where, order = VIEWS[view]
    first, *rest = place.split("~")
    if order is HOTTEST:
        facts = {"priority": int(first), "since": rest[0] or None, "id": int(rest[1])}
        beyond = """
            priority <= %(priority)s AND (priority < %(priority)s OR waiting_since > %(since)s
                OR (waiting_since = %(since)s AND id > %(id)s)
                OR (waiting_since IS NULL AND (%(since)s::timestamptz IS NOT NULL OR id > %(id)s)))
        """
    else:
        facts = {"last": first, "id": int(rest[0])}
        beyond = "last_message_at <= %(last)s AND (last_message_at < %(last)s OR id > %(id)s)"
    return _list(f"{where} AND {beyond}", order, facts)


def search(word: str, me: int) -> tuple[Statement, ...]:
    """The conversations in which a word was said last, and the menu's counts."""
    asked = "websearch_to_tsquery('simple', %(word)s)"
    rows = f"""
        SELECT talk.*, said.id AS said FROM inbox_message said JOIN inbox_conversation talk ON talk.id = conversation_id
        WHERE merged_into_id IS NULL AND said.words @@ {asked} AND NOT EXISTS (
            SELECT 1 FROM inbox_message newer WHERE newer.conversation_id = said.conversation_id
                AND newer.id > said.id AND newer.words @@ {asked})
        ORDER BY said.id DESC LIMIT %(most)s
    """  # noqa: S608  # literals of this module
    return ((LIST.format(rows=rows, order="said DESC"), {"word": word, "most": PAGE + 1}), _counts(me))


def desk() -> tuple[Statement, ...]:
    """The hottest of all clients, what each client has open, and what each person holds."""
    rows = f"""
        SELECT item.id, item.client_id, item.conversation_id, item.network, item.priority, item.intent, item.severity,
            item.language, item.stage, item.waiting_since, item.warn_at, item.due_at, item.assignee_id, person.name
        FROM (SELECT * FROM tenants_deskitem WHERE {AWAKE} ORDER BY {HOTTEST} LIMIT %(most)s) item
            LEFT JOIN accounts_user person ON person.id = item.assignee_id
        ORDER BY {HOTTEST.replace("id", "item.id")}
    """  # noqa: S608  # literals of this module
    counted = f"""
        WITH part AS MATERIALIZED (
            SELECT client_id, assignee_id, count(*) AS held, count(*) FILTER (WHERE {AWAKE}) AS open,
                count(*) FILTER (WHERE {AWAKE} AND due_at <= statement_timestamp()) AS late,
                min(waiting_since) FILTER (WHERE {AWAKE}) AS oldest
            FROM tenants_deskitem GROUP BY client_id, assignee_id)
        SELECT client_id, NULL, sum(open), sum(late), sum(open) FILTER (WHERE assignee_id IS NULL), min(oldest)
        FROM part GROUP BY client_id
        UNION ALL
        SELECT NULL, assignee_id, sum(held), count(*), NULL, NULL
        FROM part WHERE assignee_id IS NOT NULL GROUP BY assignee_id
    """  # noqa: S608  # the same
    return ((rows, {"most": agency_desk.PAGE + 1}), (counted, {}))


def _list(where: str, order: str, facts: dict[str, Any] | None = None) -> Statement:
    rows = ROWS.format(where=where, order=order)
    return (LIST.format(rows=rows, order=order.replace("id", "talk.id")), {"most": PAGE + 1, **(facts or {})})


def _counts(me: int) -> Statement:
    counts = ", ".join(COUNT.format(where=where) for where in COUNTED)
    return (f"SELECT {counts}", {"me": me, "stop": MOST_COUNTED})
