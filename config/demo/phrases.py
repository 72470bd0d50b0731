"""Phrases with gaps, from which the made-up year of each brand is said: reading, checking, filling.

A file `phrases/<brand>.json` holds templates. `{station}` is a gap that is filled from the slot of that name,
the template's own before the brand's; `{^station}` begins with a capital. `{time}`, `{minutes}` and
`{number}` are made up on the spot. One conversation fills a gap once, so that an answer speaks of what was
asked. What an author says after an answer comes within the hour, or days later when it begins with `~`.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from config.demo.shapes import DemoContentError, StoryKind

PHRASES = Path(__file__).parent / "phrases"

GAP = re.compile(r"\{(\^?)(\w+)\}")
MADE_UP = frozenset({"time", "minutes", "number"})
LISTS = ("opening", "answer", "follow", "chase", "title")


@dataclass(frozen=True, slots=True)
class Template:
    """One way in which people turn to a brand, and what comes of it."""

    id: str
    kind: str
    language: str
    weight: float
    channels: Mapping[str, float]
    opening: tuple[str, ...]
    answer: tuple[str, ...] = ()
    follow: tuple[str, ...] = ()
    """What the author says to an answer."""
    chase: tuple[str, ...] = ()
    """What the author says when none comes."""
    title: tuple[str, ...] = ()
    slots: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rating: tuple[int, ...] = ()
    reply_share: float | None = None
    """How many get an answer where not everything calls for one."""
    needs_answer: bool = True
    paired: bool = False
    """The n-th answer belongs to the n-th opening."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """What one brand's year is said with."""

    hours: tuple[float, ...]
    """How busy each hour of the day is, in any unit."""
    weekdays: tuple[float, ...]
    """How busy each day of the week is, 1 being ordinary; Monday first."""
    more: Mapping[str, tuple[str, ...]]
    """By language: what the brand says to a question that comes after its answer."""
    templates: tuple[Template, ...]


class Filling:
    """What the gaps of one conversation hold; filled when first met, then kept."""

    def __init__(self, template: Template, at: datetime, dice: random.Random) -> None:
        """`at` is the start in the brand's own time; `{time}` lies shortly before it."""
        self._template = template
        self._at = at
        self._dice = dice
        self._values: dict[str, str] = {}

    def fill(self, text: str) -> str:
        """The text without gaps."""
        return GAP.sub(self._value, text)

    def _value(self, gap: re.Match[str]) -> str:
        upper, name = gap.groups()
        if name not in self._values:
            self._values[name] = self.fill(self._draw(name))
        value = self._values[name]
        return value[:1].upper() + value[1:] if upper else value

    def _draw(self, name: str) -> str:
        match name:
            case "time":
                before = self._at - timedelta(minutes=self._dice.randint(4, 40))
                return f"{before.hour}:{before.minute:02}"
            case "minutes":
                return str(self._dice.randint(12, 95))
            case "number":
                return str(self._dice.randint(40_000, 59_999))
            case _:
                # Nobody travels from Laun to Laun: what another gap holds is left alone if there is a choice.
                choices = self._template.slots[name]
                return self._dice.choice([c for c in choices if c not in self._values.values()] or choices)


@cache
def phrases(slug: str, folder: Path = PHRASES) -> Phrases:
    """The phrases of one brand. Raises DemoContentError."""
    path = folder / f"{slug}.json"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DemoContentError(f"{path.name} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise DemoContentError(f"{path.name}: this is not JSON ({error}).") from error
    try:
        found = Phrases(
            hours=tuple(data["hours"]),
            weekdays=tuple(data["weekdays"]),
            more={language: tuple(texts) for language, texts in data["more"].items()},
            templates=tuple(_template(entry, data["slots"]) for entry in data["templates"]),
        )
    except (KeyError, TypeError) as error:
        raise DemoContentError(f"{path.name}: a field is missing or unknown ({error}).") from error
    for problem in _problems(found):
        raise DemoContentError(f"{path.name}, {problem}.")
    return found


def _template(entry: dict[str, Any], shared: dict[str, list[str]]) -> Template:
    known = {**shared, **entry.get("slots", {})}
    texts: dict[str, Any] = {name: tuple(entry[name]) for name in LISTS if name in entry}
    slots = {name: tuple(choices) for name, choices in known.items()}
    rest = {**entry, **texts, "rating": tuple(entry.get("rating", ())), "slots": slots}
    return Template(**rest)


def _problems(found: Phrases) -> Iterator[str]:
    if len(found.hours) != 24 or len(found.weekdays) != 7:
        yield "24 “hours” and 7 “weekdays” are needed"
    for template in found.templates:
        where = f"template “{template.id}”"
        if template.kind not in {*StoryKind, "request"}:
            yield f"{where}: unknown kind “{template.kind}”"
        if template.language not in found.more:
            yield f"{where}: “more” says nothing in “{template.language}”"
        if template.paired and len(template.answer) != len(template.opening):
            yield f"{where}: paired, with {len(template.opening)} openings and {len(template.answer)} answers"
        texts = [text for name in LISTS for text in getattr(template, name)]
        for gap in {match[2] for text in texts for match in GAP.finditer(text)}:
            if gap not in template.slots and gap not in MADE_UP:
                yield f"{where}: nothing fills {{{gap}}}"
