"""What config has wired: who evaluates, whose rules, which gates. Named by settings, never imported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from inbox.evaluation import Evaluator, HouseRules
from inbox.gates import Gate
from tenants.queries import current_client


@lru_cache
def evaluator() -> Evaluator:
    found: Evaluator = import_string(settings.RAPPORT_EVALUATOR)
    return found


@lru_cache
def _house_rules() -> Callable[[Any], HouseRules]:
    found: Callable[[Any], HouseRules] = import_string(settings.RAPPORT_HOUSE_RULES)
    return found


def house_rules() -> HouseRules:
    """The current client's standing decisions."""
    return _house_rules()(current_client())


@lru_cache
def gates() -> Sequence[Gate]:
    found: Sequence[Gate] = import_string(settings.RAPPORT_GATES)
    return tuple(found)


@lru_cache
def panels() -> Sequence[tuple[str, str]]:
    found: Sequence[tuple[str, str]] = import_string(settings.RAPPORT_PANELS)
    return tuple(found)
