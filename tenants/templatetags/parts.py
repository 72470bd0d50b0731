"""`{% face person %}`, `{% mark brand %}`, `{% brand_item brand %}`, `{% clock clock %}`: each drawn once.

Each is its template in config/templates/components/, rendered with nothing but what it shows. Equal things look
equal, so the finished text is kept under the thing itself: including the template for each of fifty rows, fifty
brands and fifty colleagues was a third of the time an inbox took.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template.loader import get_template
from django.utils import timezone

from tenants.rows import BrandFace, Clock, PersonFace

register = template.Library()


@dataclass(frozen=True, slots=True)
class ShownClock:
    """A clock as it looks; for as long as its words stay the same it is the same."""

    state: str
    text: str
    at: datetime | None
    due_at: datetime | None
    warn_at: datetime | None


@register.simple_tag
def face(face: PersonFace, size: str = "", named: bool = False) -> str:  # noqa: FBT001, FBT002  # a template says named=True
    """A colleague as a round mark."""
    return _part("face", face=face, size=size, named=named)


@register.simple_tag
def mark(brand: BrandFace, size: str = "") -> str:
    """A brand as a square mark."""
    return _part("mark", brand=brand, size=size)


@register.simple_tag
def brand_item(brand: BrandFace, current: bool = False) -> str:  # noqa: FBT001, FBT002  # the same
    """A brand in the menu of brands."""
    return _part("brand_item", brand=brand, current=current)


@register.simple_tag
def clock(clock: Clock) -> str:
    """A deadline, or how long somebody waits."""
    shown = ShownClock(clock.state, clock.text, clock.at, clock.due_at, clock.warn_at)
    return _part("clock", clock=shown, zone=timezone.get_current_timezone_name())


def _part(name: str, **what: Any) -> str:
    draw = _draw.__wrapped__ if settings.DEBUG else _draw  # templates change while we look
    return draw(name, tuple(what.items()))


@lru_cache(maxsize=8192)
def _draw(name: str, what: tuple[tuple[str, Any], ...]) -> str:
    return get_template(f"components/{name}.html").render(dict(what))
