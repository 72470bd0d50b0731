"""Chance that can be repeated: the same parts give the same dice, on every machine and in every run."""

from __future__ import annotations

import random


def chance(*parts: object) -> random.Random:
    """Dice named by their parts. Seeding from a text does not depend on Python's hash randomisation."""
    return random.Random("|".join(str(part) for part in parts))  # noqa: S311 - varies demo texts, guards nothing
