"""The figures of a report as lines for a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence

from reporting.queries import FirstResponse

EXPORTED = (
    "channel",
    "network",
    "received",
    "eligible",
    "answered",
    "response_rate",
    "median_seconds",
    "p90_seconds",
    "mean_seconds",
    "unanswered",
    "oldest_waiting_since",
)


def export_lines(report: FirstResponse) -> Sequence[Sequence[str]]:
    """The figures as lines for a spreadsheet: one per channel, then the whole."""
    lines: list[Sequence[str]] = [EXPORTED]
    for figures in (*report.channels, report.total):
        values = (
            _harmless(figures.channel_name) if figures.channel_id is not None else "all channels",
            figures.network,
            figures.received,
            figures.eligible,
            figures.answered,
            figures.response_rate,
            figures.median_seconds,
            figures.p90_seconds,
            figures.mean_seconds,
            figures.unanswered,
            figures.oldest_waiting_since.isoformat() if figures.oldest_waiting_since else None,
        )
        lines.append(["" if value is None else str(value) for value in values])
    return lines


def _harmless(text: str) -> str:
    """A spreadsheet must not take a name for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
