"""What the description forbids is refused: empty parameters, values of another type, lists without end."""

from __future__ import annotations

import json

import pytest
from django.test import Client as Http

from tests.inbox.api.program import assert_problem

MANY = 200_000


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("conversations?limit=", "limit"),
        ("conversations?limit=²", "limit"),
        (f"conversations?limit={10**30}", "limit"),
        ("conversations?assignee=", "assignee"),
        ("conversations?status=", "status"),
        ("conversations?view=", "view"),
        ("conversations?waiting_since_before=", "waiting_since_before"),
        ("conversations?assignee=²", "assignee"),
        ("entries?after=", "after"),
        ("entries?limit=", "limit"),
        ("reports/first-response?to=", "to"),
        ("reports/first-response?from=", "from"),
        ("reports/first-response?channel=", "channel"),
        ("reports/first-response/rows?figure=", "figure"),
    ],
)
def test_a_parameter_without_a_value_is_refused_by_name(api, path, field):
    problem = assert_problem(api.get(path), 400, "invalid")

    assert [error["field"] for error in problem["errors"]] == [field]


@pytest.mark.parametrize("path", ["conversations?q=", "conversations?tag=", "conversations?cursor="])
def test_a_text_may_be_empty(api, path):
    assert api.get(path).status_code == 200


@pytest.mark.parametrize(
    ("verb", "body", "field"),
    [
        ("tags", {"tags": [0]}, "tags.0"),
        ("tags", {"tags": [True]}, "tags.0"),
        ("note", {"text": 0}, "text"),
        ("note", {"text": "a\0b"}, "text"),
        ("note", {"text": "\ud800"}, "text"),
        ("assign", {"to": "7"}, "to"),
        ("assign", {"to": True}, "to"),
        ("assign", {"to": 1.5}, "to"),
        ("assign", {"to": 10**30}, "to"),
        ("assign", {"to": 0}, "to"),
        ("escalate", {"reason": 0}, "reason"),
        ("replies", {"text": 0, "seen_message_id": 1}, "text"),
        ("replies", {"text": "Hi", "seen_message_id": 1, "send_anyway": 0}, "send_anyway"),
        ("replies", {"text": "Hi", "seen_message_id": 1, "private": "yes"}, "private"),
        ("replies", {"text": "Hi", "seen_message_id": "1"}, "seen_message_id"),
    ],
)
def test_a_value_of_another_type_is_refused_by_name(api, talk, verb, body, field):
    problem = assert_problem(api.post(f"conversations/{talk}/{verb}", body), 400, "invalid")

    assert [error["field"] for error in problem["errors"]] == [field]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("conversations/{talk}/tags", {"tags": [0] * MANY}),
        ("conversations/{talk}/tags", {f"x{number}": 1 for number in range(MANY)}),
        ("listening-terms", {"text": "kettle", "excludes": [0] * MANY}),
        (
            "channels",
            {
                "connector": "rss", "network": "forum", "name": "F", "account": "f",
                "credentials": {f"x{number}": "1" for number in range(MANY)},
            },
        ),
    ],
    ids=["a list", "unknown fields", "a list of words", "an object"],
)  # fmt: skip
def test_a_body_of_a_great_many_wrong_things_is_answered_shortly(api, talk, path, body):
    answer = api.post(path.format(talk=talk), body)

    assert_problem(answer, 400, "invalid")
    assert len(answer.content) < 10_000 < len(json.dumps(body))


@pytest.mark.parametrize(
    ("path", "method"), [("/api/v1/channels", "post"), ("/api/v1/listening-terms", "post")]
)
def test_a_second_one_is_described(acme, path, method):
    described = Http(SERVER_NAME="acme.localhost").get("/api/schema/?format=json").json()

    assert "409" in described["paths"][path][method]["responses"]
