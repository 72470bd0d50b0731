"""The shipped sentiment model: a linear one over single words, pairs of words, and valence scores.

Weights are whole numbers (thousandths do not change a decision), so that sums are exact and the same
facts give the same answer in every process. What each n-gram adds can be read off, which is the explanation.
Trained by `training.py`, which uses `features` from here: what is learnt and what is scored are the same.
"""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final

from playbooks.triage.valence import Valence

MODEL: Final = Path(__file__).parent / "models" / "sentiment.json.gz"
READ_AT_MOST: Final = 200
"""Lexemes that sentiment is read from."""
DENSE: Final = ("positive", "negative", "compound", "strength", "exclaims", "asks", "length")
"""The features beside n-grams, in this order."""
LANE: Final = 20
"""Bits per kind in a packed weight: room for 4,000 n-grams of the largest weight, 127."""
HALF: Final = 1 << LANE - 1
Weights = tuple[int, int, int]
"""For negative, neutral, positive."""


@dataclass(frozen=True, slots=True)
class Features:
    """What the model sees of a message."""

    grams: frozenset[str]
    scale: float
    """What each gram counts: one over the root of their number."""
    dense: tuple[float, ...]


def pack(weights: Weights) -> int:
    """Return three whole numbers as one, so that one sum adds all three."""
    return weights[0] + (weights[1] << LANE) + (weights[2] << 2 * LANE)


def unpack(packed: int) -> Weights:
    """Return the three whole numbers of a sum of packed ones, each between -HALF and HALF."""
    first = (packed + HALF) % (1 << LANE) - HALF
    rest = packed - first >> LANE
    second = (rest + HALF) % (1 << LANE) - HALF
    return first, second, rest - second >> LANE


class LinearModel:
    """Weights read from a file that training wrote."""

    def __init__(self, stored: dict[str, object]) -> None:
        model = StoredModel.read(stored)
        self.version = model.version
        self.unit = model.unit
        self.bias = model.bias
        self.dense = model.dense
        self.grams = model.grams
        self.packed = {gram: pack(weights) for gram, weights in model.grams.items()}
        self.known = frozenset(model.grams)

    def score(self, features: Features) -> tuple[float, float, float]:
        """Return the logits of negative, neutral and positive."""
        cold, calm, warm = unpack(sum(map(self.packed.__getitem__, features.grams & self.known)))
        scale = features.scale * self.unit
        cold_logit, calm_logit, warm_logit = self.bias
        cold_logit += cold * scale
        calm_logit += calm * scale
        warm_logit += warm * scale
        for value, (to_cold, to_calm, to_warm) in zip(features.dense, self.dense, strict=True):
            if value:
                cold_logit += value * to_cold
                calm_logit += value * to_calm
                warm_logit += value * to_warm
        return cold_logit, calm_logit, warm_logit

    def strongest(self, features: Features, kind: int, most: int) -> tuple[str, ...]:
        """Return the n-grams that speak most for a kind (0, 1 or 2), the strongest first."""
        weights = self.grams
        speaking = [
            (-weight, gram) for gram in features.grams & self.known if (weight := weights[gram][kind]) > 0
        ]
        speaking.sort()
        return tuple([gram for _, gram in speaking[:most]])


@dataclass(frozen=True, slots=True)
class StoredModel:
    """The model as its file holds it."""

    version: str
    unit: float
    """What a weight of 1 is worth."""
    bias: tuple[float, float, float]
    dense: tuple[tuple[float, float, float], ...]
    grams: dict[str, Weights]

    @staticmethod
    def read(stored: dict[str, object]) -> StoredModel:
        """Return the model of a parsed file. Raises ValueError when it is not one."""
        version, unit, bias = (stored.get(key) for key in ("version", "unit", "bias"))
        dense, grams = stored.get("dense"), stored.get("grams")
        if not (isinstance(version, str) and isinstance(unit, float) and isinstance(bias, list)):
            raise ValueError("The sentiment model lacks its version, unit or bias.")
        if not (isinstance(dense, dict) and tuple(dense) == DENSE and isinstance(grams, dict)):
            raise ValueError(f"The sentiment model must have the features {', '.join(DENSE)} and n-grams.")
        return StoredModel(
            version=version,
            unit=unit,
            bias=(bias[0], bias[1], bias[2]),
            dense=tuple((row[0], row[1], row[2]) for row in dense.values()),
            grams={gram: (row[0], row[1], row[2]) for gram, row in grams.items()},
        )


def features(tokens: Sequence[str], felt: Valence, exclamations: int, questions: int) -> Features:
    """Return what the model sees. Handles are left out: who is named says nothing of how it sounds."""
    words = [lexeme for lexeme in tokens[:READ_AT_MOST] if lexeme != "@"]
    grams = frozenset(words + [f"{first} {second}" for first, second in pairwise(words)])
    dense = (
        felt.positive,
        felt.negative,
        felt.compound,
        abs(felt.compound),
        min(exclamations, 3) / 3,
        1.0 if questions else 0.0,
        min(len(words), 50) / 50,
    )
    return Features(grams, 1 / math.sqrt(len(grams)) if grams else 0.0, dense)


@cache
def shipped_model() -> LinearModel:
    """Return the model in the package, loaded once per process."""
    return LinearModel(json.loads(gzip.decompress(MODEL.read_bytes())))
