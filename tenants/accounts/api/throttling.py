"""How often: a budget for each caller and one for each client, told with every answer.

A budget counts requests in fixed windows of its period. The counts stand in Django's cache; with
`CACHE_URL` unset every process counts for itself, so the budget is per process (README, Operation).
The headers are those of draft-ietf-httpapi-ratelimit-headers-03.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from tenants.accounts.actors import Actor
from tenants.accounts.guards import client_of

PERIODS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
CALLERS_PER_CLIENT = 10
"""A client's budget, in budgets of one caller, where the setting `client` is not given."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests in so many seconds."""

    limit: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Spent:
    """How a budget stands after this request."""

    limit: int
    used: int
    resets_in: int

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.used)


class ActorThrottle(BaseThrottle):
    """Counts the request for its caller and for its client; the tighter of the two is told and decides."""

    def __init__(self) -> None:
        self._wait = 0

    def allow_request(self, request: Request, view: Any) -> bool:  # noqa: ANN401  # a view of any kind
        actor = request.user
        if not isinstance(actor, Actor):
            return True  # refused before this, with 401
        client = client_of(request._request)  # noqa: SLF001  # DRF has no other way to the request beneath
        place = client.pk if client else 0
        caller, everybody = rates()
        at = time.time()
        budgets = (
            _spend(f"api:{place}:{actor.kind.value}:{actor.id}", caller, at=at),
            _spend(f"api:{place}", everybody, at=at),
        )
        tighter = min(budgets, key=lambda budget: (budget.remaining, -budget.resets_in))
        view.headers.update(_headers(tighter))
        exhausted = [budget for budget in budgets if budget.used > budget.limit]
        self._wait = max((budget.resets_in for budget in exhausted), default=0)
        return not exhausted

    def wait(self) -> float:
        return self._wait


def rates() -> tuple[Rate, Rate]:
    """What one caller and what one client may spend (DEFAULT_THROTTLE_RATES: `actor`, `client`)."""
    given: Mapping[str, str] = api_settings.DEFAULT_THROTTLE_RATES  # type: ignore[assignment]  # rates as our settings write them
    caller = read_rate(given["actor"])
    everybody = read_rate(given["client"]) if given.get("client") else None
    return caller, everybody or Rate(caller.limit * CALLERS_PER_CLIENT, caller.seconds)


def read_rate(text: str) -> Rate:
    """`600/min` and the like."""
    number, slash, period = text.partition("/")
    if not (slash and number.strip().isdigit() and period.strip()[:1] in PERIODS):
        raise ImproperlyConfigured(f"“{text}” is no rate; write such as 600/min, 20/s or 10000/hour.")
    return Rate(int(number), PERIODS[period.strip()[0]])


def _spend(budget: str, rate: Rate, *, at: float) -> Spent:
    window, into = divmod(int(at), rate.seconds)
    key = f"{budget}:{rate.seconds}:{window}"
    cache.add(key, 0, timeout=rate.seconds + 1)
    try:
        used = cache.incr(key)
    except ValueError:  # the cache made room between the two lines
        used = 1
    return Spent(limit=rate.limit, used=used, resets_in=rate.seconds - into)


def _headers(spent: Spent) -> dict[str, str]:
    return {
        "RateLimit-Limit": str(spent.limit),
        "RateLimit-Remaining": str(spent.remaining),
        "RateLimit-Reset": str(spent.resets_in),
    }
