"""How the report says its numbers."""

from __future__ import annotations

from datetime import date

import pytest

from reporting.rows import DayLine, percent


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(0, 9, 0), (9, 9, 100), (1, 3, 33), (2, 3, 67), (999, 1000, 99), (1, 1000, 1), (1, 1, 100), (0, 1, 0)],
)
def test_a_hundred_percent_is_said_of_all_and_nought_of_none(part, whole, said):
    assert percent(part, whole) == said


def test_a_bar_is_named_by_its_day_or_its_week():
    day, until = date(2026, 2, 24), date(2026, 3, 2)

    assert DayLine(day, day, 1, 1, "").words == "Tue 24 Feb"
    assert DayLine(day, until, 1, 1, "").words == "24 Feb to 2 Mar"
