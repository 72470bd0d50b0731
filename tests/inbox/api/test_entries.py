"""The ledger as a feed: in order, each entry once, taken up again where it was left."""

from __future__ import annotations

from typing import Any

import pytest

from tenants.accounts.permissions import Permission
from tenants.kernel.schema import inside
from tenants.ledger.models import Entry
from tests.inbox.api.program import assert_problem

P = Permission


def everything(api, limit: int) -> list[dict[str, Any]]:
    """The whole feed, from the beginning."""
    after, found = "", list[dict[str, Any]]()
    while True:
        answer = api.get(f"entries?limit={limit}" + (f"&after={after}" if after else "")).json()
        found += answer["results"]
        after = answer["after"]
        if not answer["more"]:
            return found


@pytest.mark.parametrize("limit", [1, 2, 3, 1000])
def test_the_feed_holds_every_entry_once_whatever_the_size_of_its_pages(api, talk, acme, limit):
    api.post(f"conversations/{talk}/tags", {"tags": ["vip"]})
    with inside(acme):
        written = list(Entry.objects.order_by("xid", "pk").values_list("pk", flat=True))

    assert [entry["id"] for entry in everything(api, limit)] == written


def test_an_entry_says_who_did_what_and_nothing_that_people_wrote(api, talk):
    api.post(f"conversations/{talk}/note", {"text": "She is furious"})
    feed = everything(api, 100)

    noted = next(entry for entry in feed if entry["kind"] == "note.added")
    assert noted["actor"] == {"kind": "token", "id": api.token.prefix}
    assert noted["conversation_id"] == talk
    assert "furious" not in str(feed)
    assert "Where is my order" not in str(feed)


def test_the_feed_goes_on_from_the_place_it_was_left(api, talk):
    place = api.get("entries?limit=1000").json()["after"]
    assert api.get(f"entries?after={place}").json()["results"] == []

    api.post(f"conversations/{talk}/acknowledge")

    kinds = [entry["kind"] for entry in api.get(f"entries?after={place}").json()["results"]]
    assert kinds == ["conversation.stage_changed"]


@pytest.mark.parametrize("after", ["yesterday", "1", "-1-1", "1-" + "9" * 20, "9" * 21 + "-1", "%00", "٣-٣"])
def test_a_place_nobody_was_given_is_refused(api, after):
    problem = assert_problem(api.get(f"entries?after={after}"), 400, "invalid")

    assert problem["errors"][0]["field"] == "after"


def test_the_ledger_is_for_who_may_audit(give, talk):
    assert_problem(give(P.VIEW).get("entries"), 403, "forbidden")
    assert give(P.VIEW_AUDIT).get("entries").status_code == 200
