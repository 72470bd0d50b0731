"""The year before the demo: conversations made of hand-written phrases, answered after lifelike delays.

Everything of a day depends on the brand, the date, the rate and the seed alone, so ids and texts stay what
they were when the demo starts again tomorrow: only what lies between the two starts is new.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from config.demo.brands import BRANDS
from config.demo.chance import chance
from config.demo.manners import with_manners
from config.demo.payloads import Said, answer_kind, first_kind, item
from config.demo.phrases import Filling, Phrases, Template, phrases
from config.demo.shapes import DemoAuthor, DemoBrand, DemoChannel, DemoContentError, DemoItem
from config.demo.strangers import in_own_manner, stranger
from inbox.connectors.ports import Kind

ANSWERED_SHARE = 0.85
MEDIAN_ANSWER_SECONDS = 40 * 60
"""Counted in the brand's opening hours."""
ANSWER_SPREAD = 0.9
"""Sigma of the logarithm: one answer in ten takes longer than about two hours."""
FOLLOW_SHARE = 0.45
CHASE_SHARE = 0.4
CHASE_AFTER_SECONDS = (2 * 3600, 26 * 3600)
MEDIAN_FOLLOW_SECONDS = 25 * 60
LATER = "~"
LATER_SECONDS = (20 * 3600, 90 * 3600)

ROUGH_DAY_SHARE = 0.02
"""Days on which something is broken for everybody."""
ROUGH_DAY_FACTOR = 3.0
SEASON_SWING = 0.15

TITLED_NETWORKS = frozenset({"email", "forum", "trustpilot"})
MENTIONING_NETWORKS = frozenset({"x", "mastodon", "bluesky", "instagram"})


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """One conversation about to be told."""

    brand: DemoBrand
    channel: DemoChannel
    identity: str
    at: datetime
    template: Template
    variant: int
    """Which of the template's openings it is."""
    author: DemoAuthor
    filling: Filling
    dice: random.Random


def history(slug: str, until: datetime, days: int, per_day: float, seed: int) -> list[DemoItem]:
    """The items of the last `days` days before `until`, oldest first; about `per_day` conversations a day.

    Raises DemoContentError for an unknown brand or damaged phrases.
    """
    brand = next((brand for brand in BRANDS if brand.slug == slug), None)
    if brand is None:
        raise DemoContentError(f"There is no demo brand “{slug}”.")
    today = until.astimezone(ZoneInfo(brand.time_zone)).date()
    items = [
        entry
        for back in range(days, -1, -1)
        for entry in _day(brand, today - timedelta(days=back), per_day, seed)
        if entry.sent_at < until
    ]
    return sorted(items, key=lambda entry: (entry.sent_at, entry.payload["external_id"]))


def rehearse(
    brand: DemoBrand, identity: str, at: datetime, dice: random.Random, complaints: float = 1.0
) -> Rehearsal:
    """Choose what is said, by whom and where; `complaints` above 1 makes those more likely."""
    found = phrases(brand.slug)
    weights = [t.weight * (complaints if t.kind == "complaint" else 1) for t in found.templates]
    template = dice.choices(found.templates, weights)[0]
    channel = brand.channel(dice.choices(list(template.channels), list(template.channels.values()))[0])
    local = at.astimezone(ZoneInfo(brand.time_zone))
    return Rehearsal(
        brand=brand,
        channel=channel,
        identity=identity,
        at=at,
        template=template,
        variant=dice.randrange(len(template.opening)),
        author=stranger(brand, channel, template.language, dice),
        filling=Filling(template, local, dice),
        dice=dice,
    )


def opening_of(told: Rehearsal) -> DemoItem:
    """The first message."""
    template = told.template
    plain = told.filling.fill(template.opening[told.variant])
    text = _addressed(told, with_manners(plain, template.language, template.kind, told.dice))
    kind = first_kind(told.channel.network)
    if kind is Kind.MENTION and not any(handle in text for handle in told.brand.handles):
        kind = Kind.POST
    rating = told.dice.choice(template.rating) if kind is Kind.REVIEW else None
    said = Said(
        external_id=f"{told.identity}.0",
        thread_id=told.identity,
        kind=kind,
        author=told.author,
        text=in_own_manner(told.author, told.channel, text),
        language=template.language,
        title=_title(told),
        rating=rating,
    )
    return item(told.brand, told.channel, said, told.at)


def after_open_hours(brand: DemoBrand, start: datetime, seconds: float) -> datetime:
    """The instant at which `seconds` of the brand's opening hours have passed since `start`."""
    zone = ZoneInfo(brand.time_zone)
    day = start.astimezone(zone).date()
    while True:
        if day.weekday() in brand.workdays:
            opens = max(start, datetime.combine(day, brand.opens, zone))
            # Aware instants of one zone subtract by the wall clock, so leave the zone before counting.
            left = datetime.combine(day, brand.closes, zone).timestamp() - opens.timestamp()
            if seconds <= left:
                return opens + timedelta(seconds=seconds)
            seconds -= max(left, 0.0)
        day += timedelta(days=1)


def _day(brand: DemoBrand, day: date, per_day: float, seed: int) -> Iterator[DemoItem]:
    found = phrases(brand.slug)
    dice = chance("day", seed, brand.slug, day)
    rough = dice.random() < ROUGH_DAY_SHARE
    season = 1 + SEASON_SWING * math.sin(2 * math.pi * day.timetuple().tm_yday / 365)
    mean = per_day * season * found.weekdays[day.weekday()] * (ROUGH_DAY_FACTOR if rough else 1.0)
    for number in range(_poisson(mean, dice)):
        own = chance("conversation", seed, brand.slug, day, number)
        identity = f"{brand.slug}.past.{day}.{number}"
        at = _moment(brand, found, day, own)
        yield from _conversation(rehearse(brand, identity, at, own, complaints=2.0 if rough else 1.0))


def _poisson(mean: float, dice: random.Random) -> int:
    """How many exponential gaps of 1/mean fit into a day."""
    count, clock = 0, dice.expovariate(1.0)
    while clock < mean:
        count, clock = count + 1, clock + dice.expovariate(1.0)
    return count


def _moment(brand: DemoBrand, found: Phrases, day: date, dice: random.Random) -> datetime:
    hour = dice.choices(range(24), found.hours)[0]
    wall = time(hour, dice.randrange(60), dice.randrange(60))
    return datetime.combine(day, wall, ZoneInfo(brand.time_zone))


def _conversation(told: Rehearsal) -> Iterator[DemoItem]:
    """The opening, then perhaps a second word while nothing happens, an answer, and what follows it."""
    yield opening_of(told)
    template, dice = told.template, told.dice
    share = ANSWERED_SHARE if template.reply_share is None else template.reply_share
    answered = bool(template.answer) and dice.random() < share
    answered_at = _answered_at(told, told.at)
    chased_at = told.at + timedelta(seconds=dice.uniform(*CHASE_AFTER_SECONDS))
    position = 1
    if template.chase and dice.random() < CHASE_SHARE and not (answered and answered_at <= chased_at):
        yield _next(told, position, dice.choice(template.chase), chased_at, parent=0)
        position += 1
    if answered:
        yield _next(told, position, _answer(told), answered_at, parent=0, by_brand=True)
        yield from _afterwards(told, position, answered_at)


def _afterwards(told: Rehearsal, answer: int, answered_at: datetime) -> Iterator[DemoItem]:
    template, dice = told.template, told.dice
    if not template.follow or dice.random() >= FOLLOW_SHARE:
        return
    text = dice.choice(template.follow)
    wait = dice.lognormvariate(math.log(MEDIAN_FOLLOW_SECONDS), 1.0)
    if text.startswith(LATER):
        text, wait = text.removeprefix(LATER), dice.uniform(*LATER_SECONDS)
    at = answered_at + timedelta(seconds=wait)
    yield _next(told, answer + 1, text, at, parent=answer, to_brand=True)
    if "?" in text and dice.random() < ANSWERED_SHARE:
        more = dice.choice(phrases(told.brand.slug).more[template.language])
        yield _next(told, answer + 2, more, _answered_at(told, at), parent=answer + 1, by_brand=True)


def _answered_at(told: Rehearsal, asked_at: datetime) -> datetime:
    delay = told.dice.lognormvariate(math.log(MEDIAN_ANSWER_SECONDS), ANSWER_SPREAD)
    delay *= _month_factor(told.brand.slug, asked_at.year, asked_at.month)
    return after_open_hours(told.brand, asked_at, delay)


@cache
def _month_factor(slug: str, year: int, month: int) -> float:
    """A team has better and worse months; drawn by the month's name, so that it stays what it was."""
    return chance("month", slug, year, month).uniform(0.75, 1.35)


def _answer(told: Rehearsal) -> str:
    template = told.template
    return template.answer[told.variant] if template.paired else told.dice.choice(template.answer)


def _next(
    told: Rehearsal,
    position: int,
    text: str,
    at: datetime,
    *,
    parent: int,
    by_brand: bool = False,
    to_brand: bool = False,
) -> DemoItem:
    spoken = _addressed(told, told.filling.fill(text))
    said = Said(
        external_id=f"{told.identity}.{position}",
        thread_id=told.identity,
        kind=answer_kind(told.channel.network),
        author=None if by_brand else told.author,
        text=spoken if by_brand else in_own_manner(told.author, told.channel, spoken),
        language=told.template.language,
        in_reply_to=f"{told.identity}.{parent}",
        answers_brand=to_brand,
        title=_title(told),
    )
    return item(told.brand, told.channel, said, at)


def _title(told: Rehearsal) -> str:
    titles = told.template.title
    if not titles or told.channel.network not in TITLED_NETWORKS:
        return ""
    return told.filling.fill(titles[told.variant % len(titles)])


def _addressed(told: Rehearsal, text: str) -> str:
    """The text with the brand's handle on this network, or with its name where there are no handles."""
    for handle in told.brand.handles:
        if handle in text:
            own = f"@{told.channel.account}"
            if told.channel.network in MENTIONING_NETWORKS:
                return text.replace(handle, own)
            text = text.removesuffix(f" {handle}")
            if text.startswith(f"{handle} "):
                return f"{told.brand.name}, {text.removeprefix(f'{handle} ')}"
            return text.replace(handle, told.brand.name)
    return text
