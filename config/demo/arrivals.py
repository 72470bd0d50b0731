"""When the written threads arrive: a plan that looks like life, and is the same for the same seed.

Starts follow a Poisson process (gaps are exponential, so there are lulls and rushes). Inside a thread the
written gaps are squeezed so that hours become minutes and the order stays.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from config.demo.brands import BRANDS
from config.demo.chance import chance
from config.demo.past import opening_of, rehearse
from config.demo.payloads import Said, item
from config.demo.shapes import DemoItem, DemoMessage, DemoThread, StoryKind

Arrival = tuple[float, DemoItem]
"""Seconds after the start, and what to deliver then."""

STARTS_PER_MINUTE = 6.0
"""New threads a minute over all brands, at pace 1."""

CRISIS_BEGINS_AT = 0.3
"""Where in the row of starts a crisis breaks out: late enough to have seen a calm inbox first."""

CRISIS_SHARE = 0.6
"""How many of the starts are about the crisis, from its outbreak until its threads are all told."""

LONG_THREAD_MESSAGES = 10

GAP_SCALE_SECONDS = 30.0
"""A written gap of g seconds lasts 20·ln(1 + g/30): a minute 22 s, an hour 96 s, a day 159 s."""

GAP_FACTOR_SECONDS = 20.0


def schedule(threads: Iterable[DemoThread], start: datetime, pace: float, seed: int) -> list[Arrival]:
    """What to deliver how many seconds after `start`, soonest first; `pace` 2 is twice as fast.

    The items' ids come from the written threads alone, so a second run delivers what is already known.
    """
    if pace <= 0:
        raise ValueError(f"pace is {pace} and must be above 0")
    dice = chance("schedule", seed)
    clock = 0.0
    planned: list[Arrival] = []
    for thread in _in_order_of_start(list(threads), dice):
        planned.extend(_told(thread, clock, start, pace))
        clock += dice.expovariate(STARTS_PER_MINUTE / 60) / pace
    return sorted(planned, key=lambda entry: (entry[0], entry[1].payload["external_id"]))


def trickle(start: datetime, minutes: float, per_minute: float, seed: int) -> Iterator[Arrival]:
    """First messages made from the phrases of the history, for when all written threads have arrived.

    Nobody answers them: that is for the people at the demo. Ids hold the start's day and second, so that one
    demo after another never repeats itself.
    """
    dice = chance("trickle", seed, start.isoformat())
    clock, number = 0.0, 0
    while (clock := clock + dice.expovariate(per_minute / 60)) < minutes * 60:
        brand = dice.choice(BRANDS)
        at = start + timedelta(seconds=clock)
        identity = f"{brand.slug}.live.{start:%Y%m%d%H%M%S}.{number}"
        yield clock, opening_of(rehearse(brand, identity, at, dice))
        number += 1


def _in_order_of_start(threads: list[DemoThread], dice: random.Random) -> list[DemoThread]:
    """Shuffled, each brand once at the top, and a crisis as a burst told in the order of its file."""
    crisis = [thread for thread in threads if StoryKind.CRISIS in thread.tags]
    calm = [thread for thread in threads if StoryKind.CRISIS not in thread.tags]
    dice.shuffle(calm)
    greeting = list({thread.brand: thread for thread in reversed(calm)}.values())
    rest = [thread for thread in calm if thread not in greeting]
    # Sorting is stable: long threads come first, or they would go on long after all others ended.
    rest.sort(key=lambda thread: len(thread.messages) < LONG_THREAD_MESSAGES)
    return _with_burst([*greeting, *rest], crisis, dice)


def _with_burst(
    row: Sequence[DemoThread], crisis: Sequence[DemoThread], dice: random.Random
) -> list[DemoThread]:
    outbreak = int(len(row) * CRISIS_BEGINS_AT)
    ordered, rest, told = list(row[:outbreak]), iter(row[outbreak:]), iter(crisis)
    for thread in told:
        while dice.random() > CRISIS_SHARE and (other := next(rest, None)) is not None:
            ordered.append(other)
        ordered.append(thread)
    return [*ordered, *rest]


def _told(thread: DemoThread, begins: float, start: datetime, pace: float) -> Iterator[Arrival]:
    """The items of one thread, from `begins` seconds after `start`."""
    brand = next(brand for brand in BRANDS if brand.slug == thread.brand)
    channel = brand.channel(thread.channel)
    dice = chance("gaps", thread.brand, thread.id)
    offset, before = begins, 0
    for position, message in enumerate(thread.messages):
        if position:
            offset += _squeezed(message.at - before, dice) / pace
        before = message.at
        said = _said(thread, position, message)
        yield round(offset, 3), item(brand, channel, said, start + timedelta(seconds=offset))


def _squeezed(gap: int, dice: random.Random) -> float:
    """Seconds that a written gap lasts in the demo: at least one, a fifth more or less by chance."""
    return max(1.0, GAP_FACTOR_SECONDS * math.log1p(gap / GAP_SCALE_SECONDS) * dice.uniform(0.8, 1.2))


def _said(thread: DemoThread, position: int, message: DemoMessage) -> Said:
    parent = None if message.in_reply_to is None else thread.messages[message.in_reply_to]
    identity = f"{thread.brand}.{thread.id}"
    return Said(
        external_id=f"{identity}.{position}",
        thread_id=identity,
        kind=message.kind,
        author=message.author,
        text=message.text,
        language=thread.language,
        in_reply_to="" if parent is None else f"{identity}.{message.in_reply_to}",
        answers_brand=parent is not None and parent.author is None,
        title=thread.title,
        rating=thread.rating if position == 0 else None,
        private=thread.private,
    )
