"""What the reports' pages are given: counts first, rates derived, every figure with the rows behind it.

Pure. Durations are whole seconds; `None` says that nothing was there to measure, never zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from tenants.rows import Choice, PersonFace, span

WIDEST_BAR = 4.0
"""Of the chart by day, in percent of its width."""


def percent(part: int, whole: int) -> int:
    """A share in whole percent; 100 is said only of all and 0 only of none, however near."""
    rounded = round(100 * part / whole)
    return min(max(rounded, 1 if part else 0), 100 if part == whole else 99)


class Direction(StrEnum):
    """Whether a change is good news."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A figure beside the period before, in words and sign."""

    sentence: str
    """"12 more than in the week before"."""
    direction: Direction
    rises: bool | None = None
    """Which way the number went; None when it stayed."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the report, its definition, and the rows that add up to it."""

    key: str
    label: str
    text: str
    """The number as it is read: "412", "78 %", "38 min", or "none" where nothing was there."""
    definition: str
    rows_url: str
    comparison: Comparison | None = None
    aside: str = ""
    """A second number that belongs beside it: "of 530", "oldest waits 3 d"."""


@dataclass(frozen=True, slots=True)
class BucketLine:
    """How many were answered within a span; the last ones are those still waiting."""

    label: str
    count: int
    percent: float
    """Of the eligible, 0 to 100."""
    rows_url: str
    unanswered: bool = False

    @property
    def width(self) -> str:
        return _percent(self.percent)


@dataclass(frozen=True, slots=True)
class DayLine:
    """One day in the client's time zone, or one week of a long period, by when a message came in."""

    day: date
    until: date
    """The last day counted: the same one, but for a week."""
    eligible: int
    answered: int
    rows_url: str

    @property
    def unanswered(self) -> int:
        return self.eligible - self.answered

    @property
    def words(self) -> str:
        if self.day == self.until:
            return f"{self.day:%a %-d %b}"
        return f"{self.day:%-d %b} to {self.until:%-d %b}"


@dataclass(frozen=True, slots=True)
class DayBar:
    """A day as the chart draws it; positions and sizes in percent of the drawing."""

    line: DayLine
    slot: str
    slot_width: str
    left: str
    width: str
    answered_top: str
    answered_height: str
    unanswered_top: str
    unanswered_height: str


@dataclass(frozen=True, slots=True)
class ReportChannelLine:
    """The same figures for one channel."""

    channel: str
    network: str
    network_icon: str
    received: int
    eligible: int
    answered: int
    median_seconds: int | None
    p90_seconds: int | None
    unanswered: int
    oldest_unanswered_at: datetime | None
    rows_url: str
    unanswered_url: str = ""

    @property
    def rate(self) -> str:
        return f"{percent(self.answered, self.eligible)} %" if self.eligible else "–"

    @property
    def median(self) -> str:
        return "–" if self.median_seconds is None else span(self.median_seconds)

    @property
    def p90(self) -> str:
        return "–" if self.p90_seconds is None else span(self.p90_seconds)


@dataclass(frozen=True, slots=True)
class FirstResponseReport:
    """First response of one client over one period (reference/inbox.md §4)."""

    period: str
    """In words: "1 to 7 November 2026"."""
    headline: str
    """The answer in one sentence."""
    received: int
    eligible: int
    answered: int
    median_seconds: int | None
    p90_seconds: int | None
    unanswered: int
    oldest_unanswered_at: datetime | None
    figures: tuple[Figure, ...]
    """Received, eligible, answered, response rate, median, p90, unanswered, oldest: in this order."""
    buckets: tuple[BucketLine, ...]
    bucket_title: str
    """The answer as the chart's title."""
    days: tuple[DayLine, ...]
    day_title: str
    day_unit: str
    """What one bar stands for: "Day" or "Week"."""
    channels: tuple[ReportChannelLine, ...]
    periods: tuple[Choice, ...]
    zone: str
    definition_version: str
    read_at: datetime
    previous_url: str = ""
    next_url: str = ""
    excluded: tuple[tuple[str, int, str], ...] = ()
    """Why messages were not eligible: (reason in words, how many, rows url)."""
    export_url: str = ""

    @property
    def response_rate(self) -> float | None:
        """Answered of eligible, 0 to 1."""
        return None if self.eligible == 0 else self.answered / self.eligible

    @property
    def is_empty(self) -> bool:
        return self.received == 0

    @property
    def chart_top(self) -> int:
        """The highest day."""
        return max((line.eligible for line in self.days), default=0)

    @property
    def bars(self) -> tuple[DayBar, ...]:
        return tuple(_bar(line, number, self) for number, line in enumerate(self.days))


def _bar(line: DayLine, number: int, report: FirstResponseReport) -> DayBar:
    unit = 100 / max(1, report.chart_top)
    step = 100 / max(1, len(report.days))
    width = min(step * 0.7, WIDEST_BAR)
    answered, unanswered = line.answered * unit, line.unanswered * unit
    return DayBar(
        line=line,
        slot=_percent(number * step),
        slot_width=_percent(step),
        left=_percent(number * step + (step - width) / 2),
        width=_percent(width),
        answered_top=_percent(100 - answered),
        answered_height=_percent(answered),
        unanswered_top=_percent(100 - answered - unanswered),
        unanswered_height=_percent(unanswered),
    )


def _percent(number: float) -> str:
    """As SVG wants it, whatever the reader's locale writes for a decimal point."""
    return f"{max(0.0, number):.2f}%"


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One response cycle behind a figure."""

    id: int
    url: str
    """Empty for those who may not open conversations."""
    author: str
    first_line: str
    network: str
    network_icon: str
    started_at: datetime
    answered_at: datetime | None = None
    seconds: int | None = None
    answered_by: PersonFace | None = None
    native: bool = False
    outcome: str = ""
    hidden: str = ""
    """Why the text is not shown: deleted, purged, or not for this reader."""

    @property
    def took(self) -> str:
        return "" if self.seconds is None else span(self.seconds)


@dataclass(frozen=True, slots=True)
class ReportRowsPage:
    """The rows that add up to one figure."""

    title: str
    figure: str
    definition: str
    period: str
    back_url: str
    rows: tuple[ReportRow, ...]
    total: int
    next_url: str = ""
