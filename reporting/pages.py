"""The first response report as its page shows it: sentences, comparisons, and a way to every row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse

from inbox.sentences import plain
from reporting import queries
from reporting.queries import Figure as Key
from reporting.queries import Figures, Slice
from reporting.rows import (
    BucketLine,
    Comparison,
    DayLine,
    Direction,
    Figure,
    FirstResponseReport,
    ReportChannelLine,
    percent,
)
from tenants import networks
from tenants.kernel.errors import Refusal
from tenants.models import Client
from tenants.rows import Choice, span

PERIODS = {7: "7 days", 30: "30 days", 90: "90 days", 365: "A year"}
EARLIEST = date(2000, 1, 1)
"""Before any network."""
LONGEST = 3 * 366
"""Days that one report covers, as in the API."""
MOST_DAYS_SHOWN = 92
"""Up to here the chart counts by day, above by week: a finger cannot hit what is a pixel wide."""
WEEK = 7
HOUR = 3600
BUCKETS: tuple[tuple[str, float | None, float | None], ...] = (
    ("within 15 min", None, 900),
    ("15 min to 1 h", 900, HOUR),
    ("1 h to 4 h", HOUR, 4 * HOUR),
    ("4 h to a day", 4 * HOUR, 24 * HOUR),
    ("over a day", 24 * HOUR, None),
)


class BadPeriod(Refusal):
    code = "bad_period"


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in the client's zone, both included."""

    first: date
    last: date
    zone: str

    @classmethod
    def read(cls, first: str, last: str, *, client: Client, at: datetime) -> Period:
        """The period a page asks for; the last 30 days where it asks for none. Raises BadPeriod."""
        today = at.astimezone(ZoneInfo(client.time_zone)).date()
        try:
            end = date.fromisoformat(last) if last else today
            start = date.fromisoformat(first) if first else end - timedelta(days=29)
        except (ValueError, OverflowError) as error:
            raise BadPeriod("Write days as 2026-11-22: the first in `from`, the last in `to`.") from error
        if start > end or end.year > today.year + 1 or start < EARLIEST:
            raise BadPeriod("The period must begin before it ends, and lie between 2000 and next year.")
        if (end - start).days >= LONGEST:
            raise BadPeriod("A report covers at most three years. Choose a later first day.")
        return cls(start, end, client.time_zone)

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        return queries.days(self.first, self.last, self.zone)

    @property
    def words(self) -> str:
        if self.first == self.last:
            return f"{self.first:%-d %B %Y}"
        same_year = self.first.year == self.last.year
        return f"{self.first:%-d %B}{'' if same_year else f' {self.first.year}'} to {self.last:%-d %B %Y}"

    def moved(self, steps: int) -> Period:
        shift = timedelta(days=self.length * steps)
        return Period(self.first + shift, self.last + shift, self.zone)

    def asked(self) -> dict[str, str]:
        return {"from": self.first.isoformat(), "to": self.last.isoformat()}


def report_page(period: Period, *, may_export: bool, at: datetime) -> FirstResponseReport:
    """The report of a period, beside the period before it."""
    start, end = period.bounds
    now = queries.first_response(start, end, None, at)
    before_start, before_end = period.moved(-1).bounds
    before = queries.first_response(before_start, before_end, None, at).total
    total = now.total
    today = at.astimezone(ZoneInfo(period.zone)).date()
    return FirstResponseReport(
        period=period.words,
        headline=_headline(total, at),
        received=total.received,
        eligible=total.eligible,
        answered=total.answered,
        median_seconds=_whole(total.median_seconds),
        p90_seconds=_whole(total.p90_seconds),
        unanswered=total.unanswered,
        oldest_unanswered_at=total.oldest_waiting_since,
        figures=tuple(_figures(total, before, period, at)),
        buckets=tuple(_buckets(total, period)),
        bucket_title=_bucket_title(total, period),
        days=_days(period),
        day_title=f"Answered and unanswered by the {_unit(period)} they came in",
        day_unit=_unit(period).capitalize(),
        channels=tuple(_channel(line, period) for line in now.channels),
        periods=_periods(period, today),
        zone=period.zone,
        definition_version=now.definition_version,
        read_at=at,
        previous_url=url("reporting:first_response", period.moved(-1).asked())
        if period.moved(-1).first >= EARLIEST
        else "",
        next_url=url("reporting:first_response", period.moved(1).asked()) if period.last < today else "",
        excluded=tuple(
            (plain(reason).capitalize(), count, rows_url(Key.EXCLUDED, period, reason=reason))
            for reason, count in total.excluded
        ),
        export_url=url("reporting:export", period.asked()) if may_export else "",
    )


def _headline(total: Figures, at: datetime) -> str:
    if not total.eligible:
        return "Nobody needed an answer in this period."
    rate = percent(total.answered, total.eligible)
    waits = total.oldest_age_seconds(at)
    were = "was" if total.unanswered == 1 else "were"
    late = f" {total.unanswered} {were} not answered" if total.unanswered else " Nobody is left waiting"
    since = f", the oldest waits {span(waits)}." if waits is not None else "."
    median = (
        f", half of the first answers within {span(total.median_seconds)}"
        if total.median_seconds is not None
        else ""
    )
    return f"{rate} % of {total.eligible} people who needed an answer got one{median}.{late}{since}"


def _whole(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds)


def _figures(total: Figures, before: Figures, period: Period, at: datetime) -> list[Figure]:
    """Received, eligible, answered, response rate, in time, median, p90, unanswered: in this order."""
    waits = total.oldest_age_seconds(at)
    native = f"{total.native} of them on the network itself" if total.native else ""
    return [
        _figure(
            Key.RECEIVED, "Received", str(total.received), period, _more(total.received, before.received)
        ),
        _figure(
            Key.ELIGIBLE,
            "Needed an answer",
            str(total.eligible),
            period,
            _more(total.eligible, before.eligible),
        ),
        _figure(
            Key.ANSWERED,
            "Answered",
            str(total.answered),
            period,
            _more(total.answered, before.answered, good=True),
            native,
        ),
        _figure(
            Key.RESPONSE_RATE,
            "Response rate",
            f"{percent(total.answered, total.eligible)} %" if total.eligible else "none",
            period,
            _points(total.response_rate, before.response_rate),
            f"{total.answered} of {total.eligible}",
        ),
        _figure(
            Key.IN_TIME,
            "Answered in time",
            str(total.in_time),
            period,
            _more(total.in_time, before.in_time, good=True),
            f"{percent(total.in_time, total.eligible)} % of {total.eligible}" if total.eligible else "",
        ),
        _figure(
            Key.MEDIAN,
            "Median first response",
            _span(total.median_seconds),
            period,
            _faster(total.median_seconds, before.median_seconds),
            f"of {total.measured}",
        ),
        _figure(
            Key.P90,
            "Nine of ten within",
            _span(total.p90_seconds),
            period,
            _faster(total.p90_seconds, before.p90_seconds),
            f"of {total.measured}",
        ),
        _figure(
            Key.UNANSWERED,
            "Unanswered",
            str(total.unanswered),
            period,
            _more(total.unanswered, before.unanswered, good=False),
            f"oldest waits {span(waits)}" if waits is not None else "",
        ),
    ]


def _figure(
    key: Key, label: str, text: str, period: Period, comparison: Comparison | None, aside: str = ""
) -> Figure:
    return Figure(
        key=key.value,
        label=label,
        text=text,
        definition=queries.MEANINGS[key],
        rows_url=rows_url(key, period),
        comparison=comparison,
        aside=aside,
    )


def _span(seconds: float | None) -> str:
    return "none" if seconds is None else span(seconds)


def _more(now: int, before: int, *, good: bool | None = None) -> Comparison | None:
    if now == before:
        return Comparison("as many as in the period before", Direction.SAME)
    word = "more" if now > before else "fewer"
    better = good is not None and (now > before) is good
    direction = Direction.SAME if good is None else Direction.BETTER if better else Direction.WORSE
    return Comparison(f"{abs(now - before)} {word} than in the period before", direction, rises=now > before)


def _points(now: float | None, before: float | None) -> Comparison | None:
    if now is None or before is None:
        return None
    points = round(100 * now) - round(100 * before)
    if not points:
        return Comparison("as in the period before", Direction.SAME)
    word = "more" if points > 0 else "less"
    better = Direction.BETTER if points > 0 else Direction.WORSE
    return Comparison(f"{abs(points)} points {word} than before", better, rises=points > 0)


def _faster(now: float | None, before: float | None) -> Comparison | None:
    if now is None or before is None:
        return None
    if abs(now - before) < 1:
        return Comparison("as in the period before", Direction.SAME)
    word = "slower" if now > before else "faster"
    better = Direction.WORSE if now > before else Direction.BETTER
    return Comparison(f"{span(abs(now - before))} {word} than before", better, rises=now > before)


def _buckets(total: Figures, period: Period) -> list[BucketLine]:
    """How many first answers came within which span, and how many cycles nobody answered."""
    counts = [(label, _count(period, low, high), low, high) for label, low, high in BUCKETS]
    whole = max(1, sum(count for _, count, _, _ in counts) + total.unanswered)
    lines = [
        BucketLine(label, count, 100 * count / whole, rows_url(Key.MEDIAN, period, low=low, high=high))
        for label, count, low, high in counts
    ]
    share = 100 * total.unanswered / whole
    return [
        *lines,
        BucketLine(
            "not answered", total.unanswered, share, rows_url(Key.UNANSWERED, period), unanswered=True
        ),
    ]


def _count(period: Period, low: float | None, high: float | None) -> int:
    start, end = period.bounds
    return queries.count_rows(Key.MEDIAN, Slice(start, end, seconds_from=low, seconds_below=high))


def _bucket_title(total: Figures, period: Period) -> str:
    quick = _count(period, None, HOUR)
    if not total.measured:
        return "Nobody was answered in this period"
    return f"{quick} of {total.measured} first answers came within the hour"


def _days(period: Period) -> tuple[DayLine, ...]:
    """Counts by day; by week where days would be too many to see."""
    start, end = period.bounds
    found = {line.day: line for line in queries.by_day(start, end, None, period.zone)}
    step = 1 if period.length <= MOST_DAYS_SHOWN else WEEK
    lines = []
    for number in range(0, period.length, step):
        day = period.first + timedelta(days=number)
        until = min(period.last, day + timedelta(days=step - 1))
        counted = [found[one] for one in _each(day, until) if one in found]
        eligible, answered = sum(one.eligible for one in counted), sum(one.answered for one in counted)
        part = Period(day, until, period.zone)
        lines.append(DayLine(day, until, eligible, answered, rows_url(Key.ELIGIBLE, part)))
    return tuple(lines)


def _unit(period: Period) -> str:
    return "day" if period.length <= MOST_DAYS_SHOWN else "week"


def _each(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _channel(line: Figures, period: Period) -> ReportChannelLine:
    return ReportChannelLine(
        channel=line.channel_name,
        network=networks.title(line.network),
        network_icon=networks.icon(line.network),
        received=line.received,
        eligible=line.eligible,
        answered=line.answered,
        median_seconds=_whole(line.median_seconds),
        p90_seconds=_whole(line.p90_seconds),
        unanswered=line.unanswered,
        oldest_unanswered_at=line.oldest_waiting_since,
        rows_url=rows_url(Key.ELIGIBLE, period, channel=line.channel_id),
        unanswered_url=rows_url(Key.UNANSWERED, period, channel=line.channel_id),
    )


def _periods(period: Period, today: date) -> tuple[Choice, ...]:
    choices = []
    for length, label in PERIODS.items():
        one = Period(today - timedelta(days=length - 1), today, period.zone)
        choices.append(
            Choice(
                str(length), label, current=one == period, url=url("reporting:first_response", one.asked())
            )
        )
    return tuple(choices)


def url(name: str, asked: dict[str, str]) -> str:
    return reverse(name) + "?" + urlencode(asked)


def rows_url(
    key: Key,
    period: Period,
    *,
    channel: int | None = None,
    reason: str | None = None,
    low: float | None = None,
    high: float | None = None,
) -> str:
    narrowed = {"channel": channel, "reason": reason, "low": low, "high": high}
    asked = {"figure": key.value, **period.asked()}
    return url(
        "reporting:rows",
        {**asked, **{name: str(value) for name, value in narrowed.items() if value is not None}},
    )
