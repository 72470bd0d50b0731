"""The doctor says what is wrong and how to mend it, and one broken thing hides no other."""

from __future__ import annotations

import socket

import psycopg
import pytest

from config.door import checks, conditions
from config.door.checks import Finding, Verdict
from config.door.trouble import Trouble


def only(findings):
    [finding] = findings
    return finding


def test_a_check_that_breaks_is_a_finding():
    def breaks():
        raise ZeroDivisionError("by nought")

    finding = only(checks._guarded("sums", breaks))

    assert (finding.name, finding.verdict) == ("sums", Verdict.WRONG)
    assert "ZeroDivisionError: by nought" in finding.says


def test_a_sentence_that_says_what_to_do_is_passed_on():
    def refuses():
        raise Trouble("Do this first.")

    assert only(checks._guarded("order", refuses)) == Finding("order", Verdict.WRONG, "Do this first.")


def test_this_python_and_its_packages_are_what_the_lock_says():
    assert checks._python().verdict is Verdict.OK
    assert checks._packages().verdict is Verdict.OK


def test_a_package_of_another_version_is_named(monkeypatch):
    monkeypatch.setattr(checks, "_installed", lambda name: "" if name == "celery" else "0.1")

    finding = checks._packages()

    assert finding.verdict is Verdict.WARNING
    assert "differ from requirements.lock: amqp 0.1" in finding.says
    assert "requirements.lock" in finding.mend


def test_secrets_that_others_may_read_are_wrong(home, settings):
    settings.RAPPORT_HOME = home.root
    home.secret("some_key", lambda: "hush")
    assert checks._secrets().verdict is Verdict.OK

    (home.secrets / "some_key").chmod(0o644)

    assert "Others may read some_key" in checks._secrets().says


def test_a_seal_key_that_seals_nothing_is_wrong(home, settings):
    settings.RAPPORT_HOME, settings.RAPPORT_SEAL_KEYS = home.root, ["short"]

    assert "no Fernet key" in checks._secrets().says


def test_a_disk_that_is_nearly_full_is_a_warning(home, settings, monkeypatch):
    settings.RAPPORT_HOME = home.root
    assert checks._disk().verdict is Verdict.OK

    monkeypatch.setattr(conditions, "LITTLE", 10**18)

    assert checks._disk().verdict is Verdict.WARNING


def test_a_port_that_is_taken_is_a_warning():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert checks._port(listener.getsockname()[1]).verdict is Verdict.WARNING


def test_roles_are_judged_by_their_rights(server, settings, monkeypatch):
    settings.RAPPORT_HOME = server.home.root
    monkeypatch.setenv("DATABASE_URL", server.start())
    monkeypatch.delenv("DATABASE_APP_URL", raising=False)
    monkeypatch.setenv("DATABASE_APP_PASSWORD", "hush")
    assert checks._owner_role().verdict is Verdict.OK
    assert checks._app_role().verdict is Verdict.WRONG
    assert "migrate" in checks._app_role().mend

    with psycopg.connect(server.owner_url) as owner:
        owner.execute("ALTER ROLE rapport_app PASSWORD 'hush'")
    assert checks._app_role().verdict is Verdict.OK

    with psycopg.connect(server.owner_url) as owner:
        owner.execute("ALTER ROLE rapport_app CREATEDB")
    assert "the wall between clients would not hold" in checks._app_role().says


@pytest.mark.parametrize(
    ("address", "verdict"),
    [("filesystem://", Verdict.OK), ("memory://", Verdict.OK), ("redis://127.0.0.1:9/0", Verdict.WRONG)],
)
def test_a_broker_that_does_not_answer_is_wrong(settings, address, verdict):
    settings.CELERY_BROKER_URL = address

    assert only(checks._guarded("broker", checks._broker)).verdict is verdict


def test_the_cache_gives_back_what_it_was_given():
    assert checks._cache().verdict is Verdict.OK


@pytest.mark.django_db
def test_migrations_that_were_not_applied_are_named(monkeypatch):
    assert checks._migrations().verdict is Verdict.OK

    monkeypatch.setattr(checks, "_applied", lambda schema: set())

    assert checks._migrations().mend == "`manage.py migrate`"
