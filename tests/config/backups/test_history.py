"""The doctor and the metrics tell how old the last good backup is, and when one has failed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from config.backups import history
from config.backups.history import Good, History
from config.door import checks
from config.door.checks import Verdict
from config.door.home import Home

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def home(tmp_path, settings, monkeypatch):
    settings.RAPPORT_HOME = tmp_path
    monkeypatch.delenv("RAPPORT_BACKUP_PASSPHRASE", raising=False)
    return Home(tmp_path)


@pytest.fixture
def good(tmp_path):
    file = tmp_path / "one.backup"
    file.touch()
    return Good(at=datetime.now(UTC), file=str(file), size=1234, seconds=2.5, clients=3, rows=100)


def test_what_is_written_down_is_read_again(home, good):
    history.note_good(home, good)
    history.note_failed(home, at=NOON, says="No room.")

    known = history.read(home)

    assert known.good == good
    assert known.failed
    assert known.failed.says == "No room."
    assert not known.last_failed  # a good one came after it
    assert (home.root / "backups" / "history.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("words", ["", "[]", "{", '{"good": 1, "failed": null}', '{"good": null}', "null"])
def test_a_file_that_makes_no_sense_is_no_history(home, words):
    (home.root / "backups").mkdir()
    (home.root / "backups" / "history.json").write_text(words)

    assert history.read(home) == History()


# --- Metrics -----------------------------------------------------------------------------------------
def gauges(home, at):
    lines = history.exposition(home, at=at).decode().splitlines()
    return {line.split()[0]: float(line.split()[1]) for line in lines if not line.startswith("#")}


def test_the_metrics_tell_age_size_and_failure(home, good):
    assert gauges(home, NOON) == {
        "rapport_backup_age_seconds": float("inf"), "rapport_backup_bytes": 0, "rapport_backup_failed": 0,
    }  # fmt: skip

    history.note_good(home, replace(good, at=NOON))
    assert gauges(home, NOON + timedelta(hours=1)) == {
        "rapport_backup_age_seconds": 3600, "rapport_backup_bytes": 1234, "rapport_backup_failed": 0,
    }  # fmt: skip

    history.note_failed(home, at=NOON + timedelta(hours=2), says="No room.")
    assert gauges(home, NOON + timedelta(hours=3))["rapport_backup_failed"] == 1


def test_the_metrics_page_has_them(home, good, browser, db):
    history.note_good(home, good)

    page = browser.get("/metrics").content.decode()

    assert "rapport_backup_age_seconds" in page
    assert "rapport_backup_bytes 1234.0" in page


# --- Doctor ------------------------------------------------------------------------------------------
def test_the_doctor_warns_when_there_is_none(home):
    finding = checks._backup()

    assert finding.verdict is Verdict.WARNING
    assert "manage.py backup" in finding.mend


def test_the_doctor_is_content_with_a_young_one(home, good):
    history.note_good(home, good)

    finding = checks._backup()

    assert finding.verdict is Verdict.OK
    assert "0 h old, 3 clients" in finding.says


def test_the_doctor_tells_why_the_newest_failed(home, good):
    history.note_good(home, good)
    history.note_failed(home, at=good.at + timedelta(minutes=1), says="No room.")

    finding = checks._backup()

    assert finding.verdict is Verdict.WRONG
    assert "No room." in finding.says


@pytest.mark.parametrize(("scheduled", "hours", "verdict"), [
    (True, 30, Verdict.OK), (True, 40, Verdict.WRONG), (False, 40, Verdict.OK), (False, 200, Verdict.WARNING),
])  # fmt: skip
def test_the_doctor_knows_when_one_is_late(home, good, monkeypatch, scheduled, hours, verdict):
    if scheduled:
        monkeypatch.setenv("RAPPORT_BACKUP_PASSPHRASE", "correct horse battery")
    history.note_good(home, replace(good, at=datetime.now(UTC) - timedelta(hours=hours)))

    assert checks._backup().verdict is verdict


def test_the_doctor_misses_a_file_that_is_gone(home, good):
    history.note_good(home, replace(good, file=str(home.root / "elsewhere.backup")))

    assert checks._backup().verdict is Verdict.WARNING
