"""The client's standing decisions, shaped for those who ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from inbox.evaluation import BrandFacts, Disposition, HouseRules, ListeningTermFacts, TargetRule
from inbox.models import ListeningTerm
from playbooks.models import HouseStyle, ServiceLevel
from tenants.rows import span


class Brand(Protocol):
    """What a Client tells about itself."""

    name: str
    languages: list[str]


def house_rules(client: Brand) -> HouseRules:
    """Everything receiving needs of this client's playbook, in three queries."""
    style = HouseStyle.objects.order_by("-version").first()
    terms = ListeningTerm.objects.filter(removed_at__isnull=True).order_by("id")
    levels = ServiceLevel.objects.filter(retired_at__isnull=True).order_by("position", "id")
    return HouseRules(
        brand=BrandFacts(
            name=client.name,
            handles=tuple(style.handles) if style else (),
            terms=tuple(ListeningTermFacts(term.text, term.fuzzy, tuple(term.excludes)) for term in terms),
            languages=tuple(client.languages) or ("en",),
            crisis_words=tuple(style.crisis_words) if style else (),
            noise_phrases=tuple(style.noise_phrases) if style else (),
            machine_decides=frozenset(Disposition(word) for word in style.machine_decides)
            if style
            else frozenset({Disposition.ENGAGE}),
        ),
        targets=tuple(_target(level) for level in levels),
    )


def _target(level: ServiceLevel) -> TargetRule:
    return TargetRule(
        first_seconds=level.first_seconds,
        next_seconds=level.next_seconds,
        minimum_priority=level.minimum_priority,
        networks=frozenset(level.networks),
        warn_percent=level.warn_percent,
        version=f"{level.pk}.{level.version}",
    )


@dataclass(frozen=True, slots=True)
class Promise:
    """One service level in words."""

    name: str
    minimum_priority: int
    first: str
    following: str
    warn_percent: int


def promise_for(*, priority: int, network: str) -> Promise | None:
    """The service level that holds for such a conversation: the first that fits (inbox.md §3 number 5)."""
    for level in ServiceLevel.objects.filter(retired_at__isnull=True).order_by("position", "id"):
        if _target(level).fits(priority=priority, network=network):
            return Promise(
                name=level.name,
                minimum_priority=level.minimum_priority,
                first=span(level.first_seconds) if level.first_seconds else "",
                following=span(level.next_seconds) if level.next_seconds else "",
                warn_percent=level.warn_percent,
            )
    return None
