"""How warm or cold the words of an English message are, by the VADER lexicon.

The lexicon and the emoji descriptions come from the `vaderSentiment` package (MIT) and are read once
per process. The rules are those its authors published (Hutto and Gilbert, ICWSM 2014): a negation in
the three words before turns a word by -0.74, an intensifier adds 0.293 and less from further away,
what follows `but` counts more than what precedes it, exclamation marks add. They are applied
to the lexemes already read, in one pass: the package's own scorer reads the text a second time and takes
quadratic time on long ones. Emoji work in every language; the angry faces and the clapping hands, of whose
descriptions the lexicon knows no word, are ours.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from playbooks.triage.normalise import HAPPY, SAD, fold, words_of

NEGATED: Final = -0.74
BOOST: Final = 0.293
FADING: Final = (1.0, 0.95, 0.9)
"""What an intensifier counts one, two and three words before."""
BEFORE_BUT: Final = 0.5
AFTER_BUT: Final = 1.5
EXCLAMATION: Final = 0.292
MOST_EXCLAMATIONS: Final = 4
SPREAD: Final = 15.0
"""Brings the sum into -1..1: s / sqrt(s² + 15)."""
EMOTICON: Final = 2.0

WARM_PICTURES: Final = "👍👏🙌💪💯🤩🤎🫶🤝⭐🌟"
COLD_PICTURES: Final = "😡🤬👎😤🙄🤮🤢😒💩🖕💔🤦"
MIXED_PICTURES: Final = "🔥"
"""Said with joy and of a kitchen on fire: no sign of either."""

NEGATORS: Final = frozenset(
    words_of(
        """
        not no never none nobody nothing nowhere neither nor cannot without rarely seldom hardly
        barely despite ain't aren't can't couldn't didn't doesn't don't hadn't hasn't haven't isn't
        mightn't mustn't needn't shouldn't wasn't weren't won't wouldn't aint arent cant couldnt
        didnt doesnt dont hadnt hasnt havent isnt wasnt werent wont wouldnt
        """
    )
)
STRONGER: Final = frozenset(
    words_of(
        """
        very so really extremely absolutely totally completely utterly incredibly insanely super
        highly especially particularly truly fully hugely deeply awfully terribly fucking freaking
        effing bloody damn most more
        """
    )
)
WEAKER: Final = frozenset(
    words_of(
        """
        slightly somewhat almost barely hardly kinda sorta partly little less marginally
        """
    )
)


class Valence(NamedTuple):
    """Shares of warm and cold words (0 to 1), and all of it in one number from -1 to 1."""

    positive: float
    negative: float
    compound: float


STILL: Final = Valence(0.0, 0.0, 0.0)


@cache
def lexicon() -> dict[str, float]:
    """Return the valence of each word and emoji, from about -4 to 4."""
    package = files("vaderSentiment")
    words: dict[str, float] = {}
    for line in (package / "vader_lexicon.txt").read_text("utf-8").splitlines():
        if line.strip():
            word, mean = line.split("\t")[:2]
            words[fold(word)] = float(mean)
    for line in (package / "emoji_utf8_lexicon.txt").read_text("utf-8").splitlines():
        emoji, _, description = line.partition("\t")
        felt = sum(words.get(word, 0.0) for word in fold(description).split())
        if felt and len(emoji) == 1:
            words[emoji] = felt
    words.update(dict.fromkeys(WARM_PICTURES, EMOTICON))
    words.update(dict.fromkeys(COLD_PICTURES, -EMOTICON))
    for mixed in MIXED_PICTURES:
        words.pop(mixed, None)
    words.update(dict.fromkeys(HAPPY, EMOTICON))
    words.update(dict.fromkeys(SAD, -EMOTICON))
    return words


def valence(tokens: Sequence[str], exclamations: int) -> Valence:
    """Return how warm or cold these lexemes are. Linear in their number."""
    known = lexicon()
    felt = [(place, known[token]) for place, token in enumerate(tokens) if token in known]
    if not felt:
        return STILL
    turn = tokens.index("but") if "but" in tokens else -1
    total = warm = cold = 0.0
    for place, worth in felt:
        value = _in_place(tokens, place, worth)
        if turn >= 0:
            value *= BEFORE_BUT if place < turn else AFTER_BUT
        total += value
        if value > 0:
            warm += value + 1
        elif value < 0:
            cold += 1 - value
    loudness = min(exclamations, MOST_EXCLAMATIONS) * EXCLAMATION
    total += math.copysign(loudness, total) if total else 0.0
    whole = warm + cold + len(tokens) - len(felt) or 1.0
    return Valence(warm / whole, cold / whole, total / math.sqrt(total * total + SPREAD))


def _in_place(tokens: Sequence[str], place: int, worth: float) -> float:
    """Return the worth of a word after what the three words before it do to it."""
    value = worth
    for back, fading in enumerate(FADING, 1):
        if place < back:
            break
        before = tokens[place - back]
        if before in STRONGER:
            value += math.copysign(BOOST * fading, worth)
        elif before in WEAKER:
            value -= math.copysign(BOOST * fading, worth)
        elif before in NEGATORS:
            value *= NEGATED
    return value
