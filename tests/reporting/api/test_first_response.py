"""The first response report through the API: the figures, and for each the rows that add up to it."""

from __future__ import annotations

import pytest

from inbox.models import Channel
from reporting.queries import Figure
from tenants.accounts.permissions import Permission
from tenants.kernel.schema import inside
from tests.conftest import NOON
from tests.inbox.api.program import assert_problem
from tests.reporting.talk import answers, asks, exclude, fold, receive

P = Permission
DAY = "from=2026-03-02&to=2026-03-02"


@pytest.fixture
def answered(acme, installer) -> Channel:
    """Five questions on one day: two answered, two still waiting, one that needed no answer."""
    with inside(acme):
        channel = Channel.objects.create(
            network="mastodon", connector="webhook", name="Acme", account="acme", connected_at=NOON
        )
        receive(channel, *(asks(f"q{n}", minute=n) for n in range(5)))
        receive(channel, answers("a0", thread="q0", minute=10), answers("a1", thread="q1", minute=31))
        exclude("q4", "bait", by=installer)
        fold()
    return channel


def test_the_figures_are_counts_with_their_rates(api, answered):
    report = api.get(f"reports/first-response?{DAY}").json()
    total = report["total"]

    assert (total["received"], total["eligible"], total["answered"], total["unanswered"]) == (5, 4, 2, 2)
    assert total["response_rate"] == 0.5
    assert (total["median_seconds"], total["mean_seconds"]) == (1200.0, 1200.0)
    assert total["excluded"] == [{"reason": "bait", "count": 1}]
    assert [channel["channel_id"] for channel in report["channels"]] == [answered.pk]
    assert report["zone"] == "UTC"


@pytest.mark.parametrize("figure", [figure.value for figure in Figure])
@pytest.mark.parametrize("limit", [1, 2, 100])
def test_every_figure_opens_its_rows_each_once(api, answered, figure, limit):
    path = f"reports/first-response/rows?{DAY}&figure={figure}"
    total = api.get(path).json()["total"]
    rows = [row for page in api.pages(f"{path}&limit={limit}") for row in page]

    assert len({row["id"] for row in rows}) == len(rows) == total
    assert rows == sorted(rows, key=lambda row: (row["came_at"], row["id"]))


def test_the_rows_add_up_to_the_figures(api, answered):
    total = api.get(f"reports/first-response?{DAY}").json()["total"]

    def count(figure: str) -> int:
        return int(api.get(f"reports/first-response/rows?{DAY}&figure={figure}").json()["total"])

    for figure in ("received", "eligible", "answered", "unanswered", "native"):
        assert count(figure) == total[figure]
    assert count("excluded") == sum(line["count"] for line in total["excluded"])


def test_nothing_to_measure_is_null_and_never_zero(api, answered):
    total = api.get("reports/first-response?from=2025-01-01&to=2025-01-31").json()["total"]

    assert (total["received"], total["response_rate"], total["median_seconds"]) == (0, None, None)


def test_a_report_that_has_not_changed_costs_a_304_however_late_it_is(api, answered, acme):
    path = f"reports/first-response?{DAY}"
    first = api.get(path)
    again = api.get(path, if_none_match=first["ETag"])
    with inside(acme):
        receive(answered, answers("a2", thread="q2", minute=60))
        fold()

    assert again.status_code == 304
    assert api.get(path, if_none_match=first["ETag"]).status_code == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=yesterday", "from"),
        ("to=2026-02-30", "to"),
        ("from=0001-01-01", "from"),
        ("to=9999-12-31", "to"),
        ("from=2026-03-03&to=2026-03-02", "from"),
        ("from=2010-01-01&to=2026-03-02", "from"),
        ("channel=all", "channel"),
        ("channel=99999999999999999999", "channel"),
    ],
)
def test_a_period_that_cannot_be_meant_is_refused_by_name(api, query, field):
    for path in ("reports/first-response", "reports/first-response/rows"):
        problem = assert_problem(api.get(f"{path}?{query}"), 400, "invalid")
        assert [error["field"] for error in problem["errors"]] == [field]


@pytest.mark.parametrize("query", ["figure=luck", "reason=" + "x" * 41, "reason=%00", "cursor=x", "limit=0"])
def test_rows_nobody_can_ask_for_are_refused(api, query):
    assert_problem(api.get(f"reports/first-response/rows?{query}"), 400, "invalid")


def test_a_channel_of_another_client_is_not_there(give, answered, globex):
    assert_problem(give(at=globex).get(f"reports/first-response?channel={answered.pk}"), 404, "not_found")


def test_another_clients_report_counts_nothing_of_this_one(give, answered, globex):
    assert give(at=globex).get(f"reports/first-response?{DAY}").json()["total"]["received"] == 0


def test_reports_need_their_right(give, answered):
    assert_problem(give(P.VIEW).get("reports/first-response"), 403, "forbidden")
    assert give(P.VIEW_REPORTS).get("reports/first-response").status_code == 200
