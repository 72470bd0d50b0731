"""A client's inbox filled with a year of made-up work, by set-based SQL: a million conversations in a minute or two.

What is made is consistent (a conversation counts its messages, waits for the answer its open cycle waits for,
shows the first words of its first message) and lopsided as real work is: most of it is done, the newest tenth
holds most of what is open, a few colleagues hold most of what is assigned, and the texts are the demo's own, so
that some words are in every tenth message and some in one alone. The same seed makes the same rows.

Indexes and foreign keys are taken off while the rows go in, and put back as they were.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from psycopg import sql

from config.benchmarks import texts
from inbox import desk
from inbox.models import Channel
from inbox.states import AT_WORK
from tenants.kernel.schema import as_owner, inside
from tenants.models import Client

SEED = 0.42
LONGEST = 6
"""Messages that a conversation has at most; two on average."""
FULL = ("inbox_author", "inbox_conversation", "inbox_message", "inbox_cycle")

NETWORKS = ("mastodon", "x", "instagram", "facebook", "google_reviews")

AUTHORS = """
    INSERT INTO inbox_author (id, network, external_id, name, handle, url, followers, is_brand, first_seen_at,
        last_seen_at, messages_count)
    SELECT n, 'mastodon', 'author-' || n, 'Person ' || n, '@person' || n, '', (random() ^ 6 * 100000)::int, false,
        %(at)s::timestamptz - interval '1 year', %(at)s, 3
    FROM generate_series(1, %(authors)s) n
"""

# One row of dice for each conversation; what depends on them is decided from left to right. The newest is always
# new, waits, and is somebody's, so that a client with one conversation has one to show.
CONVERSATIONS = """
    INSERT INTO inbox_conversation (id, channel_id, thread_key, author_id, title, preview, status, stage, disposition,
        disposition_reason, disposition_proposed, intent, sentiment, severity, language, priority, priority_reasons,
        tags, assignee_id, claimed_by_id, claimed_until, snoozed_until, opened_at, last_message_at, last_inbound_at,
        resolved_at, waiting_since, warn_at, due_at, cycles_count, messages_count, version, merged_into_id)
    WITH thrown AS MATERIALIZED (
        SELECT n, random() * (n < %(size)s)::int AS work, random() * (n < %(size)s)::int AS kind, random() AS heat,
            CASE WHEN n < %(size)s THEN random() ELSE 0.9 END AS who, random() AS late,
            1 + floor(random() * %(texts)s)::int AS text_id, 1 + floor(random() * %(authors)s)::int AS author,
            least(%(longest)s, 1 + floor(-ln(1 - random()) * 1.44))::int AS said,
            %(at)s::timestamptz - (%(size)s - n + random()) * interval '1 year' / %(size)s AS opened
        FROM generate_series(1, %(size)s) n
    ), sorted AS (
        SELECT *, opened + (said - 1) * interval '20 minutes' AS last,
            work < CASE WHEN n > 0.9 * %(size)s THEN 0.42 ELSE 0.01 END AS open,
            least(100, greatest(0, 20 + (ARRAY[0,0,4,6,8,10,14,14,14,20,20,20,25])[1 + floor(heat * 13)::int]
                + floor(late * 13)::int + CASE WHEN kind < 0.04 THEN 30 WHEN kind < 0.2 THEN 10 ELSE 0 END)) AS points
        FROM thrown
    ), placed AS (
        SELECT *, CASE WHEN open THEN CASE WHEN kind < 0.42 THEN 'new' WHEN kind < 0.82 THEN 'open'
                    WHEN kind < 0.91 THEN 'on_hold' ELSE 'snoozed' END
                  ELSE CASE WHEN kind < 0.09 THEN 'spam' WHEN kind < 0.16 THEN 'waiting_customer'
                    ELSE 'resolved' END END AS state,
            open AND kind < 0.7 AS waits
        FROM sorted
    )
    SELECT n, (%(channels)s::bigint[])[1 + n %% %(channel_count)s], 'talk-' || n, author, '',
        left(bench_text.text || ' Ref r' || n, 200), state,
        CASE WHEN open THEN 'respond' ELSE 'closed' END, CASE WHEN state = 'spam' THEN 'spam' ELSE 'engage' END,
        '', heat < 0.1, (ARRAY['question','complaint','praise','request'])[1 + floor(who * 4)::int],
        CASE WHEN heat > 0.7 THEN 'negative' WHEN heat < 0.2 THEN 'positive' ELSE 'neutral' END,
        CASE WHEN kind < 0.04 THEN 'severe' WHEN kind < 0.2 THEN 'heated' ELSE 'calm' END,
        (ARRAY['en','en','en','de','fr','es'])[1 + floor(late * 6)::int], points, '[]',
        CASE WHEN late < 0.15 THEN ARRAY[(ARRAY['refund','delivery','press','vip'])[1 + floor(who * 4)::int]]
            ELSE ARRAY[]::varchar[] END,
        CASE WHEN open AND who < 0.45 THEN NULL
            ELSE (%(people)s::bigint[])[1 + floor(%(people_count)s * abs(who - 0.45) ^ 2)::int] END,
        NULL, NULL,
        CASE WHEN state = 'snoozed' THEN %(at)s::timestamptz + (late - 0.2) * interval '5 days' END,
        opened, last, last, CASE WHEN state = 'resolved' THEN last END,
        CASE WHEN waits THEN last END,
        CASE WHEN waits THEN %(at)s::timestamptz + (late - 0.4) * interval '8 hours' END,
        CASE WHEN waits THEN %(at)s::timestamptz + (late - 0.3) * interval '8 hours' END,
        1, said, said, NULL
    FROM placed JOIN bench_text ON bench_text.id = text_id
    ORDER BY n
"""

# The first message says what the list shows; ids grow with time, as they do when messages come in.
MESSAGES = """
    INSERT INTO inbox_message (id, channel_id, conversation_id, author_id, external_id, kind, direction, source, title,
        text, url, in_reply_to, attachments, private, rating, sent_at, received_at, edited_at, deleted_at, backfill,
        sent_by_id, disposition, disposition_reason, disposition_proposed, disposition_by, language, sentiment, intent,
        severity, evaluation)
    WITH said AS MATERIALIZED (
        SELECT talk.id, talk.channel_id, talk.author_id, talk.opened_at, talk.language, talk.sentiment, talk.intent,
            talk.severity, talk.preview, turn, 1 + floor(random() * %(texts)s)::int AS text_id
        FROM (SELECT * FROM inbox_conversation ORDER BY id) talk, generate_series(1, talk.messages_count) turn
    )
    SELECT (said.id - 1) * %(longest)s + turn, channel_id, said.id, CASE WHEN turn %% 2 = 1 THEN author_id END,
        said.id || '.' || turn, 'comment', CASE WHEN turn %% 2 = 1 THEN 'inbound' ELSE 'outbound' END, 'network', '',
        CASE WHEN turn = 1 THEN preview ELSE bench_text.text END, 'https://social.example/' || said.id || '/' || turn,
        CASE WHEN turn = 1 THEN '' ELSE said.id || '.' || turn - 1 END, '[]', false, NULL,
        opened_at + (turn - 1) * interval '20 minutes', opened_at + (turn - 1) * interval '20 minutes', NULL, NULL,
        false, NULL, 'engage', 'question', false, 'triage', language, sentiment, intent, severity,
        jsonb_build_object('version', 'bench', 'intent_confidence', 0.8, 'sentiment_score', -0.2,
            'reasons', jsonb_build_array(jsonb_build_object('rule', 'question', 'sentence', 'It asks something.')))
    FROM said JOIN bench_text ON bench_text.id = text_id
    ORDER BY 1
"""

CYCLES = """
    INSERT INTO inbox_cycle (conversation_id, channel_id, number, clock, first_message_id, inbound_count, started_at,
        outcome, reason, ended_at, answer_message_id, answered_by_id, native, warn_at, due_at, target_version,
        breached_at)
    SELECT id, channel_id, 1, 'first_response', (id - 1) * %(longest)s + 1, (messages_count + 1) / 2, opened_at,
        CASE WHEN waiting_since IS NOT NULL THEN 'open' WHEN messages_count > 1 THEN 'answered' ELSE 'excluded' END,
        '', CASE WHEN waiting_since IS NULL THEN last_message_at END,
        CASE WHEN waiting_since IS NULL AND messages_count > 1 THEN (id - 1) * %(longest)s + 2 END,
        NULL, false, warn_at, due_at, '', NULL
    FROM inbox_conversation ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Filled:
    """How many rows were made."""

    conversations: int
    messages: int
    at_work: int


def fill(client: Client, *, size: int, people: Sequence[int], at: datetime) -> Filled:
    """Put `size` conversations into an empty client, shared among these people. The desk hears of the open ones."""
    with as_owner(), inside(client):
        channels = _channels(client, at)
        facts: dict[str, Any] = {
            "at": at,
            "size": size,
            "authors": max(1, size * 2 // 3),
            "texts": texts.load(),
            "longest": LONGEST,
            "channels": channels,
            "channel_count": len(channels),
            "people": list(people),
            "people_count": len(people),
        }
        with connection.cursor() as cursor:
            cursor.execute("SELECT setseed(%s)", [SEED])
            with _bare(FULL):
                for statement in (AUTHORS, CONVERSATIONS, MESSAGES, CYCLES):
                    cursor.execute(statement, facts)
            cursor.execute("DROP TABLE bench_text")
            for table in FULL[:3]:
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"  # noqa: S608  # our own names
                )
    return _tell_the_desk(client, at)


def settle() -> None:
    """What autovacuum would have done by the time somebody looks: statistics, and pages known to be all visible."""
    with as_owner(), connection.cursor() as cursor:
        for table in (*FULL, "public.tenants_deskitem"):
            cursor.execute(f"VACUUM (ANALYZE) {table}")


def _channels(client: Client, at: datetime) -> list[int]:
    if Channel.objects.exists():
        raise RuntimeError(f"{client} is not empty.")
    made = [
        Channel.objects.create(
            network=network,
            connector="webhook",
            name=f"{client.name} on {network}",
            account=f"{client.slug}-{network}",
            connected_at=at,
        )
        for network in NETWORKS
    ]
    return [channel.pk for channel in made]


def _tell_the_desk(client: Client, at: datetime) -> Filled:
    """The projection's own statement, under the client's own role."""
    words = [status.value for status in AT_WORK]
    with inside(client), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM inbox_conversation WHERE status = ANY(%s)", [words])
        ids = [pk for (pk,) in cursor.fetchall()]
        cursor.execute(desk.PROJECT, {"ids": ids, "open": words, "at": at})
        cursor.execute(
            "SELECT (SELECT count(*) FROM inbox_conversation), (SELECT count(*) FROM inbox_message)"
        )
        conversations, messages = cursor.fetchone()
    return Filled(conversations, messages, len(ids))


@contextmanager
def _bare(tables: Sequence[str]) -> Iterator[None]:
    """Without the foreign keys and indexes of these tables while the block lasts; building them once is faster."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
            WHERE conrelid = ANY(%s::regclass[]) AND contype = 'f'
            """,
            [list(tables)],
        )
        keys = cursor.fetchall()
        cursor.execute(
            """
            SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
            WHERE indrelid = ANY(%s::regclass[])
                AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
            """,
            [list(tables)],
        )
        indexes = cursor.fetchall()
        for table, name, _ in keys:
            cursor.execute(
                sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(sql.SQL(table), sql.Identifier(name))
            )
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        yield
        for _, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in keys:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
