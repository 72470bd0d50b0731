"""The report's pages: with nothing, with something, with a lot, whoever reads, and whatever is asked."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.utils.timezone import now

from inbox.models import Channel, Message
from reporting.behind import ROWS
from tenants.accounts.models import Role
from tenants.kernel.schema import as_owner, inside, outside
from tenants.rows import span
from tests.conftest import NOON, person
from tests.reporting.talk import answers, asks, deletes, fold, receive
from tests.tenants.accounts.browsing import ACME

PERIOD = "from=2026-03-02&to=2026-03-02"


@pytest.fixture
def reader(visitor, ada_user):
    visitor.enter(ada_user)
    return visitor


@pytest.fixture
def executive(visitor, erin_user):
    visitor.enter(erin_user)
    return visitor


@pytest.fixture
def told(acme):
    """Tell stories inside Acme, then leave it: pages find their client by the host."""

    def tell(*messages, network="mastodon"):
        with inside(acme):
            channel, _ = Channel.objects.get_or_create(
                network=network,
                account="acme",
                defaults={"connector": "webhook", "name": "=Acme & Sons <b>", "connected_at": NOON},
            )
            receive(channel, *messages)
            fold()

    return tell


def page(reader, query=PERIOD, path=""):
    return reader.get(f"{ACME}/reports/{path}?{query}", follow=False)


def main_of(response):
    return html.unescape(response.content.decode().partition("<main")[2].partition("</main>")[0])


def test_nothing_came_in(reader):
    response = page(reader)

    assert response.status_code == 200
    assert "Nothing came in" in main_of(response)


def test_every_number_opens_as_many_rows_as_it_says(reader, told):
    told(*(asks(f"q{n}", minute=n) for n in range(6)))
    told(*(answers(f"a{n}", thread=f"q{n}", minute=30 + n) for n in range(4)))

    response = page(reader)
    report = response.context["report"]

    told_of = {figure.key: figure for figure in report.figures}
    for key, number in (("received", 6), ("eligible", 6), ("answered", 4), ("unanswered", 2), ("median", 4)):
        shown = reader.get(f"{ACME}{told_of[key].rows_url}", follow=False).context["page"]
        assert (len(shown.rows), shown.total) == (number, number)
    for line in report.buckets:
        assert reader.get(f"{ACME}{line.rows_url}", follow=False).context["page"].total == line.count
    for line in report.days:
        assert reader.get(f"{ACME}{line.rows_url}", follow=False).context["page"].total == line.eligible
    assert "67 % of 6 people" in main_of(response)


def test_one_person_left_waiting_is_told_in_good_english(reader, told):
    told(asks("q"))

    assert " 1 was not answered, the oldest waits" in main_of(page(reader))


def test_a_row_of_somebody_who_waits_says_for_how_long(reader, told):
    told(asks("q"))

    [row] = page(reader, f"figure=unanswered&{PERIOD}", "rows/").context["page"].rows

    assert row.outcome == f"waits for {span((now() - NOON).total_seconds())}"
    assert row.took == ""


def test_a_year_with_many_rows_is_shown_in_pages(reader, told):
    told(*(asks(f"q{n}", minute=n) for n in range(ROWS + 20)))

    response = page(reader, "from=2025-04-01&to=2026-03-31")
    first = page(reader, f"figure=eligible&{PERIOD}", "rows/").context["page"]
    second = reader.get(f"{ACME}{first.next_url}", follow=False).context["page"]

    assert len(response.context["report"].days) == 53
    assert "24 Feb to 2 Mar: 0 answered, 120 waiting" in main_of(response)
    assert (len(first.rows), len(second.rows), second.next_url) == (ROWS, 20, "")
    assert first.total == second.total == ROWS + 20
    assert not {row.id for row in first.rows} & {row.id for row in second.rows}


@pytest.mark.parametrize(("path", "ceiling"), [("", 40), ("rows/", 40)])
def test_a_page_asks_as_often_for_much_as_for_little(reader, told, queries, path, ceiling):
    query = f"figure=eligible&{PERIOD}" if path else PERIOD
    counts = []
    for size in (1, 30):
        told(*(asks(f"q{size}-{n}", minute=n) for n in range(size)))
        page(reader, query, path)
        with queries() as seen:
            assert page(reader, query, path).status_code == 200
        counts.append(len(seen))

    assert counts[0] == counts[1] <= ceiling


def test_a_row_shows_the_message_it_is_about(reader, told):
    told(asks("1", thread="t", text="First of all"), asks("2", thread="t", minute=9, text="And then"))

    received = page(reader, f"figure=received&{PERIOD}", "rows/").context["page"].rows
    cycles = page(reader, f"figure=eligible&{PERIOD}", "rows/").context["page"].rows

    assert [row.first_line for row in received] == ["First of all", "And then"]
    assert [row.first_line for row in cycles] == ["First of all"]


def test_a_deleted_or_purged_message_keeps_its_row_and_says_so(reader, told, acme):
    told(asks("1", text="Take this back"), asks("2", text="Gone with the wind"))
    told(answers("3", thread="1", minute=5), deletes("1", thread="1", minute=50))
    with inside(acme):
        Message.objects.filter(external_id="2").delete()

    rows = page(reader, f"figure=eligible&{PERIOD}", "rows/").context["page"].rows

    assert [row.hidden for row in rows] == ["Deleted by its author", "Text deleted by the network’s rule"]


def test_an_executive_sees_figures_and_rows_and_nobodys_words(executive, told):
    told(asks("1", text="My number is 12345"), asks("2", text="In confidence", private=True))

    response = page(executive, f"figure=received&{PERIOD}", "rows/")

    assert len(response.context["page"].rows) == 2
    assert not re.search("12345|confidence|Who-1|/conversation", main_of(response))


def test_a_private_message_is_shown_to_those_with_that_right_only(told, visitor, acme):
    told(asks("1", text="In confidence", private=True), asks("2", text="Out loud"))
    visitor.enter(_somebody_who_reads_public_things(acme))

    rows = page(visitor, f"figure=received&{PERIOD}", "rows/").context["page"].rows

    assert {(row.first_line, row.hidden) for row in rows} == {("", "A private message"), ("Out loud", "")}


def _somebody_who_reads_public_things(acme):
    with as_owner(), outside():
        Role.objects.create(
            slug="reader", name="Reader", sentence="Reads.", permissions=["view", "view_reports"]
        )
    return person("rita@acme.example", "Rita Reader", role="reader", client=acme)


IMPOSSIBLE = (
    "from=0001-01-01",
    "to=0001-01-01",
    "from=9999-12-31&to=9999-12-31",
    "from=yesterday",
    "from=2026-03-02&to=2026-03-01",
    "from=2020-01-01&to=2026-03-01",
    "from=" + quote("2026-03-02\x00"),
)
ODD = (
    "channel=" + quote("²"),
    "channel=" + "9" * 40,
    "channel=-1",
    "after=" + quote("2026-03-02T12:00:00~1"),
    "after=" + quote("0001-01-01T00:00:00+14:00~" + "9" * 40),
    "after=~",
    "low=nan&high=inf",
    "low=" + "9" * 400,
)


def test_an_impossible_period_is_refused_with_a_sentence(reader):
    for query in IMPOSSIBLE:
        response = page(reader, query)

        assert response.status_code == 422, query
        told = html.unescape(response.content.decode())
        assert re.search(
            "Write days as|The period must begin|at most three years|holds a NUL character", told
        )


def test_odd_addresses_get_a_page(reader, told):
    told(asks("1"))

    for query in ODD:
        assert page(reader, f"figure=eligible&{PERIOD}&{query}", "rows/").status_code == 200, query


def test_a_figure_that_is_none_is_not_found(reader):
    assert page(reader, f"figure=bliss&{PERIOD}", "rows/").status_code == 404


def test_the_first_period_of_all_leads_nowhere_before(reader, told):
    told(asks("1"))

    earlier = page(reader).context["report"].previous_url
    assert reader.get(f"{ACME}{earlier}", follow=False).status_code == 200
    assert page(reader, "from=2000-01-01&to=2000-01-31").context["report"].previous_url == ""


def test_the_csv_holds_the_figures_and_no_formula(reader, told):
    told(asks("1"), asks("2"))
    told(answers("3", thread="1", minute=5))

    lines = list(csv.DictReader(io.StringIO(page(reader, path="first-response.csv").content.decode())))

    assert [line["channel"] for line in lines] == ["'=Acme & Sons <b>", "all channels"]
    assert {(line["received"], line["answered"], line["median_seconds"]) for line in lines} == {
        ("2", "1", "300.0")
    }


def test_a_report_of_tomorrow_is_empty_and_has_no_next(reader):
    tomorrow = (NOON + timedelta(days=1)).date()

    assert page(reader, f"from={tomorrow}&to={tomorrow}").status_code == 200
