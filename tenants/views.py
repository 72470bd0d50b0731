"""The desk, and a client's colour as a stylesheet."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject
from django.utils.timezone import now
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from tenants import desk as desks
from tenants.accounts.guards import allow, anyone
from tenants.accounts.permissions import Permission
from tenants.activity import activity_page
from tenants.colours import brand_stylesheet
from tenants.deliveries import deliveries_page, lost_deliveries
from tenants.kernel.htmx import page_or_part


@allow(Permission.VIEW)
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """One ranked list over all brands."""
    page = desks.desk_page(
        view=request.GET.get("view", "all"),
        brand=request.GET.get("brand", ""),
        after=request.GET.get("after", ""),
        actor=request.actor,  # type: ignore[attr-defined]  # set by WhoActs
        at=now(),
    )
    context = {"page": page, "lost_deliveries": SimpleLazyObject(lost_deliveries)}
    return page_or_part(request, "tenants/desk.html", "rows", context)


@allow(Permission.MANAGE_CHANNELS)
@require_safe
def deliveries(request: HttpRequest) -> HttpResponse:
    """What was delivered and became no message."""
    return render(request, "tenants/deliveries.html", {"page": deliveries_page()})


@allow(Permission.VIEW_AUDIT)
@require_safe
def activity(request: HttpRequest) -> HttpResponse:
    """The agency's own ledger."""
    page = activity_page(before=request.GET.get("before", ""))
    return render(request, "tenants/activity.html", {"page": page})


@anyone("A brand's colour is public, and its sign-in page wears it.")
@require_safe
@cache_control(public=True, max_age=300)
def brand_css(request: HttpRequest) -> HttpResponse:
    """The client's colour as custom properties, where it can be read on both backgrounds."""
    client = request.client  # type: ignore[attr-defined]  # set by ClientByHost
    return HttpResponse(
        brand_stylesheet(client.colour) if client else "", content_type="text/css; charset=utf-8"
    )
