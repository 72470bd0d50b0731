"""One line for each request says who, what and how long, and nothing that people wrote or keep secret."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client as Http

from config import observe
from tenants.kernel import trace
from tenants.kernel.schema import outside
from tests.tenants.accounts.browsing import ACME, Browser


@pytest.fixture
def lines() -> Iterator[Any]:
    """Everything that is logged, as JSON lines."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(observe.formatter(readable=False))
    root = logging.getLogger()
    root.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)


def requests_in(lines: Any) -> list[dict[str, Any]]:
    return [line for line in lines() if line["event"] == "request"]


def test_a_line_says_which_client_which_request_and_who(lines, ada_user):
    visitor = Browser()
    visitor.enter(ada_user)
    answer = visitor.get(f"{ACME}/people/", x_request_id="from-the-proxy-1")

    line = requests_in(lines)[-1]
    assert line["client"] == "acme"
    assert line["request_id"] == answer["X-Request-ID"] == "from-the-proxy-1"
    assert line["actor"] == f"user:{ada_user.pk}"
    assert (line["method"], line["path"], line["view"], line["status"]) == (
        "GET",
        "/people/",
        "accounts:people",
        200,
    )
    assert line["ms"] >= 0


@pytest.mark.parametrize("offered", ["", "short", "x" * 37, "with space 12", "новый-запрос", "a;b=c<script>"])
def test_a_request_gets_a_name_of_ours_where_the_proxys_is_not_sane(lines, db, offered):
    answer = Http(SERVER_NAME="localhost").get("/accounts/login/", headers={"x-request-id": offered})

    assert answer["X-Request-ID"] != offered
    assert len(answer["X-Request-ID"]) == 32
    assert requests_in(lines)[-1]["request_id"] == answer["X-Request-ID"]


def test_the_name_of_a_request_ends_with_it(db):
    Http(SERVER_NAME="localhost").get("/healthz")

    assert trace.request_id.get() == ""


def test_no_query_string_and_no_key_in_a_path_is_kept(lines, acme):
    key = "MQ-cd1v2k-0123456789abcdef0123456789abcdef"
    Http(SERVER_NAME="localhost").get(f"/accounts/password/reset/key/{key}/?token=hunter2")

    text = json.dumps(lines())
    assert key not in text
    assert "hunter2" not in text


def test_health_is_asked_too_often_to_be_told(lines, db):
    Http(SERVER_NAME="localhost").get("/healthz")

    assert requests_in(lines) == []


def test_a_secret_that_somebody_logs_is_withheld(lines):
    logging.getLogger("inbox").warning(
        "Asked https://ada:hunter2@a.test/x?key=hunter2 with Bearer hunter2",
        extra={"api_token": "hunter2", "password": "hunter2", "kept": "yes"},
    )

    text = json.dumps(lines())
    assert "hunter2" not in text
    assert lines()[-1]["kept"] == "yes"


def test_rows_that_postgresql_quotes_in_its_errors_are_withheld(lines, acme):
    row = "INSERT INTO tenants_client (id, slug) VALUES (-1, 'my card is 4111')"
    with outside(), connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(row)
        except IntegrityError:
            logging.getLogger("inbox").exception("It failed")

    assert "not-null constraint" in lines()[-1]["exception"]
    assert "4111" not in json.dumps(lines())


def test_a_person_at_a_terminal_reads_words(capsys):
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(observe.formatter(readable=True, stream=stream))
    record = logging.LogRecord("inbox", logging.INFO, "", 0, "It is %s", ("on",), None)
    handler.emit(record)

    assert "It is on" in stream.getvalue()
    assert not stream.getvalue().startswith("{")
