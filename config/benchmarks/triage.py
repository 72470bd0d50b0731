"""`manage.py benchmark triage`: how fast Evaluate answers and how well, beside VADER alone in the same run.

Speed is that of one process over real tweets where `--data` names them, else over what the demo's people say:
a thousand listening terms, four languages, every reason made. The floor is the `vaderSentiment` package, which
answers one of Evaluate's seven questions. Quality is measured on labels that nothing shipped was trained on:
tweets to airlines, the test part of GoEmotions, and the language of the demo's own stories.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import cycle, islice, product
from pathlib import Path
from typing import Final

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from config.benchmarks import texts
from config.benchmarks.table import Figure, Report, rate
from config.demo import loader
from inbox.evaluation import BrandFacts, Disposition, ListeningTermFacts, MessageFacts
from playbooks.triage import VERSION, evaluate, training
from playbooks.triage.language import language_of
from playbooks.triage.normalise import read

AIM: Final = 4_366 / 22_838
"""Of VADER's speed: what the reference measured in one process for both (reference/triage.md §0, §2)."""
SURE: Final = 0.7
"""Below this a sentiment is shown to a person as unsure."""
BATCH: Final = 500
TERMS: Final = 1_000
ALONE: Final = 500
"""Messages that are answered one at a time."""
CLEAR: Final = 0.05
"""VADER's authors call a compound score beyond this negative or positive."""
FEWEST_WORDS: Final = 4
"""Shorter texts have no language that could be missed."""
AT: Final = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
KINDS: Final = ("negative", "neutral", "positive")
VADER: Final = "the vaderSentiment package alone, over the same texts"


@dataclass(frozen=True, slots=True)
class Labelled:
    """Texts with what people called them, and whether they were said to a company."""

    name: str
    texts: tuple[str, ...]
    labels: tuple[int, ...]
    addressed: bool


def measure(*, size: int, rounds: int, data: Path | None, tell: Callable[[str], None]) -> Report:
    """Measure speed, then quality as far as there are labels."""
    report = Report("triage", size)
    sets = list(labelled(data)) if data else []
    spoken = next((one.texts for one in sets if one.addressed), None)
    tell(f"Answering {size} messages, {rounds} times over.")
    report.figures += speed(list(islice(cycle(spoken or texts.pool()), size)), rounds)
    vader = SentimentIntensityAnalyzer()
    for one in sets:
        tell(f"Comparing with {len(one.texts)} labels of {one.name}.")
        report.figures += sentiment(one, vader)
    report.figures.append(languages())
    report.notes.append(f"Version {VERSION}; texts {'of tweets to airlines' if spoken else 'of the demo'}.")
    report.notes.append(
        "Aim: the share of VADER's speed that the reference measured; idle, 4,366 messages/s."
    )
    if not sets:
        report.notes.append("Quality of sentiment was not measured: name a folder with labels, --data DIR.")
    return report


# --- Speed -----------------------------------------------------------------------------------------


def speed(said: Sequence[str], rounds: int) -> list[Figure]:
    """Messages a second: in batches, and one at a time; the rounds of ours and of the floor take turns."""
    facts = [fact(text) for text in said]
    brand, vader = busy_brand(), SentimentIntensityAnalyzer()
    evaluate(facts[:BATCH], brand)
    ours, alone, floor = [], [], []
    for _ in range(rounds):
        ours.append(len(facts) / seconds(lambda: in_batches(facts, brand)))
        alone.append(min(ALONE, len(facts)) / seconds(lambda: one_by_one(facts[:ALONE], brand)))
        floor.append(len(said) / seconds(lambda: [vader.polarity_scores(text) for text in said]))
    bar = rate("", floor).ours
    batches = rate(f"in batches of {BATCH}", ours, floor=bar, floor_name=VADER, aim=f"{AIM:.2f} of it")
    return [
        replace(batches, reached=batches.ours >= AIM * bar),
        rate("one at a time", alone, floor=bar, floor_name=VADER),
    ]


def in_batches(facts: Sequence[MessageFacts], brand: BrandFacts) -> None:
    for start in range(0, len(facts), BATCH):
        evaluate(facts[start : start + BATCH], brand)


def one_by_one(facts: Sequence[MessageFacts], brand: BrandFacts) -> None:
    for one in facts:
        evaluate([one], brand)


def seconds(work: Callable[[], object]) -> float:
    gc.collect()
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def fact(text: str, *, addressed: bool = True) -> MessageFacts:
    return MessageFacts("1", "mastodon", "mention", text, AT, addressed_to_brand=addressed)


def busy_brand() -> BrandFacts:
    """A client with a thousand listening terms, of which few are ever said."""
    syllables = [first + second for first, second in product("bdfgklmnprstvz", "aeiou")]
    invented = ("".join(parts) for parts in product(syllables, syllables[::7], syllables[::11]))
    terms = tuple(ListeningTermFacts(name.capitalize()) for name in islice(invented, TERMS))
    return BrandFacts(
        name="Acme",
        handles=("@acme",),
        terms=terms,
        languages=("en", "de", "fr", "es"),
        crisis_words=("recall", "boycott"),
        noise_phrases=("voucher hunters",),
    )


# --- Quality ---------------------------------------------------------------------------------------


def labelled(folder: Path) -> Iterator[Labelled]:
    """Yield the sets of labels that this folder holds."""
    tweets = list(training.airline(folder))
    if tweets:
        yield Labelled("tweets to airlines", *_columns(tweets), addressed=True)
    comments = folder / "goemotions"
    if (comments / "test.tsv").is_file():
        yield Labelled("GoEmotions", *_columns(list(training.goemotions(comments, "test"))), addressed=False)


def _columns(examples: Sequence[training.Example]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    return tuple(one.text for one in examples), tuple(one.kind for one in examples)


def sentiment(found: Labelled, vader: SentimentIntensityAnalyzer) -> list[Figure]:
    """Accuracy and macro-F1 of our sentiment and of VADER's; and how much would be taken for spam."""
    brand = BrandFacts(name="Acme")
    answers = evaluate([fact(text, addressed=found.addressed) for text in found.texts], brand)
    ours = [KINDS.index(said.sentiment.value) for said in answers]
    theirs = [vader_kind(vader.polarity_scores(text)["compound"]) for text in found.texts]
    spam = sum(said.disposition is Disposition.SPAM for said in answers) / len(answers)
    sure = [
        (said, label)
        for said, label, one in zip(ours, found.labels, answers, strict=True)
        if one.sentiment_confidence >= SURE
    ]
    correct = 100 * sum(said == label for said, label in sure) / max(1, len(sure))
    name = f"sentiment, {found.name}:"
    return [
        beside(f"{name} accuracy", accuracy(ours, found.labels), accuracy(theirs, found.labels)),
        beside(f"{name} macro-F1", macro_f1(ours, found.labels), macro_f1(theirs, found.labels)),
        Figure(f"{name} share with a probability of {SURE} and more", 100 * len(sure) / len(ours), "%"),
        Figure(f"{name} accuracy of these", correct, "%"),
        Figure(f"{found.name}: proposed as spam", 100 * spam, "%", aim="below 1 %", reached=spam < 0.01),
    ]


def beside(name: str, ours: float, theirs: float) -> Figure:
    return Figure(name, 100 * ours, "%", 100 * theirs, VADER, aim="above VADER", reached=ours > theirs)


def vader_kind(compound: float) -> int:
    return 0 if compound <= -CLEAR else 2 if compound >= CLEAR else 1


def accuracy(said: Sequence[object], labels: Sequence[object]) -> float:
    return sum(one == label for one, label in zip(said, labels, strict=True)) / max(1, len(labels))


def macro_f1(said: Sequence[int], labels: Sequence[int]) -> float:
    """The mean over the kinds of the harmonic mean of precision and recall."""
    pairs = list(zip(said, labels, strict=True))
    scores = []
    for kind in range(len(KINDS)):
        both = sum(one == label == kind for one, label in pairs)
        either = sum((one == kind) + (label == kind) for one, label in pairs)
        scores.append(2 * both / either if either else 0.0)
    return sum(scores) / len(scores)


def languages() -> Figure:
    """How often the language of the demo's stories is named right; the floor always says English."""
    right, english, count = 0, 0, 0
    for brand in loader.brands():
        for thread in loader.threads(brand.slug):
            reading = read(thread.messages[0].text, thread.title)
            if len(reading.words) >= FEWEST_WORDS:
                count += 1
                right += language_of(reading, "", brand.languages) == thread.language
                english += thread.language == "en"
    name = f"language of {count} stories in four languages"
    return Figure(name, 100 * right / count, "%", 100 * english / count, "always saying English")
