"""The newest backup of each of the last days, weeks and months stays; nothing else of ours does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from config.backups.rotation import Keep, name_for, to_remove

START, END = datetime(2024, 1, 1), datetime(2028, 1, 1)  # noqa: DTZ001  # hypothesis adds the zone
moments = st.datetimes(START, END, timezones=st.just(UTC))
several = st.lists(moments.map(lambda at: at.replace(microsecond=0)), max_size=60, unique=True)
keeps = st.builds(Keep, st.integers(0, 9), st.integers(0, 6), st.integers(0, 13))
STRANGERS = [
    "rapport-acme-20260101T030000Z.backup",
    "notes.txt",
    "rapport-20261341T030000Z.backup",
    "history.json",
]


@given(several, keeps)
def test_what_is_kept_is_the_newest_of_each_period_and_the_newest_of_all(times, keep):
    names = {name_for(at): at for at in times}

    kept = names.keys() - to_remove(names, keep)

    if times:
        assert name_for(max(times)) in kept
    assert len(kept) <= max(1, keep.daily + keep.weekly + keep.monthly)
    for number, period in (
        (keep.daily, lambda at: at.date()),
        (keep.weekly, lambda at: at.isocalendar()[:2]),
        (keep.monthly, lambda at: (at.year, at.month)),
    ):
        for wanted in sorted({period(at) for at in times}, reverse=True)[:number]:
            assert name_for(max(at for at in times if period(at) == wanted)) in kept


@given(several, keeps)
def test_a_second_look_removes_nothing_more(times, keep):
    names = {name_for(at) for at in times}
    left = names - to_remove(names, keep)

    assert to_remove(left, keep) == set()


@given(several, keeps)
def test_files_of_others_and_of_single_clients_are_never_removed(times, keep):
    assert not to_remove([*map(name_for, times), *STRANGERS], keep) & set(STRANGERS)


def test_a_backup_a_day_for_two_years_leaves_days_weeks_and_months():
    """Rotated each night, as it happens: what a later rule wants must not have been removed before."""
    keep, kept, at = Keep(7, 5, 12), set(), datetime(2024, 1, 1, 3, tzinfo=UTC)
    for _ in range(730):
        kept.add(name_for(at))
        kept -= to_remove(kept, keep)
        last, at = at, at + timedelta(days=1)

    found = sorted(
        datetime.strptime(name, "rapport-%Y%m%dT%H%M%SZ.backup").replace(tzinfo=UTC) for name in kept
    )
    assert {last - timedelta(days=day) for day in range(7)} <= set(found)
    assert {(at.year, at.month) for at in found} == {(2025, month) for month in range(1, 13)}
    sundays = [
        last - timedelta(days=day) for day in range(1, 31) if (last - timedelta(days=day)).weekday() == 6
    ]
    assert set(sundays[:4]) <= set(found)
    assert len(found) <= 7 + 5 + 12
