"""Roles that must sign in with two steps (RAPPORT_SECOND_FACTOR_ROLES), and where their people are led until they do.

The rule is about people at a browser. API tokens are not asked: no person is there to show a second factor, and a
token can only be made by somebody who was let in under this rule.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django_htmx.http import HttpResponseClientRedirect

from tenants.accounts import arrivals
from tenants.accounts.guards import client_of
from tenants.accounts.models import Seat, User
from tenants.accounts.queries import SeatHere, has_second_factor
from tenants.kernel.errors import Forbidden
from tenants.middleware import problem_of

PAGE = "accounts:second_factor"
AT_AGENCY = (
    "/second-factor/",
    "/accounts/2fa/",
    "/accounts/reauthenticate/",
    "/accounts/logout/",
    "/sessions/",
    "/brand.css",
)
"""Where somebody may go at the agency without the second factor that is missing: to set it up, or away."""
AT_A_CLIENT = ("/sign-out/", "/hand-over/", "/brand.css")


class SecondFactorNeeded(Forbidden):
    code = "second_factor_needed"


def lacking(user: User, seats: Iterable[SeatHere]) -> str:
    """The slug of a role held here that requires a second factor, if the person has none; otherwise nothing."""
    required = [seat.role for seat in seats if seat.role in settings.RAPPORT_SECOND_FACTOR_ROLES]
    return required[0] if required and not has_second_factor(user) else ""


def required_role(user: User) -> str | None:
    """The name of a role, held anywhere, that requires a second factor; None if there is none."""
    seats = Seat.objects.filter(user=user, role__slug__in=settings.RAPPORT_SECOND_FACTOR_ROLES)
    return seats.order_by("pk").values_list("role__name", flat=True).first()


def answer(request: HttpRequest, role: str) -> HttpResponse | None:
    """What somebody without the second factor gets instead of the page; None on the pages that stay open."""
    client = client_of(request)
    if request.path.startswith(AT_A_CLIENT if client else AT_AGENCY):
        return None
    address = arrivals.agency_page(PAGE)
    refusal = SecondFactorNeeded(
        f"Your role ({role}) needs two-step sign-in, and it is not set up yet. Set it up at {address}, then try again."
    )
    if request.path.startswith("/api/"):
        if "Authorization" in request.headers:
            return None  # a token says who acts, not this session
        return JsonResponse(
            problem_of(refusal), status=refusal.status, content_type="application/problem+json"
        )
    if request.headers.get("HX-Request") == "true":
        return HttpResponseClientRedirect(address)
    if request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
        return HttpResponse(
            f"{refusal.sentence}\n", status=refusal.status, content_type="text/plain; charset=utf-8"
        )
    if request.method not in ("GET", "HEAD"):
        return render(request, "403.html", {"refusal": refusal}, status=refusal.status)
    return HttpResponseRedirect(address)
