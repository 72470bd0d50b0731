"""Alive, ready, and the figures: for supervisors, load balancers and Prometheus, on every host."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client as Http

from config import health
from config.backlog import Backlog
from inbox.actions.channels import connect_channel
from tenants.accounts.actors import INSTALLER
from tenants.kernel.schema import inside
from tests.conftest import NOON


def get(path: str, host: str = "localhost", **headers: str) -> Any:
    return Http(SERVER_NAME=host).get(path, headers=headers)


@pytest.fixture(autouse=True)
def _read_anew():
    Backlog.forget()
    yield
    Backlog.forget()


@pytest.mark.parametrize("host", ["localhost", "acme.localhost", "127.0.0.1", "nobody.localhost"])
def test_a_living_process_says_so_on_every_host(host, db):
    answer = get("/healthz", host)

    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-store" in answer["Cache-Control"]


def test_being_alive_asks_nothing_of_the_database(db, queries):
    with queries() as seen:
        get("/healthz")

    assert [query["sql"] for query in seen if not query["sql"].startswith(("SET", "RESET"))] == []


@pytest.fixture
def _logged_in_as_app(monkeypatch):
    """Tests log in as the owner, which readiness must complain about (see below)."""
    monkeypatch.setitem(health.CHECKS, "login", lambda: "")


@pytest.mark.usefixtures("_logged_in_as_app")
def test_a_process_is_ready_when_the_database_answers_and_is_migrated(db):
    answer = get("/readyz")

    assert answer.status_code == 200
    names = ("database", "login", "migrations", "disk", "broker", "clock")
    assert answer.json() == {"ready": True, "checks": dict.fromkeys(names, "ok")}


@pytest.mark.usefixtures("_logged_in_as_app")
def test_a_process_is_not_ready_while_the_database_is_away_and_does_not_say_where_it_is(db, monkeypatch):
    def away() -> str:
        raise OperationalError("connection to server at 10.1.2.3 failed: password of rapport_app")

    monkeypatch.setitem(health.CHECKS, "database", away)
    answer = get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == "The database does not answer."
    assert "10.1.2.3" not in answer.content.decode()


@pytest.mark.usefixtures("_logged_in_as_app")
def test_a_process_with_migrations_to_run_is_not_ready_and_says_how_to_run_them(db, monkeypatch):
    monkeypatch.setattr(health, "_wanted", lambda: frozenset({("inbox", "9999_later")}))
    answer = get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["migrations"] == "1 migrations are not applied: run `manage.py migrate`."


def test_a_process_that_logs_in_as_the_owner_is_not_ready(db):
    answer = get("/readyz")

    assert answer.status_code == 503
    assert "Start it with RAPPORT_LOGIN=app" in answer.json()["checks"]["login"]


# --- Figures -----------------------------------------------------------------------------------------------


def test_this_machine_itself_reads_the_figures(acme):
    get("/healthz")
    answer = get("/metrics")
    text = answer.content.decode()

    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
    assert 'rapport_requests_total{method="GET",status="200",view="healthz"}' in text
    assert 'rapport_receipts_waiting{client="acme"}' in text
    assert "rapport_request_seconds_bucket" in text


@pytest.mark.parametrize(
    "headers",
    [
        {"x_forwarded_for": "203.0.113.7"},
        {"forwarded": "for=203.0.113.7"},
        {"authorization": "Bearer wrong"},
    ],
)
def test_others_read_no_figures(db, settings, headers):
    settings.RAPPORT_METRICS_TOKEN = "right"
    answer = get("/metrics", **headers)

    assert answer.status_code == 403
    assert "RAPPORT_METRICS_TOKEN" in answer.content.decode()


def test_another_machine_reads_no_figures(db):
    assert Http(SERVER_NAME="localhost", REMOTE_ADDR="203.0.113.7").get("/metrics").status_code == 403


def test_who_knows_the_token_reads_the_figures_from_anywhere(db, settings):
    settings.RAPPORT_METRICS_TOKEN = "right"
    http = Http(SERVER_NAME="localhost", REMOTE_ADDR="203.0.113.7")

    assert http.get("/metrics", headers={"authorization": "Bearer right"}).status_code == 200


def test_made_up_methods_and_addresses_make_no_new_series(db):
    http = Http(SERVER_NAME="localhost")
    for n in range(3):
        http.generic(f"BREW{n}", f"/coffee-{n}/")
    text = get("/metrics").content.decode()

    assert "BREW" not in text
    assert "coffee" not in text
    assert 'method="other"' in text


def test_a_delivery_that_leads_nowhere_is_counted(acme):
    with inside(acme):
        connect_channel(
            client_id=acme.pk, network="mastodon", connector="webhook", name="F", account="f",
            credentials={}, by=INSTALLER, at=NOON,
        )  # fmt: skip
    headers = {"webhook-id": "m"}
    Http(SERVER_NAME="localhost").post("/hooks/webhook/nobody/", b"{}", content_type="x/y", headers=headers)

    assert "rapport_receipts_unroutable 1.0" in get("/metrics").content.decode()
