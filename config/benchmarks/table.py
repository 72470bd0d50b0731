"""What a benchmark found: figures beside their floors, as a table for people and as JSON for programs. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of ours, beside the floor of the same run."""

    name: str
    ours: float
    unit: str
    floor: float | None = None
    floor_name: str = ""
    aim: str = ""
    reached: bool | None = None
    """None where nothing was aimed at."""
    rounds: tuple[float, ...] = ()
    """What each round gave, where there were several; `ours` is their median."""

    @property
    def ratio(self) -> float | None:
        """Ours divided by the floor: for times how often we take the floor's, for rates which part of it we reach."""
        return self.ours / self.floor if self.floor else None

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "unit": self.unit,
            "ours": _plain(self.ours),
            "floor": _plain(self.floor),
            "floor_name": self.floor_name,
            "ratio": _plain(self.ratio),
            "aim": self.aim,
            "reached": self.reached,
            "rounds": [_plain(value) for value in self.rounds],
        }


@dataclass(slots=True)
class Report:
    """Everything one benchmark says."""

    name: str
    size: int
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "size": self.size,
            "figures": [figure.as_json() for figure in self.figures],
            "notes": self.notes,
        }


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of all values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * round(share * 100) // 100) - 1)]


def rate(name: str, rounds: Sequence[float], **beside: Any) -> Figure:
    """A figure in messages per second, from the rate of each round."""
    return Figure(name, median(rounds), "messages/s", rounds=tuple(rounds), **beside)


def lines(report: Report) -> list[str]:
    """The table, ready to print: a heading, one line a figure, then the notes."""
    head = ("", "ours", "floor", "ours ÷ floor", "aim")
    rows = [head, *(_cells(figure) for figure in report.figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    title = f"{report.name} (size {report.size:,})"
    table = [_line(row, widths) for row in rows]
    floors = dict.fromkeys(figure.floor_name for figure in report.figures if figure.floor_name)
    notes = [*(f"Floor: {name}." for name in floors), *report.notes]
    return [title, "─" * max(len(line) for line in table), *table, *(f"  · {note}" for note in notes), ""]


def _cells(figure: Figure) -> tuple[str, ...]:
    floor = "" if figure.floor is None else _shown(figure.floor, figure.unit)
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    word = {True: "reached", False: "missed", None: ""}[figure.reached]
    return (figure.name, _shown(figure.ours, figure.unit), floor, ratio, f"{figure.aim} {word}".strip())


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    """The first and the last column stand left, numbers right."""
    first, *numbers, last = row
    middle = [text.rjust(width) for text, width in zip(numbers, widths[1:-1], strict=True)]
    return "  ".join([first.ljust(widths[0]), *middle, last]).rstrip()


def _shown(value: float, unit: str) -> str:
    digits = 0 if value >= 100 or value == int(value) else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}"


def _plain(value: float | None) -> float | None:
    """Six significant digits: what is behind them is noise."""
    return None if value is None else float(f"{value:.6g}")
