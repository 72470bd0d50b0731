"""Errors have one shape, whatever went wrong: a problem document with a sentence that says what to do."""

from __future__ import annotations

import json

import pytest
from django.test import Client as Http

from inbox.api.views.conversations import ConversationDetail
from tenants.accounts.permissions import Permission
from tests.inbox.api.program import assert_problem


def test_nobody_is_told_to_bring_a_token(api):
    answer = api.as_nobody().get("conversations")

    assert "Authorization: Bearer rpt_" in assert_problem(answer, 401)["detail"]
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_each_part_that_cannot_be_taken_is_named(api, talk):
    body = {"text": 5, "private": "perhaps", "colour": "red"}
    problem = assert_problem(api.post(f"conversations/{talk}/replies", body), 400, "invalid")

    assert {error["field"] for error in problem["errors"]} == {"colour"}
    del body["colour"]
    problem = assert_problem(api.post(f"conversations/{talk}/replies", body), 400, "invalid")
    assert {error["field"] for error in problem["errors"]} == {"text", "private", "seen_message_id"}
    for error in problem["errors"]:
        assert error["message"].endswith(".")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"{", id="half"),
        pytest.param(b"\xff\xfe", id="no UTF-8"),
        pytest.param(b"[" * 100_000, id="nested without an end"),
        pytest.param(b'{"text": NaN}', id="no number"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b'"text"', id="text"),
        pytest.param(b'{"text": "\\u0000"}', id="NUL"),
        pytest.param(b'{"text": "\\ud800"}', id="a lone surrogate"),
        pytest.param(json.dumps({"text": "x" * 100_001}).encode(), id="more than 100,000 characters"),
    ],
)
def test_a_body_that_cannot_be_taken_is_a_problem(api, talk, body):
    assert_problem(api.post(f"conversations/{talk}/note", body), 400)


def test_a_text_of_100000_characters_is_taken_whole(api, talk):
    answer = api.post(f"conversations/{talk}/note", {"text": "é" * 100_000})

    assert answer.status_code == 201
    assert answer.json()["text"] == "é" * 100_000


def test_a_body_of_ten_megabytes_is_too_large(api, talk):
    problem = assert_problem(
        api.post(f"conversations/{talk}/note", b'{"text": "' + b"x" * 10_000_000 + b'"}'), 413, "too_large"
    )

    assert "Send it in several parts" in problem["detail"]


def test_what_is_no_json_is_not_taken(api, talk, acme):
    http = Http(SERVER_NAME="acme.localhost", headers={"authorization": f"Bearer {api.plain}"})

    answer = http.post(f"/api/v1/conversations/{talk}/note", {"text": "Hello"})

    assert "Content-Type: application/json" in assert_problem(answer, 415)["detail"]


def test_answers_are_json_and_nothing_else(api):
    assert (
        "Ask for application/json"
        in assert_problem(api.get("conversations", accept="text/html"), 406)["detail"]
    )


def test_a_method_that_an_address_does_not_have_is_a_problem_that_names_those_it_has(api):
    answer = api.delete("conversations")

    assert_problem(answer, 405)
    assert "GET" in answer["Allow"]


@pytest.mark.parametrize(
    "path",
    [
        "conversations/999999",
        "conversations/99999999999999999999999",
        "replies/0",
        "messages/1",
        "channels/1",
    ],
)
def test_what_is_not_there_is_a_problem_that_says_where_it_may_be(api, path):
    assert_problem(api.get(path), 404, "not_found")


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v1/nothing", "/api/v2/conversations", "/api/v1/conversations/"]
)
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_address_the_api_does_not_have_is_a_problem_and_no_page(acme, path, method):
    answer = getattr(Http(SERVER_NAME="acme.localhost", enforce_csrf_checks=True), method)(path)

    problem = assert_problem(answer, 404, "not_found")
    assert "/api/schema/" in problem["detail"]


def test_what_breaks_here_is_told_by_its_number_and_not_by_its_insides(api, talk, monkeypatch):
    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr(ConversationDetail, "get", breaks)
    answer = api.get(f"conversations/{talk}", x_request_id="request-0815")

    problem = assert_problem(answer, 500, "broken")
    assert "hunter2" not in answer.content.decode()
    assert problem["request_id"] == answer["X-Request-ID"]


# --- How often -----------------------------------------------------------------------------------------


@pytest.fixture
def _three_a_minute(settings):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": {"actor": "3/min"}}


def test_every_answer_says_what_is_left(api):
    first, second = api.get("conversations"), api.get("channels")

    assert first["RateLimit-Limit"] == "600"
    assert int(second["RateLimit-Remaining"]) == int(first["RateLimit-Remaining"]) - 1
    assert 0 < int(first["RateLimit-Reset"]) <= 60


@pytest.mark.usefixtures("_three_a_minute")
def test_who_asks_too_often_is_told_how_long_to_wait(api, monkeypatch):
    monkeypatch.setattr("tenants.accounts.api.throttling.time.time", lambda: 1_000_000_015.0)
    answers = [api.get("conversations") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert "Wait 5 seconds" in assert_problem(answers[3], 429)["detail"]
    assert answers[3]["Retry-After"] == answers[3]["RateLimit-Reset"] == "5"
    assert answers[3]["RateLimit-Remaining"] == "0"


@pytest.mark.usefixtures("_three_a_minute")
def test_one_caller_does_not_spend_the_budget_of_another(give):
    busy, calm = give(Permission.VIEW), give(Permission.VIEW)
    for _ in range(4):
        busy.get("conversations")

    assert busy.get("conversations").status_code == 429
    assert calm.get("conversations").status_code == 200


def test_all_callers_of_one_client_share_a_budget(give, settings):
    rates = {"actor": "100/min", "client": "3/min"}
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": rates}
    one, other = give(Permission.VIEW), give(Permission.VIEW)

    answers = [program.get("conversations").status_code for program in (one, other, one, other)]

    assert answers == [200, 200, 200, 429]


def test_who_asks_without_a_token_spends_nobodys_budget(api):
    assert "RateLimit-Limit" not in api.as_nobody().get("conversations")
