"""Drafts as programs read and save them: the same rule as in the composer."""

from __future__ import annotations

from uuid import uuid4

from tenants.accounts.permissions import Permission
from tests.inbox.api.program import assert_problem


def save(api, talk, text, based_on=""):
    return api.post(f"conversations/{talk}/draft", {"text": text, "based_on": based_on})


def test_a_draft_is_saved_read_and_removed(api, talk):
    saved = save(api, talk, "It left.").json()

    read = api.get(f"conversations/{talk}/draft")
    assert (read.json(), saved["text"]) == (saved, "It left.")
    assert api.get(f"conversations/{talk}/draft", **{"If-None-Match": read["ETag"]}).status_code == 304
    assert save(api, talk, "", saved["version"]).json()["version"] == ""
    earlier = api.get(f"conversations/{talk}/draft/earlier").json()["results"]
    assert [row["text"] for row in earlier] == ["It left."]


def test_a_newer_draft_is_refused_with_its_text(api, talk):
    newer = save(api, talk, "Newer.").json()

    refused = assert_problem(save(api, talk, "Older."), 409, "draft_changed")

    assert refused["newer"] == newer
    assert api.get(f"conversations/{talk}/draft").json() == newer


def test_a_draft_needs_the_right_to_answer(give, talk):
    reader = give(Permission.VIEW)

    assert_problem(save(reader, talk, "It left."), 403)
    assert reader.get(f"conversations/{talk}/draft").json()["text"] == ""


def test_the_same_attempt_is_taken_once(api, talk):
    asked = {"text": "It left.", "seen_message_id": 10**6, "key": str(uuid4())}

    first, again = (api.post(f"conversations/{talk}/replies", asked) for _ in range(2))

    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["id"] == again.json()["id"]
