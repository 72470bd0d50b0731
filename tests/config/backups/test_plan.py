"""A backup is due once a day after the hour has struck; failures are tried again, wrong clocks stop nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import env
from config.backups import history, nightly, plan
from config.backups.history import Good
from config.backups.plan import is_due
from config.backups.rotation import Keep
from config.door.home import Home

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
START, END = datetime(2024, 1, 1), datetime(2028, 1, 1)  # noqa: DTZ001  # hypothesis adds the zone
moments = st.datetimes(START, END, timezones=st.just(UTC))
hours = st.integers(0, 23)


def due(at=NOON, hour=3, good=None, tried=None):
    return is_due(at=at, hour=hour, last_good=good, last_try=tried)


def test_the_first_is_due_at_once():
    assert due()


def test_it_is_due_when_the_hour_has_struck_since_the_last():
    assert due(good=NOON.replace(hour=2))
    assert not due(good=NOON.replace(hour=4))
    assert not due(at=NOON.replace(hour=2), good=NOON - timedelta(hours=20))


def test_a_failure_is_tried_again_after_half_an_hour():
    assert not due(tried=NOON - timedelta(minutes=20))
    assert due(tried=NOON - timedelta(minutes=31))


@given(moments, hours)
def test_a_good_one_lasts_until_the_hour_strikes_again_and_no_longer(at, hour):
    today = at.replace(hour=hour, minute=0, second=0, microsecond=0)
    strikes = today if today > at else today + timedelta(days=1)

    assert not due(at=strikes - timedelta(seconds=1), hour=hour, good=at)
    assert due(at=strikes + timedelta(seconds=1), hour=hour, good=at)


@given(moments, hours, st.timedeltas(timedelta(hours=1), timedelta(days=9000)))
def test_a_clock_that_was_ahead_does_not_stop_backups(at, hour, ahead):
    assert due(at=at, hour=hour, good=at + ahead, tried=at + ahead)


# --- The settings ------------------------------------------------------------------------------------
def test_nothing_is_scheduled_without_a_passphrase(tmp_path, monkeypatch):
    monkeypatch.delenv("RAPPORT_BACKUP_PASSPHRASE", raising=False)
    home = Home(tmp_path)
    assert nightly.processes(home) == []

    monkeypatch.setenv("RAPPORT_BACKUP_PASSPHRASE", "correct horse battery")

    [process] = nightly.processes(home)
    assert process.env["RAPPORT_LOGIN"] == "owner"
    settled = plan.read(home)
    assert (settled.folder, settled.hour, settled.keep) == (tmp_path / "backups", 3, Keep(7, 5, 12))


@pytest.mark.parametrize("words", ["7", "7,5", "a,b,c", "7,5,-1", "7,5,12,1", "²,1,1"])
def test_what_is_no_plan_is_named(words, monkeypatch, tmp_path):
    monkeypatch.setenv("RAPPORT_BACKUP_KEEP", words)

    with pytest.raises(env.Misconfigured, match="how many daily, weekly and monthly"):
        plan.read(Home(tmp_path))


# --- The process that looks at the clock -------------------------------------------------------------
@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("RAPPORT_BACKUP_PASSPHRASE", "correct horse battery")
    return Home(tmp_path)


def good(at):
    return Good(at=at, file="f", size=1, seconds=1.0, clients=2, rows=3)


def test_it_runs_when_due_and_not_again_when_it_went_well(home):
    runs = []

    def run():
        runs.append(1)
        history.note_good(home, good(NOON))
        return 0

    assert nightly.look(home, now=lambda: NOON, run=run)
    assert not nightly.look(home, now=lambda: NOON + timedelta(hours=1), run=run)
    assert nightly.look(home, now=lambda: NOON + timedelta(days=1), run=run)
    assert len(runs) == 2


def test_a_run_that_died_without_a_word_is_a_failure(home):
    assert nightly.look(home, now=lambda: NOON, run=lambda: -9)

    known = history.read(home)
    assert known.last_failed
    assert known.failed
    assert "ended with code -9" in known.failed.says
    assert not nightly.look(home, now=lambda: NOON + timedelta(minutes=10), run=lambda: 0)


def test_a_failure_that_the_command_wrote_down_is_kept(home):
    def run():
        history.note_failed(home, at=NOON, says="The disk is full.")
        return 1

    nightly.look(home, now=lambda: NOON, run=run)

    failed = history.read(home).failed
    assert failed
    assert failed.says == "The disk is full."
