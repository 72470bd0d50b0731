"""The whole file of real support conversations, replayed, against a count made straight from its rows.

The file may not be passed on: it lies in ../shared/data beside a checkout that has it, and these tests are
skipped elsewhere. What they compare with is written from reference/inbox.md §4 alone and shares no code with
the road of a message.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from statistics import median

import pytest
from django.core.management import call_command

from inbox.models import Channel, Conversation, Cycle, Message
from reporting.queries import first_response
from tenants.kernel.schema import inside

FILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "support_conversations.csv"
EVER = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
LARGEST = 5

pytestmark = pytest.mark.skipif(not FILE.exists(), reason="needs ../shared/data/support_conversations.csv")


@dataclass(frozen=True)
class Row:
    """One tweet of the file."""

    name: str
    who: str
    at: datetime
    to_company: bool
    links: frozenset[str]


@dataclass(frozen=True)
class Counted:
    """One response cycle, counted by hand."""

    first: str
    started_at: datetime
    answered_at: datetime | None


def read_by_hand() -> tuple[list[Row], list[int]]:
    """The rows that are whole, and the line numbers of those that are not."""
    good, damaged = [], []
    with FILE.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        for fields in reader:
            if None in fields.values():
                damaged.append(reader.line_num)
            else:
                good.append(_row(fields))
    return good, damaged


def _row(fields: dict[str, str]) -> Row:
    parent = fields["in_response_to_tweet_id"].partition(".")[0]
    named = {*fields["response_tweet_id"].split(","), parent} - {""}
    at = datetime.strptime(fields["created_at"], "%a %b %d %H:%M:%S %z %Y")
    return Row(fields["tweet_id"], fields["author_id"], at, fields["inbound"] == "True", frozenset(named))


def conversations_by_hand(rows: list[Row]) -> list[list[Row]]:
    """What reply links join, each oldest first: a walk from neighbour to neighbour."""
    beside: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for other in row.links:
            beside[row.name].add(other)
            beside[other].add(row.name)
    by_name, seen, found = {row.name: row for row in rows}, set(), []
    for row in rows:
        if row.name in seen:
            continue
        group, to_visit = [], [row.name]
        while to_visit:
            name = to_visit.pop()
            if name not in seen:
                seen.add(name)
                group += [by_name[name]] if name in by_name else []
                to_visit += beside[name]
        found.append(sorted(group, key=lambda one: (one.at, int(one.name))))
    return found


def company_by_hand(talk: list[Row]) -> str:
    """The company that writes most in it."""
    return Counter(row.who for row in talk if not row.to_company).most_common(1)[0][0]


def cycles_by_hand(talk: list[Row]) -> list[Counted]:
    """§4: from the first unanswered message of somebody outside the brand to the brand's next answer.

    A burst of one author is one cycle by that alone, since whatever comes before the answer is.
    """
    company, cycles, first = company_by_hand(talk), [], None
    for row in sorted(talk, key=lambda one: (one.at, one.who == company)):
        if row.who != company:
            first = first or row
        elif first is not None:
            cycles.append(Counted(first.name, first.at, row.at))
            first = None
    return [*cycles, Counted(first.name, first.at, None)] if first is not None else cycles


def replay(account: str, **options: str) -> str:
    told = StringIO()
    call_command("replay", "acme", str(FILE), channel=account, stdout=told, **options)
    return told.getvalue()


def test_each_row_of_the_file_is_one_message_or_is_reported_with_its_line(acme):
    rows, damaged = read_by_hand()

    told = replay("everybody")

    with inside(acme):
        names = list(
            Message.objects.filter(channel__account="everybody").values_list("external_id", flat=True)
        )
    assert sorted(names) == sorted(row.name for row in rows)
    assert len(damaged) == 2, "one tweet of the file is torn over three lines, of which one is blank"
    assert f"{len(rows)} new messages, 0 known already, {len(damaged)} set aside" in told
    assert all(f"line {line}: " in told for line in damaged)
    assert f"0 new messages, {len(rows)} known already" in replay("everybody")


def test_conversations_and_cycles_are_those_of_the_reply_links(acme):
    rows, _ = read_by_hand()
    talks = conversations_by_hand(rows)

    replay("everybody")

    with inside(acme):
        placed: dict[int, set[str]] = defaultdict(set)
        for name, conversation in Message.objects.values_list("external_id", "conversation_id"):
            placed[conversation].add(name)
        assert Conversation.objects.filter(merged_into__isnull=True).count() == len(talks)
        assert {frozenset(names) for names in placed.values()} == {
            frozenset(row.name for row in talk) for talk in talks
        }
        texts = dict(Message.objects.values_list("pk", "external_id"))
        ours = {
            (texts[cycle.first_message_id], cycle.started_at, cycle.ended_at) for cycle in Cycle.objects.all()
        }
    assert ours == {
        (cycle.first, cycle.started_at, cycle.answered_at) for talk in talks for cycle in cycles_by_hand(talk)
    }


def test_the_figures_of_the_five_largest_companies_are_those_counted_by_hand(acme):
    talks = conversations_by_hand(read_by_hand()[0])
    largest = Counter(company_by_hand(talk) for talk in talks).most_common(LARGEST)

    for company, _ in largest:
        replay(company, company=company)

    with inside(acme):
        channels = dict(Channel.objects.values_list("account", "pk"))
        for company, number in largest:
            theirs = [cycles_by_hand(talk) for talk in talks if company_by_hand(talk) == company]
            every = [cycle for cycles in theirs for cycle in cycles]
            answered = [cycle for cycle in every if cycle.answered_at is not None]
            firsts = [
                (cycles[0].answered_at - cycles[0].started_at).total_seconds()
                for cycles in theirs
                if cycles and cycles[0].answered_at is not None
            ]
            assert number == len(theirs)
            ours = first_response(*EVER, channels[company], at=EVER[1]).total
            assert (ours.eligible, ours.answered) == (len(every), len(answered)), company
            assert ours.response_rate == len(answered) / len(every), company
            assert (ours.measured, ours.median_seconds) == (len(firsts), median(firsts)), company
