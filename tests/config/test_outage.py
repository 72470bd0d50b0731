"""An outage of the database is answered 503 with Retry-After, wherever it shows; a mistake of ours stays a 500."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client as Http
from hypothesis import given
from hypothesis import strategies as st
from psycopg import errors

from config import health
from tenants.kernel import outages
from tenants.kernel.outages import Breaker, DatabaseAway, DatabaseBusy, DiskFull, Outage

HOOK = "/hooks/webhook/somebody/"


@pytest.fixture(autouse=True)
def breaker(monkeypatch):
    """A breaker for each test: one that tripped refuses for a second."""
    fresh = Breaker()
    for module in ("tenants.kernel.outages", "config.outage", "config.health", "config.standing"):
        monkeypatch.setattr(f"{module}.breaker", fresh)
    return fresh


def django_error(cause: Exception, kind: type[Exception] = OperationalError) -> Exception:
    """As Django's wrapper raises it: an error of its own, with the driver's as its cause."""
    error = kind(str(cause))
    error.__cause__ = cause
    return error


@contextmanager
def broken(error: Exception, *, at: str = ""):
    """Statements that contain `at` fail."""

    def fail(execute: Any, sql: Any, *rest: Any) -> Any:
        if at in str(sql):
            raise error
        return execute(sql, *rest)

    with connection.execute_wrapper(fail):
        yield


class PoolRanDry(psycopg.OperationalError):
    """As the pools of the driver and of ours raise it."""


AWAY = [
    psycopg.OperationalError("connection refused"),
    psycopg.InterfaceError("the connection is closed"),
    errors.AdminShutdown(),
    errors.CrashShutdown(),
    errors.CannotConnectNow(),
    errors.ConnectionFailure(),
]
FULL = [errors.DiskFull(), errors.IoError(), errors.ReadOnlySqlTransaction()]
MISTAKES = [
    errors.ProgramLimitExceeded(),
    errors.UniqueViolation(),
    errors.DeadlockDetected(),
    errors.QueryCanceled(),
    errors.InsufficientPrivilege(),
    errors.UndefinedTable(),
]


def post_hook(**more: Any) -> Any:
    http = Http(SERVER_NAME="localhost", raise_request_exception=False)
    return http.post(HOOK, b"{}", content_type="application/json", headers={"webhook-id": "m"}, **more)


@pytest.mark.parametrize("cause", AWAY, ids=repr)
def test_a_connection_that_fails_is_the_database_away(cause):
    kind = InterfaceError if isinstance(cause, psycopg.InterfaceError) else OperationalError

    assert isinstance(outages.recognise(django_error(cause, kind)), DatabaseAway)


@pytest.mark.parametrize("cause", FULL, ids=repr)
def test_a_disk_that_takes_nothing_more_is_recognised(cause):
    assert isinstance(outages.recognise(django_error(cause)), DiskFull)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
def test_a_file_that_cannot_be_written_for_want_of_room_is_a_full_disk(number):
    assert isinstance(outages.recognise(OSError(number, "x")), DiskFull)


@pytest.mark.parametrize("cause", [errors.TooManyConnections(), errors.OutOfMemory(), PoolRanDry()], ids=repr)
def test_a_database_without_room_is_busy_and_does_not_stop_the_requests_after_it(cause, breaker):
    assert isinstance(outages.recognise(django_error(cause)), DatabaseBusy)
    assert not breaker.is_open()


@pytest.mark.parametrize("cause", MISTAKES, ids=repr)
def test_what_waiting_does_not_mend_is_no_outage(cause, breaker):
    assert outages.recognise(django_error(cause)) is None
    assert not breaker.is_open()


@pytest.mark.parametrize("where", ["tenants_route", ""], ids=["in the view", "from the first statement"])
@pytest.mark.parametrize("cause", [*AWAY, *FULL], ids=repr)
def test_a_delivery_during_an_outage_is_503_with_retry_after(db, cause, where):
    with broken(django_error(cause), at=where):
        answer = post_hook()

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer["Content-Type"] == "application/problem+json"
    assert "Nothing was stored" in answer.json()["detail"]


def test_a_mistake_of_ours_is_no_503(db):
    with broken(django_error(errors.ProgramLimitExceeded()), at="tenants_route"):
        assert post_hook().status_code == 500


@pytest.mark.parametrize(
    ("path", "headers", "kind"),
    [
        ("/", {}, "text/html"),
        ("/", {"HX-Request": "true"}, "text/plain"),
        ("/api/v1/conversations", {}, "application/problem+json"),
    ],
    ids=["page", "part", "API"],
)
@pytest.mark.parametrize("is_known", [True, False], ids=["known", "found by this request"])
def test_pages_parts_and_the_api_say_what_is_going_on(acme, breaker, path, headers, kind, is_known):
    http = Http(SERVER_NAME="acme.localhost", raise_request_exception=False)
    if is_known:
        breaker.report(answers=False)
    with broken(django_error(AWAY[0])):
        answer = http.get(path, headers=headers)

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer["Content-Type"].startswith(kind)
    assert "The database does not answer" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"


def test_an_error_inside_the_api_is_an_outage_too(acme):
    http = Http(SERVER_NAME="acme.localhost", raise_request_exception=False)
    with broken(django_error(AWAY[0]), at="accounts_"):
        answer = http.get("/api/v1/conversations", headers={"authorization": "Bearer rpt_nobody"})

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer.json()["type"] == "about:blank#database_away"


def test_requests_after_the_first_are_refused_without_asking_the_database(db, queries):
    with broken(django_error(AWAY[0])):
        post_hook()
    with queries() as seen:
        answer = post_hook()

    assert answer.status_code == 503
    assert list(seen) == []


def test_a_living_process_says_so_during_an_outage(db, breaker):
    breaker.report(answers=False)

    assert Http(SERVER_NAME="localhost").get("/healthz").status_code == 200


def test_readiness_asks_an_absent_database_once_and_not_once_for_each_check(db, monkeypatch):
    asked: list[str] = []

    def away() -> str:
        asked.append("x")
        raise django_error(AWAY[0])

    for name in ("database", "login", "migrations", "clock"):
        monkeypatch.setitem(health.CHECKS, name, away)
    answer = Http(SERVER_NAME="localhost").get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == "The database does not answer."
    assert answer.json()["checks"]["migrations"] == "The database could not say."
    assert asked == ["x"]


def test_the_figures_are_there_during_an_outage_and_say_so(db, breaker):
    breaker.report(answers=False)
    answer = Http(SERVER_NAME="localhost").get("/metrics")

    assert answer.status_code == 200
    assert "rapport_database_up 0.0" in answer.content.decode()
    assert "rapport_disk_free_bytes" in answer.content.decode()


# --- The breaker -------------------------------------------------------------------------------------------
def test_one_failure_is_remembered_for_a_second():
    time = [100.0]
    breaker = Breaker(clock=lambda: time[0])
    breaker.trip()

    assert breaker.is_open()
    time[0] += outages.REMEMBERED
    assert not breaker.is_open()


def test_a_question_that_stays_without_an_answer_counts_as_no():
    time = [100.0]
    breaker = Breaker(clock=lambda: time[0])
    breaker.asking()

    assert not breaker.is_open()
    time[0] += outages.MUTE_AFTER + 0.1
    assert breaker.is_open()
    assert not breaker.report(answers=True), "it was never reported away"
    assert not breaker.is_open()


@given(st.lists(st.booleans(), min_size=1))
def test_the_last_report_counts_and_only_a_change_is_news(reports):
    breaker, before = Breaker(), True
    for answers in reports:
        assert breaker.report(answers=answers) is (answers is not before)
        assert breaker.is_open() is not answers
        before = answers


def test_every_outage_can_be_retried():
    assert all(kind.status == 503 for kind in Outage.__subclasses__())
