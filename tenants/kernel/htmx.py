"""One template for a page and its parts: HTMX gets the part it asked for, everybody else the page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def is_part(request: HttpRequest) -> bool:
    """HTMX asks for a part, unless the browser goes back in its history."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and headers.get("HX-History-Restore-Request") != "true"


def page_or_part(
    request: HttpRequest, template: str, part_name: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """The named part of the template for HTMX, the whole page otherwise."""
    if is_part(request):
        return part(request, template, part_name, context, status=status)
    return render(request, template, context, status=status)


def part(
    request: HttpRequest, template: str, part_name: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Only the named part."""
    return render(request, f"{template}#{part_name}", context, status=status)
